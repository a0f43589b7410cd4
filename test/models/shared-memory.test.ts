import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { versionsOf } from '../../src/config/model-settings';
import { sharedMemoryGibibytes } from '../../src/models/shared-memory';
import { parseQuantity } from '../../src/quantity';
import { manifestsOf } from '../../src/platform/manifests';

interface Volume {
  name: string;
  emptyDir?: { medium?: string; sizeLimit?: string };
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

const MEBIBYTES_OF_GIBIBYTE = 1024;

/** MiB of vLLM's queues: ten messages of 16 MiB to all, ten of 24 MiB from each, six of 4 MiB in a group of processes. */
function queues(gpus: number): number {
  return 10 * 16 + gpus * 10 * 24 + 3 * 6 * 4;
}

test.each(Array.from({ length: 16 }, (_, index) => index + 1))(
  '%i GPUs: the queues of vLLM and NCCL have room',
  (gpus) => {
    const ncclAtMost = 33 * gpus;
    expect(queues(gpus) + ncclAtMost).toBeLessThan(sharedMemoryGibibytes(gpus) * MEBIBYTES_OF_GIBIBYTE);
  },
);

const examples = join(__dirname, '../../examples');
const files = readdirSync(examples)
  .map((name) => join(examples, name, 'maas.yaml'))
  .filter((file) => existsSync(file));

/** What `/dev/shm` of a model is, as KServe merges its volumes with those of its ServingRuntime. */
function sharedMemoryOf(manifests: readonly Manifest[], inferenceService: string): Volume | undefined {
  const find = (kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name)?.spec;
  const { model, volumes = [] } = find('InferenceService', inferenceService).predictor;
  const runtime = find('ServingRuntime', model.runtime);
  const { name } = runtime.containers[0].volumeMounts.find(
    ({ mountPath }: { mountPath: string }) => mountPath === '/dev/shm',
  );
  return [...volumes, ...runtime.volumes].find((volume: Volume) => volume.name === name) as Volume;
}

test('every model of the examples with several GPUs has enough of it, within its memory limit', () => {
  const checked = files.flatMap((file) => {
    const configuration = readConfiguration(file);
    const manifests = manifestsOf(configuration) as unknown as Manifest[];
    const models = resolveSettings(configuration)
      .models.flatMap(versionsOf)
      .filter(({ gpus }) => gpus > 1);
    for (const { inferenceService, gpus, resources } of models) {
      const { emptyDir } = sharedMemoryOf(manifests, inferenceService) ?? {};
      expect(emptyDir?.medium).toBe('Memory');
      const size = parseQuantity(emptyDir?.sizeLimit ?? '') ?? 0;
      expect(size).toBeGreaterThan(queues(gpus) * 2 ** 20);
      expect(size).toBeLessThan((parseQuantity(resources.limits.memory ?? '') ?? 0) / 2);
    }
    return models.map(({ gpus }) => gpus);
  });
  expect(checked.sort()).toEqual([2, 4]);
});

test.each([
  [1, '2Gi'],
  [4, '2Gi'],
  [8, '4Gi'],
])('of %i GPUs it is %s', (gpus, size) => {
  const model = { name: 'own', source: 'hf://acme/own', accelerator: 'nvidia-h100', gpus };
  const manifests = manifestsOf({ models: [model] }) as unknown as Manifest[];
  expect(sharedMemoryOf(manifests, 'own')).toEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: size } });
});
