/** Uses everything that the default engine has; a tier, a user and a model share a name. */
export const EVERYTHING = `
name: lab
domain: models.example.com
gateway: { replicas: 3, filterPlacement: rootNamespace, tls: {} }
limits: { perReplica: divide, overshoot: none, onFailure: allow }
identity:
  apiKeys: { enabled: true, prefixes: [Bearer] }
  oidc:
    issuerUrl: https://login.example.com/realms/maas
    groups: [{ group: 'ml "research"', tier: shared }]
    defaultTier: trial
tiers:
  - { name: shared, tokens: { minute: 200, month: 1000000 }, requests: { limit: 1500, window: 1h30m }, models: [shared, simulator] }
  - { name: trial, tokens: { day: 1000 }, enforce: false, models: [simulator] }
  - { name: open }
users:
  - name: shared
    tier: shared
    keys:
      - { externalSecret: { store: vault, key: maas/shared } }
      - { name: old, externalSecret: { store: team, storeKind: SecretStore, key: maas/old }, expires: 2027-01-31 }
      - { existingSecret: shared-lost, disabled: true }
models:
  - { name: simulator, weight: 0.5 }
  - name: shared
    source: hf://org/model
    servedName: 'org/model "v1"'
    accelerator: nvidia-l4
    gpus: 2
    replicas: { min: 4 }
    maxModelLength: 8192
    cache: { nodeGroup: gpus, size: 20Gi }
    tokenWeights: { prompt: 1, completion: 3, cached: 0.1 }
patches:
  - { target: { kind: HTTPRoute, name: shared-domain-route }, merge: { metadata: { annotations: { a: b } } } }
`;

/** The other engine, on a Gateway of somebody else. */
export const POLICY = `
platform: kubernetes
gateway: { create: false, name: shared, namespace: infrastructure, replicas: 2 }
limits: { engine: tokenRateLimitPolicy }
identity: { slowDownAfter: 0, keycloak: demo }
tiers:
  - { name: free, tokens: { minute: 200 }, requests: { limit: 5, window: 30s }, models: [simulator] }
users: [{ name: guest, tier: free }]
models: [{ name: simulator }, { name: spare, runtime: simulator }]
`;
