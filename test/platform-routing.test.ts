import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import type { MaasPlatformProps } from '../src';
import { addressesOf, addressOf } from '../src/config/model-address';
import { resolveSettings } from '../src/config/settings';
import { explainName } from '../src/explain/explanation';
import { drawPlatform } from '../src/explain/diagram';
import { CommandsToCopy } from '../src/operations/commands-to-copy';
import { nextCommands } from '../src/operations/install/next-commands';
import { longQuestion, shortQuestion, streamQuestion } from '../src/operations/test/questions';
import { manifestsOf } from '../src/platform/manifests';
import { runLua } from './limits/lua-runtime';
import { evaluateCel } from './support/cel';

/** What follows from how models are told apart, over the whole platform. */

const example = load(readFileSync('examples/path-routing/maas.yaml', 'utf8')) as MaasPlatformProps;
const ROUTINGS = ['host', 'path', 'both'] as const;
type Routing = (typeof ROUTINGS)[number];

const propsOf = (routing: Routing, more: MaasPlatformProps = {}): MaasPlatformProps => ({
  ...example,
  ...more,
  gateway: { ...more.gateway, routing },
});
const settingsOf = (routing: Routing) => resolveSettings(propsOf(routing));
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
type Json = any;
const objectsOf = (kind: string, props: MaasPlatformProps): Json[] =>
  manifestsOf(props).filter((object: Json) => object.kind === kind);
const namesOf = (kind: string, props: MaasPlatformProps) => objectsOf(kind, props).map(({ metadata }) => metadata.name);

const LIST = 'model-list-route';
const BY_HOST = ['simulator-domain-route', 'large-domain-route'];
const BY_PATH = ['simulator-path-route', 'large-path-route'];

test('by host is the default', () => {
  expect(manifestsOf({ ...example, gateway: {} })).toEqual(manifestsOf(propsOf('host')));
});

test.each([
  ['host', BY_HOST],
  ['path', BY_PATH],
  ['both', [...BY_HOST, ...BY_PATH]],
] as const)('by %s there is a route a model and way', (routing, names) => {
  expect(namesOf('HTTPRoute', propsOf(routing)).sort()).toEqual([LIST, ...names].sort());
});

test('routes by path are at the host of the platform, whatever that is', () => {
  const hosts = objectsOf('HTTPRoute', propsOf('path', { gateway: { platformHost: 'ai.maas.local' } }));
  expect(hosts.map(({ spec }) => spec.hostnames)).toEqual(Array(3).fill(['ai.maas.local']));
});

test.each([
  ['host', ['large-route', LIST, 'simulator-route']],
  ['path', [LIST]],
  ['both', ['large-route', LIST, 'simulator-route']],
] as const)("by %s OpenShift's router knows the hosts that there are", (routing, names) => {
  const props = propsOf(routing, { platform: 'openshift', domain: 'apps.example.com', users: [] });
  expect(namesOf('Route', props).sort()).toEqual(names);
});

test.each([
  ['host', 'http://large.maas.local/v1'],
  ['path', 'http://api.maas.local/large/v1'],
  ['both', 'http://large.maas.local/v1'],
] as const)('by %s everybody is told %s', (routing, url) => {
  const settings = settingsOf(routing);
  const [large] = explainName(settings, 'large') as Json[];
  expect(large.url).toBe(url);
  const list = objectsOf('EnvoyFilter', propsOf(routing)).find(({ metadata }) => metadata.name === 'model-list-filter');
  expect(JSON.stringify(list)).toContain(`${url}\\\\\\"`);
  const commands = nextCommands(settings, new CommandsToCopy([], 'maas.yaml'));
  expect(commands).toContain(`curl ${url.replace('large', 'simulator')}/chat/completions `);
  for (const ask of [shortQuestion, streamQuestion, (...of: [Json, Json]) => longQuestion(...of, 3)]) {
    const { host, path } = ask(settings.models[1]!, settings.gateway);
    expect(`http://${host}${path}`).toBe(`${url}/chat/completions`);
  }
});

test('addresses, the one that clients are told first', () => {
  const of = (routing: Routing) => {
    const { models, gateway } = settingsOf(routing);
    expect(addressesOf(models[1]!, gateway)[0]).toEqual(addressOf(models[1]!, gateway));
    return addressesOf(models[1]!, gateway).map(({ host, prefix }) => host + prefix);
  };
  expect(ROUTINGS.map(of)).toEqual([
    ['large.maas.local'],
    ['api.maas.local/large'],
    ['large.maas.local', 'api.maas.local/large'],
  ]);
});

test('every address of a model has its weight', () => {
  const scriptOf = (routing: Routing): string =>
    objectsOf('EnvoyFilter', propsOf(routing)).find(({ metadata }) => metadata.name === 'token-rate-limit-filter').spec
      .configPatches[0].patch.value.typed_config.default_source_code.inline_string;
  const weights = (routing: Routing) => {
    const { models } = runLua(`${scriptOf(routing)}\nreturn configuration`) as { models: Record<string, Json> };
    return Object.fromEntries(Object.entries(models).map(([at, { name, prompt }]) => [at, `${name} ${prompt}`]));
  };
  const byHost = { 'simulator.maas.local': 'simulator-model 1', 'large.maas.local': 'large 3' };
  const byPath = { 'api.maas.local/simulator': 'simulator-model 1', 'api.maas.local/large': 'large 3' };
  expect(ROUTINGS.map(weights)).toEqual([byHost, byPath, { ...byHost, ...byPath }]);
});

describe.each(ROUTINGS)('by %s the policy', (routing) => {
  const { rules } = objectsOf('AuthPolicy', propsOf(routing))[0].spec.overrides;
  const passes = (tier: string, host: string, path: string) =>
    ['host-of-the-platform', 'model-of-the-tier'].every((rule) =>
      rules.authorization[rule].patternMatching.patterns.every(
        ({ predicate }: Json) =>
          evaluateCel(predicate, { auth: { identity: { tier } }, request: { host, path } }) === true,
      ),
    );
  const CHAT = '/v1/chat/completions';
  const [byHost, byPath] = [routing !== 'path', routing !== 'host'];

  test.each([
    ['free', 'simulator.maas.local', CHAT, byHost],
    ['free', 'large.maas.local', CHAT, false],
    ['premium', 'large.maas.local', CHAT, byHost],
    ['free', 'large.maas.local', `/simulator${CHAT}`, false],
    ['free', 'api.maas.local', '/v1/models', true],
    ['free', 'api.maas.local', '/v1/models/large', true],
    ['premium', 'api.maas.local', `/large${CHAT}`, true],
  ])('lets tier %s at %s%s: %p', (tier, host, path, expected) => {
    expect(passes(tier, host, path)).toBe(expected);
  });

  test('says nothing of hosts that there are not', () => {
    expect(JSON.stringify(rules.authorization).includes('simulator\\\\\\\\.maas')).toBe(byHost);
  });

  if (byPath) {
    test('lets a tier use the paths of its models, and of no other', () => {
      expect(passes('free', 'api.maas.local', `/simulator${CHAT}`)).toBe(true);
      expect(passes('free', 'api.maas.local', `/large${CHAT}`)).toBe(false);
    });
  }
});

test.each([
  ['host', 'http://large.maas.local/v1/chat/completions'],
  ['path', 'http://api.maas.local/large/v1/chat/completions'],
] as const)('by %s the Job asks %s', (routing, url) => {
  const conformance = { model: 'large', key: { demo: 'conformance_key' } };
  const [job] = objectsOf('Job', propsOf(routing, { conformance }));
  const { env } = job.spec.template.spec.containers[0];
  expect(env).toContainEqual({ name: 'MODEL_URL', value: url });
});

test('the diagram and `explain` name what there is', () => {
  const [path, both] = [settingsOf('path'), settingsOf('both')];
  expect(drawPlatform(path)).toContain('host1["api.maas.local/large<br/>model: large"]');
  expect(drawPlatform(both)).toContain('host1["large.maas.local<br/>api.maas.local/large<br/>model: large"]');
  const routes = (settings: typeof path) =>
    (explainName(settings, 'large') as Json[])[0].objects.flatMap(({ kind, name }: Json) =>
      kind === 'HTTPRoute' ? [name] : [],
    );
  expect(routes(path)).toEqual(['large-path-route']);
  expect(routes(both)).toEqual(['large-domain-route', 'large-path-route']);
});
