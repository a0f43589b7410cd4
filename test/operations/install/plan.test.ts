import type { MaasPlatformProps } from '../../../src/config/configuration';
import { resolveSettings } from '../../../src/config/settings';
import type { ComponentName } from '../../../src/operations/install/step-names';
import type { Found } from '../../../src/operations/install/detection';
import type { InstalledComponent } from '../../../src/operations/install/installation-record';
import { planComponents, type PlanInput } from '../../../src/operations/install/plan';

const VERSIONS: Record<ComponentName, string> = {
  'gateway-api': '1.5.1',
  istio: '1.31.4',
  'cert-manager': '1.18.2',
  kserve: '0.20.0',
  kuadrant: '1.5.2',
  'prometheus-operator': '0.93.0',
};

const NAMESPACES: Partial<Record<ComponentName, string>> = {
  istio: 'istio-system',
  'cert-manager': 'cert-manager',
  kserve: 'kserve',
  kuadrant: 'kuadrant-system',
  'prometheus-operator': 'default',
};

/** A cluster that has everything, but for what is given otherwise. */
function everything(versions: Partial<Record<ComponentName, string | undefined>> = {}): Map<ComponentName, Found> {
  const names = Object.keys(VERSIONS) as ComponentName[];
  return new Map(
    names.flatMap((name): [ComponentName, Found][] => {
      const version = name in versions ? versions[name] : VERSIONS[name];
      const namespace = NAMESPACES[name];
      return version === undefined ? [] : [[name, { version, where: `${name} here`, ...(namespace && { namespace }) }]];
    }),
  );
}

interface Case {
  readonly props?: MaasPlatformProps;
  readonly components?: Map<ComponentName, Found>;
  readonly recorded?: InstalledComponent[];
  readonly kubernetes?: string;
  readonly openShift?: boolean;
  readonly platformForced?: boolean;
}

function plan({ props = {}, components = new Map(), recorded = [], ...rest }: Case) {
  const { kubernetes = '1.34.4', openShift = false, platformForced = false } = rest;
  const input: PlanInput = {
    config: 'maas.yaml',
    props,
    settings: resolveSettings(props),
    facts: { kubernetes, openShift, components },
    recorded,
    platformForced,
  };
  const { components: plans, problems, warnings } = planComponents(input);
  const actions = plans.map(
    ({ component, action, words, version }) => `${component.name} ${version}: ${action}, ${words}`,
  );
  return { actions, problems, warnings };
}

const record = (complete: boolean, changes: Partial<Record<ComponentName, string>> = {}) =>
  Object.entries({ ...VERSIONS, ...changes }).map(([step, version]) => ({ step, version, complete }));

test('an empty cluster gets everything, in order', () => {
  expect(plan({})).toEqual({
    actions: Object.entries(VERSIONS).map(([name, version]) => `${name} ${version}: install, install`),
    problems: [],
    warnings: [],
  });
});

test('without metrics no Prometheus operator', () => {
  const { actions } = plan({ props: { observability: { prometheus: false } } });
  expect(actions.map((action) => action.split(' ')[0])).toEqual([
    'gateway-api',
    'istio',
    'cert-manager',
    'kserve',
    'kuadrant',
  ]);
});

test('what an earlier install brought is good, or is upgraded', () => {
  const { actions, problems } = plan({
    components: everything({ istio: '1.30.2' }),
    recorded: record(true, { istio: '1.30.2' }),
  });
  expect(problems).toEqual([]);
  expect(actions.slice(0, 3)).toEqual([
    'gateway-api 1.5.1: keep, already there: 1.5.1',
    'istio 1.31.4: upgrade, upgrade from 1.30.2',
    'cert-manager 1.18.2: keep, already there: 1.18.2',
  ]);
});

test('what was interrupted is finished', () => {
  expect(plan({ components: everything(), recorded: record(false) }).actions[3]).toBe(
    'kserve 0.20.0: upgrade, finish what was interrupted',
  );
});

test('kinds alone are no sign that what an earlier install brought still runs', () => {
  const components = everything();
  components.set('prometheus-operator', { version: '0.93.0', where: 'CustomResourceDefinition prometheuses' });
  expect(plan({ components, recorded: record(true) }).actions[5]).toBe('prometheus-operator 0.93.0: install, install');
  expect(plan({ components }).actions[5]).toBe(
    'prometheus-operator 0.93.0: keep, already there, not from here: 0.93.0, left alone',
  );
});

test('no way back to an older version', () => {
  const { problems } = plan({
    components: everything({ istio: '1.32.0' }),
    recorded: record(true, { istio: '1.32.0' }),
  });
  expect(problems).toEqual([
    'Istio 1.32.0 is there and maas.yaml asks for the older 1.31.4, which its project does not support; ' +
      'write `versions: { istio: 1.32.0 }`',
  ]);
});

test("somebody else's is left alone, also of another version", () => {
  const { actions, problems, warnings } = plan({
    components: everything({ istio: '1.30.0', 'cert-manager': '1.12.0' }),
  });
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  expect(actions.slice(1, 3)).toEqual([
    'istio 1.30.0: keep, already there, not from here: 1.30.0, left alone',
    'cert-manager 1.12.0: keep, already there, not from here: 1.12.0, left alone',
  ]);
});

test.each<[ComponentName, string, string]>([
  [
    'gateway-api',
    '1.1.0',
    'Gateway API (gateway-api here, not installed from here) is too old: got 1.1.0, expected 1.2.0 or newer: the first whose Gateway has ' +
      '`infrastructure.parametersRef`, which sizes and secures its pods; upgrade Gateway API',
  ],
  [
    'istio',
    '1.29.4',
    'Istio (istio here, not installed from here) is too old: got 1.29.4, expected 1.30.0 or newer for token limits: its Envoy 1.38 is the first that ' +
      'counts for all its workers; upgrade Istio, or write `limits.engine: tokenRateLimitPolicy`',
  ],
  [
    'kserve',
    '0.14.1',
    'KServe (kserve here, not installed from here) is too old: got 0.14.1, expected 0.15.0 or newer: the first that knows what is rendered here; ' +
      'upgrade KServe',
  ],
  [
    'kserve',
    '0.15.2',
    'KServe 0.15.2 (kserve here) takes other objects than those for 0.20.0: write `versions: { kserve: 0.15.2 }` in maas.yaml',
  ],
  [
    'kuadrant',
    '1.4.1',
    'Kuadrant (kuadrant here, not installed from here) is too old: got 1.4.1, expected 1.4.2 or newer: before it clients can forge the headers that ' +
      'name user and tier; upgrade Kuadrant',
  ],
])("somebody else's %s %s is refused", (name, version, problem) => {
  expect(plan({ components: everything({ [name]: version }) }).problems).toEqual([problem]);
});

test('an older Istio is enough where nothing counts tokens', () => {
  const tiers = [{ name: 'free', requests: { limit: 5, window: '2m' } }];
  const props: MaasPlatformProps = { tiers, users: [] };
  expect(plan({ props, components: everything({ istio: '1.29.4' }) }).problems).toEqual([]);
});

test('KServe and Kuadrant are looked for where maas.yaml says', () => {
  const components = everything();
  components.set('kserve', { version: '0.20.0', where: 'Deployment odh/kserve', namespace: 'odh' });
  expect(plan({ components }).problems).toEqual([
    'KServe is in another namespace (Deployment odh/kserve), expected kserve; write `kserve: { namespace: odh }` in maas.yaml',
  ]);
  expect(plan({ components, props: { kserve: { namespace: 'odh' } } }).problems).toEqual([]);
  expect(plan({ props: { kserve: { namespace: 'odh' } } }).problems).toEqual([
    'KServe is missing and cannot be brought to namespace odh: its release is for namespace kserve; ' +
      'write `kserve: { namespace: kserve }`, or install it in odh',
  ]);
});

test('who does not say its version is warned of', () => {
  const components = everything();
  components.set('istio', { where: 'Deployment istio-system/istiod', namespace: 'istio-system' });
  expect(plan({ components }).warnings).toEqual([
    'Istio (Deployment istio-system/istiod) does not say its version; maas.yaml is for 1.31.4',
  ]);
});

test('Kubernetes is too old', () => {
  expect(plan({ kubernetes: '1.29.9' }).problems).toEqual([
    'Kubernetes is too old: got 1.29.9, expected 1.30 or newer, the first with ValidatingAdmissionPolicy v1; ' +
      'upgrade the cluster, or name another with --context',
  ]);
  expect(plan({ kubernetes: '1.30.0' }).problems).toEqual([]);
});

const openshift: MaasPlatformProps = { platform: 'openshift', domain: 'apps.example.com' };

test('on OpenShift what its operators own is never installed, but named', () => {
  const { actions, problems } = plan({ props: openshift, openShift: true });
  expect(actions).toEqual(['kserve 0.20.0: install, install']);
  expect(problems.map((problem) => problem.split(';')[0])).toEqual([
    'Gateway API is missing',
    'Istio is missing',
    'cert-manager is missing',
    'Kuadrant is missing',
    'Prometheus operator is missing',
  ]);
  expect(plan({ props: openshift, openShift: true, components: everything() }).problems).toEqual([]);
});

test('maas.yaml and the cluster have to be of one kind, unless a flag says which it is', () => {
  const vanilla = plan({ openShift: true });
  expect(vanilla.problems).toEqual([
    expect.stringMatching(/^the cluster is OpenShift, but maas.yaml is for plain Kubernetes/),
  ]);
  expect(plan({ openShift: true, platformForced: true })).toMatchObject({ problems: [], warnings: vanilla.problems });
  const components = everything();
  expect(plan({ props: openshift, components }).problems).toEqual([
    expect.stringMatching(/^maas.yaml says platform: openshift, but the cluster is not OpenShift/),
  ]);
});
