import { setTimeout as pause } from 'node:timers/promises';
import { manifestsOf, nameOf, readPlatformFolder, reference, type Manifest } from './harness/manifests';
import { untilProtected } from './harness/policies';
import { createPrerequisiteNamespaces, shippedKServeConfiguration } from './harness/prerequisites';
import { describeCluster, empty, kubectl } from './harness/suite';

const manifests = manifestsOf(readPlatformFolder('dist'));
const protectionLabel = 'cdk8s-maas/deletion-protection';
const policies = manifests.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));
const kept = manifests.filter(
  (manifest) => manifest.metadata.labels?.[protectionLabel] === 'true' && !policies.includes(manifest),
);

/** What others put into the platform's namespace. */
const foreignObjects: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-a-colleague', namespace: 'llm' }, data: { a: 'b' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'of-a-colleague', namespace: 'llm' }, stringData: { a: 'b' } },
];

async function get(manifest: Manifest): Promise<Manifest | undefined> {
  const { stdout } = await kubectl(['get', ...reference(manifest), '--ignore-not-found', '--output=json']);
  return stdout === '' ? undefined : (JSON.parse(stdout) as Manifest);
}

/** @returns those of the objects that are there and not on their way out. */
async function alive(candidates: readonly Manifest[]): Promise<string[]> {
  const found = await Promise.all(candidates.map(get));
  return found.filter((object) => object && !('deletionTimestamp' in object.metadata)).map((object) => nameOf(object!));
}

/** @returns the data of KServe's ConfigMap without the keys that the platform sets. */
async function keysOfOthers(): Promise<Record<string, string>> {
  const ours = manifests.find(({ metadata }) => metadata.name === 'inferenceservice-config')!;
  const live = (await get(ours))!.data as Record<string, string>;
  return Object.fromEntries(Object.entries(live).filter(([key]) => !(key in ours.data)));
}

function shippedKeysBesideOurs(): Record<string, string> {
  const ours = manifests.find(({ metadata }) => metadata.name === 'inferenceservice-config')!;
  return Object.fromEntries(Object.entries(shippedKServeConfiguration).filter(([key]) => !(key in ours.data)));
}

describeCluster('kubectl delete -f dist/', () => {
  afterEach(empty);

  test('takes all that is ours alone and keeps what others use', async () => {
    expect(kept.map(nameOf)).toEqual([
      'Namespace llm',
      'Namespace llm-observability',
      'ConfigMap kserve/inferenceservice-config',
      'Kuadrant kuadrant-system/kuadrant',
    ]);
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    await kubectl(['apply', '-f', 'dist']);
    await kubectl(['create', '-f', '-'], { stdin: foreignObjects.map((object) => JSON.stringify(object)).join('\n') });
    expect(await alive(manifests)).toHaveLength(manifests.length);
    await untilProtected('llm');

    const deletion = await kubectl(['delete', '-f', 'dist'], { expectFailure: true });

    expect(deletion.exitCode).toBe(1);
    const refusals = deletion.stderr.split('\n').filter((line) => line !== '');
    expect(refusals).toHaveLength(kept.length);
    kept.forEach(({ kind, metadata }, index) => {
      expect(refusals[index]).toMatch(`${kind.toLowerCase()}s`);
      expect(refusals[index]).toContain(` "${metadata.name}" is forbidden`);
      expect(refusals[index]).toContain('kept, because others may use it');
    });
    expect(deletion.stdout.split('\n').filter((line) => line.includes(' deleted'))).toHaveLength(
      manifests.length - kept.length,
    );
    expect(await alive(manifests)).toEqual(kept.map(nameOf));
    expect(await alive(foreignObjects)).toEqual(foreignObjects.map(nameOf));
    const operators = ['kserve', 'kuadrant-system'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }));
    expect(await alive(operators)).toEqual(['Namespace kserve', 'Namespace kuadrant-system']);
    expect(await keysOfOthers()).toEqual(shippedKeysBesideOurs());
  });

  test('does no more harm when it is repeated', async () => {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    await kubectl(['apply', '-f', 'dist']);
    await untilProtected('llm');
    await kubectl(['delete', '-f', 'dist'], { expectFailure: true });
    await pause(2_000);

    const again = await kubectl(['delete', '-f', 'dist', '--ignore-not-found'], { expectFailure: true });

    expect(again.exitCode).toBe(1);
    expect(again.stderr.match(/kept, because others may use it/g)).toHaveLength(kept.length);
    expect(await alive(manifests)).toEqual(kept.map(nameOf));
    expect(await keysOfOthers()).toEqual(shippedKeysBesideOurs());
  });

  test('can be followed by deleting what was kept, on purpose: without the label', async () => {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    await kubectl(['apply', '-f', 'dist']);
    await untilProtected('llm');
    await kubectl(['delete', '-f', 'dist'], { expectFailure: true });
    await kubectl(['label', 'namespace', 'llm', `${protectionLabel}-`]);
    await kubectl(['delete', 'namespace', 'llm', '--wait=false']);
    expect(await alive(kept)).toEqual(kept.slice(1).map(nameOf));
  });
});

describeCluster("KServe's ConfigMap keeps the keys that KServe shipped", () => {
  afterEach(empty);

  test.each([
    ['kubectl create', ['create']],
    ['Helm (another field manager)', ['apply', '--server-side', '--field-manager=helm']],
    ["KServe's documented kubectl apply --server-side", ['apply', '--server-side']],
  ])('when installed by %s', async (_, install) => {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    await kubectl(['delete', 'configmap', 'inferenceservice-config', '--namespace', 'kserve']);
    const metadata = { name: 'inferenceservice-config', namespace: 'kserve' };
    const shipped = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: shippedKServeConfiguration };
    await kubectl([...install, '-f', '-'], { stdin: JSON.stringify(shipped) });

    await kubectl(['apply', '-f', 'dist']);
    await kubectl(['apply', '-f', 'dist']);

    expect(Object.keys(shippedKeysBesideOurs())).toEqual(
      expect.arrayContaining(['explainers', 'logger', 'credentials']),
    );
    expect(await keysOfOthers()).toEqual(shippedKeysBesideOurs());
  });
});
