import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { MaasPlatform, type KeyConfiguration, type MaasPlatformProps } from 'cdk8s-maas';
import { apiKeyMetadata, EXPIRES_ANNOTATION } from '../../src/identity/api-key-secret';
import { MOST_KNOWN_CHARACTERS, MOST_KNOWN_KEYS } from '../../src/config/rules/keys';
import { isKnownToPolicy } from '../../src/config/settings';
import { writeManifests } from '../../src/output/output';
import { freshMinute, limits } from '../envoy/client';
import { temporaryFolder } from '../support/folder';
import { Gateway } from './harness/gateway';
import { accept } from './harness/kuadrant';
import { manifestsOf, readPlatformFolder, root, type Manifest } from './harness/manifests';
import { create, patchPolicy, policyName, untilEnforced } from './harness/policies';
import { expectRefused } from './harness/replies';
import { describeCluster, kubectl } from './harness/suite';
import { until } from './harness/until';

/** What a test changes of the configuration. */
interface Change {
  readonly ciTier?: string;
  readonly alicesTier?: string;
  readonly guest?: Partial<KeyConfiguration>;
  /** Existing Secrets of one more user. */
  readonly crowd?: readonly string[];
}

function platform({ ciTier = 'premium', alicesTier = 'free', guest = {}, crowd = [] }: Change = {}): MaasPlatformProps {
  return {
    tiers: [
      { name: 'free', tokens: { minute: 200 } },
      { name: 'premium', tokens: { minute: 1000 } },
      { name: 'enterprise', tokens: { minute: 5000 } },
      { name: 'unlimited' },
    ],
    users: [
      { name: 'ci', tier: ciTier, keys: [{ existingSecret: 'ci-key' }, { existingSecret: 'ci-key-next' }] },
      {
        name: 'alice',
        tier: alicesTier,
        keys: [
          { name: 'old', demo: 'old_key' },
          { name: 'new', demo: 'new_key' },
        ],
      },
      {
        name: 'bob',
        tier: 'unlimited',
        keys: [
          { name: 'day', demo: 'day_key', expires: '2027-01-31' },
          { name: 'noon', demo: 'noon_key', expires: '2027-01-31T12:00:00Z' },
          { name: 'plain', demo: 'plain_key' },
        ],
      },
      { name: 'guest', tier: 'unlimited', keys: [{ demo: 'guest_key', ...guest }] },
      {
        name: 'crowd',
        tier: 'premium',
        keys: [{ demo: 'crowd_key' }, ...crowd.map((existingSecret) => ({ existingSecret }))],
      },
      { name: 'former', tier: 'unlimited', keys: [{ demo: 'former_key', disabled: true }] },
    ],
  };
}

/** A key Secret of the platform that no configuration names, unless it is one of ci's. */
function secret(name: string, key: string, user: string, tier: string, more: Record<string, string> = {}): object {
  const { labels, annotations } = apiKeyMetadata({ namespace: 'llm', user, tier });
  const metadata = { name, namespace: 'llm', labels, annotations: { ...annotations, ...more } };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { api_key: key } };
}

/** The instant so many seconds from now, in whole seconds. */
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '');

const rule = (name: string) => `/spec/overrides/rules/authorization/${name}`;

describeCluster(
  'API keys that the configuration and annotations speak of, on the real Authorino 0.25.0',
  () => {
    let gateway: Gateway;
    let folder: string;
    const written = (): Manifest[] => manifestsOf(readPlatformFolder(relative(root, folder)));

    beforeAll(async () => {
      folder = temporaryFolder();
      render();
      gateway = await Gateway.start(folder);
      await create(
        secret('ci-key', 'ci_key', 'root', 'enterprise'),
        secret('ci-key-next', 'next_key', 'root', 'enterprise'),
      );
      await untilEnforced(policyName);
      await gateway.load();
    });

    afterAll(() => gateway?.stop());

    function render(change?: Change): void {
      writeManifests((app) => void new MaasPlatform(app, 'maas', platform(change)), folder);
    }

    /** Renders the platform anew and applies what concerns identity. */
    async function apply(change?: Change): Promise<void> {
      render(change);
      await kubectl(['apply', '-f', join(folder, '40-identity.k8s.yaml')]);
    }

    /** Milliseconds until a key has the limit of another tier; kubectl has returned when it is called. */
    async function timeUntilLimit(authorization: string, limit: string): Promise<number> {
      const from = performance.now();
      while (limits(await gateway.ask(authorization)).limit !== limit) {
        if (performance.now() - from > 10_000) throw new Error(`no limit of ${limit} within 10 s`);
        await sleep(50);
      }
      return performance.now() - from;
    }

    /** What a request takes, as the median of some. */
    async function millisecondsOfRequests(): Promise<string> {
      const times: number[] = [];
      for (let index = 0; index < 101; index += 1) times.push((await gateway.ask('Bearer plain_key')).endAfter);
      return `a request takes ${times.sort((left, right) => left - right)[50]!.toFixed(1)} ms`;
    }

    describe('an existing Secret', () => {
      test('whose annotations claim another user and a better tier is who the configuration says', async () => {
        await create(secret('of-ci', 'of_ci_key', 'ci', 'premium'));
        await gateway.timeUntil('Bearer of_ci_key', 200);
        await freshMinute(10);
        const remaining: (string | undefined)[] = [];
        for (const key of ['Bearer ci_key', 'APIKEY ci_key', 'Bearer next_key', 'Bearer of_ci_key']) {
          const { limit, remaining: left } = limits(await gateway.ask(key));
          remaining.push(`${left} of ${limit}`);
        }
        // One budget: all of them are ci, whoever the annotations name.
        const [first] = remaining[0]!.split(' ').map(Number);
        expect(remaining).toEqual([0, 30, 60, 90].map((used) => `${first! - used} of 1000`));
      });

      test('gets another tier with the next apply, without a new Secret', async () => {
        await apply({ ciTier: 'free' });
        const after = await timeUntilLimit('Bearer ci_key', '200');
        process.stderr.write(`tier of an existing Secret changed after ${after.toFixed(0)} ms\n`);
        await apply();
        await timeUntilLimit('APIKEY ci_key', '1000');
      });
    });

    describe('rotation', () => {
      test('two keys of one user have one budget, and revoking one leaves the other', async () => {
        await freshMinute(15);
        const left = limits(await gateway.ask('Bearer old_key')).remaining;
        expect(limits(await gateway.ask('Bearer new_key')).remaining).toBe(String(Number(left) - 30));
        await kubectl(['delete', 'secret', 'alice-apikey-old', '--namespace=llm']);
        const revoked = await gateway.timeUntil('Bearer old_key', 401);
        expect(revoked).toBeLessThan(1000);
        expect(limits(await gateway.ask('Bearer new_key')).remaining).toBe(String(Number(left) - 60));
        await apply();
        await gateway.timeUntil('Bearer old_key', 200);
      });

      test('another tier of a rendered key counts with the apply that changes its annotation', async () => {
        await apply({ alicesTier: 'premium' });
        const after = await timeUntilLimit('Bearer new_key', '1000');
        process.stderr.write(`tier of a rendered Secret changed after ${after.toFixed(0)} ms\n`);
        await apply();
        await timeUntilLimit('APIKEY new_key', '200');
      });

      test('an annotation that somebody else changes counts once the Secret is made anew, or the policy changes', async () => {
        const name = 'alice-apikey-new';
        const annotate = (tier: string) =>
          kubectl(['annotate', 'secret', name, '--namespace=llm', '--overwrite', `kuadrant.io/groups=${tier}`]);
        await sleep(2000); // The apply before makes Authorino read more than once.
        await annotate('premium');
        await sleep(2000);
        expect(limits(await gateway.ask('Bearer new_key')).limit).toBe('200');
        const { stdout } = await kubectl(['get', 'secret', name, '--namespace=llm', '--output=json']);
        const found = JSON.parse(stdout) as Manifest;
        await kubectl(['delete', 'secret', name, '--namespace=llm']);
        await gateway.timeUntil('Bearer new_key', 401);
        const { labels, annotations } = found.metadata;
        await create({ ...found, metadata: { name, namespace: 'llm', labels, annotations } });
        await timeUntilLimit('Bearer new_key', '1000');
        await annotate('enterprise');
        await patchPolicy({
          op: 'replace',
          path: '/spec/overrides/rules/authentication/api-key-users-bearer/overrides/revision/value',
          value: 'another',
        });
        await timeUntilLimit('Bearer new_key', '5000');
        await apply();
        await timeUntilLimit('Bearer new_key', '200');
      });
    });

    describe('a key with an expiry in the configuration', () => {
      test.each([
        ['day_key', '2027-01-31T23:59:59Z', 200],
        ['day_key', '2027-02-01T00:00:00Z', 403],
        ['noon_key', '2027-01-31T11:59:59Z', 200],
        ['noon_key', '2027-01-31T12:00:00Z', 403],
        ['plain_key', '2999-12-31T00:00:00Z', 200],
        ['day_key', undefined, 403],
        ['noon_key', undefined, 403],
        ['plain_key', undefined, 200],
      ])('%s at %s: %s', async (key, time, status) => {
        for (const prefix of ['APIKEY', 'Bearer']) {
          expect(await gateway.askAuthorino(`${prefix} ${key}`, time)).toBe(status);
        }
      });

      test('ends while nobody touches anything: 403 as OpenAI has it', async () => {
        const end = inSeconds(8);
        await apply({ guest: { expires: end } });
        await until(
          'the expiry is known',
          10,
          async () => (await gateway.askAuthorino('Bearer guest_key', '2999-01-01T00:00:00Z')) === 403,
        );
        expect((await gateway.ask('Bearer guest_key')).status).toBe(200);
        await sleep(Date.parse(end) - Date.now() - 500);
        expect((await gateway.ask('Bearer guest_key')).status).toBe(200);
        await gateway.timeUntil('Bearer guest_key', 403);
        const late = Date.now() - Date.parse(end);
        process.stderr.write(`expiry enforced after ${late} ms\n`);
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThan(1000);
        expectRefused(await gateway.ask('APIKEY guest_key'), 403);
      });

      test('gets more time by another apply', async () => {
        await apply({ guest: { expires: '2999-01-01' } });
        await gateway.timeUntil('Bearer guest_key', 200);
      });
    });

    test('as many keys as the policy may know are known', async () => {
      const known = platform()
        .users!.flatMap(({ keys = [] }) => keys)
        .filter(isKnownToPolicy);
      const length = MOST_KNOWN_CHARACTERS / MOST_KNOWN_KEYS - 1;
      const crowd = Array.from({ length: MOST_KNOWN_KEYS - known.length }, (_, index) =>
        `k${index}`.padEnd(length, 'x'),
      );
      await create(secret(crowd.at(-1)!, 'last_of_crowd', 'root', 'enterprise'));
      await apply({ crowd });
      const after = await timeUntilLimit('Bearer last_of_crowd', '1000');
      process.stderr.write(
        `${MOST_KNOWN_KEYS} keys known after ${after.toFixed(0)} ms; ${await millisecondsOfRequests()}`,
      );
      await apply();
      await timeUntilLimit('Bearer last_of_crowd', '5000');
      process.stderr.write(`, with few keys ${await millisecondsOfRequests()}\n`);
    });

    describe('a disabled key', () => {
      test('is refused although its Secret exists', async () => {
        await kubectl(['get', 'secret', 'former-apikey', '--namespace=llm']);
        expectRefused(await gateway.ask('Bearer former_key'), 403);
        expectRefused(await gateway.ask('APIKEY former_key'), 403);
      });

      test('is switched off and on again by apply', async () => {
        await apply();
        await gateway.timeUntil('Bearer guest_key', 200);
        await apply({ guest: { disabled: true } });
        const off = await gateway.timeUntil('Bearer guest_key', 403);
        expectRefused(await gateway.ask('APIKEY guest_key'), 403);
        await apply();
        const on = await gateway.timeUntil('Bearer guest_key', 200);
        process.stderr.write(`key disabled after ${off.toFixed(0)} ms, enabled after ${on.toFixed(0)} ms\n`);
        expect(off).toBeLessThan(5000);
      });
    });

    test.each([
      ['nobody', OpenAI.AuthenticationError, 'Missing or invalid credentials.', 'invalid_api_key'],
      [
        'former_key',
        OpenAI.PermissionDeniedError,
        'Your account may not use this model, or your key has expired or is disabled.',
        'access_denied',
      ],
    ])(
      "OpenAI's own SDK with the key %s says what is wrong, and does not try again",
      async (apiKey, kind, message, code) => {
        let requests = 0;
        const fetch = async (_: unknown, { headers, body }: RequestInit = {}): Promise<Response> => {
          requests += 1;
          const { authorization } = Object.fromEntries(new Headers(headers));
          const reply = await gateway.ask(authorization, { body: String(body) });
          return new Response(reply.body, { status: reply.status, headers: { 'content-type': 'application/json' } });
        };
        const client = new OpenAI({ apiKey, baseURL: 'http://simulator.maas.local/v1', fetch });
        const error: unknown = await client.chat.completions
          .create({ model: 'simulator-model', messages: [] })
          .catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(kind);
        expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
        expect(requests).toBe(1);
      },
    );

    describe('a Secret that no configuration names', () => {
      test.each([
        ['yesterday', '2001-01-01', 403],
        ['a later day', '2999-01-01', 200],
        ['a past instant', '2001-01-01T00:00:00Z', 403],
        ['never, as people write it', '9999-12-31', 200],
        ['a later instant with an offset', '2999-01-01T00:00:00+02:00', 200],
        ['a day that there is not', '2999-02-30', 403],
        ['no date', 'never', 403],
        ['nothing', '', 403],
        ['an expression', '2999-01-01") || ("', 403],
      ])('with the annotated expiry of %s: %s is answered with %i', async (what, expires, status) => {
        const name = `annotated-${what.replace(/[^a-z]+/g, '-')}`;
        await create(secret(name, `${name}_key`, 'carol', 'unlimited', { [EXPIRES_ANNOTATION]: expires }));
        await gateway.timeUntil(`Bearer ${name}_key`, status);
        if (status === 403) expectRefused(await gateway.ask(`APIKEY ${name}_key`), 403);
      });

      test('ends at the annotated instant while nobody touches anything', async () => {
        const end = inSeconds(3);
        await create(secret('annotated-soon', 'soon_key', 'carol', 'unlimited', { [EXPIRES_ANNOTATION]: end }));
        await gateway.timeUntil('Bearer soon_key', 200);
        await gateway.timeUntil('Bearer soon_key', 403);
        expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(end));
        expect(await gateway.askAuthorino('Bearer soon_key')).toBe(403);
      });

      test('of one user in two tiers: each key has the limit of its tier, and the budget is one', async () => {
        await create(
          secret('dora-free', 'dora_free', 'dora', 'free'),
          secret('dora-gold', 'dora_gold', 'dora', 'premium'),
        );
        await gateway.timeUntil('Bearer dora_free', 200);
        await gateway.timeUntil('Bearer dora_gold', 200);
        await freshMinute(10);
        const spend = async () => limits(await gateway.ask('Bearer dora_gold'));
        let left = await spend();
        while (Number(left.remaining) > 800) left = await spend();
        expect(left.limit).toBe('1000');
        expect((await gateway.ask('Bearer dora_free')).status).toBe(429);
        expect((await gateway.ask('Bearer dora_gold')).status).toBe(200);
      });
    });

    describe('one key in two Secrets', () => {
      const limitOf = async () => limits(await gateway.ask('Bearer twin_key')).limit;

      test('of two users: the last one made wins; deleting it takes the key from both', async () => {
        await create(secret('twin-first', 'twin_key', 'eve', 'premium'));
        await gateway.timeUntil('Bearer twin_key', 200);
        await create(secret('twin-second', 'twin_key', 'frank', 'free'));
        await timeUntilLimit('Bearer twin_key', '200');
        await kubectl(['delete', 'secret', 'twin-second', '--namespace=llm']);
        await gateway.timeUntil('Bearer twin_key', 401);
      });

      test('of one user: deleting the first changes nothing, deleting the second ends the key', async () => {
        await create(secret('twin-third', 'twin_key', 'eve', 'premium'));
        await timeUntilLimit('Bearer twin_key', '1000');
        await kubectl(['delete', 'secret', 'twin-first', '--namespace=llm']);
        await sleep(1000);
        expect(await limitOf()).toBe('1000');
        await kubectl(['delete', 'secret', 'twin-third', '--namespace=llm']);
        await gateway.timeUntil('Bearer twin_key', 401);
      });
    });

    describe('a spoiled policy lets in', () => {
      afterEach(async () => {
        await kubectl(['replace', '-f', join(folder, '40-identity.k8s.yaml')]);
      });

      test('expired and disabled keys, without the rule about them', async () => {
        expect(await gateway.askAuthorino('Bearer day_key', '2999-01-01T00:00:00Z')).toBe(403);
        await patchPolicy({ op: 'remove', path: rule('key-in-force') });
        await gateway.timeUntil('Bearer former_key', 200);
        await gateway.timeUntil('Bearer annotated-no-date_key', 200);
        expect(await gateway.askAuthorino('Bearer day_key', '2999-01-01T00:00:00Z')).toBe(200);
        expect(await gateway.askAuthorino('Bearer day_key')).toBe(200);
      });

      test('who annotates a Secret as whom it says, without the map of owners', async () => {
        const path = '/spec/overrides/rules/authentication/api-key-users-bearer/overrides/tier/expression';
        await timeUntilLimit('Bearer ci_key', '1000');
        await patchPolicy({
          op: 'replace',
          path,
          value: 'auth.identity.metadata.annotations["kuadrant.io/groups"]',
        });
        await timeUntilLimit('Bearer ci_key', '5000');
      });
    });

    describe('a route with a host that is not of the platform', () => {
      test('is refused with a valid key; only without the rule about hosts it gets through', async () => {
        const [route] = written().filter(({ kind }) => kind === 'HTTPRoute');
        const foreign = (name: string, hostnames: string[]) => ({
          ...route,
          metadata: { name, namespace: 'llm' },
          spec: { ...route!.spec, hostnames },
        });
        await create(foreign('foreign', ['foreign.maas.local']));
        await accept();
        await untilEnforced(policyName);
        await gateway.load();
        await gateway.timeUntil('Bearer plain_key', 200);
        for (const host of ['foreign.maas.local', 'FOREIGN.maas.local', 'foreign.maas.local:80']) {
          expectRefused(await gateway.ask('Bearer plain_key', { host }), 403);
          expectRefused(await gateway.ask(undefined, { host }), 401);
        }
        for (const host of ['simulator.maas.local', 'SIMULATOR.Maas.Local', 'simulator.maas.local:8080']) {
          expect((await gateway.ask('Bearer plain_key', { host })).status).toBe(200);
        }
        await patchPolicy({ op: 'remove', path: rule('host-of-the-platform') });
        await gateway.timeUntil('Bearer plain_key', 200, { host: 'foreign.maas.local' });
      });
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners'],
);
