import * as z from 'zod/mini';
import { MOST_SHARES } from '../models/accelerator-profiles';
import { HIGHEST_PRIORITY, LOWEST_PRIORITY } from '../models/model-priority-class';
import { QUANTIZATIONS } from '../models/quantization';
import { FORMATS } from './formats';
import { count, formatted, hostName, label, objectName, quantity, text, weight } from './schema-values';

/** Models, their accelerators, and what they may take of the cluster. */

const compute = { cpu: quantity(), memory: quantity() };

const resources = z.strictObject({
  requests: z.optional(z.strictObject({ ...compute, ephemeralStorage: quantity() })),
  limits: z.optional(z.strictObject(compute)),
});

const amount = () => z.optional(z.number().check(z.minimum(0.001), z.maximum(1_000_000)));

const figure = (minimum = 1) => z.optional(count(minimum, 100_000_000));

const architecture = z.strictObject({
  layers: figure(),
  attentionHeads: figure(),
  keyValueHeads: figure(0),
  headSize: figure(),
  hiddenSize: figure(),
  intermediateSize: figure(),
  expertsPerToken: figure(),
  vocabularySize: figure(),
  maxModelLength: figure(),
  slidingWindow: figure(),
  slidingLayers: figure(0),
  weightBits: z.optional(z.number().check(z.minimum(1), z.maximum(32))),
  quantization: z.optional(z.enum(QUANTIZATIONS)),
  unquantizedBillions: z.optional(z.number().check(z.minimum(0), z.maximum(100_000))),
});

export const accelerator = z.strictObject({
  name: label(),
  like: z.optional(text()),
  memory: quantity(),
  resourceName: z.optional(formatted(FORMATS.extendedResource)),
  nodeSelector: z.optional(z.record(z.string(), z.string())),
  tolerations: z.optional(
    z.array(
      z.strictObject({
        key: text(),
        operator: z.optional(z.enum(['Exists', 'Equal'])),
        value: z.optional(z.string()),
        effect: z.optional(z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
      }),
    ),
  ),
  image: z.optional(formatted(FORMATS.image)),
  timeSlicing: z.optional(
    z.strictObject({ replicas: count(2, MOST_SHARES), renameByDefault: z.optional(z.boolean()) }),
  ),
  pricePerHour: amount(),
});

export const quota = z.strictObject({
  accelerators: z.optional(z.record(z.string(), count(0, 100_000))),
  cpu: quantity(),
  memory: quantity(),
  pods: z.optional(count(1, 100_000)),
});

export const priorityClass = z.strictObject({
  name: label(),
  value: count(LOWEST_PRIORITY, HIGHEST_PRIORITY),
  preemptionPolicy: z.optional(z.enum(['PreemptLowerPriority', 'Never'])),
  description: z.optional(text()),
  quota: z.optional(quota),
});

const cache = z.strictObject({
  existingClaim: z.optional(objectName()),
  offline: z.optional(z.boolean()),
  nodeGroup: z.optional(objectName()),
  size: quantity(),
});

/** What a model and its canary may each have of their own. */
const modelVersion = {
  source: z.optional(formatted(FORMATS.source)),
  accelerator: z.optional(text()),
  gpus: z.optional(count(1, 16)),
  resources: z.optional(resources),
  replicas: z.optional(z.strictObject({ min: z.optional(count(0, 1000)), max: z.optional(count(1, 1000)) })),
  huggingFaceTokenSecret: z.optional(objectName()),
  cache: z.optional(cache),
  maxModelLength: z.optional(count(1, 100_000_000)),
  adapters: z.optional(z.array(z.strictObject({ name: formatted(FORMATS.adapterName), source: text() }))),
  adapterRank: z.optional(count(8, 512)),
  arguments: z.optional(z.array(text())),
  parameters: z.optional(formatted(FORMATS.parameters)),
  architecture: z.optional(architecture),
};

const scaling = z.strictObject({
  by: z.enum(['queue', 'cache', 'tokens']),
  target: count(1, 1_000_000),
  cooldown: z.optional(formatted(FORMATS.duration)),
});

export const model = z.strictObject({
  name: formatted(FORMATS.serviceName),
  host: z.optional(hostName()),
  source: modelVersion.source,
  servedName: z.optional(text()),
  runtime: z.optional(z.enum(['vllm', 'simulator'])),
  accelerator: modelVersion.accelerator,
  gpus: modelVersion.gpus,
  resources: modelVersion.resources,
  replicas: modelVersion.replicas,
  scaling: z.optional(scaling),
  huggingFaceTokenSecret: modelVersion.huggingFaceTokenSecret,
  serviceAccount: z.optional(objectName()),
  maxModelLength: modelVersion.maxModelLength,
  adapters: modelVersion.adapters,
  adapterRank: modelVersion.adapterRank,
  cache: modelVersion.cache,
  arguments: modelVersion.arguments,
  parameters: modelVersion.parameters,
  architecture: modelVersion.architecture,
  configFile: z.optional(text()),
  weight: weight(),
  tokenWeights: z.optional(z.strictObject({ prompt: weight(), completion: weight(), cached: weight() })),
  priorityClass: z.optional(objectName()),
  rollout: z.optional(z.enum(['surge', 'replace'])),
  startupTimeout: z.optional(formatted(FORMATS.duration)),
  terminationGracePeriod: z.optional(formatted(FORMATS.duration)),
  tokensPerSecond: amount(),
  canary: z.optional(z.strictObject({ weight: count(0, 100), ...modelVersion })),
  external: z.optional(
    z.strictObject({ baseUrl: formatted(FORMATS.baseUrl), model: z.optional(text()), keySecret: objectName() }),
  ),
  fallback: z.optional(text()),
});
