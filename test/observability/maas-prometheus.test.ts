import { Testing } from 'cdk8s';
import { IMAGES } from '../../src/images';
import { MaasPrometheus, type MaasPrometheusProps } from '../../src/observability/maas-prometheus';

const NAME = 'models-aas-observability';
const MINIMAL: MaasPrometheusProps = { namespace: 'llm-observability', scrapedNamespaces: ['llm', 'kuadrant-system'] };

function synthesize(props: MaasPrometheusProps) {
  const chart = Testing.chart();
  new MaasPrometheus(chart, 'prometheus', props);
  const objects = Testing.synth(chart);
  return {
    objects,
    find: (kind: string) => objects.find((object) => object.kind === kind),
    all: (kind: string) => objects.filter((object) => object.kind === kind),
  };
}

describe('MaasPrometheus with minimal props', () => {
  const { objects, find, all } = synthesize(MINIMAL);

  test("has the seed's names", () => {
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort()).toEqual([
      `NetworkPolicy llm-observability/${NAME}`,
      `Prometheus llm-observability/${NAME}`,
      `Role kuadrant-system/${NAME}`,
      `Role llm-observability/${NAME}`,
      `Role llm/${NAME}`,
      `RoleBinding kuadrant-system/${NAME}`,
      `RoleBinding llm-observability/${NAME}`,
      `RoleBinding llm/${NAME}`,
      `Service llm-observability/${NAME}`,
      `ServiceAccount llm-observability/${NAME}`,
      `ServiceMonitor llm-observability/${NAME}-self`,
    ]);
  });

  test('may discover Services, and nothing else', () => {
    for (const role of all('Role')) {
      const resources = role.rules.flatMap((rule: { resources: string[] }) => rule.resources);
      const verbs = role.rules.flatMap((rule: { verbs: string[] }) => rule.verbs);
      expect(resources.sort()).toEqual(['endpoints', 'endpointslices', 'pods', 'services']);
      expect([...new Set(verbs)].sort()).toEqual(['get', 'list', 'watch']);
    }
    for (const binding of all('RoleBinding')) {
      expect(binding.roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME });
      expect(binding.subjects).toEqual([{ kind: 'ServiceAccount', name: NAME, namespace: 'llm-observability' }]);
    }
    expect(find('Prometheus').spec.serviceAccountName).toBe(NAME);
  });

  test("takes the platform's monitors of its own namespace, which can't make it send its token away", () => {
    const { spec } = find('Prometheus');
    expect(spec.serviceMonitorSelector).toEqual({ matchLabels: { 'app.kubernetes.io/part-of': 'maas' } });
    expect(spec.podMonitorSelector).toEqual(spec.serviceMonitorSelector);
    expect(spec).not.toHaveProperty('serviceMonitorNamespaceSelector');
    expect(spec).not.toHaveProperty('podMonitorNamespaceSelector');
    expect(spec.arbitraryFSAccessThroughSMs).toEqual({ deny: true });
  });

  test('runs two pods that Pod Security restricted lets in', () => {
    expect(find('Prometheus').spec).toMatchObject({
      replicas: 2,
      resources: { requests: { memory: '400Mi' } },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        fsGroup: 2000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
  });

  test('names image and version alike', () => {
    const { image, version } = find('Prometheus').spec;
    expect(version).toBe(IMAGES.prometheus.tag);
    expect(image).toBe(`${IMAGES.prometheus.repository}:${version}`);
  });

  test('its Service selects the pods of the operator, and its ServiceMonitor the Service', () => {
    const service = find('Service');
    expect(service.spec).toEqual({
      type: 'ClusterIP',
      selector: { 'app.kubernetes.io/name': 'prometheus', prometheus: NAME },
      ports: [{ name: 'web', port: 9090 }],
    });
    const monitor = find('ServiceMonitor');
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    expect(monitor.spec.endpoints).toEqual([{ port: 'web', path: '/metrics', interval: '30s' }]);
    expect(monitor.metadata.labels).toMatchObject(find('Prometheus').spec.serviceMonitorSelector.matchLabels);
  });
});

describe('MaasPrometheus with all props', () => {
  const { objects, find, all } = synthesize({
    namespace: 'llm',
    scrapedNamespaces: ['llm', 'llm'],
    name: 'mine',
    replicas: 1,
    platform: 'openshift',
    image: 'mirror.example.com/prometheus/prometheus:v1',
  });

  test('has its name, and everything finds everything by it', () => {
    expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(['mine', 'mine-self']));
    expect(find('Prometheus').spec.serviceAccountName).toBe('mine');
    expect(find('RoleBinding').roleRef.name).toBe('mine');
    expect(find('RoleBinding').subjects[0].name).toBe('mine');
    expect(find('Service').spec.selector.prometheus).toBe('mine');
    expect(find('ServiceMonitor').spec.selector.matchLabels).toEqual({ app: 'mine' });
  });

  test('has one Role a namespace, however often it is named', () => {
    expect(all('Role').map(({ metadata }) => metadata.namespace)).toEqual(['llm']);
  });

  test('takes replicas and image, and leaves user and group ids to OpenShift', () => {
    expect(find('Prometheus').spec).toMatchObject({
      replicas: 1,
      image: 'mirror.example.com/prometheus/prometheus:v1',
      version: IMAGES.prometheus.tag,
    });
    expect(find('Prometheus').spec.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });
});

describe('MaasPrometheus fails', () => {
  test.each([0, -1, 1.5])('for %s replicas', (replicas) => {
    expect(() => synthesize({ ...MINIMAL, replicas })).toThrow(
      new Error(`Prometheus "${NAME}": got ${replicas} replicas, expected a whole number of at least 1`),
    );
  });
});
