import * as z from 'zod/mini';
import type { MaasPlatformProps } from './configuration';
import { FORMATS } from './formats';
import { accelerator, model, priorityClass, quota } from './model-schema';
import {
  anyMap,
  count,
  formatted,
  hostName,
  label,
  objectName,
  quantity,
  text,
  tokens,
  version,
} from './schema-values';

/**
 * The run-time shape of maas.yaml.
 *
 * No unions, transforms or refinements: they hide which key is wrong, or break the JSON Schema. What concerns more than
 * one value is checked in `rules/`.
 */

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
