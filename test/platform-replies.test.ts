import { App, Testing } from 'cdk8s';
import { MaasPlatform, type MaasPlatformProps } from '../src';

/** A manifest, as far as these tests look. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
type Json = any;

function synth(props: MaasPlatformProps) {
  const app = new App();
  new MaasPlatform(app, 'platform', props);
  const manifests: Json[] = app.charts.flatMap((chart) => Testing.synth(chart));
  return (kind: string, name: string): Json =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
}

const TWO_MODELS: MaasPlatformProps = {
  models: [{ name: 'simulator' }, { name: 'second', runtime: 'simulator' }],
  tiers: [{ name: 'free', models: ['simulator'] }, { name: 'premium' }],
  users: [],
};

function listScript(props: MaasPlatformProps): string {
  const [, host] = synth(props)('EnvoyFilter', 'model-list-filter').spec.configPatches;
  return host.patch.value.typed_per_filter_config['maas.model-list'].source_code.inline_string;
}

describe('the list of models', () => {
  test('is at a host of the platform, one for routes, filter, policy and Route', () => {
    const hostsOf = (props: MaasPlatformProps) => {
      const find = synth({ ...TWO_MODELS, ...props });
      const [, hostPatch] = find('EnvoyFilter', 'model-list-filter').spec.configPatches;
      return {
        route: find('HTTPRoute', 'model-list-route').spec.hostnames,
        filter: hostPatch.match.routeConfiguration.vhost.domainName,
        openShift: find('Route', 'model-list-route')?.spec.host,
      };
    };
    expect(hostsOf({})).toEqual({ route: ['api.maas.local'], filter: 'api.maas.local' });
    const openshift: MaasPlatformProps = { platform: 'openshift', domain: 'apps.example.com' };
    const host = 'api-llm.apps.example.com';
    expect(hostsOf(openshift)).toEqual({ route: [host], filter: host, openShift: host });
    const own = 'maas.apps.example.com';
    expect(hostsOf({ ...openshift, gateway: { platformHost: own } })).toEqual({
      ...{ route: [own], filter: own, openShift: own },
    });
  });

  test('is open to a tier that may use some models only, and names those', () => {
    const { 'model-of-the-tier': rule } = synth(TWO_MODELS)('AuthPolicy', 'gateway-auth-policy').spec.overrides.rules
      .authorization;
    const [{ predicate }] = rule.patternMatching.patterns;
    expect(predicate).toContain('(simulator\\\\.maas\\\\.local|api\\\\.maas\\\\.local)');
    const script = listScript(TWO_MODELS);
    expect(script).toContain('["free"] = {\n      "simulator-model",\n    },');
    expect(script).toContain('["premium"] = {\n      "simulator-model",\n      "second",\n    },');
  });

  test.each<[string, MaasPlatformProps]>([
    ['http://simulator.maas.local/v1', {}],
    ['https://simulator.maas.local/v1', { gateway: { tls: {} } }],
    ['https://simulator-llm.apps.example.com/v1', { platform: 'openshift', domain: 'apps.example.com' }],
  ])('says where a model is: %s', (url, props) => {
    expect(listScript({ ...TWO_MODELS, ...props })).toContain(`\\"base_url\\":\\"${url}\\"`);
  });

  test('is not there without models', () => {
    expect(synth({ models: [] })('HTTPRoute', 'model-list-route')).toBeUndefined();
  });
});

test('who fails to authenticate is slowed down, unless switched off', () => {
  const name = 'failed-authentication-filter';
  expect(synth({})('EnvoyFilter', name)).toBeDefined();
  expect(JSON.stringify(synth({ identity: { slowDownAfter: 5 } })('EnvoyFilter', name))).toContain('= 5,');
  expect(synth({ identity: { slowDownAfter: 0 } })('EnvoyFilter', name)).toBeUndefined();
});
