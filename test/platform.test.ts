import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { ConfigurationError, MaasPlatform, SynthesisError, writeManifests, type MaasPlatformProps } from '../src';
import { validateApp } from '../src/output/output';

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
    'EnvoyFilter llm/failed-authentication-filter',
    'EnvoyFilter llm/identity-required-filter',
    'NetworkPolicy llm/inference-gateway',
    'EnvoyFilter llm/error-reply-filter',
  ],
  '40-identity': [
    'Secret llm/freeuser1-apikey',
    'Secret llm/freeuser2-apikey',
    'Secret llm/premiumuser1-apikey',
    'Secret llm/premiumuser2-apikey',
    'Secret llm/enterpriseuser1-apikey',
    'AuthPolicy llm/gateway-auth-policy',
  ],
  '50-limits': ['EnvoyFilter llm/token-rate-limit-filter', 'EnvoyFilter llm/usage-ledger'],
  '60-models': ['InferenceService llm/vllm-simulator', 'NetworkPolicy llm/model-servers'],
  '70-routes': [
    'HTTPRoute llm/simulator-domain-route',
    'HTTPRoute llm/model-list-route',
    'EnvoyFilter llm/model-list-filter',
  ],
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
    'NetworkPolicy llm-observability/models-aas-observability',
    'ServiceMonitor llm-observability/models-aas-observability-self',
    'PodMonitor llm-observability/inference-gateway-stats',
    'ServiceMonitor llm-observability/authorino-runtime',
    'ServiceMonitor llm-observability/limitador-runtime',
    'ServiceMonitor llm-observability/vllm-simulator-monitor',
  ],
  '90-protection': [
    'ValidatingAdmissionPolicy llm-deletion-protection',
    'ValidatingAdmissionPolicyBinding llm-deletion-protection',
    'ValidatingAdmissionPolicy llm-gateway-protection',
    'ValidatingAdmissionPolicyBinding llm-gateway-protection',
    'ValidatingAdmissionPolicy llm-api-key-protection',
    'ValidatingAdmissionPolicyBinding llm-api-key-protection',
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
      'kuadrant',
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
      'Route llm/model-list-route',
      'ServiceAccount llm/kserve-service-account',
      'RoleBinding llm/kserve-restricted-v2',
      'HTTPRoute llm/qwen3-domain-route',
      'HTTPRoute llm/granite-domain-route',
      'HTTPRoute llm/mistral-domain-route',
      'HTTPRoute llm/nomic-domain-route',
      'ServingRuntime llm/vllm-latest',
      'InferenceService llm/qwen3-0-6b-instruct',
      'InferenceService llm/granite-8b-code-instruct-128k',
      'InferenceService llm/mistral-7b-instruct',
      'InferenceService llm/nomic-embed-text-v1-5',
      'ServiceMonitor llm/qwen3-model-monitor',
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
    props: { conformance: {} },
    objects: ['ConfigMap llm/maas-conformance', 'ServiceAccount llm/maas-conformance', 'Secret llm/conformance-apikey'],
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
    props: { gateway: { filterPlacement: 'rootNamespace' } },
    objects: ['EnvoyFilter istio-system/token-rate-limit-filter', 'EnvoyFilter istio-system/identity-required-filter'],
  },
  {
    props: { name: 'staging', gateway: { filterPlacement: 'rootNamespace' } },
    objects: [
      'EnvoyFilter istio-system/staging-token-rate-limit-filter',
      'EnvoyFilter istio-system/staging-identity-required-filter',
      'EnvoyFilter istio-system/staging-identity-header-scrub-filter',
      'EnvoyFilter istio-system/staging-usage-ledger',
    ],
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
        identity: { keycloak: 'demo', apiKeys: { enabled: true } },
        models: [{ name: 'simulator' }, { name: 'qwen3' }],
        conformance: {},
      }).values(),
    ]);
    const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    expect(images).toHaveLength(7);
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
    const notOurs = /^(Gateway|Namespace|Kuadrant|ConfigMap) |llm-deletion-protection$/;
    expect(rendered.filter((name) => notOurs.test(name))).toEqual([]);
    expect(rendered).toEqual(
      expect.arrayContaining([
        'AuthPolicy infrastructure/gateway-auth-policy',
        'EnvoyFilter infrastructure/token-rate-limit-filter',
        'EnvoyFilter infrastructure/usage-ledger',
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

  describe('weights in s3:// are read', () => {
    const models = [
      { name: 'simulator' },
      { name: 'own', source: 's3://models/own', accelerator: 'nvidia' },
      { name: 'cloud', source: 's3://bucket/model', accelerator: 'nvidia', serviceAccount: 'reader' },
    ];

    /** The ServiceAccounts that are rendered, with their Secrets, and those that the models run as. */
    function accounts(props: MaasPlatformProps) {
      const objects = synth({ models, ...props }).get('60-models') ?? [];
      const rendered = objects.filter(({ kind }) => kind === 'ServiceAccount') as (Manifest & { secrets?: object })[];
      const used = objects.filter(({ kind }) => kind === 'InferenceService') as unknown as {
        spec: { predictor: { serviceAccountName?: string } };
      }[];
      return {
        rendered: rendered.map(({ metadata, secrets }) => [metadata.namespace, metadata.name, secrets]),
        used: used.map(({ spec }) => spec.predictor.serviceAccountName),
      };
    }

    test("with MinIO's credentials, which a ServiceAccount lists for KServe", () => {
      expect(accounts({ storage: { minio: {} } })).toEqual({
        rendered: [['llm', 'model-storage', [{ name: 'minio-credentials' }]]],
        used: [undefined, 'model-storage', 'reader'],
      });
    });

    test('with the Secret that MinIO itself was given', () => {
      const { rendered } = accounts({ storage: { minio: { existingSecret: 'own-keys' } } });
      expect(rendered).toEqual([['llm', 'model-storage', [{ name: 'own-keys' }]]]);
    });

    test("with OpenShift's own ServiceAccount, which lists the Secret there", () => {
      const openshift: MaasPlatformProps = { platform: 'openshift', domain: 'apps.example.com', users: [] };
      expect(accounts({ ...openshift, storage: { minio: { existingSecret: 'own-keys' } } })).toEqual({
        rendered: [['llm', 'kserve-service-account', [{ name: 'own-keys' }]]],
        used: ['kserve-service-account', 'kserve-service-account', 'reader'],
      });
      expect(accounts(openshift).rendered).toEqual([['llm', 'kserve-service-account', undefined]]);
    });

    test('with what the node has, where there is no MinIO', () => {
      expect(accounts({})).toEqual({ rendered: [], used: [undefined, undefined, 'reader'] });
    });

    test('with nothing rendered, where every model has a ServiceAccount or other weights', () => {
      const [simulator, , cloud] = models;
      const minio = { storage: { minio: {} } };
      expect(accounts({ ...minio, models: [simulator!, cloud!] }).rendered).toEqual([]);
    });
  });

  test('Prometheus may share the namespace of the models', () => {
    expect(names(synth({ observability: { namespace: 'llm' } })).filter((name) => /^Namespace/.test(name))).toEqual([
      'Namespace llm',
    ]);
  });

  test('`tokens` without a window limits nothing', () => {
    const charts = synth({ tiers: [{ name: 'free', tokens: {} }], gateway: { replicas: 2 } });
    expect(charts.has('50-limits')).toBe(false);
  });

  test('own objects get a file of their own', () => {
    const objects = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own', namespace: 'llm' }, data: { a: 'b' } },
    ];
    expect(synth({ objects }).get('85-objects')).toEqual(objects);
  });

  test('two platforms share one App, and one cluster, when one of them has a name', () => {
    const app = new App();
    new MaasPlatform(app, 'maas');
    new MaasPlatform(app, 'second', {
      name: 'second',
      namespace: 'llm-second',
      createNamespaces: false,
      kserve: { configure: false },
      kuadrant: { create: false },
    });
    expect(app.charts.map((chart) => chart.node.id)).toEqual(
      expect.arrayContaining(['30-gateway', 'second-30-gateway']),
    );
    const rendered = names(new Map(app.charts.map((chart) => [chart.node.id, chart.toJson() as Manifest[]])));
    expect(rendered.filter((name, index) => rendered.indexOf(name) !== index)).toEqual([]);
    expect(rendered).toEqual(
      expect.arrayContaining([
        'Role kuadrant-system/second-models-aas-observability',
        'ServiceMonitor llm-observability/second-models-aas-observability-self',
        'ServiceMonitor llm-observability/second-authorino-runtime',
      ]),
    );
  });

  test('a cluster that has a Prometheus gets the ServiceMonitors for it', () => {
    const props = { prometheus: false, serviceMonitors: true, monitorLabels: { release: 'kube-prometheus-stack' } };
    const charts = synth({ observability: props });
    const monitors = charts.get('80-observability') ?? [];
    expect(monitors.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).toEqual([
      'PodMonitor inference-gateway-stats',
      'ServiceMonitor authorino-runtime',
      'ServiceMonitor limitador-runtime',
      'ServiceMonitor vllm-simulator-monitor',
    ]);
    expect(monitors.map(({ metadata: { labels } }) => labels)).toEqual(
      monitors.map(() => expect.objectContaining(props.monitorLabels)),
    );
    expect(names(charts)).toContain('Namespace llm-observability');
    const without = synth({ observability: { prometheus: false } });
    expect(without.has('80-observability')).toBe(false);
    expect(names(without)).not.toContain('Namespace llm-observability');
  });

  test.each<[string, MaasPlatformProps, string, object]>([
    ['observability.replicas', { observability: { replicas: 1 } }, 'Prometheus', { replicas: 1 }],
    [
      'storage.minio.storageClass',
      { storage: { minio: { storageClass: 'fast' } } },
      'PersistentVolumeClaim',
      { storageClassName: 'fast' },
    ],
    [
      'models[].huggingFaceTokenSecret',
      { models: [{ name: 'mistral', huggingFaceTokenSecret: 'mistral-token' }] },
      'InferenceService',
      {
        predictor: {
          model: {
            env: [
              {
                name: 'HF_TOKEN',
                valueFrom: { secretKeyRef: { name: 'mistral-token', key: 'HF_TOKEN', optional: false } },
              },
            ],
          },
        },
      },
    ],
  ])('%s reaches its object', (_, props, kind, spec) => {
    const objects = [...synth(props).values()].flat();
    expect(objects.find((object) => object.kind === kind)?.spec).toMatchObject(spec);
  });

  test("a token names its user by a claim that stays, the demo Keycloak's by the names of the configuration", () => {
    const identity = (props: MaasPlatformProps['identity']) =>
      JSON.stringify(synth({ identity: props }).get('40-identity'));
    const own = identity({ oidc: { issuerUrl: 'https://login.example.com' } });
    expect([own.includes('auth.identity[\\"sub\\"]'), own.includes('preferred_username')]).toEqual([true, false]);
    const demo = identity({ keycloak: 'demo' });
    expect([demo.includes('\\"sub\\"'), demo.includes('preferred_username')]).toEqual([false, true]);
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

  test('when EnvoyFilters in the root namespace would take the Gateway of another platform of the App', () => {
    const shared = { kserve: { configure: false }, kuadrant: { create: false }, observability: { prometheus: false } };
    const write = (gatewayName?: string) => () => {
      const app = new App();
      new MaasPlatform(app, 'maas', { gateway: { filterPlacement: 'rootNamespace' } });
      new MaasPlatform(app, 'b', { ...shared, name: 'b', namespace: 'b', gateway: { name: gatewayName } });
      validateApp(app);
    };
    expect(write()).toThrow(
      "[maas] the EnvoyFilters of Gateway llm/inference-gateway in Istio's root namespace would also take " +
        'b/inference-gateway, expected another name: set gateway.name, or leave out filterPlacement',
    );
    expect(write('other')).not.toThrow();
  });

  test('when two platforms of one App, or a chart beside them, would write the same objects', () => {
    const folder = mkdtempSync(join(tmpdir(), 'platforms-'));
    const write = () =>
      writeManifests((app) => {
        new MaasPlatform(app, 'maas');
        new MaasPlatform(app, 'second', { name: 'second', namespace: 'llm-second', kserve: { configure: false } });
        new ApiObject(new Chart(app, 'beside'), 'namespace', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'llm-second' },
        });
      }, folder);
    const rest =
      'expected each object once: give one platform namespaces of its own, or leave to the other what they share ' +
      '(createNamespaces, kserve.configure, kuadrant.create, observability.prometheus, limits.redis, limits.onFailure)';
    expect(write).toThrow(SynthesisError);
    expect(write).toThrow(`20-kuadrant and second-20-kuadrant both have Kuadrant kuadrant-system/kuadrant, ${rest}`);
    expect(write).toThrow(`second-00-namespaces and beside both have Namespace llm-second, ${rest}`);
    expect(write).not.toThrow('ConfigMap');
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
