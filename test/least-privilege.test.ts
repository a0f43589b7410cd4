import { App } from 'cdk8s';
import { load } from 'js-yaml';
import { MaasPlatform, type MaasPlatformProps } from '../src';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  readonly [member: string]: any;
}

function synth(props: MaasPlatformProps): Manifest[] {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  return app.charts.flatMap((chart) => chart.toJson() as Manifest[]);
}

const models = [
  { name: 'simulator' },
  { name: 'qwen3', accelerator: 'nvidia-l4' },
  { name: 'own', source: 's3://models/own', accelerator: 'nvidia' },
];

/** Everything that the platform can run, on either distribution. */
const objects = [
  ...synth({
    limits: { engine: 'tokenRateLimitPolicy', redis: {}, onFailure: 'deny' },
    identity: { keycloak: 'demo', apiKeys: { enabled: true } },
    storage: { minio: {} },
  }),
  ...synth({ models, storage: { minio: {} } }),
  ...synth({
    models,
    platform: 'openshift',
    domain: 'apps.example.com',
    storage: { minio: { existingSecret: 'own' } },
  }),
];
const all = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));

/** The pods that come of an object, as far as we write them. */
function podsOf(object: Manifest): { readonly what: string; readonly spec: Manifest }[] {
  const what = `${object.kind} ${object.metadata.name}`;
  // Only variables of an operator that is not ours.
  if (object.metadata.name === 'kuadrant-operator-controller-manager') return [];
  if (object.kind === 'Deployment' || object.kind === 'Job') return [{ what, spec: object['spec'].template.spec }];
  if (object.kind === 'InferenceService') return [{ what, spec: object['spec'].predictor }];
  if (object.kind === 'ConfigMap' && object['data'].deployment !== undefined) {
    return [{ what, spec: (load(object['data'].deployment) as Manifest)['spec'].template.spec }];
  }
  return [];
}

const pods = objects.flatMap(podsOf);

test('there are pods of every kind', () => {
  expect([...new Set(pods.map(({ what }) => what))].sort()).toEqual([
    'ConfigMap inference-gateway-options',
    'Deployment keycloak',
    'Deployment limitador-redis',
    'Deployment minio',
    'InferenceService own',
    'InferenceService qwen3-0-6b-instruct',
    'InferenceService vllm-simulator',
    'Job minio-setup',
  ]);
});

test.each(pods)('$what: the pod has no token and a seccomp profile', ({ spec }) => {
  expect(spec['automountServiceAccountToken']).toBe(false);
  expect(spec['securityContext'].seccompProfile).toEqual({ type: 'RuntimeDefault' });
});

test('every container that we write is one of Pod Security restricted', () => {
  const containers = [
    ...pods
      .filter(({ what }) => what !== 'ConfigMap inference-gateway-options')
      .flatMap(({ spec }) => spec['containers'] ?? []),
    ...all('ServingRuntime').flatMap((runtime) => runtime['spec'].containers),
  ];
  expect(containers.length).toBeGreaterThan(5);
  for (const { securityContext } of containers) {
    expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  }
});

test('no ServiceAccount hands its token to every pod that names it', () => {
  const accounts = all('ServiceAccount');
  expect(accounts.map(({ metadata }) => metadata.name)).toEqual(
    expect.arrayContaining(['models-aas-observability', 'model-storage', 'kserve-service-account']),
  );
  for (const account of accounts) expect(account['automountServiceAccountToken']).toBe(false);
});

test('Roles only read, name what they read, and never Secrets; there is no ClusterRole', () => {
  expect(all('ClusterRole', 'ClusterRoleBinding')).toEqual([]);
  const rules: Manifest[] = all('Role').flatMap((role) => role['rules']);
  expect(rules).not.toHaveLength(0);
  for (const rule of rules) {
    expect(['get', 'list', 'watch']).toEqual(expect.arrayContaining(rule['verbs']));
    expect([...rule['resources'], ...rule['apiGroups']]).not.toContain('*');
    expect(rule['resources']).not.toContain('secrets');
  }
});
