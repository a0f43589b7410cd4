import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, Testing } from 'cdk8s';
import type { GroupVersionKind } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { AuthPolicy, Kuadrant } from '../../imports/kuadrant.io';
import { InferenceService, ServingRuntime } from '../../imports/serving.kserve.io';

const importsDirectory = join(__dirname, '..', '..', 'imports');
const crdsDirectory = join(importsDirectory, 'crds');

interface Source {
  readonly component: string;
  readonly repository: string;
  readonly version: string;
  readonly commit: string;
  readonly folder?: string;
  readonly groups: Record<string, string[]>;
}

interface Schema {
  readonly description?: unknown;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly not?: Schema;
  readonly allOf?: Schema[];
  readonly anyOf?: Schema[] | null;
  readonly oneOf?: Schema[];
  readonly 'x-kubernetes-validations'?: readonly { rule: string; message?: string; messageExpression?: string }[];
}

interface Crd {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

const sources = JSON.parse(readFileSync(join(crdsDirectory, 'sources.json'), 'utf8')) as Source[];
const files = sources.flatMap(({ folder = '', groups }) =>
  Object.keys(groups).map((group) => join(folder, `${group}.yaml`)),
);

const parsed = new Map<string, Crd[]>();

/** The CRDs of a file; parsed once, since they are large. */
function readCrds(file: string): Crd[] {
  let crds = parsed.get(file);
  if (crds === undefined) {
    const documents = parseAllDocuments(readFileSync(join(crdsDirectory, file), 'utf8'));
    const error = documents.flatMap((document) => document.errors)[0];
    if (error !== undefined) throw new Error(`${file}: ${error.message}`);
    crds = documents.map((document) => document.toJS() as Crd);
    parsed.set(file, crds);
  }
  return crds;
}

function schemasOf(file: string): Schema[] {
  const versions = readCrds(file).flatMap((crd) => crd.spec.versions);
  return versions.flatMap(({ schema }) => schemasBelow(schema.openAPIV3Schema));
}

function schemasBelow(schema: Schema | boolean | undefined): Schema[] {
  if (typeof schema !== 'object') return [];
  const { properties, items, additionalProperties, not, allOf, anyOf, oneOf } = schema;
  // openshift/api writes "anyOf: null".
  const lists = [Object.values(properties ?? {}), allOf ?? [], anyOf ?? [], oneOf ?? []].flat();
  return [schema, ...[...lists, items, additionalProperties, not].flatMap(schemasBelow)];
}

/** Every class of a generated file that stands for a kind, by the kind. */
function constructsOf(group: string): Map<string, GroupVersionKind> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by computed name, as the loader of the library does
  const module = require(join(importsDirectory, `${group}.ts`)) as Record<string, { GVK?: GroupVersionKind }>;
  const kinds = Object.values(module).flatMap((value) => value.GVK ?? []);
  return new Map(kinds.map((gvk) => [gvk.kind, gvk]));
}

/** The kinds that this project or its users write, with the apiVersion that they write. */
const expected: Record<string, Record<string, string[]>> = {
  'argoproj.io': { v1alpha1: ['Application', 'AppProject'] },
  'authorino.kuadrant.io': { v1beta3: ['AuthConfig'] },
  'cert-manager.io': { v1: ['Certificate', 'ClusterIssuer', 'Issuer'] },
  'extensions.istio.io': { v1alpha1: ['TrafficExtension', 'WasmPlugin'] },
  'extensions.kuadrant.io': { v1alpha1: ['OIDCPolicy', 'PlanPolicy', 'TelemetryPolicy', 'ThreatPolicy'] },
  'external-secrets.io': { v1: ['ClusterSecretStore', 'ExternalSecret', 'SecretStore'] },
  'gateway.networking.k8s.io': {
    v1: [
      'BackendTLSPolicy',
      'GRPCRoute',
      'Gateway',
      'GatewayClass',
      'HTTPRoute',
      'ListenerSet',
      'ReferenceGrant',
      'TLSRoute',
    ],
  },
  'grafana.integreatly.org': { v1beta1: ['Grafana', 'GrafanaDashboard', 'GrafanaDatasource'] },
  'inference.networking.k8s.io': { v1: ['InferencePool'] },
  'inference.networking.x-k8s.io': { v1alpha2: ['InferenceObjective', 'InferencePool'] },
  'keda.sh': { v1alpha1: ['ClusterTriggerAuthentication', 'ScaledObject', 'TriggerAuthentication'] },
  'kuadrant.io': {
    v1: ['AuthPolicy', 'DNSPolicy', 'RateLimitPolicy', 'TLSPolicy'],
    v1alpha1: ['TokenRateLimitPolicy'],
    v1beta1: ['Kuadrant'],
  },
  'limitador.kuadrant.io': { v1alpha1: ['Limitador'] },
  'monitoring.coreos.com': { v1: ['PodMonitor', 'Prometheus', 'PrometheusRule', 'ServiceMonitor'] },
  'networking.istio.io': {
    v1: ['DestinationRule', 'Gateway', 'ServiceEntry', 'VirtualService'],
    v1alpha3: ['EnvoyFilter'],
  },
  'operator.authorino.kuadrant.io': { v1beta1: ['Authorino'] },
  'route.openshift.io': { v1: ['Route'] },
  'security.istio.io': { v1: ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'] },
  'security.openshift.io': { v1: ['SecurityContextConstraints'] },
  'serving.kserve.io': {
    v1beta1: ['InferenceService'],
    v1alpha1: [
      'ClusterServingRuntime',
      'ClusterStorageContainer',
      'LocalModelCache',
      'LocalModelNamespaceCache',
      'LocalModelNodeGroup',
      'ServingRuntime',
    ],
    v1alpha2: ['LLMInferenceService', 'LLMInferenceServiceConfig'],
  },
  'telemetry.istio.io': { v1: ['Telemetry'] },
};

describe('imports/crds', () => {
  test('holds exactly the files that sources.json names', () => {
    const names = readdirSync(crdsDirectory, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.endsWith('.yaml')).sort()).toEqual([...files].sort());
  });

  describe.each(files)('%s', (file) => {
    test('holds CRDs of the group that names it, in the order of their names', () => {
      const crds = readCrds(file);
      const group = file.replace(/.*\/|\.yaml$/g, '');
      const kinds = new Set(crds.map((crd) => `${crd.apiVersion} ${crd.kind} ${crd.spec.group}`));
      expect([...kinds]).toEqual([`apiextensions.k8s.io/v1 CustomResourceDefinition ${group}`]);
      const names = crds.map((crd) => crd.metadata.name);
      expect(names).toEqual([...names].sort());
    });

    test('has no description in a schema', () => {
      expect(schemasOf(file).filter(({ description }) => typeof description === 'string')).toEqual([]);
    });

    test('has whole CEL rules', () => {
      const rules = schemasOf(file).flatMap((schema) => schema['x-kubernetes-validations'] ?? []);
      expect(rules.filter(({ rule }) => typeof rule !== 'string' || rule === '')).toEqual([]);
    });
  });

  test('keeps properties that are called "description"', () => {
    const withProperty = files.filter((file) => schemasOf(file).some(({ properties }) => properties?.['description']));
    expect(withProperty).toEqual(['gateway.networking.k8s.io.yaml', 'argoproj.io.yaml']);
  });

  test('keeps the annotation without which istiod drops a Gateway API CRD', () => {
    const versions = readCrds('gateway.networking.k8s.io.yaml').map(
      (crd) => crd.metadata.annotations?.['gateway.networking.k8s.io/bundle-version'],
    );
    expect(new Set(versions)).toEqual(new Set(['v1.5.1']));
  });

  test('keeps the rules and messages of Gateway API', () => {
    const schemas = schemasOf('gateway.networking.k8s.io.yaml');
    const rules = schemas.flatMap((schema) => schema['x-kubernetes-validations'] ?? []);
    const messages = rules.map(({ message }) => message);
    expect(messages).toContain('Listener name must be unique within the Gateway');
    expect(messages.every(Boolean)).toBe(true);
  });
});

describe('imports', () => {
  test('has a file for each group with a kind that someone writes, and no other', () => {
    const names = readdirSync(importsDirectory).filter((name) => name.endsWith('.ts'));
    expect(names).toEqual(
      Object.keys(expected)
        .sort()
        .map((group) => `${group}.ts`),
    );
  });

  test.each(Object.entries(expected))('%s has one class a kind, of the expected version', (group, versions) => {
    const wanted = Object.entries(versions).flatMap(([version, kinds]) =>
      kinds.map((kind) => [kind, { apiVersion: `${group}/${version}`, kind }] as const),
    );
    expect(Object.fromEntries(constructsOf(group))).toEqual(Object.fromEntries(wanted));
  });

  test('passes pod shapes on as they are', () => {
    const chart = Testing.chart();
    const container = {
      name: 'kserve-container',
      image: 'example.com/vllm:1',
      resources: { limits: { 'nvidia.com/gpu': '1' } },
      ports: [{ containerPort: 8080, protocol: 'TCP' }],
      readinessProbe: { httpGet: { path: '/health', port: 8080 } },
    };
    const podFields = { containers: [container], tolerations: [{ key: 'gpu', operator: 'Exists' }], hostIpc: true };
    new ServingRuntime(chart, 'runtime', { spec: { ...podFields, supportedModelFormats: [{ name: 'vLLM' }] } });
    new InferenceService(chart, 'service', {
      spec: { predictor: { ...podFields, model: { modelFormat: { name: 'vLLM' }, env: [{ name: 'A', value: 'b' }] } } },
    });

    const [runtime, service] = Testing.synth(chart) as { spec: Record<string, unknown> }[];
    const written = { containers: [container], tolerations: [{ key: 'gpu', operator: 'Exists' }], hostIPC: true };
    expect(runtime?.spec).toEqual({ ...written, supportedModelFormats: [{ name: 'vLLM' }] });
    expect(service?.spec['predictor']).toEqual({
      ...written,
      model: { modelFormat: { name: 'vLLM' }, env: [{ name: 'A', value: 'b' }] },
    });
  });

  test('writes a shared type as its twin', () => {
    const rules = {
      authentication: { keys: { apiKey: { allNamespaces: true, selector: { matchLabels: { app: 'x' } } } } },
    };
    const chart = Testing.chart();
    const targetRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'inference-gateway' };
    new AuthPolicy(chart, 'policy', { spec: { targetRef, overrides: { rules } } });
    expect(Testing.synth(chart)[0].spec).toEqual({ targetRef, overrides: { rules } });
  });

  test('classes are ApiObjects', () => {
    expect(new Kuadrant(Testing.chart(), 'kuadrant')).toBeInstanceOf(ApiObject);
  });
});

describe('imports/README.md', () => {
  const lines = readFileSync(join(importsDirectory, 'README.md'), 'utf8').split('\n');

  test.each(sources)('names $component $version and its commit', ({ repository, version, commit }) => {
    const pinned = /^[0-9a-f]{40}$/.test(commit) ? commit.slice(0, 12) : '(tag)';
    const row = lines.find((line) => line.includes(repository) && line.includes(` ${version} `));
    expect(row).toContain(` ${pinned} `);
  });

  test.each(files)('names the kinds of %s', (file) => {
    const line = lines.find((text) => text.startsWith(`- \`${file}\`:`)) ?? '';
    const kinds = line.split(': ')[1]?.replaceAll('\\*', '').split(', ');
    expect(kinds).toEqual(readCrds(file).map((crd) => crd.spec.names.kind));
  });
});
