import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { drawPlatform } from '../../src/explain/diagram';
import { explainName } from '../../src/explain/explanation';
import { formatExplanations } from '../../src/explain/text';

/** A provider and a model of the cluster, each with the other as fallback, beside a quota that is about pods. */
const settings = resolveSettings(
  parseConfiguration(
    `
quota: { pods: 9 }
tiers:
  - { name: free, tokens: { minute: 200 }, models: [simulator] }
  - { name: premium, tokens: { minute: 1000 } }
models:
  - { name: simulator, replicas: { min: 1, max: 4 }, fallback: assistant }
  - name: assistant
    external: { baseUrl: https://api.openai.com/v1, model: gpt-4.1-mini, keySecret: openai }
    tokenWeights: { prompt: 1, completion: 4, cached: 0.25 }
    fallback: simulator
`,
    'maas.yaml',
  ),
);

test('a model of a provider: where it is, with which key, and nothing of pods', () => {
  expect(formatExplanations(explainName(settings, 'assistant'))).toBe(
    `
Model assistant
  url              http://assistant.maas.local/v1
  "model"          "assistant"
  served by        https://api.openai.com/v1, which gets every request as "model": "gpt-4.1-mini"
  its key          Secret openai, key api-key
  fallback         simulator, with the limits and weights of this one
  a request costs  a token of the prompt counts 1, of the answer 4, a cached one 0.25
  tiers            premium  tokens: 1,000 a minute
  in dist/         40-identity.k8s.yaml  AuthPolicy llm/gateway-auth-policy       who passes, with which models
                   50-limits.k8s.yaml    EnvoyFilter llm/token-rate-limit-filter  token limits and weights
                   60-models.k8s.yaml    ServiceEntry llm/assistant-external      where the provider is
                   60-models.k8s.yaml    DestinationRule llm/assistant-external   TLS to the provider
                   60-models.k8s.yaml    EnvoyFilter llm/assistant-external       what the provider gets: its key, its name of the model
                   70-routes.k8s.yaml    HTTPRoute llm/assistant-domain-route     host and paths
                   70-routes.k8s.yaml    EnvoyFilter llm/assistant-fallback       when simulator answers for it
                   70-routes.k8s.yaml    EnvoyFilter llm/model-list-filter        what api.maas.local lists
`.slice(1),
  );
});

test('as JSON it has no InferenceService either', () => {
  const [explanation = {}] = explainName(settings, 'assistant');
  for (const part of ['inferenceService', 'runtime', 'replicas', 'source', 'memory', 'cost']) {
    expect(JSON.parse(JSON.stringify(explanation))).not.toHaveProperty(part);
  }
  expect(explanation).toMatchObject({
    external: { baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1-mini', keySecret: 'openai' },
    fallback: 'simulator',
  });
});

test('a model of the cluster with a fallback: who answers, and whose limits count', () => {
  const lines = formatExplanations(explainName(settings, 'simulator')).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '  served by        InferenceService vllm-simulator: simulator, no accelerator',
      '  replicas         1 to 4',
      '  fallback         assistant, with the limits and weights of this one',
    ]),
  );
  expect(lines.map((line) => line.trim().replace(/ {2,}/g, '  '))).toContain(
    '70-routes.k8s.yaml  EnvoyFilter llm/simulator-fallback  when assistant answers for it',
  );
});

test('both in a diagram', () => {
  const models = drawPlatform(settings)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(model|host)\d/.test(line));
  expect(models).toEqual([
    'host0["simulator.maas.local<br/>model: simulator-model"]',
    'host1["assistant.maas.local<br/>model: assistant"]',
    'model0["simulator<br/>simulator, no accelerator<br/>replicas: 1 to 4<br/>fallback: assistant"]',
    'model1["assistant<br/>external: gpt-4.1-mini<br/>https://api.openai.com/v1<br/>fallback: simulator"]',
  ]);
});
