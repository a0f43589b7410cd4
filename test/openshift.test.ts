import { App } from 'cdk8s';
import { load } from 'js-yaml';
import { MaasPlatform, type MaasPlatformProps } from '../src';

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  readonly [member: string]: any;
}

const OPENSHIFT: MaasPlatformProps = { platform: 'openshift', domain: 'apps.example.com' };

function synth(props: MaasPlatformProps): Manifest[] {
  const app = new App();
  new MaasPlatform(app, 'maas', { ...OPENSHIFT, ...props });
  return app.charts.flatMap((chart) => chart.toJson() as Manifest[]);
}

/** Everything that the platform can run there: the demo Keycloak is refused. */
const everything: MaasPlatformProps = {
  models: [
    { name: 'simulator' },
    { name: 'qwen3', accelerator: 'nvidia-l4' },
    { name: 'downloaded', source: 's3://models/own', accelerator: 'nvidia' },
    { name: 'mounted', source: 'pvc://weights/own', accelerator: 'nvidia' },
    {
      name: 'image',
      source: 'oci://registry.example.com/models/own:1',
      accelerator: 'nvidia',
      serviceAccount: 'puller',
    },
  ],
  tiers: [{ name: 'free', requests: { limit: 5, window: '2m' } }],
  limits: { redis: { existingSecret: 'own' } },
  storage: { minio: { existingSecret: 'own' } },
  conformance: { key: { existingSecret: 'conformance' } },
};

/** The pods that come of an object, as far as we write them. */
function podOf(object: Manifest): Manifest | undefined {
  if (object.kind === 'Deployment' || object.kind === 'Job') return object['spec'].template.spec;
  if (object.kind === 'InferenceService') return object['spec'].predictor;
  if (object.kind === 'ServingRuntime' || object.kind === 'Prometheus') return object['spec'];
  if (object.kind === 'ConfigMap' && object['data'].deployment !== undefined) {
    return (load(object['data'].deployment) as Manifest)['spec'].template.spec;
  }
  return undefined;
}

const pods = [...synth(everything), ...synth({ observability: { prometheus: true } })].flatMap((object) => {
  const pod = podOf(object);
  return pod === undefined ? [] : [{ what: `${object.kind} ${object.metadata.name}`, pod }];
});

describe('every pod runs as whichever user OpenShift gives its namespace', () => {
  test('there are pods of every kind', () => {
    expect([...new Set(pods.map(({ what }) => what.replace(/-[0-9a-f]{8,}$/, '')))].sort()).toEqual([
      'ConfigMap inference-gateway-options',
      'Deployment limitador-redis',
      'Deployment minio',
      'InferenceService downloaded',
      'InferenceService image',
      'InferenceService mounted',
      'InferenceService qwen3-0-6b-instruct',
      'InferenceService vllm-simulator',
      'Job maas-conformance',
      'Job minio-setup',
      'Prometheus models-aas-observability',
      'ServingRuntime vllm-latest',
    ]);
  });

  test.each(pods)('$what names no user and no group', ({ pod }) => {
    const said = JSON.stringify(pod);
    for (const key of ['runAsUser', 'runAsGroup', 'fsGroup', 'supplementalGroups', 'seLinuxOptions']) {
      expect(said).not.toContain(`"${key}"`);
    }
  });

  test.each(pods)('$what wants nothing that restricted-v2 refuses', ({ pod }) => {
    const said = JSON.stringify(pod);
    for (const key of ['hostPath', 'hostNetwork', 'hostPID', 'hostIPC', 'hostPort', 'privileged']) {
      expect(said).not.toContain(`"${key}"`);
    }
    expect(said).not.toContain('"add"');
    expect(said).not.toContain('Unconfined');
  });

  test("homes and caches are on volumes: the root file system is nobody's", () => {
    const containers = pods.flatMap(({ what, pod }) =>
      ((pod['containers'] ?? []) as Manifest[])
        .filter(({ securityContext }) => securityContext?.readOnlyRootFilesystem === true)
        .map((container) => ({ what, container })),
    );
    const homes = containers.flatMap(({ what, container }) => {
      const mounts = (container['volumeMounts'] ?? []) as { mountPath: string; readOnly?: boolean }[];
      const writable = mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath);
      return ((container['env'] ?? []) as { name: string; value: string }[])
        .filter(({ name }) => /^(HOME|.*_(HOME|DIR|ROOT|BASE))$/.test(name))
        .map(({ name, value }) => {
          const isWritable = writable.some((mount) => value === mount || value.startsWith(`${mount}/`));
          return `${what} ${name}: ${isWritable ? 'a volume' : value}`;
        });
    });
    const vllm = [
      ...['HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'HF_HOME', 'VLLM_CACHE_ROOT', 'VLLM_CONFIG_ROOT'],
      ...['TRITON_CACHE_DIR', 'TORCHINDUCTOR_CACHE_DIR', 'FLASHINFER_WORKSPACE_BASE'],
    ];
    expect(homes).toEqual([
      'Job minio-setup HOME: a volume',
      ...vllm.map((name) => `ServingRuntime vllm-latest ${name}: a volume`),
    ]);
  });
});

describe('rights', () => {
  test('nothing of its own is allowed by SecurityContextConstraints, ClusterRoles or their bindings', () => {
    const kinds = new Set(synth(everything).map(({ kind }) => kind));
    expect(
      [...kinds].filter((kind) => /^(SecurityContextConstraints|ClusterRole|ClusterRoleBinding)$/.test(kind)),
    ).toEqual([]);
  });

  function bindings(props: MaasPlatformProps): string[][] {
    return synth(props)
      .filter(({ kind, metadata }) => kind === 'RoleBinding' && metadata.name.startsWith('kserve-'))
      .map(({ roleRef, subjects }) => [roleRef.name, ...subjects.map(({ name }: { name: string }) => name)]);
  }

  test('only weights from an image need more than restricted-v2', () => {
    const others = everything.models?.filter(({ name }) => name !== 'image');
    expect(bindings({ ...everything, models: others })).toEqual([
      ['system:openshift:scc:restricted-v2', 'kserve-service-account'],
    ]);
    expect(bindings(everything)).toEqual([
      ['system:openshift:scc:restricted-v2', 'kserve-service-account', 'puller'],
      ['system:openshift:scc:nonroot-v2', 'puller'],
    ]);
  });

  test('so does a canary with weights from an image', () => {
    const canary = { weight: 5, source: 'oci://registry.example.com/models/own:2' };
    const models = [{ name: 'own', source: 'hf://org/own', accelerator: 'nvidia', canary }];
    expect(bindings({ models })).toEqual([
      ['system:openshift:scc:restricted-v2', 'kserve-service-account'],
      ['system:openshift:scc:nonroot-v2', 'kserve-service-account'],
    ]);
  });
});

describe('user workload monitoring', () => {
  const monitorsOf = (manifests: readonly Manifest[]) =>
    manifests.filter(({ kind }) => kind === 'ServiceMonitor' || kind === 'PodMonitor');
  const elsewhere: MaasPlatformProps = {
    gateway: { namespace: 'ingress' },
    kuadrant: { namespace: 'connectivity' },
    namespace: 'models',
  };

  test('finds each monitor in the namespace of its target', () => {
    const monitors = monitorsOf(synth(elsewhere));
    expect(monitors.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()).toEqual([
      'connectivity/authorino-runtime',
      'connectivity/limitador-runtime',
      'ingress/inference-gateway-stats',
      'models/vllm-simulator-monitor',
    ]);
    // It does not read the selector, but who does finds the same.
    for (const { metadata, spec } of monitors) {
      expect(spec.namespaceSelector).toEqual({ matchNames: [metadata.namespace] });
    }
  });

  test('needs no Prometheus, no namespace and no rights of ours', () => {
    const manifests = synth(elsewhere);
    expect(manifests.filter(({ kind }) => ['Prometheus', 'Role'].includes(kind))).toEqual([]);
    expect(manifests.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)).toEqual([
      'models',
    ]);
  });

  test('names the gateway after the monitor beside it, for what wakes a model', () => {
    const scaled = synth({
      ...elsewhere,
      models: [{ name: 'simulator', replicas: { min: 0, max: 2 }, scaling: { by: 'queue', target: 5 } }],
      observability: { prometheusAddress: 'https://thanos.example.com' },
    }).find(({ kind }) => kind === 'ScaledObject');
    const queries = scaled?.['spec'].triggers.map(({ metadata }: { metadata: { query: string } }) => metadata.query);
    expect(queries).toHaveLength(2);
    expect(queries[1]).toContain('up{job="ingress/inference-gateway-stats"}');
  });

  test('is left out of no namespace of ours', () => {
    const left = synth({}).filter(({ metadata }) => metadata.labels?.['openshift.io/user-monitoring'] !== undefined);
    expect(left).toEqual([]);
  });

  test('a platform with a name keeps its monitors apart from others in the namespace of Kuadrant', () => {
    const names = monitorsOf(synth({ name: 'staging' })).map(({ metadata }) => metadata.name);
    expect(names).not.toHaveLength(0);
    for (const name of names) expect(name).toMatch(/^staging-/);
  });

  test.each<[string, MaasPlatformProps, string]>([
    ['an own Prometheus', { observability: { prometheus: true } }, 'llm-observability'],
    ["somebody else's", { observability: { prometheus: false, serviceMonitors: true } }, 'llm-observability'],
  ])('%s takes its place', (_, props, namespace) => {
    for (const { metadata } of monitorsOf(synth(props))) expect(metadata.namespace).toBe(namespace);
  });
});
