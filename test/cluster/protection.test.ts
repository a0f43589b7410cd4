import {
  authConfig,
  authPolicy,
  envoyFilter,
  gateway,
  gatewayLabel,
  gatewayOptions,
  generated,
  istioGateway,
  keyCopy,
  listeners,
  object,
  ours,
  route,
  target,
  virtualService,
} from './harness/attempts';
import type { CommandResult } from './harness/kubectl';
import { listOf, type Manifest, manifestsOf, nameOf, readPlatformFolder, reference } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl } from './harness/suite';
import { binding, clusterRoles, deployer, editor, tenant } from './harness/tenants';
import { until } from './harness/until';

const dist = manifestsOf(readPlatformFolder('dist'));
const find = (kind: string, name?: string) =>
  dist.find((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name))!;

const fix =
  'it takes the right to update Gateway llm/inference-gateway itself; ask for that right, or use a Gateway of your own';
const messages = {
  route: `a route or listener on Gateway llm/inference-gateway: ${fix}`,
  kuadrant: `a policy of Kuadrant on Gateway llm/inference-gateway or its routes: ${fix}`,
  istio: `an object of Istio that counts for Gateway llm/inference-gateway: ${fix}`,
  models: `how Gateway llm/inference-gateway reaches its models: ${fix}`,
  pods: `a server on the pods of Gateway llm/inference-gateway: ${fix}`,
  key:
    'an API key of the platform in namespace llm belongs there: a copy elsewhere would lock its owner out; ' +
    'put it there, or take away the label cdk8s-maas/platform',
};

const attempts: readonly (readonly [what: string, who: string, attempt: Manifest, message: keyof typeof messages])[] = [
  ['a route from another namespace', tenant, route('tenant', ours), 'route'],
  ['a route of gRPC', tenant, route('tenant', ours, 'GRPCRoute'), 'route'],
  ["a route in the platform's namespace", editor, route('llm', { name: 'inference-gateway' }), 'route'],
  [
    'a route with a second parent',
    tenant,
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'tenant', { parentRefs: [{ name: 'theirs' }, ours] }),
    'route',
  ],
  [
    'listeners of their own',
    tenant,
    object('gateway.networking.k8s.io/v1', 'ListenerSet', 'tenant', { parentRef: ours, listeners }),
    'route',
  ],
  ['a policy on the Gateway', editor, authPolicy('llm', target('inference-gateway')), 'kuadrant'],
  ['a policy on a route', editor, authPolicy('llm', target('simulator-domain-route', 'HTTPRoute')), 'kuadrant'],
  ['a filter of the Gateway', editor, envoyFilter('llm', { targetRefs: [target('inference-gateway')] }), 'istio'],
  ['a filter of the whole namespace', editor, envoyFilter('llm', {}), 'istio'],
  [
    'a filter of the pods',
    editor,
    envoyFilter('llm', { workloadSelector: { labels: { 'pod-template-hash': 'abc' } } }),
    'istio',
  ],
  [
    'an authorization that allows all',
    editor,
    object('security.istio.io/v1', 'AuthorizationPolicy', 'llm', { rules: [{}] }),
    'istio',
  ],
  [
    'an authorization without a spec, which refuses everybody',
    editor,
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'attempt', namespace: 'llm' },
    },
    'istio',
  ],
  [
    'a plugin',
    editor,
    object('extensions.istio.io/v1alpha1', 'WasmPlugin', 'llm', { url: 'oci://example.com/plugin' }),
    'istio',
  ],
  [
    'how the Gateway connects to models',
    editor,
    object('networking.istio.io/v1', 'DestinationRule', 'llm', { host: 'vllm-simulator-predictor' }),
    'istio',
  ],
  [
    "a server of their own among a model's",
    editor,
    object('networking.istio.io/v1', 'WorkloadEntry', 'llm', { address: '192.0.2.1', labels: { app: 'isvc.model' } }),
    'istio',
  ],
  [
    "a server of their own in the place of a provider, by the label of another Gateway's pods",
    editor,
    object('networking.istio.io/v1', 'ServiceEntry', 'llm', {
      hosts: ['assistant.llm.external.internal'],
      ports: [{ number: 443, name: 'http', protocol: 'HTTP' }],
      resolution: 'STATIC',
      workloadSelector: { labels: { [gatewayLabel]: 'theirs' } },
    }),
    'models',
  ],
  [
    'TLS to a model that has none',
    editor,
    object('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', 'llm', {
      targetRefs: [{ group: '', kind: 'Service', name: 'vllm-simulator-predictor' }],
      validation: { hostname: 'attempt.example.com', wellKnownCACertificates: 'System' },
    }),
    'models',
  ],
  ["an AuthConfig in the place of Kuadrant's", tenant, authConfig('tenant', 'ab'.repeat(32)), 'kuadrant'],
  ['a VirtualService on the generated Gateway', tenant, virtualService('tenant', `llm/${generated}`), 'istio'],
  ['the same in its namespace', editor, virtualService('llm', generated), 'istio'],
  ['the same with the older name', tenant, virtualService('tenant', `llm/${generated.replaceAll('~', '-')}`), 'istio'],
  ['the same with the oldest form', tenant, virtualService('tenant', `${generated}.llm.svc.cluster.local`), 'istio'],
  ["Istio's Gateway beside ours", editor, istioGateway('llm', { [gatewayLabel]: 'inference-gateway' }), 'pods'],
  ["Istio's Gateway on our pods", tenant, istioGateway('tenant', { [gatewayLabel]: 'inference-gateway' }), 'pods'],
  ["Istio's Gateway on all pods", tenant, istioGateway('tenant'), 'pods'],
  [
    "Istio's Gateway on our pods by another label",
    tenant,
    istioGateway('tenant', { 'topology.kubernetes.io/region': 'here' }),
    'pods',
  ],
  [
    'a Gateway with the address of our Service',
    editor,
    gateway('llm', { addresses: [{ type: 'Hostname', value: 'inference-gateway-istio.llm.svc.cluster.local' }] }),
    'pods',
  ],
  [
    'a Gateway with the name of our Service',
    editor,
    gateway('llm', {}, { 'gateway.istio.io/name-override': 'inference-gateway-istio' }),
    'pods',
  ],
  [
    'a Gateway whose pods they shape, as ours for a NetworkPolicy',
    editor,
    gateway('llm', { infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: 'attempt' } } }),
    'pods',
  ],
  ['a copy of a key', tenant, keyCopy('tenant'), 'key'],
];

const untouched: readonly (readonly [what: string, who: string, object: Manifest])[] = [
  ['a route of another Gateway', tenant, route('tenant', { name: 'theirs' })],
  ['a route of a Gateway of our name in another namespace', tenant, route('tenant', { name: 'inference-gateway' })],
  ['a route in our namespace of another Gateway', editor, route('llm', { name: 'theirs' })],
  ['a route of a Service of our name', editor, route('llm', { group: '', kind: 'Service', name: 'inference-gateway' })],
  ['a policy on another Gateway', editor, authPolicy('llm', target('theirs'))],
  ['a policy on their route', tenant, authPolicy('tenant', target('theirs', 'HTTPRoute'))],
  ['a filter of another Gateway', editor, envoyFilter('llm', { targetRefs: [target('theirs')] })],
  [
    "a filter of another Gateway's pods",
    editor,
    envoyFilter('llm', { workloadSelector: { labels: { [gatewayLabel]: 'theirs' } } }),
  ],
  ['a filter in their namespace', tenant, envoyFilter('tenant', {})],
  ['a VirtualService on their Gateway', tenant, virtualService('tenant', 'theirs')],
  ['a VirtualService on another generated one', tenant, virtualService('tenant', `llm/other-${generated}`)],
  ['a VirtualService of the mesh in our namespace', editor, virtualService('llm', 'mesh')],
  ["Istio's Gateway on pods of their own", tenant, istioGateway('tenant', { istio: 'theirs' })],
  ["Istio's Gateway on another Gateway's pods", tenant, istioGateway('tenant', { [gatewayLabel]: 'theirs' })],
  ['a Gateway in our namespace', editor, gateway('llm', {})],
  ['an AuthConfig of their own', tenant, authConfig('tenant', 'attempt.example.com')],
  ['a ConfigMap', editor, gatewayOptions('llm', 'attempt')],
  ["a ConfigMap of our Gateway's name in another namespace", tenant, gatewayOptions('tenant')],
  ['a Secret', tenant, { ...keyCopy('tenant'), metadata: { name: 'attempt', namespace: 'tenant' } }],
  ['a key in its namespace', editor, keyCopy('llm')],
];

function resourceOf({ apiVersion, kind }: Manifest): string {
  const plural = kind.toLowerCase().replace(/([^a])y$/, '$1ie');
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${plural}s${group}`;
}

function refusal(manifest: Manifest, message: keyof typeof messages): string {
  const policy = message === 'key' ? 'llm-api-key-protection' : 'llm-gateway-protection';
  return (
    `${resourceOf(manifest)} "${manifest.metadata.name}" is forbidden: ValidatingAdmissionPolicy '${policy}' ` +
    `with binding '${policy}' denied request: ${messages[message]}\n`
  );
}

function create(manifest: Manifest, ...options: string[]): Promise<CommandResult> {
  const stdin = JSON.stringify(manifest);
  return kubectl(['create', '-f', '-', '--dry-run=server', ...options], { stdin, expectFailure: true });
}

const created = { exitCode: 0, stderr: '', stdout: expect.stringContaining(' created (server dry run)') };

describeCluster('the way through the Gateway is in the hands of its writers', () => {
  const namespaces = ['tenant', 'argocd'];

  beforeAll(async () => {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes', namespaces);
    await kubectl(['create', '-f', '-'], { stdin: listOf(clusterRoles) });
    // As a GitOps account applies it.
    await kubectl(['apply', '-f', 'dist', deployer]);
    const bindings = [binding('tenant', 'tenant'), binding('tenant', 'editor'), binding('llm', 'editor')];
    await kubectl(['create', '-f', '-'], { stdin: listOf(bindings) });
    await until('the policies are in force', 30, async () => {
      const answers = await Promise.all([create(keyCopy('tenant'), tenant), create(route('tenant', ours), tenant)]);
      return answers.every(({ exitCode }) => exitCode !== 0);
    });
  });

  test.each(attempts)('refused: %s', async (_, who, attempt, message) => {
    const answer = await create(attempt, who);
    expect(answer.stderr).toBe(
      `Error from server (Forbidden): error when creating "STDIN": ${refusal(attempt, message)}`,
    );
    // A sound object: an admin may create it, but for a key, which nobody needs there.
    expect(await create(attempt)).toMatchObject(message === 'key' ? answer : created);
  });

  test.each(untouched)('untouched: %s', async (_, who, manifest) => {
    expect(await create(manifest, who)).toMatchObject(created);
  });

  describe('what is there', () => {
    const protectedObjects = [
      { kind: 'HTTPRoute', manifest: find('HTTPRoute'), message: 'route' },
      { kind: 'AuthPolicy', manifest: find('AuthPolicy'), message: 'kuadrant' },
      { kind: 'EnvoyFilter', manifest: find('EnvoyFilter', 'identity-required-filter'), message: 'istio' },
      { kind: 'ConfigMap', manifest: find('ConfigMap', 'inference-gateway-options'), message: 'pods' },
    ] as const;

    test.each(protectedObjects)('$kind: an editor cannot change it', async ({ manifest, message }) => {
      const patch = `--patch=${JSON.stringify(spoiled[manifest.kind])}`;
      const command = ['patch', ...reference(manifest), '--type=merge', '--dry-run=server', patch];
      const answer = await kubectl([...command, editor], { expectFailure: true });
      expect(answer.stderr).toBe(`Error from server (Forbidden): ${refusal(manifest, message)}`);
      expect(await kubectl([...command, deployer])).toMatchObject({ exitCode: 0, stderr: '' });
    });

    test.each(protectedObjects)('$kind: an editor cannot delete it', async ({ manifest, message }) => {
      const command = ['delete', ...reference(manifest), '--dry-run=server'];
      const answer = await kubectl([...command, editor], { expectFailure: true });
      expect(answer.stderr).toBe(`Error from server (Forbidden): ${refusal(manifest, message)}`);
      expect(await kubectl([...command, deployer])).toMatchObject({ exitCode: 0, stderr: '' });
    });

    test.each(protectedObjects)('$kind: an editor cannot have the garbage collector delete it', async (each) => {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '00000000-0000-0000-0000-000000000000' };
      const patch = `--patch=${JSON.stringify({ metadata: { ownerReferences: [owner] } })}`;
      const command = ['patch', ...reference(each.manifest), '--type=merge', '--dry-run=server', patch];
      const answer = await kubectl([...command, editor], { expectFailure: true });
      expect(answer.stderr).toBe(`Error from server (Forbidden): ${refusal(each.manifest, each.message)}`);
      expect(await kubectl([...command, deployer])).toMatchObject({ exitCode: 0, stderr: '' });
    });

    test.each(protectedObjects)('$kind: an editor cannot hide it from istiod', async ({ manifest, message }) => {
      const label = ['label', ...reference(manifest), 'istio.io/rev=other', '--dry-run=server', editor];
      const answer = await kubectl(label, { expectFailure: true });
      expect(answer.stderr).toBe(`Error from server (Forbidden): ${refusal(manifest, message)}`);
    });

    test.each(protectedObjects)('$kind: a controller may label it, and clean up', async ({ manifest }) => {
      const label = ['label', ...reference(manifest), 'seen=yes', '--dry-run=server'];
      expect(await kubectl([...label, editor])).toMatchObject({ exitCode: 0, stderr: '' });
      for (const controller of ['namespace-controller', 'generic-garbage-collector']) {
        const as = `--as=system:serviceaccount:kube-system:${controller}`;
        const deletion = await kubectl(['delete', ...reference(manifest), '--dry-run=server', as]);
        expect(deletion).toMatchObject({ exitCode: 0, stderr: '' });
      }
    });
  });

  test("Kuadrant's operator writes and deletes its filters, by the rights of its release", async () => {
    const operator = '--as=system:serviceaccount:kuadrant-system:kuadrant-operator-controller-manager';
    const filter = envoyFilter('llm', { targetRefs: [target('inference-gateway')] });
    expect(await create(filter, operator)).toMatchObject(created);
    const own = reference(find('EnvoyFilter', 'usage-ledger'));
    const deletion = await kubectl(['delete', ...own, '--dry-run=server', operator]);
    expect(deletion).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('a GitOps account applies all of dist/ again, and prunes it', async () => {
    const again = await kubectl(['apply', '-f', 'dist', deployer]);
    expect(again.stderr).toBe('');
    const pruned = dist.filter(({ metadata }) => metadata.labels?.['cdk8s-maas/deletion-protection'] !== 'true');
    const deletion = await kubectl(['delete', '--dry-run=server', '-f', '-', deployer], { stdin: listOf(pruned) });
    expect(deletion.stderr).toBe('');
    expect(deletion.stdout.split('\n').filter((line) => line.includes(' deleted'))).toHaveLength(pruned.length);
  });

  test('one without rights on the Gateway is told so', async () => {
    const { stderr } = await kubectl(['apply', '--dry-run=server', '-f', 'dist/70-routes.k8s.yaml', editor]);
    expect(stderr).toBe('');
    const changed = structuredClone(find('HTTPRoute'));
    changed.spec.rules[0].timeouts.request = '60s';
    const command = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-', editor];
    const answer = await kubectl(command, { stdin: JSON.stringify(changed), expectFailure: true });
    expect(answer.stderr).toBe(`Error from server (Forbidden): ${refusal(changed, 'route')}`);
  });

  test('a key that is in the wrong namespace already can be disarmed', async () => {
    const { name, namespace, labels } = keyCopy('tenant').metadata;
    await kubectl(['delete', 'validatingadmissionpolicybinding', 'llm-api-key-protection']);
    await until('copies are taken', 30, async () => (await create(keyCopy('tenant'))).exitCode === 0);
    await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(keyCopy('tenant')) });
    await kubectl(['apply', '-f', 'dist/90-protection.k8s.yaml']);
    await until('copies are refused', 30, async () => (await create(keyCopy('argocd'))).exitCode !== 0);
    expect(Object.keys(labels!)).toContain('cdk8s-maas/platform');
    const label = ['label', 'secret', name, `--namespace=${namespace}`];
    const kept = await kubectl([...label, 'more=labels', tenant], { expectFailure: true });
    expect(kept.stderr).toBe(`Error from server (Forbidden): ${refusal(keyCopy('tenant'), 'key')}`);
    expect(await kubectl([...label, 'cdk8s-maas/platform-', tenant])).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

/** Changes of ours that would open something. */
const spoiled: Readonly<Record<string, object>> = {
  HTTPRoute: { spec: { parentRefs: [{ name: 'theirs' }] } },
  AuthPolicy: { spec: { targetRef: target('theirs') } },
  EnvoyFilter: { spec: { targetRefs: [target('theirs')] } },
  ConfigMap: { data: { deployment: '{}' } },
};

test('the policies judge all kinds of dist/ that shape the way through the Gateway', () => {
  const kinds = ['HTTPRoute', 'AuthPolicy', 'EnvoyFilter'];
  const [policy] = dist.filter(
    ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === 'llm-gateway-protection',
  );
  const resources: string[] = policy!.spec.matchConstraints.resourceRules.flatMap((rule: Manifest) => rule.resources);
  const groups = ['gateway.networking.k8s.io', 'kuadrant.io', 'networking.istio.io'];
  const found = dist.filter(
    ({ apiVersion, kind, metadata }) =>
      groups.includes(apiVersion.split('/')[0]!) && metadata.namespace === 'llm' && kind !== 'Gateway',
  );
  expect([...new Set(found.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  expect(resources).toEqual(expect.arrayContaining(found.map((manifest) => resourceOf(manifest).split('.')[0])));
  expect(found.map(nameOf)).not.toHaveLength(0);
});
