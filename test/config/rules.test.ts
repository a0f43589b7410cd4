import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FILE_RULES } from '../../src/config/files';
import { ConfigurationError } from '../../src/config/problem';
import { readConfiguration } from '../../src/config/read';
import { RULES } from '../../src/config/rules';
import { SHAPE_RULES } from '../../src/config/shape';
import { MAXIMUM_BYTES, SOURCE_RULES } from '../../src/config/source';
import { asOrdinaryUser } from './ordinary-user';

/** A configuration that one rule refuses, and everything that is said about it. */
interface Row {
  readonly rule: string;
  /** What maas.yaml holds. */
  readonly yaml?: string | Buffer;
  /** Further files beside it. */
  readonly files?: Readonly<Record<string, string>>;
  /** Makes something else than a file of maas.yaml. */
  readonly prepare?: (file: string) => void;
  /** The whole message, without the last line. */
  readonly message: string;
}

const SIMULATOR = 'models: [{ name: simulator }]';

const ROWS: readonly Row[] = [
  // Files
  { rule: 'file-missing', message: 'TODO' },
  { rule: 'file-missing', yaml: 'extends: bases/base.yaml\n', message: 'TODO' },
  { rule: 'file-directory', prepare: (file) => mkdirSync(file), message: 'TODO' },
  { rule: 'file-directory', yaml: 'extends: .\n', message: 'TODO' },
  { rule: 'file-irregular', prepare: (file) => execFileSync('mkfifo', [file]), message: 'TODO' },
  { rule: 'file-unreadable', prepare: makeUnreadable, message: 'TODO' },
  { rule: 'extends-value', yaml: 'domain: maas.local\nextends: [a.yaml, b.yaml]\n', message: 'TODO' },
  { rule: 'extends-value', yaml: 'extends:\n', message: 'TODO' },
  { rule: 'extends-cycle', yaml: 'extends: maas.yaml\n', message: 'TODO' },
  {
    rule: 'extends-cycle',
    yaml: 'extends: base.yaml\n',
    files: { 'base.yaml': 'namespace: llm\nextends: ./maas.yaml\n' },
    message: 'TODO',
  },
  // The text
  { rule: 'file-size', yaml: Buffer.alloc(MAXIMUM_BYTES + 1, 'a: 1\n'), message: 'TODO' },
  { rule: 'encoding', yaml: Buffer.from('\ufeffplatform: kubernetes\n', 'utf16le'), message: 'TODO' },
  { rule: 'encoding', yaml: Buffer.from('platform: kubernetes\n', 'utf16le'), message: 'TODO' },
  { rule: 'encoding', yaml: Buffer.from([0x61, 0x3a, 0x20, 0x78, 0x0a, 0x00, 0x01]), message: 'TODO' },
  { rule: 'encoding', yaml: Buffer.from('domain: maas.local\nname: m\xfcller\n', 'latin1'), message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'tiers:\n\t- name: free\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'tiers: [{ name: free }\nusers: []\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'domain: "maas.local\nnamespace: llm\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'users:\n  - name: alice\n   tier: free\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'gateway:\n  replicas: 1\n name: gateway\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'domain: maas.local\nplatform\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'domain: maas: local\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'name: @team\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'name: "a\\qb"\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: 'name: "team"#mine\n', message: 'TODO' },
  { rule: 'yaml-syntax', yaml: "name: 'team' a\n", message: 'TODO' },
  { rule: 'yaml-depth', yaml: `objects: ${'['.repeat(64)}${']'.repeat(64)}\n`, message: 'TODO' },
  { rule: 'yaml-version', yaml: '%YAML 1.1\n---\ncreateNamespaces: true\n', message: 'TODO' },
  { rule: 'yaml-documents', yaml: 'domain: maas.local\n---\nnamespace: llm\n', message: 'TODO' },
  { rule: 'yaml-empty', yaml: '', message: 'TODO' },
  { rule: 'yaml-empty', yaml: '# platform: kubernetes\n', message: 'TODO' },
  { rule: 'yaml-empty', yaml: '---\n', message: 'TODO' },
  { rule: 'yaml-top-level', yaml: '- name: free\n', message: 'TODO' },
  { rule: 'yaml-top-level', yaml: 'This is not the file you are looking for.\n', message: 'TODO' },
  { rule: 'yaml-duplicate-key', yaml: 'domain: maas.local\nnamespace: llm\ndomain: a.test\n', message: 'TODO' },
  {
    rule: 'yaml-key',
    yaml: `${SIMULATOR}\nobjects: [{ apiVersion: v1, kind: A, metadata: { name: a }, 8080: b }]\n`,
    message: 'TODO',
  },
  { rule: 'yaml-key', yaml: '? [a, b]\n: c\n', message: 'TODO' },
  {
    rule: 'yaml-key',
    yaml: 'users: [{ name: a, tier: free, keys: [{ 12345678: null, demo: x }] }]\n',
    message: 'TODO',
  },
  { rule: 'yaml-anchor', yaml: 'domain: &domain maas.local\n', message: 'TODO' },
  { rule: 'yaml-alias', yaml: 'domain: *domain\n', message: 'TODO' },
  { rule: 'yaml-merge-key', yaml: 'tiers:\n  - name: free\n  - <<: { tokens: { minute: 1 } }\n', message: 'TODO' },
  { rule: 'yaml-tag', yaml: 'domain: !env DOMAIN\n', message: 'TODO' },
  { rule: 'yaml-tag', yaml: 'tiers: !!set { a, b }\n', message: 'TODO' },
  { rule: 'yaml-number', yaml: 'tiers: [{ name: free, tokens: { day: 12345678901234567890 } }]\n', message: 'TODO' },
  { rule: 'yaml-number', yaml: 'models: [{ name: simulator, weight: .inf }]\n', message: 'TODO' },
  // The shape
  { rule: 'unknown-key', yaml: 'tiers:\n  - name: free\n    token: { minute: 200 }\n', message: 'TODO' },
  { rule: 'unknown-key', yaml: 'telemetry: false\n', message: 'TODO' },
  { rule: 'unknown-key', yaml: 'extend: base.yaml\n', message: 'TODO' },
  { rule: 'unknown-key', yaml: 'models: [{ name: simulator, "max model/length": 3 }]\n', message: 'TODO' },
  { rule: 'unknown-key', yaml: '__proto__: { a: 1 }\n', message: 'TODO' },
  { rule: 'missing-key', yaml: 'users:\n  - { name: alice, keys: [{ demo: alice_key }] }\n', message: 'TODO' },
  { rule: 'missing-key', yaml: 'tiers:\n  - name: free\n    requests:\n      window: 2m\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'models: [simulator]\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'models:\n  name: simulator\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'gateway:\n  - name: gateway\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'createNamespaces: yes\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'createNamespaces: "off"\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'gateway: { replicas: two }\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'gateway: { replicas: "1" }\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'tiers: [{ name: free, tokens: { day: 50_000 } }]\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'tiers: [{ name: free, tokens: { day: 1.5 } }]\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'versions: { istio: 1.30 }\n', message: 'TODO' },
  {
    rule: 'value-type',
    yaml: 'models: [{ name: simulator, resources: { limits: { cpu: 2 } } }]\n',
    message: 'TODO',
  },
  { rule: 'value-type', yaml: 'tiers: [{ name: free, models: simulator }]\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'tiers:\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'platform: 1\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'users: [{ name: a, tier: free, keys: [{ demo: 12345 }] }]\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'users: [{ name: a, tier: free, keys: [a_secret_key] }]\n', message: 'TODO' },
  { rule: 'value-type', yaml: 'users: [{ name: a, tier: free, keys: a_secret_key }]\n', message: 'TODO' },
  { rule: 'value-choice', yaml: 'platform: kubernets\n', message: 'TODO' },
  { rule: 'value-choice', yaml: 'identity: { keycloak: production }\n', message: 'TODO' },
  { rule: 'value-choice', yaml: 'platform: AKS\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'name: Team A\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'models: [{ name: 7b }]\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'domain: https://models.test/\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'gateway: { className: my_class }\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'versions: { istio: v1.31.4 }\n', message: 'TODO' },
  {
    rule: 'value-format',
    yaml: 'tiers: [{ name: free, requests: { limit: 5, window: 2 minutes } }]\n',
    message: 'TODO',
  },
  { rule: 'value-format', yaml: 'storage: { minio: { size: 20 GB } }\n', message: 'TODO' },
  {
    rule: 'value-format',
    yaml: 'models: [{ name: llama, source: meta-llama/Llama-3.1-8B, accelerator: nvidia }]\n',
    message: 'TODO',
  },
  { rule: 'value-format', yaml: 'identity: { apiKeys: { prefixes: ["Bearer "] } }\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'identity: { oidc: { issuerUrl: login.example.com } }\n', message: 'TODO' },
  { rule: 'value-format', yaml: 'registry: https://mirror.example.com/\n', message: 'TODO' },
  { rule: 'value-range', yaml: 'gateway: { replicas: 0 }\n', message: 'TODO' },
  { rule: 'value-range', yaml: 'tiers: [{ name: free, tokens: { month: 137438953472 } }]\n', message: 'TODO' },
  { rule: 'value-range', yaml: 'models: [{ name: simulator, weight: 0 }]\n', message: 'TODO' },
  { rule: 'value-length', yaml: `gateway: { className: ${'a'.repeat(254)} }\n`, message: 'TODO' },
  { rule: 'value-empty', yaml: 'users: [{ name: a, tier: "", keys: [{ demo: a }] }]\n', message: 'TODO' },
  { rule: 'value-empty', yaml: 'identity: { apiKeys: { prefixes: [] } }\n', message: 'TODO' },
  // What must exist once
  {
    rule: 'unique-tier-name',
    yaml: 'tiers:\n  - { name: free, tokens: { minute: 200 } }\n  - { name: free }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-user-name',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ demo: one }] }\n  - { name: alice, tier: premium, keys: [{ demo: two }] }\n',
    message: 'TODO',
  },
  { rule: 'unique-model-name', yaml: 'models:\n  - name: simulator\n  - name: simulator\n', message: 'TODO' },
  {
    rule: 'unique-key',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ demo: secret_key }] }\n  - { name: bob, tier: premium, keys: [{ demo: secret_key }] }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-key-secret',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ existingSecret: key }] }\n  - { name: bob, tier: premium, keys: [{ existingSecret: key }] }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-key-secret',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ demo: a }, { demo: b }] }\n  - { name: bob, tier: free, keys: [{ existingSecret: alice-apikey-2 }] }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-key-secret',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ existingSecret: bob-apikey }] }\n  - { name: bob, tier: free, keys: [{ demo: b }] }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-host',
    yaml: 'models:\n  - name: simulator\n  - { name: second, runtime: simulator, host: simulator.maas.local }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-inference-service',
    yaml: 'models:\n  - { name: vllm-simulator, runtime: simulator }\n  - name: simulator\n',
    message: 'TODO',
  },
  {
    rule: 'unique-served-name',
    yaml: 'models:\n  - name: simulator\n  - { name: second, runtime: simulator, servedName: simulator-model }\n',
    message: 'TODO',
  },
  // What something refers to
  {
    rule: 'user-tier',
    yaml: 'users:\n  - name: alice\n    tier: fre\n    keys: [{ demo: alice_key }]\n',
    message: 'TODO',
  },
  {
    rule: 'user-tier',
    yaml: 'tiers: [{ name: gold }]\nusers: [{ name: alice, tier: free, keys: [{ demo: alice_key }] }]\n',
    message: 'TODO',
  },
  {
    rule: 'tier-model',
    yaml: 'tiers:\n  - { name: free, models: [simulator, qwen] }\nmodels: [{ name: simulator }, { name: qwen3 }]\n',
    message: 'TODO',
  },
  {
    rule: 'group-tier',
    yaml: 'identity:\n  oidc:\n    issuerUrl: https://login.example.com\n    groups: [{ group: staff, tier: premiun }]\n',
    message: 'TODO',
  },
  {
    rule: 'default-tier',
    yaml: 'identity:\n  oidc:\n    issuerUrl: https://login.example.com\n    defaultTier: none\n',
    message: 'TODO',
  },
  // Limits
  {
    rule: 'token-windows',
    yaml: 'tiers:\n  - name: free\n    tokens: { minute: 200, day: 100, month: 1000 }\n',
    message: 'TODO',
  },
  { rule: 'token-replicas', yaml: 'gateway:\n  replicas: 3\n', message: 'TODO' },
  { rule: 'token-istio', yaml: 'versions:\n  istio: 1.29.2\n', message: 'TODO' },
  {
    rule: 'request-window',
    yaml: 'tiers:\n  - { name: free, requests: { limit: 5, window: 0m0s } }\n',
    message: 'TODO',
  },
  // Versions
  { rule: 'gateway-api-version', yaml: 'versions: { gatewayApi: 1.1.1 }\n', message: 'TODO' },
  { rule: 'kuadrant-version', yaml: 'versions: { kuadrant: 1.4.1 }\n', message: 'TODO' },
  { rule: 'kserve-version', yaml: 'versions: { kserve: 0.15.0-rc1 }\n', message: 'TODO' },
  // Identity
  { rule: 'key-source', yaml: 'users:\n  - name: alice\n    tier: free\n    keys: [{}]\n', message: 'TODO' },
  {
    rule: 'key-source',
    yaml: 'users:\n  - name: alice\n    tier: free\n    keys:\n      - demo: alice_key\n        existingSecret: alice\n',
    message: 'TODO',
  },
  {
    rule: 'demo-key',
    yaml: 'domain: models.example.com\nusers:\n  - { name: alice, tier: free, keys: [{ demo: a_secret_key }] }\n',
    message: 'TODO',
  },
  {
    rule: 'demo-key',
    yaml: 'platform: openshift\nusers:\n  - { name: alice, tier: free, keys: [{ demo: a_secret_key }] }\n',
    message: 'TODO',
  },
  { rule: 'demo-keycloak', yaml: 'platform: openshift\nidentity: { keycloak: demo }\n', message: 'TODO' },
  { rule: 'demo-minio', yaml: 'domain: models.example.com\nstorage: { minio: { size: 20Gi } }\n', message: 'TODO' },
  {
    rule: 'keys-accepted',
    yaml: 'identity: { oidc: { issuerUrl: https://login.test } }\nusers:\n  - name: alice\n    tier: free\n    keys: [{ demo: alice_key }]\n',
    message: 'TODO',
  },
  { rule: 'user-entrance', yaml: 'users:\n  - name: alice\n    tier: free\n', message: 'TODO' },
  { rule: 'user-entrance', yaml: 'users:\n  - name: alice\n    tier: free\n    keys: []\n', message: 'TODO' },
  { rule: 'no-entrance', yaml: 'identity:\n  apiKeys: { enabled: false }\n', message: 'TODO' },
  {
    rule: 'one-issuer',
    yaml: 'identity:\n  keycloak: demo\n  oidc: { issuerUrl: https://login.test }\n',
    message: 'TODO',
  },
  // Models
  {
    rule: 'model-name-length',
    yaml: `models:\n  - { name: ${'m'.repeat(51)}, runtime: simulator }\n`,
    message: 'TODO',
  },
  { rule: 'model-host', yaml: 'models: [{ name: simulator, host: simulator.example.com }]\n', message: 'TODO' },
  { rule: 'model-host', yaml: 'models: [{ name: simulator, host: a.b.maas.local }]\n', message: 'TODO' },
  {
    rule: 'model-host',
    yaml: `domain: ${['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(48), 'test'].join('.')}\n`,
    message: 'TODO',
  },
  { rule: 'model-source', yaml: 'models:\n  - name: qwen\n', message: 'TODO' },
  { rule: 'model-source', yaml: 'models:\n  - { name: my-llama, accelerator: nvidia }\n', message: 'TODO' },
  { rule: 'model-accelerator', yaml: 'models:\n  - { name: my-llama, source: hf://a/b }\n', message: 'TODO' },
  {
    rule: 'model-accelerator',
    yaml: 'models:\n  - { name: my-llama, source: hf://a/b, accelerator: nvidia-l40 }\n',
    message: 'TODO',
  },
  { rule: 'simulator-keys', yaml: 'models: [{ name: simulator, gpus: 2 }]\n', message: 'TODO' },
  { rule: 'simulator-keys', yaml: 'models: [{ name: fake, runtime: simulator, source: hf://a/b }]\n', message: 'TODO' },
  { rule: 'replica-range', yaml: 'models: [{ name: simulator, replicas: { min: 3, max: 2 } }]\n', message: 'TODO' },
  {
    rule: 'resource-range',
    yaml: 'models:\n  - name: simulator\n    resources: { requests: { cpu: 1500m }, limits: { cpu: "1" } }\n',
    message: 'TODO',
  },
  {
    rule: 'resource-range',
    yaml: 'models:\n  - name: simulator\n    resources: { limits: { memory: 200Mi } }\n',
    message: 'TODO',
  },
  // Infrastructure
  {
    rule: 'existing-gateway',
    yaml: 'gateway: { create: false, name: shared, replicas: 3, tls: {} }\n',
    message: 'TODO',
  },
  { rule: 'gateway-name-length', yaml: `gateway: { name: ${'g'.repeat(58)} }\n`, message: 'TODO' },
  { rule: 'minio-size', yaml: 'storage: { minio: { size: "0" } }\n', message: 'TODO' },
  // Patches and own objects
  { rule: 'patch-kind', yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n', message: 'TODO' },
  {
    rule: 'patch-kind',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n    merge: { spec: {} }\n    jsonPatch: [{ op: remove, path: /spec }]\n',
    message: 'TODO',
  },
  {
    rule: 'patch-pointer',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n    jsonPatch: [{ op: remove, path: spec.listeners }]\n',
    message: 'TODO',
  },
  {
    rule: 'patch-operation',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n    jsonPatch:\n      - { op: add, path: /spec/a }\n      - { op: move, path: /spec/b }\n      - { op: test, path: /spec/c, value: null }\n',
    message: 'TODO',
  },
  {
    rule: 'object-name',
    yaml: 'objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { labels: {} } }\n',
    message: 'TODO',
  },
  {
    rule: 'object-name',
    yaml: 'objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: 7 } }\n',
    message: 'TODO',
  },
  {
    rule: 'unique-object',
    yaml: 'objects:\n  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: a, namespace: llm } }\n  - { apiVersion: apps/v1beta1, kind: Deployment, metadata: { name: a, namespace: llm } }\n',
    message: 'TODO',
  },
  {
    rule: 'gateway-policy',
    yaml: [
      'objects:',
      '  - apiVersion: kuadrant.io/v1',
      '    kind: AuthPolicy',
      '    metadata: { name: open, namespace: llm }',
      '    spec:',
      '      targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: inference-gateway }',
      '',
    ].join('\n'),
    message: 'TODO',
  },
];

function makeUnreadable(file: string): void {
  writeFileSync(file, 'platform: kubernetes\n');
  chmodSync(file, 0);
  expect(() => readFileSync(file)).toThrow('EACCES');
}

describe('every rule', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maas-rules-'));
    chmodSync(folder, 0o777);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** The lines of the error, without the folder. */
  function messageOf({ yaml, files = {}, prepare }: Row): string {
    const file = join(folder, 'maas.yaml');
    return asOrdinaryUser(() => {
      for (const [name, text] of Object.entries(yaml === undefined ? files : { ...files, 'maas.yaml': yaml })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      prepare?.(file);
      try {
        readConfiguration(file);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        expect(new Set((error as ConfigurationError).problems.map(({ rule }) => rule))).toEqual(new Set([currentRule]));
        return (error as Error).message.replaceAll(`${folder}/`, '');
      }
      return 'no problem';
    });
  }

  let currentRule = '';

  test.each(ROWS.map((row): [string, string, Row] => [row.rule, nameOf(row), row]))('%s: %s', (rule, _, row) => {
    currentRule = rule;
    const lines = messageOf(row).split('\n');
    expect(lines.slice(0, -1).join('\n')).toBe(row.message);
    expect(lines.at(-1)).toBe(lines.length === 2 ? '1 problem' : `${lines.length - 1} problems`);
  });

  test('has a row here', () => {
    const ids = [...FILE_RULES, ...SOURCE_RULES, ...SHAPE_RULES, ...RULES.map(({ id }) => id)];
    expect(ids.filter((id) => !ROWS.some(({ rule }) => rule === id))).toEqual([]);
  });

  test('has an id of its own', () => {
    const ids = [...FILE_RULES, ...SOURCE_RULES, ...SHAPE_RULES, ...RULES.map(({ id }) => id)];
    expect(ids).toHaveLength(new Set(ids).size);
  });

  test('keeps API keys out of its messages', () => {
    expect(
      ROWS.map(({ message }) => message).filter((message) => /a_secret_key|12345678\b|12345\b/.test(message)),
    ).toEqual([]);
  });
});

function nameOf({ yaml }: Row): string {
  const text = String(yaml ?? 'no text').replaceAll('\n', '⏎');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
