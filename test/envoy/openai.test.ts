import OpenAI from 'openai';
import { freshMinute } from './client';
import { events, json, textEvent, THIRTY_TOKENS } from './model-server';
import { describeWithEnvoy, type Gateway } from './suite';

jest.setTimeout(150_000); // two waits for a fresh minute at most

const QUESTION = { model: 'simulator-model', messages: [{ role: 'user' as const, content: 'Hi' }] };

function client({ envoy }: Gateway, user: string, maxRetries: number): OpenAI {
  return new OpenAI({
    apiKey: 'not looked at here',
    baseURL: `http://127.0.0.1:${envoy.port}/v1`,
    defaultHeaders: { 'x-maas-user': user, 'x-maas-tier': 'free' },
    maxRetries,
  });
}

describeWithEnvoy("OpenAI's own SDK", {}, (gateway) => {
  test('gets answers and streams as if nothing were in between', async () => {
    await freshMinute(10);
    gateway.model.answer = json(THIRTY_TOKENS);
    const answer = await client(gateway, 'asker', 0).chat.completions.create(QUESTION);
    expect(answer).toEqual(THIRTY_TOKENS);
    gateway.model.answer = events([textEvent('Hel'), textEvent('lo'), { choices: [], usage: { total_tokens: 30 } }]);
    let text = '';
    for await (const chunk of await client(gateway, 'asker', 0).chat.completions.create({
      ...QUESTION,
      stream: true,
    })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe('Hello');
  });

  test('gets a RateLimitError with everything in it', async () => {
    await freshMinute(10);
    gateway.model.answer = json({ ...THIRTY_TOKENS, usage: { total_tokens: 200 } });
    await client(gateway, 'spender', 0).chat.completions.create(QUESTION);
    const error = await client(gateway, 'spender', 0)
      .chat.completions.create(QUESTION)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    const { status, code, type, message, headers } = error as InstanceType<typeof OpenAI.RateLimitError>;
    expect({ status, code, type, message }).toEqual({
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'tokens',
      message: '429 token limit reached: 200 of 200 tokens of the minute window used by tier free',
    });
    expect(headers?.get('x-ratelimit-remaining-tokens')).toBe('0');
  });

  test('its retry waits for retry-after and then gets an answer', async () => {
    // The last seconds of a minute, so that the SDK's wait is short.
    const left = 60 - ((Date.now() / 1000) % 60);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, left - 6) * 1000));
    gateway.model.answer = json({ ...THIRTY_TOKENS, usage: { total_tokens: 200 } });
    await client(gateway, 'patient', 0).chat.completions.create(QUESTION);
    gateway.model.seen.length = 0;
    const started = Date.now();
    await client(gateway, 'patient', 1).chat.completions.create(QUESTION);
    expect(gateway.model.seen).toHaveLength(1);
    expect(Date.now() - started).toBeGreaterThan(500);
  });
});
