import { DEFAULT_TIERS } from '../../../src/config/defaults';
import { resolveSettings } from '../../../src/config/settings';
import { costOf, errorOf, isComplete, usageOf } from '../../../src/operations/test/answers';
import type { Answer } from '../../../src/operations/connection';
import { expectationOf, limitWords } from '../../../src/operations/test/expectations';
import { headerProblems, remainingProblems } from '../../../src/operations/test/judgements';
import { isEmbeddingsModel } from '../../../src/models/vllm-serving';
import { longQuestion, mostTokens } from '../../../src/operations/test/questions';

const settings = resolveSettings({ models: [{ name: 'simulator' }, { name: 'nomic' }, { name: 'qwen3' }] });
const { gateway } = settings;
const [simulator, nomic, qwen3] = settings.models as [
  (typeof settings.models)[0],
  (typeof settings.models)[0],
  (typeof settings.models)[0],
];

const answer = (body: string, headers: Answer['headers'] = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const ofTokens = (total: number, remaining: number, reset = 30, limit = 200) =>
  answer(JSON.stringify({ usage: { total_tokens: total, prompt_tokens: 4 } }), {
    'x-ratelimit-limit-tokens': String(limit),
    'x-ratelimit-remaining-tokens': String(remaining),
    'x-ratelimit-reset-tokens': String(reset),
  });

describe('usage', () => {
  test.each([
    ['{"usage":{"total_tokens":12,"prompt_tokens":4}}', { total: 12, prompt: 4, cached: 0 }],
    [
      '{"usage":{"total_tokens":12,"prompt_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}',
      { total: 12, prompt: 4, cached: 3 },
    ],
    ['{"usage":{"total_tokens":"12"}}', undefined],
    ['{"usage":null}', undefined],
    ['no JSON', undefined],
  ])('%s', (body, usage) => {
    expect(usageOf(answer(body))).toEqual(usage);
  });

  test('of a stream: the last event that has one', () => {
    const body =
      'data: {"choices":[{}],"usage":null}\r\n\r\ndata:{"usage":{"total_tokens":3,"prompt_tokens":1}}\n\n' +
      'data: {"usage":{"total_tokens":9,"prompt_tokens":1}}\n\ndata: [DONE]\n\n';
    const stream = answer(body, { 'content-type': 'text/event-stream; charset=utf-8' });
    expect(usageOf(stream)?.total).toBe(9);
    expect(isComplete(stream)).toBe(true);
    expect(isComplete({ body: 'data: {"choices":[{"delta":{"content":"[DONE]"}}]}\n\n' })).toBe(false);
  });

  test('costs as the gateway weighs and rounds', () => {
    const weights = { prompt: 1, completion: 1.1, cached: 0.1 };
    expect(costOf({ total: 50, prompt: 0, cached: 0 }, weights)).toBe(55);
    expect(costOf({ total: 12, prompt: 4, cached: 4 }, weights)).toBe(Math.ceil(0.4 + 8.8));
  });
});

describe('what is left', () => {
  test.each([
    [ofTokens(10, 188), ofTokens(12, 176), 0, []],
    [ofTokens(10, 188), ofTokens(12, 170), 6, []],
    [ofTokens(10, 5), ofTokens(12, 0), 0, []],
    [ofTokens(10, 188), ofTokens(12, 188), 0, ['188 tokens were left, then 188, expected 176']],
    // Another window, or the next one.
    [ofTokens(10, 188), ofTokens(12, 4988, 30, 5000), 0, undefined],
    [ofTokens(10, 188, 2), ofTokens(12, 188, 59), 0, undefined],
  ])('%#', (before, after, spent, problems) => {
    expect(remainingProblems(before, after, simulator, spent)).toEqual(problems);
  });
});

test('several gateway pods: each shows its share of a limit', () => {
  const divided = resolveSettings({ gateway: { replicas: 3 }, limits: { perReplica: 'divide' } });
  const tier = expectationOf(divided, DEFAULT_TIERS[0]!);
  expect(limitWords(tier)).toBe('66 tokens a minute, 1,666 tokens an hour, 16,666 tokens a day');
  const seen = (limit: number) =>
    headerProblems(
      {
        ...ofTokens(12, 0, 30, limit),
        headers: { ...ofTokens(12, 0, 30, limit).headers, 'x-ratelimit-consumed-tokens': '12' },
      },
      tier,
      simulator,
    );
  expect(seen(66)).toEqual([]);
  expect(seen(200)).toEqual(['got x-ratelimit-limit-tokens 200, expected one of 66, 1666, 16666']);
});

test('an error is one in the shape of the API, as JSON', () => {
  const body = JSON.stringify({ error: { message: 'No.', code: 'invalid_api_key' } });
  expect(errorOf(answer(body))).toEqual({ message: 'No.', code: 'invalid_api_key' });
  expect(errorOf(answer(body, { 'content-type': 'text/plain' }))).toBeUndefined();
  expect(errorOf(answer('{"error":"No."}'))).toBeUndefined();
});

test('a model is asked for what it can: no more than its context, embeddings of one that embeds', () => {
  expect([simulator, nomic, qwen3].map(isEmbeddingsModel)).toEqual([false, true, false]);
  expect([simulator, nomic, qwen3].map(mostTokens)).toEqual([900, 900, 900]);
  expect(mostTokens({ maxModelLength: 256 })).toBe(132);
  expect(longQuestion(qwen3, gateway, 5000).body).toMatchObject({ max_tokens: 900, ignore_eos: true });
  expect(longQuestion(nomic, gateway, 3)).toMatchObject({ path: '/v1/embeddings', body: { input: 'word word word' } });
});
