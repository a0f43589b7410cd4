import { MaasGateway } from '../../src/gateway/maas-gateway';
import { LimitReplyFilter } from '../../src/limits/limit-reply-filter';
import { LimitadorRedis, type LimitadorRedisProps } from '../../src/limits/limitador-redis';
import { LimitadorStorage } from '../../src/limits/limitador-storage';
import { OperatorFailureMode } from '../../src/limits/operator-failure-mode';
import { identify, synthesize } from '../support/synth';

const NAMESPACE = 'kuadrant-system';

function redisWith(props: Partial<LimitadorRedisProps> = {}) {
  return synthesize((chart) => new LimitadorRedis(chart, 'redis', { namespace: NAMESPACE, ...props }));
}

describe('LimitadorRedis', () => {
  test('with minimal props has a volume, a Service and a demo Secret that says so', () => {
    const { manifests, find } = redisWith();
    expect(manifests.map(identify)).toEqual([
      'Secret kuadrant-system/limitador-redis',
      'PersistentVolumeClaim kuadrant-system/limitador-redis',
      'Deployment kuadrant-system/limitador-redis',
      'Service kuadrant-system/limitador-redis',
      'NetworkPolicy kuadrant-system/limitador-redis',
    ]);
    expect(find('PersistentVolumeClaim').spec.resources.requests.storage).toBe('1Gi');
    expect(find('Secret').metadata.annotations).toMatchObject({ 'cdk8s-maas/demo-credentials': 'true' });
  });

  test('has a URL with its own name, port and password', () => {
    const { find } = redisWith();
    const { password, URL: url } = find('Secret').stringData;
    const [{ port, targetPort }] = find('Service').spec.ports;
    const [container] = find('Deployment').spec.template.spec.containers;
    expect(container.ports).toEqual([{ name: targetPort, containerPort: port }]);
    expect(url).toBe(`redis://:${password}@${find('Service').metadata.name}:${port}`);
  });

  test('with all props has no Secret of its own', () => {
    const { manifests, find } = redisWith({
      size: '5Gi',
      storageClassName: 'fast',
      existingSecretName: 'own',
      platform: 'openshift',
      image: 'mirror.example.com/redis:8.2.2',
    });
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
    expect(find('PersistentVolumeClaim').spec).toMatchObject({
      storageClassName: 'fast',
      resources: { requests: { storage: '5Gi' } },
    });
    const { spec } = find('Deployment').spec.template;
    expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.containers[0]).toMatchObject({
      image: 'mirror.example.com/redis:8.2.2',
      env: [{ name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'own', key: 'password' } } }],
    });
  });
});

test("LimitadorStorage sets the one field that is not the operator's", () => {
  const { manifests } = synthesize(
    (chart) => new LimitadorStorage(chart, 'storage', { namespace: NAMESPACE, urlSecretName: 'shared' }),
  );
  expect(manifests.map(identify)).toEqual(['Limitador kuadrant-system/limitador']);
  expect(manifests[0].spec).toEqual({ storage: { redis: { configSecretRef: { name: 'shared' } } } });
});

test('OperatorFailureMode sets three variables of the operator and survives the platform', () => {
  const { manifests } = synthesize(
    (chart) => new OperatorFailureMode(chart, 'mode', { namespace: NAMESPACE, mode: 'deny' }),
  );
  expect(manifests.map(identify)).toEqual(['Deployment kuadrant-system/kuadrant-operator-controller-manager']);
  expect(manifests[0].metadata.labels).toMatchObject({ 'cdk8s-maas/deletion-protection': 'true' });
  const env = ['', 'CHECK_', 'REPORT_'].map((half) => ({
    name: `RATELIMIT_${half}SERVICE_FAILURE_MODE`,
    value: 'deny',
  }));
  expect(manifests[0].spec).toEqual({ template: { spec: { containers: [{ name: 'manager', env }] } } });
});

describe('LimitReplyFilter', () => {
  const gateway = MaasGateway.fromName('inference-gateway', 'llm');

  test.each([
    [undefined, { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' }] }],
    [
      'istio-system',
      { workloadSelector: { labels: { 'gateway.networking.k8s.io/gateway-name': 'inference-gateway' } } },
    ],
  ])('in namespace %s selects the Gateway in the way that works there', (namespace, selection) => {
    const { find } = synthesize(
      (chart) => new LimitReplyFilter(chart, 'reply', { gateway, namespace, retryAfterSeconds: 60 }),
    );
    expect(find('EnvoyFilter', 'limit-reply-filter').spec).toMatchObject(selection);
  });

  test.each([0, 1.5, NaN])('refuses to retry after %p seconds', (retryAfterSeconds) => {
    expect(() => synthesize((chart) => new LimitReplyFilter(chart, 'reply', { gateway, retryAfterSeconds }))).toThrow(
      `retry after: got ${retryAfterSeconds} seconds, expected a whole number above 0`,
    );
  });
});
