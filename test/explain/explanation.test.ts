import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { formatExplanations } from '../../src/explain/text';
import { EVERYTHING, POLICY } from './configurations';

/** The whole text, for the default and for configurations that use everything. */

function explain(yaml: string, name: string): string {
  return formatExplanations(explainName(resolveSettings(parseConfiguration(yaml, 'maas.yaml')), name));
}

test('a tier of the default', () => {
  expect(explain('{}', 'free')).toBe(
    `
Tier free
  users            freeuser1, freeuser2
  models           simulator  http://simulator.maas.local/v1  "model": "simulator-model"  a token counts 1
  tokens           200 a minute, 5,000 an hour, 50,000 a day
                   one budget a user over all models; windows of the UTC clock
  requests         unlimited
  a request costs  charged as its answer flows: what that has used, weighted and rounded up
  at the limit     tokens: 429 with retry-after, the seconds until the windows that refuse have ended
                   requests that are under way when a limit is reached may pass it (overshoot: inflight)
  how exact        tokens: counted inside the one gateway pod, where its workers lose none
                   a restart of the pod begins at zero; so does an update of the gateway for who does not ask within 45 seconds of it
  in dist/         40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy       who passes, with which models
                   50-limits.k8s.yaml    EnvoyFilter llm/token-rate-limit-filter  token limits and weights
                   70-routes.k8s.yaml    EnvoyFilter llm/model-list-filter        what api.maas.local lists
`.slice(1),
  );
});

test('a user of the default', () => {
  expect(explain('{}', 'enterpriseuser1')).toBe(
    `
User enterpriseuser1, of tier enterprise
  comes with       Authorization: APIKEY <key>
                   Authorization: Bearer <key>
  keys             Secret enterpriseuser1-apikey  works, without an end  a demo key in dist/
  models           simulator  http://simulator.maas.local/v1  "model": "simulator-model"  a token counts 1
  tokens           5,000 a minute, 150,000 an hour, 2,000,000 a day
                   one budget a user over all models; windows of the UTC clock
  requests         unlimited
  a request costs  charged as its answer flows: what that has used, weighted and rounded up
  at the limit     tokens: 429 with retry-after, the seconds until the windows that refuse have ended
                   requests that are under way when a limit is reached may pass it (overshoot: inflight)
  how exact        tokens: counted inside the one gateway pod, where its workers lose none
                   a restart of the pod begins at zero; so does an update of the gateway for who does not ask within 45 seconds of it
  in dist/         40-identity.k8s.yaml  Secret llm/enterpriseuser1-apikey        a key, its user and tier
                   40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy       who passes, with which models
                   50-limits.k8s.yaml    EnvoyFilter llm/token-rate-limit-filter  token limits and weights
                   70-routes.k8s.yaml    EnvoyFilter llm/model-list-filter        what api.maas.local lists
`.slice(1),
  );
});

test('a model of the default', () => {
  expect(explain('{}', 'simulator')).toBe(
    `
Model simulator
  url              http://simulator.maas.local/v1
  "model"          "simulator-model"
  served by        InferenceService vllm-simulator: simulator, no accelerator
  replicas         1
  a request costs  a token counts 1
  tiers            free        tokens: 200 a minute, 5,000 an hour, 50,000 a day
                   premium     tokens: 1,000 a minute, 30,000 an hour, 500,000 a day
                   enterprise  tokens: 5,000 a minute, 150,000 an hour, 2,000,000 a day
  in dist/         40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy       who passes, with which models
                   50-limits.k8s.yaml    EnvoyFilter llm/token-rate-limit-filter  token limits and weights
                   60-models.k8s.yaml    InferenceService llm/vllm-simulator      what serves it
                   70-routes.k8s.yaml    HTTPRoute llm/simulator-domain-route     host and paths
                   70-routes.k8s.yaml    EnvoyFilter llm/model-list-filter        what api.maas.local lists
`.slice(1),
  );
});

test('a name that a tier, a user and a model have: divided limits, reservations, keys of every kind, a patch', () => {
  expect(explain(EVERYTHING, 'shared')).toBe(
    `
Tier shared
  users            shared
                   by token: whoever is in "ml \\"research\\""
  models           simulator  https://simulator.models.example.com/v1  "model": "simulator-model"   a token counts 0.5
                   shared     https://shared.models.example.com/v1     "model": "org/model \\"v1\\""  a token of the prompt counts 1, of the answer 3, a cached one 0.1
  tokens           200 a minute, 1,000,000 a month
                   one budget a user over all models; windows of the UTC clock
  requests         1,500 in 1h30m
  a request costs  reserved before: a token for 4 bytes of the request, and max_tokens (without: 512, or what is left)
                   charged after: what its answer has used, weighted and rounded up
                   shared  up to 24,576, its context, for each prompt and answer
  at the limit     tokens: 429 with retry-after, the seconds until the windows that refuse have ended
                   a request whose reservation does not fit is refused before it is forwarded (overshoot: none)
                   requests: 429 without retry-after
  how exact        tokens: each of 3 gateway pods counts for itself and has its share: 66 a minute, 333,333 a month
                   a client that always meets the same pod gets 1/3 of a limit, one that meets all of them the whole
                   a restart of the pod begins at zero; so does an update of the gateway for who does not ask within 45 seconds of it
                   requests: counted by Limitador, for 3 gateway pods together
                   a restart of Limitador begins at zero (no limits.redis)
                   while Limitador is down requests pass (onFailure: allow)
  in dist/         lab-40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy                    who passes, with which models
                   lab-50-limits.k8s.yaml    EnvoyFilter istio-system/lab-token-rate-limit-filter  token limits and weights
                   lab-50-limits.k8s.yaml    RateLimitPolicy llm/gateway-rate-limits               request limits
                   lab-70-routes.k8s.yaml    EnvoyFilter istio-system/lab-model-list-filter        what api.models.example.com lists

User shared, of tier shared
  comes with       Authorization: Bearer <key>
                   Authorization: Bearer <token>, whose claim "sub" is shared; its groups say the tier
  keys             Secret shared-apikey      works, without an end             External Secrets, ClusterSecretStore vault
                   Secret shared-apikey-old  works until 2027-02-01T00:00:00Z  External Secrets, SecretStore team
                   Secret shared-lost        disabled                          a Secret that somebody else makes
  models           simulator  https://simulator.models.example.com/v1  "model": "simulator-model"   a token counts 0.5
                   shared     https://shared.models.example.com/v1     "model": "org/model \\"v1\\""  a token of the prompt counts 1, of the answer 3, a cached one 0.1
  tokens           200 a minute, 1,000,000 a month
                   one budget a user over all models; windows of the UTC clock
  requests         1,500 in 1h30m
  a request costs  reserved before: a token for 4 bytes of the request, and max_tokens (without: 512, or what is left)
                   charged after: what its answer has used, weighted and rounded up
                   shared  up to 24,576, its context, for each prompt and answer
  at the limit     tokens: 429 with retry-after, the seconds until the windows that refuse have ended
                   a request whose reservation does not fit is refused before it is forwarded (overshoot: none)
                   requests: 429 without retry-after
  how exact        tokens: each of 3 gateway pods counts for itself and has its share: 66 a minute, 333,333 a month
                   a client that always meets the same pod gets 1/3 of a limit, one that meets all of them the whole
                   a restart of the pod begins at zero; so does an update of the gateway for who does not ask within 45 seconds of it
                   requests: counted by Limitador, for 3 gateway pods together
                   a restart of Limitador begins at zero (no limits.redis)
                   while Limitador is down requests pass (onFailure: allow)
  in dist/         lab-40-identity.k8s.yaml  ExternalSecret llm/shared-apikey                      a key, its user and tier
                   lab-40-identity.k8s.yaml  ExternalSecret llm/shared-apikey-old                  a key, its user and tier
                   lab-40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy                    who passes, with which models
                   lab-50-limits.k8s.yaml    EnvoyFilter istio-system/lab-token-rate-limit-filter  token limits and weights
                   lab-50-limits.k8s.yaml    RateLimitPolicy llm/gateway-rate-limits               request limits
                   lab-70-routes.k8s.yaml    EnvoyFilter istio-system/lab-model-list-filter        what api.models.example.com lists

Model shared
  url              https://shared.models.example.com/v1
  "model"          "org/model \\"v1\\""
  served by        InferenceService shared: vllm on 2 nvidia-l4
  replicas         4
  weights          hf://org/model
                   loaded ahead, once for each node of gpus
  context          8,192 tokens
  memory           not checked: the size of the model is not known
  cost             not known: say it with \`pricePerHour\` of an own accelerator, \`{ name: …, like: nvidia-l4 }\`
  a request costs  a token of the prompt counts 1, of the answer 3, a cached one 0.1
                   up to 24,576, its context, for each prompt and answer
  tiers            shared  tokens: 200 a minute, 1,000,000 a month; requests: 1,500 in 1h30m
                   open    unlimited
  in dist/         lab-40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy                    who passes, with which models
                   lab-50-limits.k8s.yaml    EnvoyFilter istio-system/lab-token-rate-limit-filter  token limits and weights
                   lab-50-limits.k8s.yaml    RateLimitPolicy llm/gateway-rate-limits               request limits
                   lab-60-models.k8s.yaml    InferenceService llm/shared                           what serves it
                   lab-60-models.k8s.yaml    PodDisruptionBudget llm/shared                        one pod at a time
                   lab-60-models.k8s.yaml    ServingRuntime llm/vllm-latest                        how vLLM is started
                   lab-60-models.k8s.yaml    LocalModelCache lab-model-759d2c8a                    on which nodes
                   lab-70-routes.k8s.yaml    HTTPRoute llm/shared-domain-route                     host and paths (patched)
                   lab-70-routes.k8s.yaml    EnvoyFilter istio-system/lab-model-list-filter        what api.models.example.com lists
`.slice(1),
  );
});

test('a tier that is counted only, and that of users in no group', () => {
  expect(explain(EVERYTHING, 'trial')).toBe(
    `
Tier trial
  users            none in maas.yaml
                   by token: whoever is in no group of any tier
  models           simulator  https://simulator.models.example.com/v1  "model": "simulator-model"  a token counts 0.5
  tokens           1,000 a day
                   one budget a user over all models; windows of the UTC clock
  requests         unlimited
  a request costs  charged as its answer flows: what that has used, weighted and rounded up
  at the limit     tokens: nobody is refused, they are counted and reported only (enforce: false)
  how exact        tokens: each of 3 gateway pods counts for itself and has its share: 333 a day
                   a client that always meets the same pod gets 1/3 of a limit, one that meets all of them the whole
                   a restart of the pod begins at zero; so does an update of the gateway for who does not ask within 45 seconds of it
  in dist/         lab-40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy                    who passes, with which models
                   lab-50-limits.k8s.yaml    EnvoyFilter istio-system/lab-token-rate-limit-filter  token limits and weights
                   lab-70-routes.k8s.yaml    EnvoyFilter istio-system/lab-model-list-filter        what api.models.example.com lists
`.slice(1),
  );
});

test('a tier without limits', () => {
  expect(explain(EVERYTHING, 'open')).toBe(
    `
Tier open
  users            none in maas.yaml
  models           simulator  https://simulator.models.example.com/v1  "model": "simulator-model"   a token counts 0.5
                   shared     https://shared.models.example.com/v1     "model": "org/model \\"v1\\""  a token of the prompt counts 1, of the answer 3, a cached one 0.1
  tokens           unlimited
  requests         unlimited
  a request costs  nothing: the tier has no token limit
  in dist/         lab-40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy              who passes, with which models
                   lab-70-routes.k8s.yaml    EnvoyFilter istio-system/lab-model-list-filter  what api.models.example.com lists
`.slice(1),
  );
});

test('a tier of the other engine, with requests and without Redis', () => {
  expect(explain(POLICY, 'free')).toBe(
    `
Tier free
  users            guest
                   by token: whoever is in "free-users"
  models           simulator  http://simulator.maas.local/v1  "model": "simulator-model"  a token counts 1
  tokens           200 a minute
                   one budget a user; a window begins with the first request that is counted
  requests         5 in 30s
  a request costs  the total tokens that its answer reports; an answer that reports none, and a client that leaves early, cost nothing
  at the limit     tokens: 429 with retry-after 30 seconds, the shortest window of any tier
                   the request that passes a limit is served, with all that are under way; the next is refused
                   requests: 429 with retry-after 30 seconds
  how exact        tokens and requests: counted by Limitador, for 2 gateway pods together
                   a restart of Limitador begins at zero (no limits.redis)
                   while Limitador is down requests pass, unless Kuadrant's operator says otherwise (no onFailure)
  in dist/         40-identity.k8s.yaml  AuthPolicy infrastructure/gateway-auth-policy                  who passes, with which models
                   50-limits.k8s.yaml    TokenRateLimitPolicy infrastructure/gateway-token-rate-limits  token limits
                   50-limits.k8s.yaml    RateLimitPolicy infrastructure/gateway-rate-limits             request limits
                   70-routes.k8s.yaml    EnvoyFilter infrastructure/model-list-filter                   what api.maas.local lists
`.slice(1),
  );
});

test('a user without a key', () => {
  expect(explain(POLICY, 'guest')).toBe(
    `
User guest, of tier free
  comes with       Authorization: Bearer <token>, whose claim "preferred_username" is guest; its groups say the tier
  keys             none in maas.yaml
  models           simulator  http://simulator.maas.local/v1  "model": "simulator-model"  a token counts 1
  tokens           200 a minute
                   one budget a user; a window begins with the first request that is counted
  requests         5 in 30s
  a request costs  the total tokens that its answer reports; an answer that reports none, and a client that leaves early, cost nothing
  at the limit     tokens: 429 with retry-after 30 seconds, the shortest window of any tier
                   the request that passes a limit is served, with all that are under way; the next is refused
                   requests: 429 with retry-after 30 seconds
  how exact        tokens and requests: counted by Limitador, for 2 gateway pods together
                   a restart of Limitador begins at zero (no limits.redis)
                   while Limitador is down requests pass, unless Kuadrant's operator says otherwise (no onFailure)
  in dist/         40-identity.k8s.yaml  AuthPolicy infrastructure/gateway-auth-policy                  who passes, with which models
                   50-limits.k8s.yaml    TokenRateLimitPolicy infrastructure/gateway-token-rate-limits  token limits
                   50-limits.k8s.yaml    RateLimitPolicy infrastructure/gateway-rate-limits             request limits
                   70-routes.k8s.yaml    EnvoyFilter infrastructure/model-list-filter                   what api.maas.local lists
`.slice(1),
  );
});

test('a model of no tier', () => {
  expect(explain(POLICY, 'spare')).toBe(
    `
Model spare
  url              http://spare.maas.local/v1
  "model"          "spare"
  served by        InferenceService spare: simulator, no accelerator
  replicas         1
  a request costs  a token counts 1
  tiers            none may use it
  in dist/         40-identity.k8s.yaml  AuthPolicy infrastructure/gateway-auth-policy  who passes, with which models
                   60-models.k8s.yaml    InferenceService llm/spare                     what serves it
                   70-routes.k8s.yaml    HTTPRoute llm/spare-domain-route               host and paths
                   70-routes.k8s.yaml    EnvoyFilter infrastructure/model-list-filter   what api.maas.local lists
`.slice(1),
  );
});

test('credentials in a source, and what a terminal would obey, are not shown', () => {
  const source = 'https://user:password@weights.example.com/m\\e[2J?signature=abc';
  const models = `{ name: own, source: "${source}", accelerator: nvidia, servedName: "a\\e[31m" }`;
  const text = explain(`models: [${models}]`, 'own');
  expect(text).toContain('  weights          https://…@weights.example.com/m [2J?…\n');
  expect(text).toContain('  "model"          "a\\u001b[31m"\n');
});

/** The lines of a model's memory. */
function memoryOf(yaml: string, name: string): string[] {
  const [, rows = ''] = /\n {2}memory {11}([\s\S]*?)\n {2}cost /.exec(explain(yaml, name)) ?? [];
  return rows.split('\n').map((line) => line.trim());
}

const MEMORY = `
models:
  - { name: llama-3-1-8b, accelerator: nvidia-h100, maxModelLength: 8192, arguments: [--max-num-seqs=8] }
  - { name: llama-3-3-70b, arguments: [--quantization=fp8] }
  - { name: granite }
  - { name: bge-m3, accelerator: cpu }
  - { name: qwen3, accelerator: quarter }
  - { name: own, source: hf://a/b, accelerator: nvidia-l4 }
  - { name: sized, source: hf://a/b, accelerator: nvidia-l4, parameters: 3B }
  - { name: odd, source: hf://a/b, accelerator: nvidia-l4, parameters: 3B, arguments: [--cpu-offload-gb=4] }
accelerators: [{ name: quarter, like: nvidia-l4, timeSlicing: { replicas: 4 } }]
`;

test('the memory of a model: the sum, and how many whole sequences fit at once', () => {
  expect(memoryOf(MEMORY, 'llama-3-1-8b')).toEqual([
    '14.96 GiB weights: 8.03 billion parameters of 16 bit',
    '0.91 GiB activations: 8,192 tokens computed at once',
    '0.25 GiB libraries',
    '47.24 GiB KV cache: 386,971 tokens, 47.2 sequences of 8,192 tokens at once',
    'all 8 sequences that may run have room for 8,192 tokens',
    '63.35 GiB in all, on each nvidia-h100: 0.8 of 79.19 GiB',
  ]);
});

test.each([
  ['llama-3-3-70b', 0, '16.92 GiB weights: 70.55 billion parameters of 8 bit, split over 4'],
  [
    'llama-3-3-70b',
    4,
    'all 32 sequences that may run would need 80.00 GiB for 32,768 tokens each: with less, vLLM lets some wait',
  ],
  ['granite', 0, 'not checked: the memory of nvidia is not known'],
  ['granite', 1, 'vLLM starts where each has at least 22.16 GiB, of which it takes 0.8'],
  ['bge-m3', 3, 'no KV cache: the model keeps none'],
  ['bge-m3', 4, '8.00 GiB in all: the memory limit of the container, with 4 GiB for the KV cache'],
  ['qwen3', 5, '4.41 GiB in all, on each quarter: 0.2 of 22.03 GiB, shared by 4 pods without isolation'],
  ['own', 0, 'not checked: the size of the model is not known'],
  ['sized', 3, '10.79 GiB left for KV cache, which is not checked: its figures are not known'],
  ['odd', 0, 'not checked: --cpu-offload-gb changes it'],
])('the memory of %s, line %d', (name, line, expected) => {
  expect(memoryOf(MEMORY, name)[line]).toBe(expected);
});

test('the licence of the catalog, as long as the weights are its', () => {
  expect(explain(MEMORY, 'llama-3-1-8b')).toContain(
    '\n  licence          Llama 3.1 Community License; Hugging Face gives the weights to who has accepted it, by HF_TOKEN\n',
  );
  expect(explain(MEMORY, 'granite')).toContain('\n  licence          Apache-2.0\n');
  expect(explain('models: [{ name: granite, source: hf://a/b }]', 'granite')).not.toContain('licence');
});

test('what starts a model on another build of vLLM is its ServingRuntime', () => {
  expect(explain(MEMORY, 'bge-m3')).toContain('ServingRuntime llm/vllm-cpu');
  expect(explain(MEMORY, 'granite')).toContain('ServingRuntime llm/vllm-latest');
});
