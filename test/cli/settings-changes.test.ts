import type { MaasPlatformProps } from '../../src/config/configuration';
import { resolveSettings } from '../../src/config/settings';
import { settingsChanges } from '../../src/cli/settings-changes';

/** What `maas diff` says in words: whole answers, group by group. */

function changes(before: MaasPlatformProps, after: MaasPlatformProps): object {
  return settingsChanges(resolveSettings(before), resolveSettings(after));
}

const TIERS = [{ name: 'free' }, { name: 'premium' }];

test('nothing is said of two configurations that mean the same', () => {
  expect(changes({}, { platform: 'kubernetes', gateway: { replicas: 1 }, models: [{ name: 'simulator' }] })).toEqual(
    {},
  );
});

test('tiers: limits, requests, models, and whether they count only', () => {
  const before: MaasPlatformProps = {
    users: [],
    tiers: [
      { name: 'free', tokens: { minute: 200, day: 50_000 }, models: ['simulator', 'qwen3'] },
      { name: 'premium', tokens: { hour: 1000 }, requests: { limit: 5, window: '2m' } },
      { name: 'staff' },
      { name: 'trial' },
    ],
  };
  const after: MaasPlatformProps = {
    users: [],
    tiers: [
      { name: 'free', tokens: { minute: 500, month: 1_000_000 }, models: ['simulator', 'granite'], enforce: false },
      { name: 'premium', tokens: { hour: 1000 }, requests: { limit: 1, window: '1m' }, models: ['qwen3'] },
      { name: 'staff', requests: { limit: 9, window: '1h' } },
      { name: 'student', tokens: { minute: 500 }, requests: { limit: 1, window: '1s' }, models: ['qwen3'] },
    ],
  };
  expect(changes(before, after)).toEqual({
    tiers: [
      'tier trial: gone',
      'tier free: 200 → 500 tokens a minute',
      'tier free: 50,000 tokens a day → no limit',
      'tier free: no limit → 1,000,000 tokens a month',
      'tier free: may use granite',
      'tier free: may no longer use qwen3',
      'tier free: its token limits now only count',
      'tier premium: 5 requests in 2m → 1 request in 1m',
      'tier premium: may only use qwen3',
      'tier staff: no limit on requests → 9 requests in 1h',
      'tier student: new, 500 tokens a minute, 1 request in 1s, models qwen3',
    ],
  });
  expect(
    changes({ users: [], tiers: after.tiers?.slice(0, 2) }, { users: [], tiers: before.tiers?.slice(0, 2) }),
  ).toEqual({
    tiers: [
      'tier free: 500 → 200 tokens a minute',
      'tier free: no limit → 50,000 tokens a day',
      'tier free: 1,000,000 tokens a month → no limit',
      'tier free: may use qwen3',
      'tier free: may no longer use granite',
      'tier free: its token limits now refuse requests',
      'tier premium: 1 request in 1m → 5 requests in 2m',
      'tier premium: may use every model',
    ],
  });
});

test('users: who comes, goes and moves, and their keys without their values', () => {
  const before: MaasPlatformProps = {
    tiers: TIERS,
    users: [
      { name: 'alice', tier: 'free', keys: [{ demo: 'old-secret' }] },
      { name: 'bob', tier: 'free', keys: [{ demo: 'bob-secret' }] },
      {
        name: 'carol',
        tier: 'free',
        keys: [{ existingSecret: 'carol-apikey' }, { name: 'next', demo: 'carol-secret' }],
      },
      { name: 'erin', tier: 'free', keys: [{ demo: 'erin-secret', expires: '2027-01-31', disabled: true }] },
      { name: 'frank', tier: 'free', keys: [{ externalSecret: { store: 'vault', key: 'a' } }] },
    ],
  };
  const after: MaasPlatformProps = {
    tiers: TIERS,
    users: [
      { name: 'alice', tier: 'premium', keys: [{ demo: 'new-secret', expires: '2027-01-31' }] },
      {
        name: 'carol',
        tier: 'free',
        keys: [{ existingSecret: 'carol-apikey', expires: '2027-01-31', disabled: true }],
      },
      { name: 'dave', tier: 'free', keys: [{ demo: 'dave-secret' }, { name: 'b', demo: 'dave-secret-b' }] },
      { name: 'erin', tier: 'free', keys: [{ externalSecret: { store: 'vault', key: 'erin' } }] },
      {
        name: 'frank',
        tier: 'free',
        keys: [
          { externalSecret: { store: 'vault', key: 'b' }, expires: '2027-02-28' },
          { existingSecret: 'f', expires: '2028-01-01' },
        ],
      },
    ],
  };
  const told = changes(before, after);
  expect(told).toEqual({
    users: [
      'user bob: gone',
      'user alice: moves from free to premium',
      'key of alice: now expires 2027-01-31',
      'key of alice: another value',
      'key next of carol: gone',
      'key carol-apikey of carol: now expires 2027-01-31',
      'key carol-apikey of carol: now disabled',
      'key of erin: no longer expires, was 2027-01-31',
      'key of erin: works again',
      'key of erin: now comes from a secret store',
      'key of frank: now expires 2027-02-28',
      'key of frank: externalSecret.key: a → b',
      'key f of frank: new, expires 2028-01-01',
      'user dave: new, in tier free with 2 keys',
    ],
  });
  expect(JSON.stringify([told, changes(after, before)])).not.toContain('-secret');
});

test('models: accelerators, what serves them, and what their tokens count', () => {
  const before: MaasPlatformProps = {
    models: [
      { name: 'my-llama', source: 'hf://a/b', accelerator: 'nvidia-l4', replicas: { min: 1, max: 4 } },
      { name: 'qwen3', weight: 2 },
      { name: 'granite', arguments: ['--secret-argument'] },
      { name: 'nomic' },
    ],
  };
  const after: MaasPlatformProps = {
    models: [
      { name: 'my-llama', source: 'hf://a/c', runtime: 'simulator', servedName: 'llama' },
      { name: 'qwen3', tokenWeights: { prompt: 1, completion: 3 }, accelerator: 'nvidia-l4', gpus: 2 },
      { name: 'granite', weight: 2.5, serviceAccount: 'reader' },
      { name: 'simulator' },
      { name: 'mistral', gpus: 2 },
    ],
  };
  expect(changes(before, after)).toEqual({
    models: [
      'model nomic: gone',
      'model my-llama: loses its GPU',
      'model my-llama: source: hf://a/b → hf://a/c',
      'model my-llama: name in requests: my-llama → llama',
      'model my-llama: runtime: vllm → simulator',
      'model my-llama: resources.limits.cpu: 8 → 500m',
      'model my-llama: resources.limits.memory: 32Gi → 512Mi',
      'model my-llama: resources.requests.cpu: 2 → 200m',
      'model my-llama: resources.requests.memory: 16Gi → 256Mi',
      'model my-llama: replicas.max: 4 → none',
      'model my-llama: replicas.min: 1 → none',
      'model qwen3: on 1 GPU (nvidia) → on 2 GPUs (nvidia-l4)',
      'model qwen3: a prompt token counts 2 → 1',
      'model qwen3: a completion token counts 2 → 3',
      'model qwen3: a cached token counts 2 → 1',
      'model granite: ServiceAccount: none → reader',
      'model granite: other arguments',
      'model granite: a token counts 1 → 2.5',
      'model simulator: new, without GPU, at simulator.maas.local',
      'model mistral: new, on 2 GPUs (nvidia), at mistral.maas.local',
    ],
  });
});

test('accelerators: own ones by their names, and who labels the nodes', () => {
  const before: MaasPlatformProps = {
    accelerators: [
      { name: 'a', like: 'nvidia-l4' },
      { name: 'b', like: 'nvidia' },
    ],
  };
  const after: MaasPlatformProps = {
    accelerators: [
      { name: 'a', like: 'nvidia-t4' },
      { name: 'c', like: 'nvidia' },
    ],
    nodeLabels: 'gke',
  };
  expect(changes(before, after)).toEqual({
    models: ['nodeLabels: gpuOperator → gke', 'accelerator b: gone', 'accelerator a: changed', 'accelerator c: new'],
  });
});

test('everything else, by the keys of maas.yaml', () => {
  const patch = { target: { kind: 'Gateway', name: 'inference-gateway', namespace: 'llm' } };
  const own = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own', namespace: 'llm' } };
  const before: MaasPlatformProps = {
    users: [],
    gateway: { replicas: 2, tls: {} },
    limits: { perReplica: 'divide' },
    patches: [{ ...patch, merge: { spec: { a: 'hidden' } } }],
    objects: [{ ...own, stringData: { password: 'hidden' } }],
  };
  const after: MaasPlatformProps = {
    users: [],
    networkPolicies: false,
    gateway: { replicas: 1 },
    limits: { engine: 'tokenRateLimitPolicy', redis: {} },
    identity: {
      apiKeys: { enabled: true, prefixes: ['Bearer'] },
      oidc: { issuerUrl: 'https://a:b@login.example.com' },
    },
    storage: { minio: {} },
    observability: { monitorLabels: { release: 'prometheus' } },
    patches: [
      { ...patch, merge: { spec: { a: 'other' } } },
      { ...patch, merge: { spec: { b: 'hidden' } } },
    ],
    objects: [
      { ...own, stringData: { password: 'other' } },
      { ...own, kind: 'ConfigMap' },
    ],
  };
  expect(changes(before, after)).toEqual({
    platform: ['networkPolicies: true → false'],
    gateway: ['gateway.replicas: 2 → 1', 'gateway.tls.secretName: wildcard-tls-secret → none'],
    identity: [
      'identity.apiKeys.prefixes: APIKEY, Bearer → Bearer',
      'identity.oidc.audience: none → maas',
      'identity.oidc.groupsClaim: none → groups',
      'identity.oidc.issuerUrl: none → https://…@login.example.com',
      'identity.oidc.userClaim: none → sub',
      'group free-users: gives tier free',
      'group premium-users: gives tier premium',
      'group enterprise-users: gives tier enterprise',
    ],
    limits: [
      'limits.engine: envoyFilter → tokenRateLimitPolicy',
      'limits.redis: none → an empty map',
      'gateway pods that share each token limit: 2 → 1',
    ],
    storage: ['storage.minio.size: none → 20Gi'],
    observability: ['observability.monitorLabels.release: none → prometheus'],
    patches: ['patch of Gateway llm/inference-gateway: changed', 'patch of Gateway llm/inference-gateway: new'],
    objects: ['own Secret llm/own: changed', 'own ConfigMap llm/own: new'],
  });
});

test('groups of an issuer: which tier each gives, and their order', () => {
  const oidc = (...groups: { group: string; tier: string }[]): MaasPlatformProps => ({
    identity: { oidc: { issuerUrl: 'https://login.example.com', groups } },
  });
  const [a, b] = [
    { group: 'a', tier: 'free' },
    { group: 'b', tier: 'premium' },
  ];
  expect(changes(oidc(a, b), oidc({ group: 'b', tier: 'free' }, { group: 'c', tier: 'free' }))).toEqual({
    identity: [
      'group a: no longer gives tier free',
      'group b: gives tier free in place of premium',
      'group c: gives tier free',
    ],
  });
  expect(changes(oidc(a, b), oidc(b, a))).toEqual({ identity: ['groups: another order, and the first match wins'] });
});

/** Every key of maas.yaml that has an effect. */
const FULL: MaasPlatformProps = {
  name: 'full',
  registry: 'mirror.example.com',
  gateway: { replicas: 2, tls: { issuer: { name: 'letsencrypt' } } },
  tiers: [
    {
      name: 'free',
      tokens: { minute: 1, hour: 2, day: 3, month: 4 },
      requests: { limit: 1, window: '1m' },
      models: ['own'],
      enforce: true,
    },
  ],
  users: [
    {
      name: 'a',
      tier: 'free',
      keys: [{ name: 'x', demo: 'key', expires: '2027-01-31', disabled: true }, { existingSecret: 's' }],
    },
    {
      name: 'b',
      tier: 'free',
      keys: [{ externalSecret: { store: 's', storeKind: 'SecretStore', key: 'k', property: 'p' } }],
    },
  ],
  models: [
    {
      name: 'own',
      source: 'hf://a/b',
      accelerator: 'nvidia',
      replicas: { min: 1, max: 2 },
      huggingFaceTokenSecret: 's',
      serviceAccount: 's',
      maxModelLength: 1,
      adapters: [{ name: 'sql', source: 'hf://a/sql' }],
      adapterRank: 32,
      cache: { existingClaim: 'c', offline: true },
      parameters: '1B',
      architecture: { layers: 1, keyValueHeads: 2, headSize: 64, slidingWindow: 8, weightBits: 4.25 },
      canary: { weight: 10, gpus: 2, cache: { nodeGroup: 'g', size: '1Gi' } },
      arguments: ['--a'],
      rollout: 'replace',
      startupTimeout: '1h',
      terminationGracePeriod: '10m',
      tokenWeights: { prompt: 1, completion: 2, cached: 0.5 },
    },
    { name: 'llama-3-1-8b' },
    { name: 'far', external: { baseUrl: 'https://a.example/v1', model: 'm', keySecret: 's' }, fallback: 'own' },
  ],
  accelerators: [
    {
      name: 'quarter',
      like: 'nvidia-l4',
      memory: '20Gi',
      nodeSelector: { a: 'b' },
      tolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' }],
      image: 'registry.example.com/vllm:v1',
      timeSlicing: { replicas: 4, renameByDefault: true },
    },
  ],
  nodeLabels: 'gke',
  priorityClasses: [{ name: 'online', value: 9, preemptionPolicy: 'Never', description: 'a', quota: { pods: 9 } }],
  quota: { accelerators: { nvidia: 9 }, cpu: '64', memory: '512Gi', pods: 9 },
  identity: { keycloak: 'demo', oidc: { defaultTier: 'free' }, apiKeys: { enabled: true } },
  limits: { onFailure: 'deny', perReplica: 'divide', redis: { size: '1Gi', storageClass: 's', urlSecret: 's' } },
  storage: { minio: { storageClass: 's', existingSecret: 's' } },
  observability: { monitorLabels: { a: 'b' }, replicas: 2 },
  conformance: {},
  patches: [{ target: { kind: 'a', name: 'b', namespace: 'c' }, merge: { a: 1 } }],
  objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
};

test('no setting changes in silence', () => {
  const settings = resolveSettings(FULL);
  // The name of a canary is made of its model's, and an external model has no GPU.
  const silent = ['models.0.canary.version.name', 'models.2.gpus'];
  const said = leaves(settings).filter(({ place }) => !silent.includes(place));
  const spoiled = said.map(({ place, spoil }) => {
    const other = structuredClone(settings);
    spoil(other as unknown as Record<string, unknown>);
    return { place, told: Object.values(settingsChanges(settings, other)).flat().length };
  });
  expect(spoiled.length).toBeGreaterThan(100);
  expect(spoiled.filter(({ told }) => told === 0)).toEqual([]);
});

type Holder = Record<string, unknown>;

/** Every single value of the settings, with what changes it. */
function leaves(value: object, path: string[] = []): { place: string; spoil: (root: Holder) => void }[] {
  return Object.entries(value).flatMap(([key, inside]: [string, unknown]) => {
    if (typeof inside === 'object' && inside !== null) {
      return leaves(inside, [...path, key]);
    }
    const spoil = (root: Holder) => {
      const holder = path.reduce((at, step) => at[step] as Holder, root);
      holder[key] =
        typeof inside === 'boolean' ? !inside : typeof inside === 'number' ? inside + 1 : `${String(inside)}x`;
    };
    return [{ place: [...path, key].join('.'), spoil }];
  });
}

test('models: a canary comes, gets more, changes, and goes', () => {
  const with10 = { models: [{ name: 'qwen3', canary: { weight: 10, accelerator: 'nvidia-t4' } }] };
  const with50 = { models: [{ name: 'qwen3', canary: { weight: 50, accelerator: 'nvidia-l4', gpus: 2 } }] };
  const without = { models: [{ name: 'qwen3' }] };
  expect(changes(without, with10)).toEqual({ models: ['model qwen3: a canary gets 10 of 100 requests'] });
  expect(changes(with10, with50)).toEqual({
    models: [
      'model qwen3: its canary gets 10 → 50 of 100 requests',
      'model qwen3: canary: on 1 GPU (nvidia-t4) → on 2 GPUs (nvidia-l4)',
    ],
  });
  expect(changes(with50, without)).toEqual({ models: ['model qwen3: its canary is gone'] });
  expect(changes({ models: [] }, with10)).toMatchObject({
    models: [
      'model qwen3: new, on 1 GPU (nvidia), at qwen3.maas.local',
      'model qwen3: a canary gets 10 of 100 requests',
    ],
  });
});

test('quota: by extended resource', () => {
  const quota = { accelerators: { 'nvidia-l4': 8 }, pods: 9 };
  expect(changes({ quota }, { quota: { accelerators: { 'nvidia.com/gpu': 6 }, cpu: '64' } })).toEqual({
    models: ['quota.accelerators["nvidia.com/gpu"]: 8 → 6', 'quota.cpu: none → 64', 'quota.pods: 9 → none'],
  });
});

test('models: adapters come, are loaded from elsewhere, and go', () => {
  const adapters = [
    { name: 'sql', source: 'hf://acme/sql' },
    { name: 'law', source: 'hf://acme/law' },
  ];
  const before = { models: [{ name: 'qwen3', adapters }] };
  const after = { models: [{ name: 'qwen3', adapters: [{ name: 'sql', source: 'hf://acme/sql-2' }] }] };
  expect(changes(before, after)).toEqual({
    models: ['model qwen3: adapter law: gone', 'model qwen3: adapter sql: source: hf://acme/sql → hf://acme/sql-2'],
  });
  expect(changes(after, before)).toEqual({
    models: [
      'model qwen3: adapter sql: source: hf://acme/sql-2 → hf://acme/sql',
      'model qwen3: adapter law: new, from hf://acme/law',
    ],
  });
});
