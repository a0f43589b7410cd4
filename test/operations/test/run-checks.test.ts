import type { MaasPlatformProps, TierConfiguration } from '../../../src/config/configuration';
import { Connection } from '../../../src/operations/connection';
import { openSession } from '../../../src/operations/session';
import { Report, type Check } from '../../../src/operations/test/report';
import { runChecks, type Selection } from '../../../src/operations/test/run-checks';
import { TestRun } from '../../../src/operations/test/test-run';
import { FakeGateway, type Faults } from './fake-gateway';

const FREE: TierConfiguration = { name: 'free', tokens: { minute: 200, hour: 5000 }, models: ['simulator'] };
const PREMIUM: TierConfiguration = { name: 'premium', tokens: { minute: 1000 } };
const PATHS = { 'api.maas.local/simulator': 'simulator-model', 'api.maas.local/nomic': 'nomic-embed-text-v1-5' };
const HOSTS = { 'simulator.maas.local': 'simulator-model', 'nomic.maas.local': 'nomic-embed-text-v1-5' };

/** Tests a small gateway that has faults. */
async function checksOf(
  faults: Faults = {},
  { tiers = [FREE, PREMIUM], selection = {}, ...props }: MaasPlatformProps & { selection?: Selection } = {},
): Promise<{ checks: Check[]; gateway: FakeGateway }> {
  const models = props.gateway?.routing === 'path' ? PATHS : HOSTS;
  const gateway = await FakeGateway.start(tiers, models, faults);
  const users = tiers.map(({ name }) => ({ name: `${name}user`, tier: name, keys: [{ demo: `${name}_key` }] }));
  const options = { config: 'maas.yaml', color: false, quiet: true };
  const session = openSession(options, { tiers, users, models: [{ name: 'simulator' }, { name: 'nomic' }], ...props });
  const connection = new Connection({ url: gateway.url }, session.interruption, () => gateway.clock.now());
  const report = new Report(session.terminal, { json: true, quiet: true });
  try {
    await runChecks(new TestRun(session, connection, report, true, gateway.clock), undefined, selection);
    return { checks: report.checks, gateway };
  } finally {
    connection.close();
    await gateway.stop();
  }
}

const lines = (checks: readonly Check[]) =>
  checks.map(({ tier = '', model = '', name, outcome, message }) => `${outcome} ${tier}/${model} ${name}: ${message}`);

test('all is well', async () => {
  const { checks, gateway } = await checksOf();
  expect(lines(checks)).toMatchInlineSnapshot(`
   [
     "passed / the list of models without a key: 401",
     "passed /simulator no key: 401",
     "passed /simulator a wrong key: 401",
     "passed /simulator identity headers in place of a key: 401",
     "passed /nomic no key: 401",
     "passed /nomic a wrong key: 401",
     "passed /nomic identity headers in place of a key: 401",
     "passed free/simulator a key: 200, 12 tokens",
     "passed free/simulator limit headers: limit 200, consumed 12, remaining 188",
     "passed free/simulator identity headers beside a key: 200, counted for freeuser",
     "passed free/simulator a stream: 200, 12 tokens in its last event",
     "passed free/simulator a stream counts: its tokens are gone from what is left",
     "passed free/nomic a model of other tiers: 403",
     "passed free/ the list of models: simulator-model",
     "passed premium/simulator a key: 200, 12 tokens",
     "passed premium/simulator limit headers: limit 1000, consumed 12, remaining 988",
     "passed premium/simulator identity headers beside a key: 200, counted for premiumuser",
     "passed premium/simulator a stream: 200, 12 tokens in its last event",
     "passed premium/simulator a stream counts: its tokens are gone from what is left",
     "passed premium/nomic a key: 200, 1 token",
     "passed premium/nomic limit headers: limit 1000, consumed 1, remaining 951",
     "passed premium/nomic identity headers beside a key: 200, counted for premiumuser",
     "passed premium/ the list of models: simulator-model, nomic-embed-text-v1-5",
     "passed free/simulator the token limit: 429 after 152 of 200 tokens, the rest was used before, retry-after 55 s",
     "passed premium/simulator the token limit: 429 after 1004 of 1000 tokens, retry-after 55 s",
   ]
  `);
  expect(gateway.seen.filter(({ headers }) => headers.authorization === undefined)).toHaveLength(5);
});

describe('a model that sleeps', () => {
  const sleeper: MaasPlatformProps = {
    tiers: [PREMIUM],
    models: [
      { name: 'simulator', replicas: { min: 0, max: 2 }, scaling: { by: 'queue', target: 5 } },
      { name: 'nomic', accelerator: 'nvidia-l4' },
    ],
  };
  const statusOf = (checks: readonly Check[]) =>
    lines(checks).filter((line) => line.includes('premium/simulator a key'));

  test('is woken, and tested once it answers', async () => {
    const { checks, gateway } = await checksOf({ sleepsFor: 170 }, sleeper);
    expect(statusOf(checks)).toEqual(['passed premium/simulator a key: 200, 12 tokens']);
    const asked = gateway.seen.filter(
      ({ headers }) => headers.host === 'simulator.maas.local' && headers.authorization === 'APIKEY premium_key',
    );
    expect(asked.length).toBeGreaterThan(6);
  });

  test('is given up after twenty minutes', async () => {
    const { checks } = await checksOf({ sleepsFor: 3600 }, sleeper);
    expect(statusOf(checks)).toEqual([expect.stringContaining('failed premium/simulator a key: got 503')]);
  });

  test('is not waited for where it is one that never sleeps', async () => {
    const { checks, gateway } = await checksOf({ sleepsFor: 170 }, { ...sleeper, models: [{ name: 'simulator' }] });
    expect(statusOf(checks)).toEqual([expect.stringContaining('failed premium/simulator a key: got 503')]);
    expect(gateway.clock.now()).toBeLessThan(Date.UTC(2030, 0, 1, 0, 0, 35));
  });
});

const ALL_REFUSALS = [
  'the list of models without a key',
  'no key',
  'a wrong key',
  'identity headers in place of a key',
  'a model of other tiers',
  'the token limit',
];
const ASKED = 'is token-rate-limit-filter in force?';

/** A fault, and what is said of it. */
const faults: [fault: Faults, failures: string[]][] = [
  [
    { letsAnybodyIn: true },
    [
      'the list of models without a key: got 200, expected 401',
      'no key: got 200, expected 401',
      'a wrong key: got 200, expected 401',
    ],
  ],
  [{ believesHeaders: true }, ['identity headers in place of a key: got 200, expected 401']],
  [
    { believesHeadersBesideKey: true },
    [
      "identity headers beside a key: 116 tokens were left, then 164, expected 104: does another user's budget pay?",
      'a stream counts: 164 tokens were left, then 92, expected 140',
    ],
  ],
  [
    { refusesInPlainText: true },
    ALL_REFUSALS.map((name, index) => {
      const status = [401, 401, 401, 401, 403, 429][index];
      return `${name}: ${status}, but its body is no error as OpenAI's API has it: ${status} (no)`;
    }),
  ],
  [
    { tellsReason: true },
    ALL_REFUSALS.map(
      (name) => `${name}: x-ext-auth-reason leaves the gateway: identity-header-scrub-filter is not in force`,
    ),
  ],
  [
    { status: 503 },
    [
      'a key: got 503 (Refused.), expected 200; does a pod of the model run, and does the Gateway have the annotation ' +
        'for token limits?',
    ],
  ],
  [{ withoutUsage: true }, ['a key: 200, but its body reports no usage']],
  [{ withoutLimit: true }, [`the token limit: 209 tokens of 200 are used, and the next request gets 200: ${ASKED}`]],
  [
    { withoutHeaders: true },
    [
      `limit headers: x-ratelimit-limit-tokens is missing: ${ASKED}`,
      `identity headers beside a key: x-ratelimit-limit-tokens is missing: ${ASKED}`,
      'the token limit: the 429 has no x-ratelimit headers',
    ],
  ],
  [
    { headers: { 'x-ratelimit-limit-tokens': '300' } },
    [
      'limit headers: got x-ratelimit-limit-tokens 300, expected one of 200, 5000',
      'identity headers beside a key: got x-ratelimit-limit-tokens 300, expected one of 200, 5000',
    ],
  ],
  [
    { headers: { 'x-ratelimit-consumed-tokens': '7' } },
    [
      'limit headers: got x-ratelimit-consumed-tokens 7, expected 12 (the usage of the answer)',
      'identity headers beside a key: got x-ratelimit-consumed-tokens 7, expected 12 (the usage of the answer)',
    ],
  ],
  [
    { headers: { 'x-ratelimit-reset-tokens': '7000' } },
    [
      'limit headers: got x-ratelimit-reset-tokens 7000, expected 1 to 60',
      'identity headers beside a key: got x-ratelimit-reset-tokens 7000, expected 1 to 60',
    ],
  ],
  [
    { headers: { 'x-ratelimit-remaining-tokens': '150' } },
    [
      "identity headers beside a key: 150 tokens were left, then 150, expected 138: does another user's budget pay?",
      'a stream counts: 150 tokens were left, then 150, expected 126',
      'the token limit: 429 although 150 tokens were left: does somebody else ask as freeuser?',
    ],
  ],
  [{ streamWithoutUsage: true }, ['a stream: none of its events reports a usage']],
  [{ streamBreaksOff: true }, ['a stream: it breaks off before [DONE]']],
  [{ streamIsJson: true }, ['a stream: got content-type "application/json", expected text/event-stream']],
  [{ streamsAreFree: true }, ['a stream counts: 104 tokens were left, then 92, expected 80']],
  [
    { tiersUseAllModels: true },
    [
      'a model of other tiers: got 200, expected 403',
      'the list of models: got simulator-model, nomic-embed-text-v1-5, expected simulator-model',
    ],
  ],
  [
    { listsAllModels: true },
    ['the list of models: got simulator-model, nomic-embed-text-v1-5, expected simulator-model'],
  ],
  [{ withoutRetryAfter: true }, ['the token limit: got retry-after missing, expected 1 to 3600 seconds']],
];

test.each(faults)('%j: found, and nothing else is said', async (fault, failures) => {
  const selection = { tier: ['free'], model: ['simulator'] };
  const { checks } = await checksOf(fault, { selection });
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  expect(failed.map(({ name, message }) => `${name}: ${message}`)).toEqual(failures);
});

/** What is said of the limits of one tier, on one model that generates. */
async function limitsOf(tier: Partial<TierConfiguration>, faults: Faults = {}, props: MaasPlatformProps = {}) {
  const tiers = [{ name: 'free', ...tier }];
  const { checks } = await checksOf(faults, { tiers, selection: { model: ['simulator'] }, ...props });
  const limits = checks.filter(({ name }) => name.startsWith('the request') || name.startsWith('the token'));
  return limits.map(({ outcome, name, message }) => `${outcome} ${name}: ${message}`);
}

describe('the request limit', () => {
  const requests = { limit: 6, window: '2m' };

  test('counts the requests that were asked before it, and is refused twice', async () => {
    expect(await limitsOf({ requests })).toEqual(['passed the request limit: 6 of 6 requests pass, then 429']);
  });

  test('of fewer requests than a model is asked in all: waits for a window', async () => {
    expect(await limitsOf({ requests: { limit: 3, window: '1m' } })).toEqual([
      'passed the request limit: 3 of 3 requests pass, then 429',
    ]);
  });

  test('of which somebody has used some before: counted again in the next window', async () => {
    expect(await limitsOf({ requests }, { requestsBefore: 1 })).toEqual([
      'passed the request limit: 6 of 6 requests pass, then 429',
    ]);
  });

  test('of a model that is too slow for its window: said', async () => {
    expect(await limitsOf({ requests }, { secondsAnAnswer: 30 })).toEqual([
      'skipped the request limit: the model is too slow: a window is over before it is used up',
    ]);
  });

  test.each([
    [5, 'got 5 of 6 requests pass, then 429; does somebody else ask as freeuser?'],
    [7, 'got 7 of 6 requests pass, then 429'],
    [100, '13 requests have passed without a 429, expected 6; is the RateLimitPolicy in force?'],
  ])('of %d in its place: found', async (requestLimit, message) => {
    expect(await limitsOf({ requests }, { requestLimit })).toEqual([`failed the request limit: ${message}`]);
  });

  test('of models that share a route: counted for all of them together', async () => {
    const tiers = [{ name: 'free', requests: { limit: 9, window: '2m' }, tokens: { day: 100_000 } }];
    const shared: MaasPlatformProps = { gateway: { routing: 'path' }, limits: { engine: 'tokenRateLimitPolicy' } };
    const limits = async (faults: Faults, models?: string[]) => {
      const props = { ...shared, tiers: tiers.map((tier) => ({ ...tier, models })) };
      const { checks, gateway } = await checksOf({ byPolicy: true, ...faults }, props);
      const waited = Math.round((gateway.clock.now() - Date.UTC(2030, 0, 1, 0, 0, 5)) / 1000);
      return [...lines(checks.filter(({ name }) => name.startsWith('the request'))), `${waited} s waited`];
    };
    const passed = 'passed free/simulator the request limit: 9 of 9 requests pass, then 429';
    expect(await limits({})).toEqual([passed, '0 s waited']);
    // A model of other tiers is refused before anybody counts.
    expect(await limits({}, ['simulator'])).toEqual([passed, '0 s waited']);
    const [found] = await limits({ requestLimit: 10 });
    expect(found).toBe('failed free/simulator the request limit: got 10 of 9 requests pass, then 429');
  });

  test('beside a token limit: each is used up in a window of its own', async () => {
    expect(await limitsOf({ requests, tokens: { minute: 300 } })).toEqual([
      'passed the request limit: 6 of 6 requests pass, then 429',
      'passed the token limit: 429 after 304 of 300 tokens, retry-after 54 s',
    ]);
  });
});

describe('the token limit', () => {
  test('that is not enforced: counted, and still answered', async () => {
    const tier = { tokens: { minute: 100 }, enforce: false };
    expect(await limitsOf(tier)).toEqual([
      expect.stringMatching(/^passed the token limit: not enforced: 1\d\d of 100 tokens used, and still 200$/),
    ]);
  });

  test.each([
    [{ day: 100_000 }, 'a limit of an hour or longer is not used up, a user would have to wait'],
    [{ minute: 50_000 }, '50,000 tokens a minute are too many to use up'],
  ])('%j: only its headers are checked', async (tokens, reason) => {
    expect(await limitsOf({ tokens })).toEqual([`skipped the token limit: ${reason}: the headers only were checked`]);
  });

  test('of a model that is too slow for a minute: said', async () => {
    expect(await limitsOf({ tokens: { minute: 300 } }, { secondsAnAnswer: 12 })).toEqual([
      'skipped the token limit: the model generates too slowly to use up a minute within it: the headers only were checked',
    ]);
  });

  test('that somebody has used up for an hour: the rest of the tier is not tested', async () => {
    const faults = { tokensBefore: 200, retryAfter: 3000 };
    const { checks } = await checksOf(faults, { tiers: [FREE], selection: { model: ['simulator'] } });
    expect(lines(checks.filter(({ tier }) => tier !== undefined))).toEqual([
      'skipped free/ the rest of tier free: its limit is used up for 3,000 more seconds',
    ]);
  });

  test('by weighted tokens', async () => {
    const models = [{ name: 'simulator', tokenWeights: { prompt: 1, completion: 3 } }];
    const { checks } = await checksOf({}, { models, tiers: [{ name: 'free', tokens: { minute: 300 } }] });
    const failed = checks.filter(({ outcome }) => outcome === 'failed').map(({ message }) => message);
    // The small gateway knows no weights: 4 + 3 * 8.
    expect(failed).toContain('got x-ratelimit-consumed-tokens 12, expected 28 (the usage of the answer)');
  });

  test("by Kuadrant's policy: no headers, 429 within two limits", async () => {
    const props: MaasPlatformProps = { limits: { engine: 'tokenRateLimitPolicy' }, models: [{ name: 'simulator' }] };
    const tier = { tokens: { minute: 100 } };
    expect(await limitsOf(tier, { byPolicy: true }, props)).toEqual([
      expect.stringMatching(/^passed the token limit: 429 after \d+ of 100 tokens/),
    ]);
    expect(await limitsOf(tier, { byPolicy: true, withoutLimit: true }, props)).toEqual([
      expect.stringMatching(/^failed .* the next request gets 200: is the TokenRateLimitPolicy in force\?$/),
    ]);
  });

  describe('of models that share a route', () => {
    const shared: MaasPlatformProps = { gateway: { routing: 'path' }, limits: { engine: 'tokenRateLimitPolicy' } };
    const budgetOf = async (faults: Faults, tier: Partial<TierConfiguration> = {}, props = shared) => {
      const tiers = [{ name: 'free', tokens: { minute: 100 }, ...tier }];
      const { checks } = await checksOf({ byPolicy: true, ...faults }, { ...props, tiers });
      return lines(checks.filter(({ name }) => name === 'one budget for all models'));
    };

    test('is that of the others, too', async () => {
      expect(await budgetOf({})).toEqual(['passed free/nomic one budget for all models: 429, as at simulator']);
    });

    test('and is not: found', async () => {
      expect(await budgetOf({ budgetAModel: true })).toEqual([
        'failed free/nomic one budget for all models: got 200, expected 429: the tokens are used up at simulator; ' +
          'is models-path-route the only route of the models?',
      ]);
    });

    test('of a window that ends in between: said', async () => {
      expect(await budgetOf({ secondsAnAnswer: 11 })).toEqual([
        'skipped free/nomic one budget for all models: the window has ended before the other model was asked',
      ]);
    });

    test('is not asked for where it cannot be told, or the gateway counts', async () => {
      expect(await budgetOf({}, { requests: { limit: 90, window: '1m' } })).toEqual([]);
      expect(await budgetOf({}, { models: ['simulator'] })).toEqual([]);
      expect(await budgetOf({ byPolicy: false }, {}, { gateway: { routing: 'path' } })).toEqual([]);
    });
  });

  test('of a tier whose models only embed', async () => {
    const { checks } = await checksOf({}, { tiers: [{ name: 'free', tokens: { minute: 200 }, models: ['nomic'] }] });
    const seen = lines(checks.filter(({ tier }) => tier !== undefined));
    expect(seen).toContain('passed free/nomic limit headers: limit 200, consumed 1, remaining 199');
    expect(seen.at(-1)).toMatch(/^passed free\/nomic the token limit: 429 after /);
    expect(seen.join()).not.toContain('stream');
  });
});

test('a tier without a key, or with one that is off: not tested, with the reason; nothing passes unseen', async () => {
  const users = [
    { name: 'eve', tier: 'free', keys: [{ demo: 'free_key', disabled: true }] },
    { name: 'old', tier: 'free', keys: [{ name: 'old', demo: 'old_key', expires: '2020-01-31' }] },
  ];
  const { checks } = await checksOf({}, { tiers: [FREE], users });
  expect(lines(checks.filter(({ outcome }) => outcome === 'skipped'))).toEqual([
    'skipped free/ tier free: not tested: eve: its key is disabled; old: its key has expired (2020-01-31)',
  ]);
});
