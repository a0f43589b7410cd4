import { imageName, IMAGES } from '../../src/images';
import { Accelerator } from '../../src/models/accelerator';
import { VllmRuntime, type VllmRuntimeProps } from '../../src/models/vllm-runtime';
import { identify, synthesize } from '../support/synth';

function runtimeWith(props: VllmRuntimeProps) {
  let runtimeName: string | undefined;
  const { manifests, find } = synthesize((chart) => {
    ({ runtimeName } = new VllmRuntime(chart, 'runtime', props));
  });
  const { spec } = find('ServingRuntime');
  return { runtimeName, manifests, spec, container: spec.containers[0] };
}

describe('VllmRuntime with minimal props', () => {
  const { runtimeName, manifests, spec, container } = runtimeWith({ namespace: 'llm' });
  const variables: Record<string, string> = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );

  test('is one ServingRuntime for models of the format vLLM, and for those that it loads from Hugging Face', () => {
    expect(manifests.map(identify)).toEqual(['ServingRuntime llm/vllm-latest']);
    expect(runtimeName).toBe('vllm-latest');
    expect(spec.supportedModelFormats).toEqual([{ name: 'vLLM', autoSelect: true }, { name: 'huggingface' }]);
    expect(spec.containers).toHaveLength(1);
    expect(container).toMatchObject({ name: 'kserve-container', image: imageName(IMAGES.vllm) });
  });

  test('reports usage in every stream: token limits would have to estimate it', () => {
    expect(container.args).toContain('--enable-force-include-usage');
  });

  test('listens where probes and scrapers look', () => {
    expect(container.args).toContain('--port=8080');
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
    expect(spec.annotations).toEqual({ 'prometheus.io/path': '/metrics', 'prometheus.io/port': '8080' });
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      // A busy event loop answers late; no probe overlaps the next one.
      expect(probe.timeoutSeconds).toBe(5);
      expect(probe.timeoutSeconds).toBeLessThanOrEqual(probe.periodSeconds);
      expect(probe.httpGet).toEqual({ path: '/health', port: 8080 });
    }
  });

  test('has half an hour to load its weights', () => {
    const { periodSeconds, failureThreshold } = container.startupProbe;
    expect(periodSeconds * failureThreshold).toBe(1800);
  });

  test('writes caches to a volume only, because its root file system is read-only', () => {
    const mounts: { name: string; mountPath: string }[] = container.volumeMounts;
    const volumes: { name: string }[] = spec.volumes;
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
    const paths = Object.entries(variables).filter(([name]) => /HOME|DIR|ROOT|BASE/.test(name));
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter(([, path]) => !mounts.some(({ mountPath }) => path.startsWith(mountPath)))).toEqual([]);
  });

  test('has shared memory for several GPUs', () => {
    expect(spec.volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '2Gi' } });
    expect(container.volumeMounts).toContainEqual({ name: 'shm', mountPath: '/dev/shm' });
  });

  test('takes a Hugging Face token where there is one, and sends no usage statistics', () => {
    expect(container.env).toContainEqual({
      name: 'HF_TOKEN',
      valueFrom: { secretKeyRef: { name: 'huggingface-token', key: 'HF_TOKEN', optional: true } },
    });
    expect(variables.VLLM_NO_USAGE_STATS).toBe('1');
  });
});

describe('VllmRuntime with all props', () => {
  const { runtimeName, manifests, container } = runtimeWith({
    namespace: 'llm',
    name: 'vllm-mine',
    image: 'mirror.example.com/vllm:v1',
  });

  test('uses them', () => {
    expect(manifests.map(identify)).toEqual(['ServingRuntime llm/vllm-mine']);
    expect(runtimeName).toBe('vllm-mine');
    expect(container.image).toBe('mirror.example.com/vllm:v1');
  });
});

test('VllmRuntime.fromName makes no object', () => {
  expect(VllmRuntime.fromName('theirs')).toEqual({ runtimeName: 'theirs' });
});

test('VllmRuntime fails for an accelerator without an image, and takes one that is given', () => {
  const accelerator = Accelerator.gaudi3();
  expect(() => runtimeWith({ namespace: 'llm', accelerator })).toThrow(
    new Error('accelerator intel-gaudi3: got no image, expected one of vLLM for it: none is pinned'),
  );
  const { runtimeName, container } = runtimeWith({
    namespace: 'llm',
    accelerator,
    image: 'registry.example.com/vllm:v1',
  });
  expect([runtimeName, container.image]).toEqual(['vllm-intel-gaudi3', 'registry.example.com/vllm:v1']);
});
