import { Chart } from 'cdk8s';
import { Accelerator, DEFAULT_TIERS, MaasPlatform, ServedModel, synthesize, VllmRuntime } from 'cdk8s-maas';

synthesize((app) => {
  // The default platform with one more tier and a model of our own.
  new MaasPlatform(app, 'maas', {
    tiers: [...DEFAULT_TIERS, { name: 'student', tokens: { minute: 500, month: 1_000_000 } }],
    users: [{ name: 'carol', tier: 'student', keys: [{ demo: 'carol_key' }] }],
    models: [{ name: 'simulator' }, { name: 'tiny', source: 'hf://Qwen/Qwen3-0.6B', accelerator: 'nvidia-l4' }],
    patches: [{ target: { kind: 'Prometheus', name: 'models-aas-observability' }, merge: { spec: { replicas: 1 } } }],
  });

  // One construct alone, in a chart of our own.
  const chart = new Chart(app, 'research', { disableResourceNameHashes: true });
  new ServedModel(chart, 'llama', {
    name: 'llama',
    namespace: 'research',
    source: 'hf://meta-llama/Llama-3.2-1B-Instruct',
    runtime: new VllmRuntime(chart, 'runtime', { namespace: 'research' }),
    accelerator: Accelerator.nvidia('l4'),
  });
});
