import { Duration } from 'cdk8s';
import type { MaasPlatformProps } from '../../src/config/configuration';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { formatExplanations } from '../../src/explain/text';
import { ModelScaling, type ModelScalingProps } from '../../src/models/model-scaling';
import { manifestsOf } from '../../src/platform/manifests';
import { identify, synthesize } from '../support/synth';

const MINIMAL: ModelScalingProps = {
  inferenceService: 'llama',
  namespace: 'research',
  min: 1,
  max: 4,
  by: 'queue',
  target: 5,
  prometheusAddress: 'http://prometheus.monitoring.svc:9090',
};

function scaled(changes: Partial<ModelScalingProps> = {}) {
  return synthesize((chart) => new ModelScaling(chart, 'scaling', { ...MINIMAL, ...changes }));
}

interface Manifest {
  kind: string;
  metadata: { name: string; namespace: string; annotations: Record<string, string> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

function platform(props: MaasPlatformProps): Manifest[] {
  return manifestsOf(props) as unknown as Manifest[];
}

function named(manifests: readonly Manifest[], name: string): Manifest {
  const found = manifests.find((manifest) => identify(manifest) === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('ModelScaling', () => {
  test('with minimal props: KEDA scales the Deployment that KServe makes', () => {
    const { manifests, find } = scaled();
    expect(manifests.map(identify)).toEqual(['ScaledObject research/llama']);
    expect(find('ScaledObject')).toMatchObject({
      apiVersion: 'keda.sh/v1alpha1',
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'llama-predictor' },
        minReplicaCount: 1,
        maxReplicaCount: 4,
        cooldownPeriod: 300,
        advanced: {
          horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 300 } } },
        },
      },
    });
    expect(find('ScaledObject').spec.triggers).toEqual([
      {
        type: 'prometheus',
        name: 'queue',
        metricType: 'AverageValue',
        metadata: {
          serverAddress: 'http://prometheus.monitoring.svc:9090',
          query: 'sum(vllm:num_requests_waiting{namespace="research",service="llama-predictor"})',
          threshold: '5',
          ignoreNullValues: 'false',
        },
      },
    ]);
  });

  test('with a cooldown: no replica goes earlier', () => {
    const { spec } = scaled({ cooldown: Duration.minutes(20) }).find('ScaledObject');
    const { stabilizationWindowSeconds } = spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown;
    expect([spec.cooldownPeriod, stabilizationWindowSeconds]).toEqual([1200, 1200]);
  });

  test.each<[Partial<ModelScalingProps>, string]>([
    [{ min: -1 }, 'replicas of llama: got -1 to 4, expected at least 0 and a larger maximum'],
    [{ max: 1 }, 'replicas of llama: got 1 to 1, expected at least 0 and a larger maximum'],
    [{ min: 0 }, 'replicas of llama: got 0 without gatewayJob, expected it, so that requests wake it'],
    [{ cooldown: Duration.millis(1500) }, 'cooldown of llama: got 1.5 seconds, expected 1 to 3600'],
    [{ cooldown: Duration.hours(2) }, 'cooldown of llama: got 7200 seconds, expected 1 to 3600'],
  ])('refuses %j', (changes, message) => {
    expect(() => scaled(changes)).toThrow(new Error(message));
  });
});

describe('a platform with a scaled model', () => {
  const scaling = { by: 'queue', target: 5 } as const;
  const model = { name: 'qwen3', replicas: { min: 1, max: 4 } };
  const before = platform({ models: [{ ...model, replicas: { min: 4 } }] });
  const manifests = platform({ models: [{ ...model, scaling }] });

  test('KServe leaves its replicas to KEDA, which our Prometheus answers', () => {
    const { metadata, spec } = named(manifests, 'InferenceService llm/qwen3-0-6b-instruct');
    expect(metadata.annotations['serving.kserve.io/autoscalerClass']).toBe('external');
    expect(spec.predictor).toMatchObject({ minReplicas: 1, maxReplicas: 4 });
    const { triggers } = named(manifests, 'ScaledObject llm/qwen3-0-6b-instruct').spec;
    const address = new URL(triggers[0].metadata.serverAddress);
    const [service = '', namespace] = address.hostname.split('.');
    const { spec: served } = named(manifests, `Service ${namespace}/${service}`);
    expect(served.ports.map(({ port }: { port: number }) => String(port))).toEqual([address.port]);
  });

  test('KEDA reaches Prometheus, and nothing else of the platform changes', () => {
    const unchanged = new Map(before.map((manifest) => [identify(manifest), JSON.stringify(manifest)]));
    const changed = manifests.filter((manifest) => unchanged.get(identify(manifest)) !== JSON.stringify(manifest));
    expect(changed.map(identify).sort()).toEqual([
      'InferenceService llm/qwen3-0-6b-instruct',
      'NetworkPolicy llm-observability/models-aas-observability',
      'ScaledObject llm/qwen3-0-6b-instruct',
    ]);
    const policy = named(manifests, 'NetworkPolicy llm-observability/models-aas-observability');
    expect(policy.spec.ingress).toHaveLength(1);
    expect(policy.spec.ingress[0].from.slice(1)).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'keda' } },
        podSelector: { matchLabels: { app: 'keda-operator' } },
      },
    ]);
  });

  test("on OpenShift it is Red Hat's KEDA", () => {
    const policy = named(
      platform({
        ...{ platform: 'openshift', domain: 'apps.example.com', models: [{ ...model, scaling }] },
        observability: { prometheus: true },
      }),
      'NetworkPolicy llm-observability/models-aas-observability',
    );
    expect(policy.spec.ingress[0].from[1].namespaceSelector.matchLabels).toEqual({
      'kubernetes.io/metadata.name': 'openshift-keda',
    });
  });

  test('somebody else’s Prometheus is asked where maas.yaml names one', () => {
    const others = platform({
      models: [{ ...model, scaling: { ...scaling, cooldown: '90s' } }],
      observability: { prometheus: false, serviceMonitors: true, prometheusAddress: 'http://other.monitoring:9090/' },
    });
    const { triggers, cooldownPeriod } = named(others, 'ScaledObject llm/qwen3-0-6b-instruct').spec;
    expect(triggers[0].metadata.serverAddress).toBe('http://other.monitoring:9090');
    expect(cooldownPeriod).toBe(90);
  });

  test('a canary is scaled like its model, with a range of its own', () => {
    const canary = { weight: 10, accelerator: 'nvidia-l4', replicas: { min: 1, max: 2 } };
    const both = platform({ models: [{ ...model, scaling, canary }] });
    const { spec } = named(both, 'ScaledObject llm/qwen3-0-6b-instruct-canary');
    expect(spec).toMatchObject({ minReplicaCount: 1, maxReplicaCount: 2 });
    expect(spec.triggers[0].metadata.query).toContain('service="qwen3-0-6b-instruct-canary-predictor"');
  });

  test.each([
    ['queue', 1, 'by KEDA: a replica for every 1 request that waits; one goes once less is enough for 5m'],
    ['cache', 70, 'by KEDA: a replica for every 70 % of one KV cache in use; one goes once less is enough for 5m'],
    ['tokens', 2000, 'by KEDA: a replica for every 2,000 tokens a second; one goes once less is enough for 5m'],
  ] as const)('explain says how: %s', (by, target, words) => {
    const settings = resolveSettings({ models: [{ ...model, scaling: { by, target } }] });
    const text = formatExplanations(explainName(settings, 'qwen3'));
    expect(text).toContain(`  ${words}\n`);
    expect(text).toContain('ScaledObject llm/qwen3-0-6b-instruct');
  });
});

describe('a platform with a model that may sleep', () => {
  const scaling = { by: 'queue', target: 5 } as const;
  const model = { name: 'qwen3', replicas: { min: 0, max: 2 }, scaling };
  const manifests = platform({ models: [model, { name: 'simulator' }] });

  test('KEDA takes the last pod away, and KServe is told of none', () => {
    const { spec } = named(manifests, 'ScaledObject llm/qwen3-0-6b-instruct');
    expect([spec.minReplicaCount, spec.maxReplicaCount]).toEqual([0, 2]);
    const service = named(manifests, 'InferenceService llm/qwen3-0-6b-instruct');
    expect(service.metadata.annotations['serving.kserve.io/autoscalerClass']).toBe('external');
    expect(service.spec.predictor).toMatchObject({ minReplicas: 1, maxReplicas: 2 });
  });

  test('one pod is enough to wake it, and the load decides about more', () => {
    const { triggers } = named(manifests, 'ScaledObject llm/qwen3-0-6b-instruct').spec;
    expect(
      triggers.map(({ name, metadata }: { name: string; metadata: object }) => ({ name, ...metadata })),
    ).toMatchObject([
      { name: 'queue', threshold: '5', ignoreNullValues: 'false' },
      { name: 'activity', threshold: '1', ignoreNullValues: 'false' },
    ]);
  });

  test.each([undefined, 'staging'])('the gateway is asked by the name of its PodMonitor, of platform %s', (name) => {
    const all = platform({ name, models: [model] });
    const monitor = all.find(({ kind }) => kind === 'PodMonitor')?.metadata;
    const [, activity] = named(all, 'ScaledObject llm/qwen3-0-6b-instruct').spec.triggers;
    expect(activity.metadata.query).toContain(`up{job="${monitor?.namespace}/${monitor?.name}"}`);
  });

  test('clients are told to ask again, and only where a model may sleep', () => {
    const replies = (all: readonly Manifest[]) =>
      named(all, 'EnvoyFilter llm/error-reply-filter').spec.configPatches[0].patch.value.typed_config.local_reply_config
        .mappers as { headers_to_add?: object[] }[];
    const header = { key: 'retry-after', value: '30' };
    expect(replies(manifests).flatMap((mapper) => mapper.headers_to_add ?? [])).toEqual([
      { header, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    ]);
    const awake = platform({ models: [{ ...model, replicas: { min: 1, max: 2 } }] });
    expect(JSON.stringify(replies(awake))).not.toContain('headers_to_add');
  });

  test('with at most one pod there is no disruption budget', () => {
    const kinds = platform({ models: [{ ...model, replicas: { min: 0, max: 1 } }] }).map(({ kind }) => kind);
    expect(kinds).toContain('ScaledObject');
    expect(kinds).not.toContain('PodDisruptionBudget');
  });

  test('explain says what the first requests get', () => {
    const settings = resolveSettings({ models: [model] });
    expect(formatExplanations(explainName(settings, 'qwen3'))).toContain(
      'none once nobody has asked for 5m; then requests get 503 with retry-after until its weights are loaded\n',
    );
  });
});
