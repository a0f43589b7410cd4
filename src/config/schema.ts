import * as z from 'zod/mini';
import type { MaasPlatformProps } from './configuration';
import { MAXIMUM_TOKEN_LIMIT, MAXIMUM_TOKEN_WEIGHT } from '../limits/lua-script';
import { MOST_SHARES } from '../models/accelerator-profiles';
import { HIGHEST_PRIORITY, LOWEST_PRIORITY } from '../models/model-priority-class';
import { QUANTIZATIONS } from '../models/quantization';
import { FORMATS, type Format } from './formats';

/**
 * The run-time shape of maas.yaml.
 *
 * No unions, transforms or refinements: they hide which key is wrong, or break the JSON Schema. What concerns more than
 * one value is checked in `rules/`.
 */

const formatted = ({ pattern }: Format) => z.string().check(z.regex(pattern));
const label = () => formatted(FORMATS.label);
const hostName = () => z.string().check(z.maxLength(253), z.regex(FORMATS.hostName.pattern));
const objectName = () => z.string().check(z.maxLength(253), z.regex(FORMATS.objectName.pattern));
const text = () => z.string().check(z.minLength(1));
const version = () => z.optional(formatted(FORMATS.version));
const quantity = () => z.optional(formatted(FORMATS.quantity));
const count = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
const tokens = () => z.optional(count(1, MAXIMUM_TOKEN_LIMIT));
const weight = () => z.optional(z.number().check(z.positive(), z.maximum(MAXIMUM_TOKEN_WEIGHT)));
const anyMap = () => z.record(z.string(), z.unknown());

const versions = z.strictObject({
  gatewayApi: version(),
  istio: version(),
  kuadrant: version(),
  kserve: version(),
  certManager: version(),
});

const gateway = z.strictObject({
  create: z.optional(z.boolean()),
  name: z.optional(formatted(FORMATS.serviceName)),
  namespace: z.optional(label()),
  className: z.optional(objectName()),
  replicas: z.optional(count(1, 1000)),
  serviceType: z.optional(z.enum(['ClusterIP', 'NodePort', 'LoadBalancer'])),
  filterPlacement: z.optional(z.enum(['gatewayNamespace', 'rootNamespace'])),
  platformHost: z.optional(hostName()),
  routing: z.optional(z.enum(['host', 'path', 'both'])),
  tls: z.optional(
    z.strictObject({
      secretName: z.optional(objectName()),
      issuer: z.optional(z.strictObject({ name: objectName(), kind: z.optional(z.enum(['ClusterIssuer', 'Issuer'])) })),
    }),
  ),
});

const tier = z.strictObject({
  name: label(),
  tokens: z.optional(z.strictObject({ minute: tokens(), hour: tokens(), day: tokens(), month: tokens() })),
  requests: z.optional(z.strictObject({ limit: count(1, 1_000_000_000), window: formatted(FORMATS.duration) })),
  models: z.optional(z.array(text()).check(z.minLength(1))),
  enforce: z.optional(z.boolean()),
});

const keySources = {
  demo: z.optional(text()),
  existingSecret: z.optional(objectName()),
  externalSecret: z.optional(
    z.strictObject({
      store: objectName(),
      storeKind: z.optional(z.enum(['ClusterSecretStore', 'SecretStore'])),
      key: text(),
      property: z.optional(text()),
    }),
  ),
};

const key = z.strictObject({
  name: z.optional(label()),
  ...keySources,
  expires: z.optional(formatted(FORMATS.expiry)),
  disabled: z.optional(z.boolean()),
});

const user = z.strictObject({ name: label(), tier: text(), keys: z.optional(z.array(key)) });

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

const accelerator = z.strictObject({
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

const quota = z.strictObject({
  accelerators: z.optional(z.record(z.string(), count(0, 100_000))),
  cpu: quantity(),
  memory: quantity(),
  pods: z.optional(count(1, 100_000)),
});

const priorityClass = z.strictObject({
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

const model = z.strictObject({
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

const identity = z.strictObject({
  apiKeys: z.optional(
    z.strictObject({
      enabled: z.optional(z.boolean()),
      prefixes: z.optional(z.array(formatted(FORMATS.prefix)).check(z.minLength(1))),
    }),
  ),
  oidc: z.optional(
    z.strictObject({
      issuerUrl: z.optional(formatted(FORMATS.url)),
      audience: z.optional(text()),
      userClaim: z.optional(text()),
      groupsClaim: z.optional(text()),
      groups: z.optional(z.array(z.strictObject({ group: text(), tier: text() }))),
      defaultTier: z.optional(text()),
    }),
  ),
  keycloak: z.optional(z.enum(['demo'])),
  slowDownAfter: z.optional(count(0, 1_000_000)),
});

const limits = z.strictObject({
  engine: z.optional(z.enum(['envoyFilter', 'tokenRateLimitPolicy'])),
  overshoot: z.optional(z.enum(['inflight', 'none'])),
  perReplica: z.optional(z.enum(['divide'])),
  onFailure: z.optional(z.enum(['deny', 'allow'])),
  redis: z.optional(
    z.strictObject({
      size: quantity(),
      storageClass: z.optional(objectName()),
      existingSecret: z.optional(objectName()),
      urlSecret: z.optional(objectName()),
    }),
  ),
});

const patch = z.strictObject({
  target: z.strictObject({ kind: text(), name: text(), namespace: z.optional(label()) }),
  merge: z.optional(anyMap()),
  jsonPatch: z.optional(
    z
      .array(
        z.strictObject({
          op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
          path: z.string(),
          from: z.optional(z.string()),
          value: z.optional(z.unknown()),
        }),
      )
      .check(z.minLength(1)),
  ),
});

/** Schema of the whole configuration. */
export const CONFIGURATION_SCHEMA = z.strictObject({
  name: z.optional(label()),
  platform: z.optional(z.enum(['kubernetes', 'openshift'])),
  domain: z.optional(hostName()),
  namespace: z.optional(label()),
  createNamespaces: z.optional(z.boolean()),
  versions: z.optional(versions),
  registry: z.optional(formatted(FORMATS.registry)),
  gateway: z.optional(gateway),
  kuadrant: z.optional(z.strictObject({ create: z.optional(z.boolean()), namespace: z.optional(label()) })),
  kserve: z.optional(z.strictObject({ configure: z.optional(z.boolean()), namespace: z.optional(label()) })),
  tiers: z.optional(z.array(tier).check(z.minLength(1))),
  users: z.optional(z.array(user)),
  models: z.optional(z.array(model)),
  accelerators: z.optional(z.array(accelerator)),
  nodeLabels: z.optional(z.enum(['gpuOperator', 'gke', 'eksAutoMode', 'karpenter', 'aks'])),
  priorityClasses: z.optional(z.array(priorityClass)),
  quota: z.optional(quota),
  identity: z.optional(identity),
  networkPolicies: z.optional(z.boolean()),
  limits: z.optional(limits),
  storage: z.optional(
    z.strictObject({
      minio: z.optional(
        z.strictObject({
          size: quantity(),
          storageClass: z.optional(objectName()),
          existingSecret: z.optional(objectName()),
        }),
      ),
    }),
  ),
  observability: z.optional(
    z.strictObject({
      prometheus: z.optional(z.boolean()),
      serviceMonitors: z.optional(z.boolean()),
      userWorkloadMonitoring: z.optional(z.boolean()),
      prometheusAddress: z.optional(formatted(FORMATS.address)),
      monitorLabels: z.optional(z.record(z.string(), z.string())),
      userLabel: z.optional(z.boolean()),
      ledger: z.optional(z.boolean()),
      replicas: z.optional(count(1, 100)),
      namespace: z.optional(label()),
    }),
  ),
  conformance: z.optional(z.strictObject({ model: z.optional(text()), key: z.optional(z.strictObject(keySources)) })),
  patches: z.optional(z.array(patch)),
  objects: z.optional(z.array(z.looseObject({ apiVersion: text(), kind: text(), metadata: anyMap() }))),
});

// The schema and the interfaces say the same; a difference does not compile. Every key is made required first: an
// optional key that only one side has would be assignable both ways.
type Complete<Shape> = Shape extends (infer Item)[]
  ? Complete<Item>[]
  : Shape extends object
    ? { [Key in keyof Shape]-?: Complete<Shape[Key]> }
    : Shape;
type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : never) : never;
const SAME_SHAPE: Same<Complete<z.infer<typeof CONFIGURATION_SCHEMA>>, Complete<MaasPlatformProps>> = true;
void SAME_SHAPE;
