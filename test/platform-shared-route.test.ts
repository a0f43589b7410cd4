import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { checkConfiguration, type MaasPlatformProps } from '../src';
import { resolveSettings } from '../src/config/settings';
import { explainName } from '../src/explain/explanation';
import { METERED_PATHS, TOTAL_TOKENS_PATHS } from '../src/gateway/model-paths';
import { manifestsOf } from '../src/platform/manifests';
import { evaluateCel } from './support/cel';

/** What follows where all models share one route, over the whole platform. */

const example = load(readFileSync('examples/shared-budget/maas.yaml', 'utf8')) as MaasPlatformProps;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
type Json = any;
const objectsOf = (kind: string, props: MaasPlatformProps = example): Json[] =>
  manifestsOf(props).filter((object: Json) => object.kind === kind);
const routesOf = (props?: MaasPlatformProps) => objectsOf('HTTPRoute', props).map(({ metadata }) => metadata.name);

const OTHER_LIMITS: MaasPlatformProps = { ...example, gateway: { routing: 'path' }, limits: {} };

test('one route has all models, beside the list of models', () => {
  expect(routesOf().sort()).toEqual(['model-list-route', 'models-path-route']);
  const [route] = objectsOf('HTTPRoute').filter(({ metadata }) => metadata.name === 'models-path-route');
  expect(route.spec.hostnames).toEqual(['api.maas.local']);
  expect(route.spec.rules.map(({ matches, backendRefs }: Json) => [matches[0].path.value, backendRefs])).toEqual([
    ['/simulator/v1', [{ name: 'vllm-simulator-predictor', port: 80, weight: 100 }]],
    [
      '/simulator-large/v1',
      [
        { name: 'simulator-large-predictor', port: 80, weight: 90 },
        { name: 'simulator-large-canary-predictor', port: 80, weight: 10 },
      ],
    ],
  ]);
});

test('models have routes of their own where the gateway counts, and by host', () => {
  const own = (suffix: string) => ['simulator', 'simulator-large'].map((name) => `${name}-${suffix}`);
  expect(routesOf(OTHER_LIMITS).sort()).toEqual(['model-list-route', ...own('path-route').sort()]);
  const byHost = { ...example, gateway: {}, tiers: [{ name: 'free', tokens: { day: 9 }, models: ['simulator'] }] };
  expect(routesOf({ ...byHost, users: [] }).sort()).toEqual([...own('domain-route').sort(), 'model-list-route'].sort());
});

test('a tier may use several models by path, and not by host', () => {
  expect(checkConfiguration(example)).toEqual([]);
  const [problem] = checkConfiguration({ ...example, gateway: { replicas: 2 } });
  expect(problem?.fix).toContain('write `gateway.routing: path`, with which they share one route and one budget');
});

test('a platform has as many models as a route has rules', () => {
  const models = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `m${index}`, runtime: 'simulator' as const }));
  const tiers = [{ name: 'free', tokens: { day: 9 } }];
  expect(checkConfiguration({ ...example, tiers, users: [], models: models(16) })).toEqual([]);
  const problems = checkConfiguration({ ...example, tiers, users: [], models: models(17) });
  expect(problems.map(({ expected, fix }) => `${expected}; ${fix}`)).toEqual([
    expect.stringMatching(/^at most 16 .*; remove 1, give them a platform of their own, or write `limits.engine/),
  ]);
  expect(checkConfiguration({ ...OTHER_LIMITS, tiers, users: [], models: models(17) })).toEqual([]);
});

describe('the policy', () => {
  const { authorization } = objectsOf('AuthPolicy')[0].spec.overrides.rules;
  const HOST = 'api.maas.local';

  /** @returns the rules that refuse a request */
  const refusals = (tier: string, method: string, path: string, host = HOST): string[] =>
    ['host-of-the-platform', 'path-of-the-api', 'model-of-the-tier'].filter(
      (rule) =>
        !authorization[rule].patternMatching.patterns.every(
          ({ predicate }: Json) =>
            evaluateCel(predicate, { auth: { identity: { tier } }, request: { host, path, method } }) === true,
        ),
    );

  test.each(['simulator', 'simulator-large'])('lets a tier use all that is counted of %s', (model) => {
    for (const path of TOTAL_TOKENS_PATHS) {
      expect(refusals('premium', 'POST', `/${model}${path}`)).toEqual([]);
      expect(refusals('premium', 'POST', `/${model}${path}?a=b`, 'API.maas.local:80')).toEqual([]);
      expect(refusals('premium', 'GET', `/${model}${path}`)).toEqual(['path-of-the-api']);
    }
    expect(refusals('premium', 'GET', `/${model}/v1/models`)).toEqual([]);
    expect(refusals('premium', 'POST', `/${model}/v1/models`)).toEqual(['path-of-the-api']);
  });

  test('lets everybody see the list of models', () => {
    for (const path of ['/v1/models', '/v1/models/simulator', '/v1/models?limit=1']) {
      expect(refusals('free', 'GET', path)).toEqual([]);
    }
  });

  test('still keeps a tier from the models of others', () => {
    expect(refusals('free', 'POST', '/simulator/v1/chat/completions')).toEqual([]);
    expect(refusals('free', 'POST', '/simulator-large/v1/chat/completions')).toEqual(['model-of-the-tier']);
  });

  const uncounted = METERED_PATHS.filter((path) => !TOTAL_TOKENS_PATHS.includes(path));
  test.each([
    ...uncounted.map((path) => `/simulator${path}`),
    ...['', '/', '/v1', '/v1/', '/v1/score', '/v1/load_lora_adapter', '/metrics', '/v1/chat/completions/'],
    ...['/v1/chat/completions/render', '/v1/chat%2Fcompletions', '/v1//chat/completions', '/v1/..%2fmetrics'],
    ...['/V1/chat/completions', '/v1/chat/completions;x', '/v1/chat/completions%3F', '/v1/x?/v1/chat/completions'],
  ])('lets nobody use %s of a model', (path) => {
    const whole = path.startsWith('/simulator') ? path : `/simulator${path}`;
    for (const method of ['POST', 'GET', 'PUT', 'OPTIONS', 'HEAD', 'DELETE']) {
      expect([method, refusals('premium', method, whole)]).toEqual([method, ['path-of-the-api']]);
    }
  });

  test('takes no other model', () => {
    for (const name of ['simulator-', 'simulator-larg', 'simulator-larger', 'simulatorlarge', 'Simulator', 'phi']) {
      expect(refusals('premium', 'POST', `/${name}/v1/chat/completions`)).toEqual(['path-of-the-api']);
    }
  });

  test('has no such rule where each path has a route', () => {
    const [{ spec }] = objectsOf('AuthPolicy', OTHER_LIMITS);
    expect(Object.keys(spec.overrides.rules.authorization)).not.toContain('path-of-the-api');
  });
});

test('`explain` says what the budget is for, and names the route', () => {
  const settings = resolveSettings(example);
  const [tier] = explainName(settings, 'premium') as Json[];
  expect(JSON.stringify(tier)).toContain('one budget a user over all models, which share one HTTPRoute');
  const [model] = explainName(settings, 'simulator-large') as Json[];
  const routes = model.objects.flatMap(({ kind, name }: Json) => (kind === 'HTTPRoute' ? [name] : []));
  expect(routes).toEqual(['models-path-route']);
});
