import type { Manifest } from './manifests';

/**
 * What becomes of a spoiled model that is rendered all the same, by a patch or by somebody's own hand. Exactly one is set;
 * the further down, the later somebody is told.
 */
export interface Fate {
  /** Refused at once: what the webhook of KServe or the API server says. */
  readonly refused?: string;
  /** Taken, but nothing is made of it: what KServe says, in a condition or an event. */
  readonly unmade?: string;
  /** Taken, and pods run or would: what is wrong with them. Only our check stands before it. */
  readonly runs?: string;
}

/** A model with one mistake. */
export interface SpoiledModel {
  readonly what: string;
  /** Sets or replaces keys of the model. */
  readonly model: string;
  /** The whole of our message behind the place. */
  readonly ours: string;
  /** The same thing in the InferenceService. */
  readonly spoil: (predictor: Manifest['spec'], service: Manifest) => void;
  readonly fate: Fate;
}

/** The keys of the model that is not spoiled. */
export const GOOD_MODEL: Readonly<Record<string, string>> = {
  name: 'm',
  source: 'hf://Qwen/Qwen3-0.6B',
  parameters: '0.6B',
  accelerator: 'nvidia-l4',
};

const nameForm =
  'expected up to 63 lower-case letters, digits and "-", with a letter at the beginning and no "-" at the end; for example "my-llama"';
const sourceForm =
  'expected a place that begins with hf://, s3://, pvc://, oci://, gs:// or https://; for example "hf://Qwen/Qwen3-0.6B"';
const gpusForm = 'expected a whole number from 1 to 16';

function setAccelerators(model: Manifest['spec'], count: string): void {
  for (const list of ['limits', 'requests']) model.resources[list]['nvidia.com/gpu'] = count;
}

function named(name: string) {
  return (_: unknown, service: Manifest) => void Object.assign(service.metadata, { name });
}

/** Models with one mistake each. */
export const SPOILED_MODELS: readonly SpoiledModel[] = [
  {
    what: 'a name that begins with a digit',
    model: 'name: 0m',
    ours: `name: got "0m", ${nameForm}`,
    spoil: named('0m'),
    fate: { refused: 'the InferenceService "0m" is invalid: a InferenceService name must consist of lower case' },
  },
  {
    what: 'a name with a dot (no DNS-1035 label)',
    model: 'name: m.5',
    ours: `name: got "m.5", ${nameForm}`,
    spoil: named('m.5'),
    fate: { refused: 'the InferenceService "m.5" is invalid: a InferenceService name must consist of lower case' },
  },
  {
    what: 'a name that is too long for what is named after it',
    model: `name: ${'m'.repeat(60)}`,
    ours: 'name: got 60 characters, expected at most 50, so that <name>-domain-route has at most 63; shorten it',
    spoil: named('m'.repeat(60)),
    fate: { unmade: 'must be no more than 63 characters' },
  },
  {
    what: 'less than one GPU',
    model: 'gpus: 0.5',
    ours: `gpus: got 0.5, ${gpusForm}; write 1`,
    spoil: ({ model }) => setAccelerators(model, '0.5'),
    fate: { unmade: 'resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer' },
  },
  {
    what: 'a negative number of GPUs',
    model: 'gpus: -1',
    ours: `gpus: got -1, ${gpusForm}; the nearest is 1`,
    spoil: ({ model }) => setAccelerators(model, '-1'),
    fate: { unmade: 'resources.limits[nvidia.com/gpu]: Invalid value: "-1": must be greater than or equal to 0' },
  },
  {
    what: 'a number of GPUs in words',
    model: 'gpus: two',
    ours: `gpus: got "two", ${gpusForm}; write a number`,
    spoil: ({ model }) => setAccelerators(model, 'two'),
    fate: { refused: 'quantities must match the regular expression' },
  },
  {
    what: 'no GPU',
    model: 'gpus: 0',
    ours: `gpus: got 0, ${gpusForm}; the nearest is 1`,
    spoil: ({ model }) => setAccelerators(model, '0'),
    fate: { runs: 'vLLM for CUDA without a GPU ends at once, again and again' },
  },
  {
    what: 'an accelerator, so a runtime, that nobody knows',
    model: 'accelerator: nvidia-l5',
    ours:
      'accelerator: got "nvidia-l5", expected one of nvidia, nvidia-t4, nvidia-l4, nvidia-a10g, nvidia-l40s, ' +
      'nvidia-a100-40gb, nvidia-a100-80gb, nvidia-h100, nvidia-h200, nvidia-b200, nvidia-a100-40gb-pcie, ' +
      'nvidia-a100-80gb-pcie, nvidia-h100-pcie, nvidia-h100-nvl, nvidia-h200-nvl, amd-mi300x, intel-gaudi3, cpu, or a ' +
      'slice like nvidia-h100-mig-1g.10gb; did you mean "nvidia-l4"?',
    spoil: ({ model }) => (model.runtime = 'vllm-nvidia-l5'),
    fate: { unmade: 'No ServingRuntimes or ClusterServingRuntimes with the name: vllm-nvidia-l5' },
  },
  {
    what: 'weights that are more than the GPU has memory',
    model: 'parameters: 70B',
    ours:
      'accelerator: got 130.39 GiB of weights, 1.00 GiB of activations, 0.25 GiB of libraries, together 131.64 GiB, ' +
      'expected at most 17.62 GiB on each nvidia-l4, 0.8 of its 22.03 GiB: vLLM would not start; ' +
      '`accelerator: nvidia-b200` fits',
    spoil: ({ model }) => (model.args = model.args.map((each: string) => each.replace('Qwen3-0.6B', 'Large-70B'))),
    fate: { runs: 'vLLM ends for want of memory, again and again' },
  },
  {
    what: 'a scheme that KServe does not load',
    model: 'source: ftp://models/m',
    ours: `source: got "ftp://models/m", ${sourceForm}`,
    spoil: ({ model }) => (model.storageUri = 'ftp://models/m'),
    fate: { unmade: 'StorageUri [ftp://models/m] is not supported' },
  },
  {
    what: 'a volume claim that cannot have that name',
    model: 'source: pvc://My_Weights/llama',
    ours:
      'source: got "pvc://My_Weights/llama", expected pvc://<claim>/<path>, the name of the claim in lower-case letters, ' +
      'digits, "-" and ".", with a letter or digit at both ends; write "pvc://my-weights/llama"',
    spoil: ({ model }) => (model.storageUri = 'pvc://My_Weights/llama'),
    fate: { runs: 'its pod waits for a claim that cannot be' },
  },
  {
    what: 'fewer replicas at most than at least',
    model: 'replicas: { min: 3, max: 2 }',
    ours: 'replicas.max: got 2, expected at least min, which is 3; raise max or lower min',
    spoil: (predictor) => Object.assign(predictor, { minReplicas: 3, maxReplicas: 2 }),
    fate: { refused: "'MinReplicas' cannot be greater than MaxReplicas" },
  },
  {
    what: 'less than no replica',
    model: 'replicas: { min: -1 }',
    ours: 'replicas.min: got -1, expected a whole number from 0 to 1,000; the nearest is 0',
    spoil: (predictor) => (predictor.minReplicas = -1),
    fate: { refused: "'MinReplicas' cannot be less than 0" },
  },
  {
    what: 'a number of replicas in words',
    model: 'replicas: { min: two }',
    ours: 'replicas.min: got "two", expected a whole number from 0 to 1,000; write a number',
    spoil: (predictor) => (predictor.minReplicas = 'two'),
    fate: { refused: 'json: cannot unmarshal string into Go struct field PredictorSpec.spec.predictor.' },
  },
  {
    what: 'no replica, and nothing that would start one',
    model: 'replicas: { min: 0, max: 1 }',
    ours:
      'replicas.min: got 0, expected at least 1 without `scaling`: KServe cannot scale a plain Deployment to zero; ' +
      'write 1, add `scaling`, or remove the model',
    spoil: (predictor) => (predictor.minReplicas = 0),
    fate: { runs: 'a Deployment of no pods, for ever' },
  },
  {
    what: 'a misspelt key',
    model: 'gpu: 1',
    ours:
      'gpu: got an unknown key, expected one of name, host, source, servedName, runtime, accelerator, gpus, resources, ' +
      'replicas, scaling, huggingFaceTokenSecret, serviceAccount, maxModelLength, adapters, adapterRank, cache, ' +
      'arguments, parameters, architecture, configFile, weight, tokenWeights, priorityClass, rollout, startupTimeout, ' +
      'terminationGracePeriod, tokensPerSecond, canary, external, fallback; did you mean "gpus"?',
    spoil: ({ model }) => (model.gpu = 1),
    fate: { refused: 'strict decoding error: unknown field "spec.predictor.model.gpu"' },
  },
  {
    what: 'processors with a unit of no quantity',
    model: 'resources: { limits: { cpu: 2 cores } }',
    ours:
      'resources.limits.cpu: got "2 cores", expected a Kubernetes quantity: a number, then nothing, m, Ki, Mi, Gi or Ti; ' +
      'for example "8Gi"',
    spoil: ({ model }) => (model.resources.limits.cpu = '2 cores'),
    fate: { refused: 'quantities must match the regular expression' },
  },
  {
    what: 'more memory requested than allowed',
    model: 'resources: { requests: { memory: 90Gi }, limits: { memory: 10Gi } }',
    ours: 'resources.requests.memory: got "90Gi", expected at most the limit, 10Gi; lower the request or raise the limit',
    spoil: ({ model: { resources } }) => {
      resources.requests.memory = '90Gi';
      resources.limits.memory = '10Gi';
    },
    fate: { unmade: 'Invalid value: "90Gi": must be less than or equal to memory limit of 10Gi' },
  },
  {
    what: 'an argument that moves the port',
    model: "arguments: ['--port=9000']",
    ours: 'arguments[0]: got "--port=9000", expected no --port: probes and Services expect 8080; remove it',
    spoil: ({ model }) => model.args.push('--port=9000'),
    fate: { runs: 'its probe never passes' },
  },
  {
    what: 'a Secret that cannot have that name',
    model: 'huggingFaceTokenSecret: Our_Token',
    ours:
      'huggingFaceTokenSecret: got a text of 9 characters, expected the name of a Secret, not its value: lower-case ' +
      'letters, digits, "-" and ".", with a letter or digit at both ends; for example "my-secret"',
    spoil: ({ model }) =>
      (model.env = [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef: { name: 'Our_Token', key: 'HF_TOKEN' } } }]),
    fate: { unmade: 'valueFrom.secretKeyRef.name: Invalid value: "Our_Token": a lowercase RFC 1123 subdomain' },
  },
  {
    what: 'a priority class that cannot have that name',
    model: 'priorityClass: Very High',
    ours:
      'priorityClass: got "Very High", expected lower-case letters, digits, "-" and ".", with a letter or digit at both ' +
      'ends; write "very-high"',
    spoil: (predictor) => (predictor.priorityClassName = 'Very High'),
    fate: {
      unmade: 'spec.template.spec.priorityClassName: Invalid value: "Very High": a lowercase RFC 1123 subdomain',
    },
  },
];
