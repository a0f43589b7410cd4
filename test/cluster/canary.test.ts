import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { manifestsOf } from '../../src/platform/manifests';
import type { Json } from '../envoy/istio/translation';
import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { discover, gatewayPod } from './harness/discovery';
import { readPlatformFolder } from './harness/manifests';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

const folder = readPlatformFolder('examples/canary/dist');
const host = 'qwen3.maas.local';
const [model, canary] = ['qwen3-0-6b-instruct', 'qwen3-0-6b-instruct-canary'];

describeCluster(
  'examples/canary on the real istiod and KServe',
  () => {
    let plane: ControlPlane;
    let pod: Json;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      await plane.apply(folder);
      await plane.untilGood(folder);
      pod = await gatewayPod('inference-gateway');
    });
    afterAll(() => plane?.stop());

    /** Where Envoy would send requests of the host, and how many of 100. */
    function weights(): Record<string, number>[] {
      const { routes } = discover(plane.istiod.address, pod as Parameters<typeof discover>[1]);
      const all = routes.flatMap(({ virtual_hosts }) => virtual_hosts as Json[]);
      const { routes: own } = all.find(({ domains }) => domains.includes(host));
      return own.map(({ route }: Json) =>
        Object.fromEntries(
          (route.weighted_clusters?.clusters ?? [{ name: route.cluster, weight: 100 }]).map((cluster: Json) => [
            /\|\|([^.]*)-predictor\./.exec(cluster.name)?.[1],
            cluster.weight ?? 0,
          ]),
        ),
      );
    }

    /** The route as it would be with another weight: what `maas install` applies. */
    async function applyRoute(weight: number): Promise<void> {
      const props = load(readFileSync('examples/canary/maas.yaml', 'utf8')) as MaasPlatformProps;
      const models = props.models?.map((each) => ({ ...each, canary: each.canary && { ...each.canary, weight } }));
      const route = manifestsOf({ ...props, models }).find((each) =>
        JSON.stringify(each).includes('"qwen3-domain-route"'),
      );
      await kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(route) });
    }

    test('every path of the model has the weights of maas.yaml', () => {
      expect(weights()).toEqual(Array(6).fill({ [model]: 90, [canary]: 10 }));
    });

    test.each([50, 100, 0])('one value sends %d of 100 requests to the canary', async (weight) => {
      await applyRoute(weight);
      const wanted = { ...(weight < 100 && { [model]: 100 - weight }), ...(weight > 0 && { [canary]: weight }) };
      const isWanted = (each: Record<string, number>) =>
        [model, canary].every((name) => (each[name] ?? 0) === ((wanted as Record<string, number>)[name] ?? 0));
      await until(`istiod sends ${JSON.stringify(wanted)}`, 20, async () => weights().every(isWanted));
    });

    test('KServe has made a Deployment for each version, with its own weights', async () => {
      const { stdout } = await kubectl(['get', 'deployments', '-n', 'llm', '-o', 'json']);
      const { items } = JSON.parse(stdout) as { items: Json[] };
      const argumentsOf = (name: string) =>
        items.find(({ metadata }) => metadata.name === `${name}-predictor`).spec.template.spec.containers[0].args;
      expect(argumentsOf(model)).toContain('--model=Qwen/Qwen3-0.6B');
      expect(argumentsOf(canary)).toContain('--model=Qwen/Qwen3-0.6B-FP8');
      expect(argumentsOf(canary)).toContain(`--served-model-name=${model}`);
    });

    test('a canary without requests may go before the route that names it', async () => {
      const knowsCanary = () =>
        discover(plane.istiod.address, pod as Parameters<typeof discover>[1]).clusters.some(({ name }) =>
          String(name).includes(`||${canary}-predictor.`),
        );
      expect(knowsCanary()).toBe(true);
      await kubectl(['delete', 'inferenceservice', canary, '-n', 'llm', '--wait=false']);
      // What Kubernetes collects as garbage; here is no controller that does.
      await kubectl(['delete', 'service', `${canary}-predictor`, '-n', 'llm']);
      await until('istiod has no Service of the canary', 20, async () => !knowsCanary());
      expect(weights()).toEqual(Array(6).fill({ [model]: 100 }));
    });
  },
  ...controlPlaneTools,
);
