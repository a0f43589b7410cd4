import type { ModelConfiguration } from '../../src/config/configuration';
import { nodeCacheName, nodeCaches } from '../../src/config/node-caches';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { ModelNodeCache } from '../../src/models/model-node-cache';
import { manifestsOf } from '../../src/platform/manifests';
import { identify, synthesize } from '../support/synth';

interface Manifest {
  kind: string;
  metadata: { name: string; labels?: object; annotations?: object };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

const ADAPTERS = [{ name: 'sql', source: 'hf://acme/sql' }];

const GPUS = { nodeGroup: 'gpus', size: '20Gi' };

function predictorsOf(model: Partial<ModelConfiguration>, platform: 'kubernetes' | 'openshift' = 'kubernetes') {
  const own = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia', ...model };
  const domain = platform === 'openshift' ? 'apps.example.com' : undefined;
  const manifests = manifestsOf({ platform, domain, models: [own] }) as unknown as Manifest[];
  return manifests.filter(({ kind }) => kind === 'InferenceService').map(({ spec }) => spec.predictor);
}

describe('a claim', () => {
  const cache = { existingClaim: 'weights-cache' };

  test('is where vLLM keeps what it loads from Hugging Face', () => {
    const [predictor] = predictorsOf({ cache });
    expect(predictor.volumes).toEqual([
      { name: 'huggingface-cache', persistentVolumeClaim: { claimName: 'weights-cache', readOnly: false } },
    ]);
    expect(predictor.model.volumeMounts).toEqual([
      { name: 'huggingface-cache', mountPath: '/mnt/huggingface', readOnly: false },
    ]);
    expect(predictor.model.env).toEqual([{ name: 'HF_HUB_CACHE', value: '/mnt/huggingface' }]);
  });

  test('offline: is only read, and nothing else is asked', () => {
    const [predictor] = predictorsOf({ cache: { ...cache, offline: true }, huggingFaceTokenSecret: 'token' });
    expect(predictor.volumes[0].persistentVolumeClaim.readOnly).toBe(true);
    expect(predictor.model.volumeMounts[0].readOnly).toBe(true);
    expect(predictor.model.env.slice(1)).toEqual([
      { name: 'HF_HUB_CACHE', value: '/mnt/huggingface' },
      { name: 'HF_HUB_OFFLINE', value: '1' },
    ]);
  });

  test('can be written to by the process: its files get a group, which OpenShift chooses', () => {
    expect(predictorsOf({ cache })[0].securityContext).toMatchObject({
      ...{ runAsUser: 1000, fsGroup: 1000, fsGroupChangePolicy: 'OnRootMismatch' },
    });
    const onOpenShift = predictorsOf({ cache }, 'openshift')[0].securityContext;
    expect(onOpenShift).toMatchObject({ fsGroupChangePolicy: 'OnRootMismatch' });
    expect(onOpenShift).not.toHaveProperty('fsGroup');
  });

  test('changes nothing else, and nothing where there is none', () => {
    const [without] = predictorsOf({});
    const [{ volumes, securityContext, model, ...rest }] = predictorsOf({ cache });
    expect(volumes).toHaveLength(1);
    const { volumeMounts, env, ...container } = model;
    expect([volumeMounts.length, env.length]).toEqual([1, 1]);
    const { fsGroup, fsGroupChangePolicy, ...security } = securityContext;
    expect([fsGroup, fsGroupChangePolicy]).not.toContain(undefined);
    expect({ ...rest, securityContext: security, model: container }).toEqual(without);
  });
});

describe('a canary', () => {
  const cache = { existingClaim: 'weights-cache' };
  const nodes = GPUS;

  test.each([
    ['has the claim', cache, {}, cache],
    ['has the claim for other weights of Hugging Face', cache, { source: 'hf://acme/other' }, cache],
    ['has no claim for weights from elsewhere', cache, { source: 's3://acme/other' }, undefined],
    ['has the claim for adapters of its own', cache, { source: 's3://acme/other', adapters: ADAPTERS }, cache],
    ['has no nodes for adapters of its own', nodes, { source: 's3://acme/other', adapters: ADAPTERS }, undefined],
    ['has the nodes that have its weights', nodes, { source: 'hf://acme/own' }, nodes],
    ['has no nodes that have others', nodes, { source: 'hf://acme/own:v2' }, undefined],
    ['has what it says', nodes, { source: 'hf://acme/other', cache }, cache],
  ])('%s', (_, own, canary, expected) => {
    const adapters = Object.hasOwn(canary, 'adapters') ? ADAPTERS : [];
    const model = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia', cache: own, adapters };
    const settings = resolveSettings({ models: [{ ...model, canary: { weight: 10, arguments: [], ...canary } }] });
    expect(settings.models[0]?.canary?.version.cache).toEqual(expected);
  });
});

test.each([
  [{}, 'loaded by each new pod'],
  [{ source: 's3://a/b' }, 'loaded by each new pod'],
  [{ source: 'pvc://a/b' }, 'mounted'],
  [{ source: 'oci://a/b' }, 'loaded once for each node, as an image'],
  [{ cache: { existingClaim: 'c' } }, 'loaded once, into claim c'],
  [{ cache: { existingClaim: 'c', offline: true } }, 'read from claim c, without Hugging Face'],
  [{ cache: { nodeGroup: 'gpus', size: '1Gi' } }, 'loaded ahead, once for each node of gpus'],
])('of %j it is explained that it is %s', (model, words) => {
  const own = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia', ...model };
  expect(explainName(resolveSettings({ models: [own] }), 'own')).toMatchObject([{ loading: [words] }]);
});

test('nobody loads anything for the simulator', () => {
  expect(explainName(resolveSettings({}), 'simulator')).toMatchObject([{ loading: [] }]);
});

describe('the disks of nodes', () => {
  const own = { name: 'own', accelerator: 'nvidia', cache: GPUS };
  const platform = (source: string) =>
    manifestsOf({ name: 'lab', models: [{ ...own, source }] }) as unknown as Manifest[];

  test.each(['hf://acme/own:v2', 's3://acme/own'])(
    '%s is named as it is, and vLLM reads it where KServe mounts it',
    (source) => {
      const manifests = platform(source);
      const [service, cache] = ['InferenceService', 'LocalModelCache'].map((kind) =>
        manifests.find((each) => each.kind === kind),
      );
      const { model, volumes } = service?.spec.predictor ?? {};
      expect(service?.metadata.annotations).toMatchObject({ 'serving.kserve.io/nodegroup': 'gpus' });
      expect([model.storageUri, model.args[0], model.modelFormat.name]).toEqual([
        source,
        '--model=/mnt/models',
        'vLLM',
      ]);
      expect(volumes).toBeUndefined();
      expect(cache?.metadata.name).toMatch(/^lab-own-[0-9a-f]{8}$/);
      expect(cache?.spec).toEqual({ sourceModelUri: source, modelSize: '20Gi', nodeGroups: ['gpus'] });
      expect(manifests.indexOf(cache as Manifest)).toBeLessThan(manifests.indexOf(service as Manifest));
    },
  );

  test('need no download container: the namespace is as strict as without', () => {
    const namespace = platform('s3://acme/own').find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  test('are enabled at KServe, which is else left alone', () => {
    const configurationOf = (manifests: object[]) =>
      manifests
        .map((each) => each as { metadata: { name: string }; data: object })
        .find(({ metadata }) => metadata.name === 'inferenceservice-config')?.data;
    expect(Object.keys(configurationOf(platform('s3://a/b')) ?? {})).toEqual(['deploy', 'ingress', 'localModel']);
    expect(Object.keys(configurationOf(manifestsOf({})) ?? {})).toEqual(['deploy', 'ingress']);
  });

  test('keep a source once, for all that serve it', () => {
    const models = [
      { ...own, source: 'hf://a/b' },
      { ...own, name: 'second', source: 'hf://a/b', cache: { ...GPUS, nodeGroup: 'more' } },
      { ...own, name: 'third', source: 'hf://a/b' },
      { ...own, name: 'other', source: 'hf://a/c', canary: { weight: 1, source: 'hf://a/d', cache: GPUS } },
    ];
    const caches = (manifestsOf({ models }) as unknown as Manifest[]).filter(({ kind }) => kind === 'LocalModelCache');
    expect(caches.map(({ metadata, spec }) => [metadata.name, spec.sourceModelUri, spec.nodeGroups])).toEqual([
      [nodeCacheName('hf://a/b'), 'hf://a/b', ['gpus', 'more']],
      [nodeCacheName('hf://a/c'), 'hf://a/c', ['gpus']],
      [nodeCacheName('hf://a/d'), 'hf://a/d', ['gpus']],
    ]);
  });

  test('keep a source under its name, whoever serves it: also after a canary', () => {
    const namesOf = (...models: object[]) => {
      const all = models.map((model) => ({ ...own, ...model }));
      return nodeCaches(resolveSettings({ models: all })).map(({ name }) => name);
    };
    const [before, next] = namesOf({
      source: 'hf://a/b:v1',
      canary: { weight: 1, source: 'hf://a/b:v2', cache: GPUS },
    });
    expect(next).not.toBe(before);
    expect(namesOf({ source: 'hf://a/b:v2' })).toEqual([next]);
    expect(namesOf({ name: 'first', source: 'hf://a/b:v1' }, { source: 'hf://a/b:v1' })).toEqual([before]);
  });

  test.each([
    ['hf://ibm-granite/granite-8b:v1', undefined, 'granite-8b-fdcc7c4c'],
    ['hf://ibm-granite/granite-8b', undefined, 'granite-8b-8ae91974'],
    ['s3://models/Qwen_3.0//', 'lab', 'lab-qwen-3-0-2125c08b'],
    ['https://example.com/a/model.tar.gz', undefined, 'model-tar-gz-593f5144'],
    ['s3://models/ü', undefined, 'f301c2ea'],
    [`s3://models/${'a'.repeat(52)}.b`, undefined, `${'a'.repeat(52)}-b-57471994`],
    [`s3://models/${'a'.repeat(53)}.b`, undefined, `${'a'.repeat(53)}-e10cb8f1`],
    ['s3://models/own', 'p'.repeat(63), `${'p'.repeat(54)}-b057b66d`],
  ])('of %s on platform %s are named %s', (source, platform, name) => {
    expect(nodeCacheName(source, platform)).toBe(name);
    expect(name).toMatch(/^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
  });
});

test('ModelNodeCache: what KServe loads, before its InferenceService comes', () => {
  const props = { name: 'own', source: 'hf://acme/own', size: '20Gi', nodeGroups: ['gpus'] };
  const { manifests, find } = synthesize((chart) => new ModelNodeCache(chart, 'cache', props));
  expect(manifests.map(identify)).toEqual(['LocalModelCache own']);
  const { metadata } = find('LocalModelCache');
  expect(metadata.annotations).toEqual({ 'argocd.argoproj.io/sync-wave': '-1' });
});

test('ModelNodeCache: no nodes', () => {
  const props = { name: 'own', source: 'hf://acme/own', size: '20Gi', nodeGroups: [] };
  expect(() => synthesize((chart) => new ModelNodeCache(chart, 'cache', props))).toThrow(
    'node cache: got no node group, expected the LocalModelNodeGroups that keep the weights',
  );
});
