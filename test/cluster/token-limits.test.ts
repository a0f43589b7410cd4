import { operatorLimits, wasmDescriptors, type LimitadorLimit, type Policy } from '../limitador/operator';
import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { listed } from './harness/kuadrant';
import { manifestsOf, readPlatformFolder, type Manifest } from './harness/manifests';
import { describeCluster } from './harness/suite';
import { actionSets, descriptors } from './harness/wasm';

const folder = readPlatformFolder('examples/token-rate-limit-policy/dist');
const policy = manifestsOf(folder).find(({ kind }) => kind === 'TokenRateLimitPolicy') as Manifest & Policy;
const tiers = Object.values(policy.spec.overrides.limits).map(({ when }) => /"(.*)"/.exec(when[0]!.predicate)![1]!);
const source = `tokenratelimitpolicy.kuadrant.io:${policy.metadata.namespace}/${policy.metadata.name}`;

function routes(): string[] {
  const found = manifestsOf(folder).filter(({ kind }) => kind === 'HTTPRoute');
  return found.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
}

function sorted(limits: readonly LimitadorLimit[]): LimitadorLimit[] {
  return [...limits].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
}

/** Each kind of member in one order. */
function members({ name, namespace, max_value, seconds, conditions, variables }: LimitadorLimit): LimitadorLimit {
  return { name, namespace, max_value, seconds, conditions, variables };
}

describeCluster(
  "what test/limitador takes for Kuadrant's work is what the real operator does with a TokenRateLimitPolicy",
  () => {
    let plane: ControlPlane;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      await plane.apply(folder);
      await plane.untilGood(folder);
    });
    afterAll(() => plane?.stop());

    test('the limits of every route and tier', async () => {
      const [limitador] = await listed('limitadors');
      const limits: LimitadorLimit[] = limitador!.spec.limits;
      const ofTokens = limits.filter(({ conditions }) => conditions[0]!.includes('["tokenlimit.'));
      expect(sorted(ofTokens.map(members))).toEqual(sorted(operatorLimits(policy, routes()).map(members)));
      const requests = manifestsOf(folder).filter(({ kind }) => kind === 'RateLimitPolicy');
      expect(limits.length).toBe(ofTokens.length + routes().length * requests.length);
    });

    test.each(tiers)('the descriptors of a user of tier %s, asked and reported', async (tier) => {
      const sets = await actionSets();
      expect(new Set(sets.flatMap(({ actions }) => actions.map(({ scope }) => scope)))).toEqual(
        new Set([...routes(), ...(await listed('authconfigs')).map(({ metadata }) => metadata.name)]),
      );
      for (const { actions, routeRuleConditions } of sets) {
        const ours = actions.filter(({ sources }) => sources.includes(source));
        const of = (service: string) =>
          descriptors(
            ours.filter((action) => action.service === service),
            'alice',
            tier,
          );
        const expected = wasmDescriptors(policy, { user: 'alice', tier });
        expect(expected).toHaveLength(1);
        const hits = (value: string) => expected.map((one) => ({ ...one, 'ratelimit.hits_addend': value }));
        const where = routeRuleConditions.hostnames.join();
        expect([where, of('ratelimit-check-service')]).toEqual([where, hits('0')]);
        expect([where, of('ratelimit-report-service')]).toEqual([
          where,
          hits('responseBodyJSON("/usage/total_tokens")'),
        ]);
      }
    });

    test('a user of an unknown tier meets none', async () => {
      for (const { actions } of await actionSets()) {
        const ours = actions.filter(({ sources }) => sources.includes(source));
        expect(descriptors(ours, 'alice', 'none')).toEqual([]);
      }
    });
  },
  ...controlPlaneTools,
);
