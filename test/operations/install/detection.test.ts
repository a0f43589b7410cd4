import { resolveSettings } from '../../../src/config/settings';
import { annotationsOf, kubernetesVersion, recognise } from '../../../src/operations/install/detection';

const settings = resolveSettings({});

interface DeploymentProps {
  readonly labels?: Record<string, string>;
  readonly containers?: { readonly name: string; readonly image: string }[];
}

function deployment(namespace: string, name: string, { labels, containers = [] }: DeploymentProps) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, ...(labels && { labels }) },
    spec: { template: { spec: { containers } } },
  };
}

test('every component by what its release installs', () => {
  const found = recognise(
    [
      deployment('kube-system', 'coredns', {
        containers: [{ name: 'coredns', image: 'registry.k8s.io/coredns:v1.12.0' }],
      }),
      deployment('istio-system', 'istiod', {
        labels: { app: 'istiod' },
        containers: [{ name: 'discovery', image: 'docker.io/istio/pilot:1.31.4-distroless' }],
      }),
      deployment('cert-manager', 'cert-manager', {
        containers: [{ name: 'cert-manager-controller', image: 'quay.io/jetstack/cert-manager-controller:v1.18.2' }],
      }),
      deployment('kserve', 'kserve-controller-manager', {
        containers: [
          { name: 'kube-rbac-proxy', image: 'quay.io/brancz/kube-rbac-proxy:v0.18.0' },
          { name: 'manager', image: 'kserve/kserve-controller:v0.15.2' },
        ],
      }),
      deployment('kuadrant-system', 'kuadrant-operator-controller-manager', {
        containers: [{ name: 'manager', image: 'mirror.example.com:5000/kuadrant/kuadrant-operator:v1.5.2' }],
      }),
      deployment('monitoring', 'prometheus-operator', {
        labels: { 'app.kubernetes.io/name': 'prometheus-operator' },
        containers: [{ name: 'prometheus-operator', image: 'quay.io/prometheus-operator/prometheus-operator:v0.90.0' }],
      }),
    ],
    new Map([
      ['gateways.gateway.networking.k8s.io', new Map([['gateway.networking.k8s.io/bundle-version', 'v1.5.1']])],
      ['prometheuses.monitoring.coreos.com', new Map([['operator.prometheus.io/version', '0.93.0']])],
    ]),
    settings,
  );
  expect(Object.fromEntries(found)).toEqual({
    'gateway-api': { version: '1.5.1', where: 'CustomResourceDefinition gateways.gateway.networking.k8s.io' },
    istio: { version: '1.31.4', where: 'Deployment istio-system/istiod', namespace: 'istio-system' },
    'cert-manager': { version: '1.18.2', where: 'Deployment cert-manager/cert-manager', namespace: 'cert-manager' },
    kserve: { version: '0.15.2', where: 'Deployment kserve/kserve-controller-manager', namespace: 'kserve' },
    kuadrant: {
      version: '1.5.2',
      where: 'Deployment kuadrant-system/kuadrant-operator-controller-manager',
      namespace: 'kuadrant-system',
    },
    'prometheus-operator': {
      version: '0.90.0',
      where: 'Deployment monitoring/prometheus-operator',
      namespace: 'monitoring',
    },
  });
});

test('nothing in an empty cluster', () => {
  expect(recognise([], new Map(), settings)).toEqual(new Map());
});

test('an image with a digest says nothing: then a label does', () => {
  const containers = [{ name: 'discovery', image: 'registry.example.com/pilot@sha256:1234567890' }];
  const labels = { app: 'istiod', 'app.kubernetes.io/version': '1.31.4' };
  const found = (given: Record<string, string>) =>
    recognise([deployment('istio-system', 'istiod', { labels: given, containers })], new Map(), settings).get('istio')
      ?.version;
  expect(found(labels)).toBe('1.31.4');
  expect(found({ app: 'istiod', 'olm.owner': 'servicemesh.v3.4.0' })).toBe('3.4.0');
  expect(found({ app: 'istiod' })).toBeUndefined();
});

test('the Prometheus operator by its kinds, where nobody says which Deployment it is', () => {
  const crds = new Map([
    ['prometheuses.monitoring.coreos.com', new Map([['operator.prometheus.io/version', '0.88.1']])],
  ]);
  expect(recognise([], crds, settings).get('prometheus-operator')).toEqual({
    version: '0.88.1',
    where: 'CustomResourceDefinition prometheuses.monitoring.coreos.com',
  });
});

test('of two revisions of istiod the older one counts', () => {
  const istiod = (name: string, version: string) =>
    deployment('istio-system', name, {
      labels: { app: 'istiod' },
      containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${version}` }],
    });
  const found = recognise([istiod('istiod-new', '1.31.4'), istiod('istiod-old', '1.9.7')], new Map(), settings);
  expect(found.get('istio')?.version).toBe('1.9.7');
});

describe('a Deployment that a tenant calls like a component', () => {
  const kserve = (namespace: string, version: string) =>
    deployment(namespace, 'kserve-controller-manager', {
      containers: [{ name: 'manager', image: `kserve/kserve-controller:v${version}` }],
    });
  const kinds = new Map([['inferenceservices.serving.kserve.io', new Map<string, string>()]]);

  test('is none in a cluster without the kinds of the component', () => {
    expect(recognise([kserve('team-x', '0.20.0')], new Map(), settings).get('kserve')).toBeUndefined();
  });

  test('counts for nothing beside the one where it belongs', () => {
    const found = recognise([kserve('team-x', '0.1.0'), kserve('kserve', '0.20.0')], kinds, settings);
    expect(found.get('kserve')).toMatchObject({ version: '0.20.0', namespace: 'kserve' });
  });

  test('somebody else may have the component in another namespace', () => {
    const found = recognise([kserve('serving', '0.20.0')], kinds, settings);
    expect(found.get('kserve')).toMatchObject({ version: '0.20.0', namespace: 'serving' });
  });
});

test('the table that kubectl prints', () => {
  const table =
    'gateways.gateway.networking.k8s.io   v1.5.1   <none>\nprometheuses.monitoring.coreos.com   <none>   0.93.0\n';
  expect(annotationsOf(table, ['one', 'two'])).toEqual(
    new Map([
      ['gateways.gateway.networking.k8s.io', new Map([['one', 'v1.5.1']])],
      ['prometheuses.monitoring.coreos.com', new Map([['two', '0.93.0']])],
    ]),
  );
  expect(annotationsOf('', [])).toEqual(new Map());
});

test('the version of the server, not of kubectl', () => {
  const printed = { clientVersion: { gitVersion: 'v1.29.0' }, serverVersion: { gitVersion: 'v1.34.4' } };
  expect(kubernetesVersion(printed)).toBe('1.34.4');
});
