import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { MaasPlatform, type MaasPlatformProps } from '../src';
import { isAllowed, selects, type NetworkPolicy } from './support/network';
import { PODS, type PodName } from './support/pods';

interface Manifest extends NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function synth(props: MaasPlatformProps): Manifest[] {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  return app.charts.flatMap((chart) => chart.toJson() as Manifest[]);
}

/** Everything that the platform can run. */
const everything: MaasPlatformProps = {
  limits: { engine: 'tokenRateLimitPolicy', redis: {} },
  identity: { keycloak: 'demo', apiKeys: { enabled: true } },
  storage: { minio: {} },
};

const names = Object.keys(PODS) as PodName[];

/** Ports of the platform's own pods, and of what the gateway talks to. */
const ports: { readonly [Name in PodName]?: readonly number[] } = {
  gateway: [80, 443, 8080, 15000, 15020, 15021, 15090],
  simulator: [8080, 9000, 80],
  otherModel: [8080],
  keycloak: [8080, 9000],
  minio: [9000, 9001],
  minioSetup: [8080],
  redis: [6379],
  prometheus: [9090, 8080],
};

/** Who may connect to each of the platform's own pods, by port; `outside` is anyone beyond the cluster. */
function clientsOf(manifests: readonly Manifest[], name: PodName): Record<string, string[]> {
  const everybody = [...names.filter((each) => each !== name && each !== 'gateway'), 'outside'];
  return Object.fromEntries(
    ports[name]!.map((port): [string, string[]] => {
      const clients = [...names, 'outside' as const].filter((client) => {
        const from = client === 'outside' ? undefined : PODS[client];
        return isAllowed(manifests, { from, to: PODS[name], port });
      });
      const all = everybody.every((each) => clients.includes(each as PodName));
      return [String(port), all ? ['all'] : clients.sort()];
    }).filter(([, clients]) => clients.length > 0),
  );
}

describe('who may connect to what the platform runs', () => {
  const manifests = synth(everything);
  const silent = ['keycloak', 'minio', 'redis'];
  /** Everybody but those who may connect to nothing. */
  const listeners = [...names, 'outside'].filter((name) => !silent.includes(name) && name !== 'gateway').sort();

  test.each<[PodName, Record<string, string[]>]>([
    ['gateway', { 80: listeners, 15021: listeners, 15090: ['prometheus'] }],
    ['simulator', { 8080: ['gateway', 'prometheus'] }],
    ['keycloak', { 8080: ['authorino'] }],
    ['minio', { 9000: ['minioSetup', 'otherModel', 'simulator'] }],
    ['redis', { 6379: ['limitador'] }],
    ['prometheus', { 9090: ['prometheus'] }],
  ])('%s', (name, clients) => {
    expect(clientsOf(manifests, name)).toEqual(clients);
  });

  test('a pod of somebody else in our namespace is left alone', () => {
    expect(isAllowed(manifests, { from: PODS.stranger, to: PODS.otherModel, port: 8080 })).toBe(true);
    const selecting = manifests.filter(
      (manifest) => manifest.kind === 'NetworkPolicy' && selects(manifest, 'Ingress', PODS.neighbour),
    );
    expect(selecting).toEqual([]);
  });

  test('with TLS the gateway listens on the other port', () => {
    const secure = synth({ domain: 'models.example.com', users: [], gateway: { tls: {} } });
    expect(Object.keys(clientsOf(secure, 'gateway'))).toEqual(['443', '15021', '15090']);
  });
});

describe('what the gateway may connect to', () => {
  const manifests = synth(everything);
  const candidates = [53, 80, 443, 5001, 6379, 8080, 8081, 8082, 8083, 9000, 9001, 9090, 15010, 15012, 15017, 50051];

  test.each<[PodName | 'outside', number[]]>([
    ['istiod', [15012]],
    ['kuadrantOperator', [8081, 8082, 50051]],
    ['authorino', [8081, 8082, 50051]],
    ['limitador', [8081, 8082, 50051]],
    ['simulator', [8080]],
    ['otherModel', [8080]],
    ...(['keycloak', 'minio', 'redis', 'prometheus', 'neighbour', 'stranger', 'outside'] as const).map(
      (name): [PodName | 'outside', number[]] => [name, []],
    ),
  ])('%s', (name, expected) => {
    const to = name === 'outside' ? undefined : PODS[name];
    const allowed = candidates.filter((port) => isAllowed(manifests, { from: PODS.gateway, to, port }));
    const incoming = (port: number) => isAllowed(manifests, { from: PODS.istiod, to, port });
    // Of what runs itself behind a policy not even DNS is left.
    expect(allowed).toEqual([...(incoming(53) ? [53] : []), ...expected]);
    expect(isAllowed(manifests, { from: PODS.gateway, port: 53, protocol: 'UDP' })).toBe(true);
  });

  test("every server that Kuadrant's real operator names in its EnvoyFilters", () => {
    const recording = join(__dirname, 'envoy/istio/kuadrant-envoy-filter.yaml');
    const text = JSON.stringify(loadAll(readFileSync(recording, 'utf8')));
    const addresses = [...text.matchAll(/"address":"([a-z-]+)\.([a-z-]+)\.svc\.cluster\.local","port_value":(\d+)/g)];
    const servers: Record<string, PodName> = {
      'authorino-authorino-authorization': 'authorino',
      'kuadrant-operator-wasm': 'kuadrantOperator',
    };
    expect(addresses.map(([, service]) => service).sort()).toEqual(Object.keys(servers).sort());
    for (const [, service = '', namespace, port] of addresses) {
      const to = PODS[servers[service]!];
      expect(to.namespace).toBe(namespace);
      expect(isAllowed(manifests, { from: PODS.gateway, to, port: Number(port) })).toBe(true);
    }
  });
});

describe('the Prometheus of somebody else', () => {
  const others: MaasPlatformProps = { observability: { prometheus: false, serviceMonitors: true } };

  test('scrapes from the namespace of the monitors', () => {
    const manifests = synth(others);
    expect(clientsOf(manifests, 'simulator')).toEqual({ 8080: ['gateway', 'otherPrometheus', 'prometheus'] });
    expect(clientsOf(manifests, 'gateway')['15090']).toEqual(['otherPrometheus', 'prometheus']);
  });

  test("on OpenShift from its user workload monitoring's only", () => {
    const manifests = synth({ platform: 'openshift', domain: 'apps.example.com', users: [] });
    expect(clientsOf(manifests, 'simulator')).toEqual({ 8080: ['gateway', 'userWorkloadPrometheus'] });
    expect(clientsOf(manifests, 'gateway')['15090']).toEqual(['userWorkloadPrometheus']);
    expect(isAllowed(manifests, { from: PODS.router, to: PODS.gateway, port: 80 })).toBe(true);
  });

  test('without monitors nobody but the gateway reaches models', () => {
    const manifests = synth({ observability: { prometheus: false } });
    expect(clientsOf(manifests, 'simulator')).toEqual({ 8080: ['gateway'] });
    expect(Object.keys(clientsOf(manifests, 'gateway'))).toEqual(['80', '15021']);
  });
});

describe('a Gateway of somebody else', () => {
  const manifests = synth({ gateway: { create: false, name: 'shared', namespace: 'infrastructure' } });
  const shared = { namespace: 'infrastructure', labels: { 'gateway.networking.k8s.io/gateway-name': 'shared' } };

  test('has no policy of ours, and is the only one that reaches models', () => {
    expect(manifests.filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace !== 'llm')).toEqual([
      expect.objectContaining({ metadata: expect.objectContaining({ namespace: 'llm-observability' }) }),
    ]);
    expect(isAllowed(manifests, { from: shared, to: PODS.simulator, port: 8080 })).toBe(true);
    expect(isAllowed(manifests, { from: PODS.gateway, to: PODS.simulator, port: 8080 })).toBe(false);
  });
});

test('networkPolicies: false makes none', () => {
  const manifests = synth({ ...everything, networkPolicies: false });
  expect(manifests.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
});
