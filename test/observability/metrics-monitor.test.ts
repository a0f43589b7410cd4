import { Duration, Testing } from 'cdk8s';
import {
  authorinoMetrics,
  limitadorMetrics,
  MetricsMonitor,
  type MetricsMonitorProps,
  modelMetrics,
} from '../../src/observability/metrics-monitor';

function synthesize(props: MetricsMonitorProps) {
  const chart = Testing.chart();
  new MetricsMonitor(chart, 'monitor', props);
  return Testing.synth(chart);
}

const MINIMAL = { name: 'shop', namespace: 'observability', targetNamespace: 'shop', selector: { app: 'shop' } };

describe('MetricsMonitor with minimal props', () => {
  const [monitor, ...others] = synthesize(MINIMAL);

  test('is one ServiceMonitor beside Prometheus, labelled as an object of the platform', () => {
    expect(others).toEqual([]);
    expect(monitor).toMatchObject({ apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' });
    expect(monitor.metadata).toMatchObject({ name: 'shop', namespace: 'observability' });
    expect(monitor.metadata.labels['app.kubernetes.io/part-of']).toBe('maas');
  });

  test('scrapes /metrics of port http every 30 seconds, in the named namespace only', () => {
    expect(monitor.spec).toEqual({
      namespaceSelector: { matchNames: ['shop'] },
      selector: { matchLabels: { app: 'shop' } },
      endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
    });
  });
});

describe('MetricsMonitor with all props', () => {
  const [monitor] = synthesize({
    ...MINIMAL,
    port: 'admin',
    paths: ['/a', '/b'],
    interval: Duration.minutes(2),
    labels: { release: 'prometheus' },
  });

  test('scrapes every path at the interval', () => {
    expect(monitor.spec.endpoints).toEqual([
      { port: 'admin', path: '/a', interval: '120s' },
      { port: 'admin', path: '/b', interval: '120s' },
    ]);
  });

  test('adds its labels to those of every object', () => {
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus', 'app.kubernetes.io/part-of': 'maas' });
  });
});

describe('MetricsMonitor fails', () => {
  test('without labels to select by', () => {
    expect(() => synthesize({ ...MINIMAL, selector: {} })).toThrow(
      new Error('ServiceMonitor "shop": got an empty selector, expected at least one label'),
    );
  });

  test('without a path', () => {
    expect(() => synthesize({ ...MINIMAL, paths: [] })).toThrow(
      new Error('ServiceMonitor "shop": got no paths, expected at least one'),
    );
  });
});

describe("the platform's sources", () => {
  test('Authorino, both of its paths', () => {
    expect(authorinoMetrics('kuadrant-system')).toEqual({
      name: 'authorino-runtime',
      targetNamespace: 'kuadrant-system',
      selector: { 'authorino-resource': 'authorino', 'control-plane': 'controller-manager' },
      paths: ['/metrics', '/server-metrics'],
    });
  });

  test('Limitador', () => {
    expect(limitadorMetrics('kuadrant-system')).toEqual({
      name: 'limitador-runtime',
      targetNamespace: 'kuadrant-system',
      selector: { app: 'limitador', 'limitador-resource': 'limitador' },
    });
  });

  test.each([
    ['simulator', 'vllm-simulator', 'vllm-simulator-monitor'],
    ['qwen3', 'qwen3-0-6b-instruct', 'qwen3-model-monitor'],
    ['my-llama', 'my-llama', 'my-llama-model-monitor'],
  ])('the model %s', (name, inferenceService, monitor) => {
    expect(modelMetrics({ name, inferenceService, namespace: 'llm' })).toEqual({
      name: monitor,
      targetNamespace: 'llm',
      selector: { 'serving.kserve.io/inferenceservice': inferenceService },
    });
  });
});
