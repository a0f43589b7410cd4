import { App, Chart } from 'cdk8s';
import { ConfigurationError, MaasPlatform, type MaasPlatformProps } from '../src';

interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown>;
}

function synth(props: MaasPlatformProps = {}): Map<string, Manifest[]> {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  return new Map(app.charts.map((chart) => [chart.node.id, chart.toJson() as Manifest[]]));
}

function names(charts: Map<string, Manifest[]>): string[] {
  return [...charts.values()]
    .flat()
    .map(
      ({ kind, metadata: { namespace, name } }) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
    );
}

/** The default dist/, as ARCHITECTURE.md promises it: file by file, in the order of application. */
const DEFAULT_OBJECTS: Record<string, string[]> = {
  '00-namespaces': ['Namespace llm', 'Namespace llm-observability'],
  '10-kserve': ['ConfigMap kserve/inferenceservice-config'],
  '20-kuadrant': ['Kuadrant kuadrant-system/kuadrant'],
  '30-gateway': [
    'ConfigMap llm/inference-gateway-options',
    'Gateway llm/inference-gateway',
    'EnvoyFilter llm/identity-header-scrub-filter',
  ],
  '40-identity': [
    'Secret llm/freeuser1-apikey',
    'Secret llm/freeuser2-apikey',
    'Secret llm/premiumuser1-apikey',
    'Secret llm/premiumuser2-apikey',
    'Secret llm/enterpriseuser1-apikey',
    'AuthPolicy llm/gateway-auth-policy',
  ],
  '50-limits': ['EnvoyFilter llm/token-rate-limit-filter'],
  '60-models': ['InferenceService llm/vllm-simulator'],
  '70-routes': ['HTTPRoute llm/simulator-domain-route'],
  '80-observability': [
    'ServiceAccount llm-observability/models-aas-observability',
    'Role llm-observability/models-aas-observability',
    'RoleBinding llm-observability/models-aas-observability',
    'Role llm/models-aas-observability',
    'RoleBinding llm/models-aas-observability',
    'Role kuadrant-system/models-aas-observability',
    'RoleBinding kuadrant-system/models-aas-observability',
    'Prometheus llm-observability/models-aas-observability',
    'Service llm-observability/models-aas-observability',
    'ServiceMonitor llm-observability/models-aas-observability-self',
    'ServiceMonitor llm-observability/authorino-runtime',
    'ServiceMonitor llm-observability/limitador-runtime',
    'ServiceMonitor llm-observability/vllm-simulator-monitor',
  ],
  '90-protection': [
    'ValidatingAdmissionPolicy llm-deletion-protection',
    'ValidatingAdmissionPolicyBinding llm-deletion-protection',
  ],
};

describe('minimal props', () => {
  test('give the objects of ARCHITECTURE.md, file by file', () => {
    const charts = synth();
    expect([...charts.keys()]).toEqual(Object.keys(DEFAULT_OBJECTS));
    for (const [file, objects] of Object.entries(DEFAULT_OBJECTS)) {
      expect(names(new Map([[file, charts.get(file) ?? []]])).sort()).toEqual([...objects].sort());
    }
  });

  test('protect exactly what is shared with others from deletion', () => {
    const kept = [...synth().values()]
      .flat()
      .filter(({ metadata }) => metadata.labels['cdk8s-maas/deletion-protection'] === 'true');
    expect(kept.map(({ metadata }) => metadata.name)).toEqual([
      'llm',
      'llm-observability',
      'inferenceservice-config',
      'llm-deletion-protection',
      'llm-deletion-protection',
    ]);
    for (const { metadata } of kept) {
      expect(metadata.annotations).toEqual({
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      });
    }
  });

  test('label every object, without a version', () => {
    for (const { metadata } of [...synth().values()].flat()) {
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/part-of': 'maas',
        'app.kubernetes.io/managed-by': 'cdk8s-maas',
      });
      expect(metadata.labels).not.toHaveProperty('app.kubernetes.io/version');
    }
  });

  test('write nothing twice', () => {
    const all = names(synth());
    expect(new Set(all).size).toBe(all.length);
  });
});

/** Objects of the seed's README beyond the default, by the configuration that brings them. */
const SEED_OBJECTS: { props: MaasPlatformProps; objects: string[] }[] = [
  {
    props: {
      platform: 'openshift',
      domain: 'apps.example.com',
      models: ['simulator', 'qwen3', 'granite', 'mistral', 'nomic'].map((name) => ({ name })),
    },
    objects: [
      'Route llm/simulator-route',
      'Route llm/qwen3-route',
      'Route llm/granite-route',
      'Route llm/mistral-route',
      'Route llm/nomic-route',
      'ServiceAccount llm/kserve-service-account',
      'SecurityContextConstraints kserve-scc',
      'HTTPRoute llm/qwen3-domain-route',
      'HTTPRoute llm/granite-domain-route',
      'HTTPRoute llm/mistral-domain-route',
      'HTTPRoute llm/nomic-domain-route',
      'ServingRuntime llm/vllm-latest',
      'InferenceService llm/qwen3-0-6b-instruct',
      'InferenceService llm/granite-8b-code-instruct-128k',
      'InferenceService llm/mistral-7b-instruct',
      'InferenceService llm/nomic-embed-text-v1-5',
      'ServiceMonitor llm-observability/qwen3-model-monitor',
    ],
  },
  {
    props: { identity: { keycloak: 'demo' } },
    objects: [
      'Namespace keycloak-system',
      'Deployment keycloak-system/keycloak',
      'Service keycloak-system/keycloak',
      'ConfigMap keycloak-system/maas-realm-config',
    ],
  },
  {
    props: { storage: { minio: {} } },
    objects: [
      'Namespace minio-system',
      'PersistentVolumeClaim minio-system/minio-pvc',
      'Deployment minio-system/minio',
      'Service minio-system/minio',
      'Secret llm/minio-credentials',
      'Job minio-system/minio-setup',
    ],
  },
  {
    props: { tiers: [{ name: 'free', requests: { limit: 5, window: '2m' } }] },
    objects: ['RateLimitPolicy llm/gateway-rate-limits'],
  },
  {
    props: { limits: { engine: 'tokenRateLimitPolicy', redis: {}, onFailure: 'deny' } },
    objects: [
      'TokenRateLimitPolicy llm/gateway-token-rate-limits',
      'EnvoyFilter llm/limit-reply-filter',
      'Limitador kuadrant-system/limitador',
      'Deployment kuadrant-system/limitador-redis',
      'Service kuadrant-system/limitador-redis',
      'PersistentVolumeClaim kuadrant-system/limitador-redis',
      'Secret kuadrant-system/limitador-redis',
      'Deployment kuadrant-system/kuadrant-operator-controller-manager',
    ],
  },
  {
    props: { gateway: { tls: { issuer: { name: 'letsencrypt-prod' } } } },
    objects: ['Certificate llm/wildcard-apps-cert'],
  },
  {
    props: { limits: { filterNamespace: 'istio-system' } },
    objects: ['EnvoyFilter istio-system/token-rate-limit-filter'],
  },
];

describe('all props', () => {
  test.each(SEED_OBJECTS)('$objects.0 and its like', ({ props, objects }) => {
    expect(names(synth(props))).toEqual(expect.arrayContaining(objects));
  });

  test("names and namespaces of one's own reach every object", () => {
    const text = JSON.stringify([
      ...synth({
        namespace: 'models',
        gateway: { name: 'edge' },
        kserve: { namespace: 'kserve-own' },
        kuadrant: { namespace: 'kuadrant-own' },
        observability: { namespace: 'metrics' },
      }).values(),
    ]);
    expect(text).not.toMatch(/"llm(-observability)?"|"inference-gateway"|"kserve"|"kuadrant-system"/);
  });

  test("a registry takes the place of every image's own", () => {
    const text = JSON.stringify([
      ...synth({
        registry: 'mirror.example.com/hub',
        storage: { minio: {} },
        identity: { keycloak: 'demo' },
        models: [{ name: 'simulator' }, { name: 'qwen3' }],
      }).values(),
    ]);
    const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    expect(images).toHaveLength(6);
    for (const image of images) {
      expect(image).toMatch(/^mirror\.example\.com\/hub\/[a-z0-9/-]+:(v|RELEASE)?[.0-9A-Z:T-]+$/i);
    }
  });

  test('existing Gateway, namespaces, Kuadrant and KServe configuration are used, not rendered', () => {
    const charts = synth({
      createNamespaces: false,
      gateway: { create: false, name: 'shared', namespace: 'infrastructure' },
      kuadrant: { create: false },
      kserve: { configure: false },
      observability: { prometheus: false },
    });
    const rendered = names(charts);
    expect(rendered.filter((name) => /^(Gateway|Namespace|Kuadrant|ConfigMap|ValidatingAdm)/.test(name))).toEqual([]);
    expect(rendered).toEqual(
      expect.arrayContaining([
        'AuthPolicy infrastructure/gateway-auth-policy',
        'EnvoyFilter infrastructure/token-rate-limit-filter',
        'HTTPRoute llm/simulator-domain-route',
        'Secret llm/freeuser1-apikey',
      ]),
    );
    expect([...charts.values()].every((objects) => objects.length > 0)).toBe(true);
  });

  test('a model whose weights KServe downloads lowers Pod Security of its namespace, no other does', () => {
    const level = (source: string) =>
      synth({ models: [{ name: 'own', source, accelerator: 'nvidia' }] }).get('00-namespaces')?.[0]?.metadata.labels[
        'pod-security.kubernetes.io/enforce'
      ];
    expect([level('hf://a/b'), level('pvc://claim/path')]).toEqual(['restricted', 'restricted']);
    expect([level('s3://bucket/model'), level('oci://host/image:1')]).toEqual(['baseline', 'baseline']);
  });

  test('Prometheus may share the namespace of the models', () => {
    expect(names(synth({ observability: { namespace: 'llm' } })).filter((name) => /^Namespace/.test(name))).toEqual([
      'Namespace llm',
    ]);
  });

  test('own objects get a file of their own', () => {
    const objects = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own', namespace: 'llm' }, data: { a: 'b' } },
    ];
    expect(synth({ objects }).get('85-objects')).toEqual(objects);
  });

  test('two platforms share one App when one of them has a name', () => {
    const app = new App();
    new MaasPlatform(app, 'maas');
    new MaasPlatform(app, 'second', { name: 'second', namespace: 'llm-second' });
    expect(app.charts.map((chart) => chart.node.id)).toEqual(
      expect.arrayContaining(['30-gateway', 'second-30-gateway']),
    );
  });
});

describe('patches', () => {
  const target = { kind: 'Gateway', name: 'inference-gateway' };

  test("change the final manifest, fields outside an L1's schema included", () => {
    const gateway = synth({
      patches: [
        { target, merge: { spec: { unknownToTheSchema: true } } },
        { target, jsonPatch: [{ op: 'replace', path: '/spec/gatewayClassName', value: 'other' }] },
      ],
    })
      .get('30-gateway')
      ?.find(({ kind }) => kind === 'Gateway');
    expect(gateway?.spec).toMatchObject({ unknownToTheSchema: true, gatewayClassName: 'other' });
  });

  test.each([
    [
      { target: { kind: 'Gatway', name: 'inference-gateway' }, merge: {} },
      'patches[0].target: got Gatway inference-gateway, expected an object of this platform; did you mean Gateway inference-gateway?\n1 problem',
    ],
    [
      { target: { kind: 'Role', name: 'models-aas-observability' }, merge: {} },
      'patches[0].target: got Role models-aas-observability, expected one object; ' +
        'add its namespace, one of llm-observability, llm, kuadrant-system\n1 problem',
    ],
    [
      { target, merge: { spec: { gatewayClassName: 'istio' } } },
      'patches[0].merge: got the patch of Gateway llm/inference-gateway changes nothing, ' +
        'expected a change of Gateway inference-gateway; compare it with the object in dist/\n1 problem',
    ],
    [
      { target, jsonPatch: [{ op: 'remove' as const, path: '/spec/nothing' }] },
      'patches[0].jsonPatch: got Cannot perform the operation at a path that does not exist, ' +
        'expected a change of Gateway inference-gateway; compare it with the object in dist/\n1 problem',
    ],
  ])('fail when they find nothing or change nothing: %j', (patch, message) => {
    const attempt = () => synth({ patches: [patch] });
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(new Error(message));
  });
});

test('a model may have the name of a property of every object', () => {
  expect(names(synth({ models: [{ name: 'constructor', source: 'hf://a/b', accelerator: 'nvidia' }] }))).toContain(
    'InferenceService llm/constructor',
  );
});

describe('fails', () => {
  test('with every problem at once', () => {
    const attempt = () =>
      synth({
        users: [{ name: 'alice', tier: 'premuim', keys: [{ demo: 'key' }] }],
        models: [{ name: 'unknown' }],
      });
    expect(attempt).toThrow(/users\[0\]\.tier: got "premuim".*did you mean "premium"\?\n(.*\n)*models\[0\]/);
  });

  test('when an own object is one that it renders', () => {
    const apiVersion = 'gateway.networking.k8s.io/v1beta1';
    const gateway = { apiVersion, kind: 'Gateway', metadata: { name: 'inference-gateway', namespace: 'llm' } };
    const elsewhere = { ...gateway, metadata: { name: 'inference-gateway', namespace: 'elsewhere' } };
    const ofIstio = { ...gateway, apiVersion: 'networking.istio.io/v1' };
    expect(() => synth({ objects: [elsewhere, gateway] })).toThrow(
      new Error(
        'objects[1]: got Gateway llm/inference-gateway, expected no object that the platform renders: ' +
          'the later of the two files would win; change the rendered one with `patches`\n1 problem',
      ),
    );
    expect(() => synth({ objects: [elsewhere, ofIstio] })).not.toThrow();
  });

  test('inside a chart', () => {
    expect(() => new MaasPlatform(new Chart(new App(), 'chart'), 'maas')).toThrow(
      'a MaasPlatform lies directly under the App: its charts are files of their own',
    );
  });

  test('when two platforms of one App would write the same files', () => {
    const app = new App();
    new MaasPlatform(app, 'maas');
    expect(() => new MaasPlatform(app, 'second', { namespace: 'other' })).toThrow(
      'two platforms of one App write the same file 00-namespaces.k8s.yaml: give each its own "name"',
    );
  });
});
