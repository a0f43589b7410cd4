import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { load as parse } from 'js-yaml';
import { apiKeyMetadata, EXPIRES_ANNOTATION, TIER_ANNOTATION } from '../../src/identity/api-key-secret';
import type { ListedKey } from '../../src/operations/keys/list';
import { limits } from '../envoy/client';
import { Gateway } from './harness/gateway';
import type { CommandResult } from './harness/kubectl';
import { Maas, type MaasOptions } from './harness/maas';
import { type Manifest } from './harness/manifests';
import { create, patchPolicy, policyName, untilEnforced } from './harness/policies';
import { describeCluster, kubectl, serverFolderVariable } from './harness/suite';
import { until } from './harness/until';

const configuration = `
tiers:
  - { name: free, tokens: { minute: 200 } }
  - { name: premium, tokens: { minute: 1000 } }
  - { name: enterprise, tokens: { minute: 5000 } }
users:
  - { name: ci, tier: premium, keys: [{ existingSecret: ci-off, disabled: true }, { existingSecret: ci-key }] }
  - { name: alice, tier: free, keys: [{ demo: alice_key }] }
  - { name: bob, tier: free, keys: [{ existingSecret: bob-key, expires: 2999-01-31 }] }
  - { name: dora, tier: premium, keys: [{ existingSecret: dora-key }] }
  - { name: eve, tier: free, keys: [{ existingSecret: eve-key }] }
`;

/** Writes down what kubectl is called with, and calls it. */
const RECORDER = 'printf "%s\\n" "$*" >> "$HOME/.arguments"';
const PASS_ON = 'exec "$REAL_KUBECTL" "$@"';

/** Holds kubectl, at a command that has these words, until the test lets it go on. */
const holdAt = (words: string) =>
  `case "$*" in *"${words}"*) : > "$HOME/.held"; while [ ! -e "$HOME/.go" ]; do sleep 0.05; done ;; esac`;

const annotationsOf = (user: string, tier: string) => apiKeyMetadata({ namespace: 'llm', user, tier }).annotations;

const KEY = /maas_[0-9A-Za-z]{43}/g;

/** A request that costs no tokens. */
const look = { method: 'GET', path: '/v1/models' };

describeCluster(
  'maas keys, on the real API server and the real Authorino 0.25.0',
  () => {
    let gateway: Gateway;
    let maas: Maas;
    const outputs: string[] = [];

    beforeAll(async () => {
      maas = new Maas();
      maas.write('maas.yaml', configuration);
      maas.program('kubectl', `${RECORDER}\n${PASS_ON}`);
      expect(await maas.run(['synth'])).toMatchObject({ exitCode: 0 });
      gateway = await Gateway.start(join(maas.folder, 'dist'));
      await untilEnforced(policyName);
      await gateway.load();
    });

    afterAll(() => gateway?.stop());

    afterEach(() => {
      maas.program('kubectl', `${RECORDER}\n${PASS_ON}`);
    });

    /** Runs `maas keys`, as verbose as it gets, and keeps all that it says. */
    async function run(args: readonly string[], options?: MaasOptions): Promise<CommandResult> {
      const result = await maas.run(['keys', ...args, '--verbose'], options);
      outputs.push(result.stdout, result.stderr);
      return result;
    }

    /** Runs what must succeed. @returns its standard output */
    async function succeed(...args: string[]): Promise<string> {
      const result = await run(args);
      expect(result).toMatchObject({ exitCode: 0 });
      return result.stdout;
    }

    /** A key that is made now. */
    async function newKey(...args: string[]): Promise<string> {
      const stdout = await succeed('create', ...args);
      expect(stdout).toMatch(/^maas_[0-9A-Za-z]{43}\n$/);
      return stdout.trim();
    }

    async function secret(name: string): Promise<Manifest | undefined> {
      const { stdout } = await kubectl(['get', 'secret', name, '-n', 'llm', '-o', 'json', '--ignore-not-found']);
      return stdout === '' ? undefined : (JSON.parse(stdout) as Manifest);
    }

    async function listed(...args: string[]): Promise<ListedKey[]> {
      return JSON.parse(await succeed('list', '--json', ...args)) as ListedKey[];
    }

    /** A Secret with a key, as somebody else makes it. */
    function keySecret(name: string, key: string, user: string, tier: string, more: object = {}): Manifest {
      const { labels, annotations } = apiKeyMetadata({ namespace: 'llm', user, tier });
      const metadata = { name, namespace: 'llm', labels, annotations, ...more };
      return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { api_key: key } };
    }

    /** An account that may do this with Secrets of the platform, and no more. @returns its kubeconfig */
    async function accountWith(...verbs: string[]): Promise<string> {
      const name = ['may', ...verbs].join('-');
      const [apiGroup, metadata] = ['rbac.authorization.k8s.io', { name, namespace: 'llm' }];
      const apiVersion = `${apiGroup}/v1`;
      await create(
        { apiVersion, kind: 'Role', metadata, rules: [{ apiGroups: [''], resources: ['secrets'], verbs }] },
        {
          ...{ apiVersion, kind: 'RoleBinding', metadata, roleRef: { apiGroup, kind: 'Role', name } },
          subjects: [{ kind: 'User', apiGroup, name }],
        },
      );
      const file = join(process.env[serverFolderVariable]!, 'kubeconfig');
      const kubeconfig = parse(readFileSync(file, 'utf8')) as { users: { user: object }[] };
      kubeconfig.users = kubeconfig.users.map(({ user, ...rest }) => ({ ...rest, user: { ...user, as: name } }));
      maas.write(name, JSON.stringify(kubeconfig));
      return name;
    }

    /** Asks with a key until told to stop. @returns how many answers there were, and those that were not 200 */
    async function askWhile(key: string, run: () => Promise<unknown>): Promise<{ asked: number; refused: number[] }> {
      const [refused, asked]: [number[], { count: number }] = [[], { count: 0 }];
      let isRunning = true;
      const asking = (async () => {
        while (isRunning) {
          const { status } = await gateway.ask(`Bearer ${key}`, look);
          asked.count += 1;
          if (status !== 200) refused.push(status);
        }
      })();
      await run().finally(() => (isRunning = false));
      await asking;
      return { asked: asked.count, refused };
    }

    describe('create', () => {
      test('makes the Secret that maas.yaml waits for, and the key works within a second', async () => {
        const { stdout, stderr, exitCode } = await run(['create', 'ci']);
        expect(exitCode).toBe(0);
        // Not the disabled one before it.
        expect(stderr).toContain('Secret llm/ci-key: a key of ci, tier premium; it has no end.');
        expect(stderr).toContain('maas.yaml names that Secret: nothing is to be changed there.');
        expect(await gateway.timeUntil(`Bearer ${stdout.trim()}`, 200, look)).toBeLessThan(1000);
        expect(limits(await gateway.ask(`APIKEY ${stdout.trim()}`)).limit).toBe('1000');
        const { metadata, data } = (await secret('ci-key'))!;
        expect(Buffer.from(data.api_key, 'base64').toString()).toBe(stdout.trim());
        const { labels, annotations } = apiKeyMetadata({ namespace: 'llm', user: 'ci', tier: 'premium' });
        // Exactly these: nothing that Argo CD, Flux or kubectl apply --prune would know it by.
        expect(metadata.labels).toEqual(labels);
        expect(metadata.annotations).toEqual({ ...annotations, 'cdk8s-maas/key-created': expect.any(String) });
      });

      test('a further key says which line makes it follow the tier of maas.yaml', async () => {
        const { stdout, stderr } = await run(['create', 'ci']);
        expect(stderr).toContain('add to its keys and apply: - { existingSecret: ci-apikey }');
        await gateway.timeUntil(`Bearer ${stdout.trim()}`, 200, look);
      });

      test('takes no name of dist/, nor one that is there', async () => {
        await newKey('alice');
        expect((await secret('alice-apikey'))!.metadata.annotations!['cdk8s-maas/demo-credentials']).toBe('true');
        expect(await secret('alice-apikey-2')).toBeDefined();
      });

      test('of a user whom maas.yaml does not name needs a tier', async () => {
        const refused = await run(['create', 'carol@example.com']);
        expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
        expect(refused.stderr).toContain(
          'maas.yaml: got user "carol@example.com", expected one of ci, alice, bob, dora, eve; a user whom maas.yaml ' +
            'does not name needs --tier, one of free, premium, enterprise\n',
        );
        const key = await newKey('carol@example.com', '--tier', 'enterprise');
        await gateway.timeUntil(`Bearer ${key}`, 200, look);
        expect(limits(await gateway.ask(`Bearer ${key}`)).limit).toBe('5000');
        expect(await secret('carol-example.com-apikey')).toBeDefined();
      });

      test.each([
        ['an unknown user', ['alcie'], 'did you mean "alice"?'],
        ['an unknown tier', ['zoe', '--tier', 'premum'], 'did you mean "premium"?'],
        [
          'another tier',
          ['alice', '--tier', 'premium'],
          'maas.yaml has user alice in tier free; change the tier there',
        ],
        ['a name that is no name', ['bob', '--name', 'Bob Key'], 'write "bob-key"'],
        ["somebody else's name", ['bob', '--name', 'eve-key'], 'which is a key of user eve in maas.yaml'],
        ['a rendered name', ['alice', '--name', 'alice-apikey'], 'which is rendered for user alice in maas.yaml'],
        ['a past end', ['bob', '--expires', '2026-01-01'], 'which is past'],
        ['an end that is none', ['bob', '--expires', 'soon'], 'expected a day, to its end in UTC'],
        ['an end without effect', ['bob', '--print', '--expires', '90d'], '--expires would have no effect'],
      ])('%s is refused, and nothing is made', async (_, args, message) => {
        const before = await listed();
        const result = await run(['create', ...args]);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toContain(message);
        expect(await listed()).toEqual(before);
      });

      test('overwrites nothing', async () => {
        await create(keySecret('taken', 'taken_key', 'carol', 'free'));
        const result = await run(['create', 'alice', '--name', 'taken']);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toMatch(/AlreadyExists.*\nSecret llm\/taken stays as it is; another name: --name/);
        expect(Buffer.from((await secret('taken'))!.data.api_key, 'base64').toString()).toBe('taken_key');
      });

      test('--expires ends it, --json says all of it', async () => {
        const stdout = await succeed('create', 'alice', '--name', 'short', '--expires', '4s', '--json');
        const made = JSON.parse(stdout) as Record<string, string>;
        const { key, expires } = made;
        expect(made).toEqual({ user: 'alice', tier: 'free', namespace: 'llm', secret: 'short', expires, key });
        expect((await secret('short'))!.metadata.annotations![EXPIRES_ANNOTATION]).toBe(expires);
        await gateway.timeUntil(`Bearer ${key}`, 200, look);
        await gateway.timeUntil(`Bearer ${key}`, 403, look);
        expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires!));
      });

      test('--print asks no cluster', async () => {
        maas.program('kubectl', 'echo called >> "$HOME/.called"; exit 1');
        const result = await run(['create', 'alice', '--print']);
        expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^maas_\w{43}\n$/) });
        expect(existsSync(join(maas.folder, '.called'))).toBe(false);
      });

      test('with tokens only says which key to set', async () => {
        maas.write(
          'oidc.yaml',
          'domain: a.example\nidentity: { oidc: { issuerUrl: https://login.example, audience: a } }\n',
        );
        const result = await run(['create', 'carol', '--tier', 'free', '--config', 'oidc.yaml']);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toContain('set identity.apiKeys.enabled: true there');
      });
    });

    describe('create that fails prints no key', () => {
      test('without the right to create Secrets', async () => {
        const kubeconfig = await accountWith('get', 'list');
        const result = await run(['create', 'alice', '--name', 'forbidden', '--kubeconfig', kubeconfig]);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toMatch(
          /cannot create resource "secrets".*\nwhat this account may do: kubectl .*auth can-i/,
        );
        expect(await secret('forbidden')).toBeUndefined();
      });

      test('when kubectl repeats what it was given', async () => {
        maas.program('kubectl', 'case "$1" in create) cat >&2; base64 -d < /dev/null; exit 1 ;; esac\n' + PASS_ON);
        const result = await run(['create', 'alice', '--name', 'echoed']);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toMatch(/"data":\{"api_key":"[^"\w]/);
      });

      test('when nobody knows whether the Secret is there, and says so', async () => {
        maas.program('kubectl', 'case "$1" in create|get) echo "Client.Timeout exceeded" >&2; exit 1 ;; esac');
        const result = await run(['create', 'alice', '--name', 'unknown']);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toContain('whether Secret llm/unknown was written is not known; see: maas keys list');
      });
    });

    test('create with a name needs the right to create Secrets, and no other', async () => {
      const result = await run(['create', 'alice', '--name', 'by-writer', '--kubeconfig', await accountWith('create')]);
      expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^maas_\w{43}\n$/) });
    });

    test('create shows the key when the Secret is there although kubectl heard nothing of it', async () => {
      const lost = '"$REAL_KUBECTL" "$@" > /dev/null; echo "Client.Timeout exceeded" >&2; exit 1';
      maas.program('kubectl', `case "$1" in create) ${lost} ;; esac\n${PASS_ON}`);
      const key = await newKey('alice', '--name', 'answer-lost');
      await gateway.timeUntil(`Bearer ${key}`, 200, look);
    });

    test('create takes the Secret away when nobody reads the key', async () => {
      const said = await maas.shell('(maas keys create alice --name unread; echo "code $?" >&2) | true');
      outputs.push(said.stderr);
      expect(said.stderr).toContain('nobody reads standard output, so the key would be lost');
      expect(said.stderr).toContain('code 1');
      expect(await secret('unread')).toBeUndefined();
    });

    describe('Ctrl-C', () => {
      /** Runs it, lets kubectl be held, sends signals, lets kubectl go on. */
      async function interrupt(args: readonly string[], held: string, signals: number): Promise<CommandResult> {
        for (const file of ['.held', '.go']) rmSync(join(maas.folder, file), { force: true });
        maas.program('kubectl', `${RECORDER}\n${holdAt(held)}\n${PASS_ON}`);
        let child: ChildProcess | undefined;
        const result = run(args, { started: (process) => (child = process) });
        let stderr = '';
        child!.stderr!.on('data', (text: string) => (stderr += text));
        await until('kubectl is held', 30, async () => existsSync(join(maas.folder, '.held')));
        for (let sent = 1; sent <= signals; sent++) {
          child!.kill('SIGINT');
          if (sent === 1) await until('the first is heard', 10, async () => stderr.includes('interrupted: '));
        }
        if (signals > 1) await result;
        maas.write('.go', '');
        return result;
      }

      test('before the Secret is made makes nothing', async () => {
        const result = await interrupt(['create', 'alice'], 'get secrets', 1);
        expect(result).toMatchObject({ exitCode: 130, stdout: '' });
        expect(result.stderr).toContain('no key was made');
        expect(readFileSync(join(maas.folder, '.arguments'), 'utf8').trim().split('\n').at(-1)).toContain(
          'get secrets',
        );
      });

      test('while it is made makes it and shows the key', async () => {
        const result = await interrupt(['create', 'alice', '--name', 'finished'], 'create --filename', 1);
        expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^maas_\w{43}\n$/) });
        await gateway.timeUntil(`Bearer ${result.stdout.trim()}`, 200, look);
      });

      test('twice while it is made says which Secret may be there with a key that nobody has seen', async () => {
        const result = await interrupt(['create', 'alice', '--name', 'given-up'], 'create --filename', 2);
        expect(result).toMatchObject({ exitCode: 130, stdout: '' });
        expect(result.stderr).toContain(
          'Secret llm/given-up may have a key that nobody has seen; see: maas keys list;',
        );
      });

      test('in a rotation lets it finish: both keys work', async () => {
        const old = await newKey('alice', '--name', 'interrupted');
        const result = await interrupt(['rotate', 'interrupted'], 'replace --filename', 1);
        expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^maas_\w{43}\n$/) });
        for (const key of [old, result.stdout.trim()]) await gateway.timeUntil(`Bearer ${key}`, 200, look);
      });
    });

    describe('rotate', () => {
      test('both keys work all the time, then only the new one; the Secret keeps its name', async () => {
        const old = await newKey('dora');
        await gateway.timeUntil(`Bearer ${old}`, 200, look);
        const { uid } = (await secret('dora-key'))!.metadata;
        let stdout = '';
        const during = await askWhile(
          old,
          async () => (stdout = await succeed('rotate', 'dora', '--overlap', '4s', '--json')),
        );
        expect(during.refused).toEqual([]);
        expect(during.asked).toBeGreaterThan(20);
        const {
          key,
          secret: name,
          previous,
        } = JSON.parse(stdout) as {
          key: string;
          secret: string;
          previous: { endsAt: string };
        };
        expect([name, previous]).toEqual(['dora-key', { secret: 'dora-key-previous', endsAt: expect.any(String) }]);
        expect(await gateway.timeUntil(`Bearer ${key}`, 200, look)).toBeLessThan(1000);
        expect((await gateway.ask(`Bearer ${old}`, look)).status).toBe(200);
        await gateway.timeUntil(`Bearer ${old}`, 403, look);
        expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(previous.endsAt));
        expect((await gateway.ask(`Bearer ${key}`, look)).status).toBe(200);
        expect((await secret('dora-key'))!.metadata.uid).toBe(uid);
        expect(limits(await gateway.ask(`Bearer ${key}`)).limit).toBe('1000');
      });

      test('again counts the previous ones, and takes a key that was made by kubectl apply without leaving it there', async () => {
        const applied = keySecret('applied', 'applied_key', 'carol', 'premium');
        await kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(applied) });
        await gateway.timeUntil('Bearer applied_key', 200, look);
        const first = (await succeed('rotate', 'applied', '--expires', '2999-01-31')).trim();
        const second = (await succeed('rotate', 'applied')).trim();
        for (const key of ['applied_key', first, second]) await gateway.timeUntil(`Bearer ${key}`, 200, look);
        const { metadata } = (await secret('applied'))!;
        expect(Object.keys(metadata.annotations!).sort()).toEqual([
          ...['cdk8s-maas/key-created', TIER_ANNOTATION, 'secret.kuadrant.io/user-id'],
        ]);
        const ends = (await listed('carol')).filter(({ secret: name }) => name.startsWith('applied-previous'));
        expect(ends.map(({ secret: name, state }) => [name, state])).toEqual([
          ['applied-previous', 'in force'],
          ['applied-previous-2', 'in force'],
        ]);
      });

      test('that fails half-way leaves the old key, says when it ends, and goes on when it is run again', async () => {
        const old = await newKey('alice', '--name', 'half-way');
        maas.program(
          'kubectl',
          `${RECORDER}\ncase "$1" in replace) echo "Error from server (Conflict): x" >&2; exit 1 ;; esac\n${PASS_ON}`,
        );
        const failed = await run(['rotate', 'half-way']);
        expect(failed).toMatchObject({ exitCode: 1, stdout: '' });
        expect(failed.stderr).toMatch(
          /The key in Secret llm\/half-way is still the old one and works, but until 20\S+ only/,
        );
        expect((await gateway.ask(`Bearer ${old}`, look)).status).toBe(200);
        maas.program('kubectl', `${RECORDER}\n${PASS_ON}`);
        const key = (await succeed('rotate', 'half-way')).trim();
        for (const each of [old, key]) await gateway.timeUntil(`Bearer ${each}`, 200, look);
        expect(await secret('half-way-previous')).toBeDefined();
        expect(await secret('half-way-previous-2')).toBeUndefined();
      });

      test('that nobody reads is undone: the old key works on, without an end', async () => {
        const old = await newKey('alice', '--name', 'unread-rotation');
        const said = await maas.shell('(maas keys rotate unread-rotation; echo "code $?" >&2) | true');
        outputs.push(said.stderr);
        expect(said.stderr).toContain('code 1');
        expect(Buffer.from((await secret('unread-rotation'))!.data.api_key, 'base64').toString()).toBe(old);
        expect(await secret('unread-rotation-previous')).toBeUndefined();
        await gateway.timeUntil(`Bearer ${old}`, 200, look);
      });

      test('of a key whose end is in maas.yaml says that the new one ends then, too', async () => {
        await newKey('bob');
        const { stderr, exitCode } = await run(['rotate', 'bob']);
        expect(exitCode).toBe(0);
        expect(stderr).toContain('maas.yaml ends Secret bob-key at 2999-01-31, so the new key, too');
      });

      test.each([
        [
          'a rendered key',
          'alice-apikey',
          /would bring it back as it was.*\n {2}write expires: 20\S+Z at the key without a name\n {2}add beside it: - \{ name: next, demo: <another> \}\nthen: maas install/,
        ],
        ['a key that is not there', 'eve', /Secret llm\/eve-key is not in the cluster.*maas keys create eve/],
        ['a user with several', 'alice', /user alice has several keys: name the Secret, one of alice-apikey/],
        ['what is no key', 'nobody', /got "nobody", expected a user with a key/],
        ['a key that has ended', 'short', /not in force \(expired\)/],
      ])('of %s is refused, with what to do instead', async (_, name, message) => {
        const result = await run(['rotate', name]);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toMatch(message);
      });

      test.each([
        [
          'External Secrets',
          { ownerReferences: [{ apiVersion: 'v1', kind: 'ExternalSecret', name: 'x', uid: 'u' }] },
          'ExternalSecret x',
        ],
        ['Argo CD', { annotations: { 'argocd.argoproj.io/tracking-id': 'x' } }, 'Argo CD'],
        ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }, 'Flux'],
      ])('of a key that %s keeps is refused, as is revoking it', async (_, more, keeper) => {
        const name = `kept-by-${keeper.toLowerCase().replace(/\W/g, '-')}`;
        const made = keySecret(name, `${name}_key`, 'carol', 'free');
        const { labels, annotations } = { labels: {}, annotations: {}, ...more };
        await create({
          ...made,
          metadata: {
            ...{ ...made.metadata, ...more },
            labels: { ...made.metadata.labels, ...labels },
            annotations: { ...made.metadata.annotations, ...annotations },
          },
        });
        for (const args of [
          ['rotate', name],
          ['revoke', name, '--yes'],
        ]) {
          const result = await run(args);
          expect(result).toMatchObject({ exitCode: 1, stdout: '' });
          expect(result.stderr).toContain(`is kept by ${keeper}, which would bring it back`);
        }
        await kubectl(['delete', 'secret', name, '--namespace=llm']);
      });
    });

    describe('revoke', () => {
      test('refuses the key from then on', async () => {
        const key = await newKey('alice', '--name', 'to-revoke');
        await gateway.timeUntil(`Bearer ${key}`, 200, look);
        expect(await succeed('revoke', 'to-revoke', '--yes')).toMatch(
          /^revoked llm\/to-revoke \(alice\): refused with 401 from 20\S+Z on, within a second\n$/,
        );
        expect(await gateway.timeUntil(`Bearer ${key}`, 401, look)).toBeLessThan(1000);
        expect(await secret('to-revoke')).toBeUndefined();
      });

      test('of a Secret without the label by which Authorino sees its end works, too', async () => {
        const made = keySecret('unwatched', 'unwatched_key', 'carol', 'premium');
        await create(made);
        await gateway.timeUntil('Bearer unwatched_key', 200, look);
        const [watched] = Object.keys(made.metadata.labels!).filter((label) => label.endsWith('managed-by'));
        // Authorino reads all keys that its selector finds, with or without the label, when the policy changes.
        await kubectl(['label', 'secret', 'unwatched', '--namespace=llm', `${watched}-`]);
        await patchPolicy({
          op: 'replace',
          path: '/spec/overrides/rules/authentication/api-key-users-bearer/overrides/revision/value',
          value: 'another',
        });
        await gateway.timeUntil('Bearer unwatched_key', 200, look);
        await succeed('revoke', 'unwatched', '--yes');
        await gateway.timeUntil('Bearer unwatched_key', 401, look);
      });

      test('warns of another Secret with the same key, and takes both', async () => {
        await create(keySecret('twin', 'twin_key', 'carol', 'free'), keySecret('twin-2', 'twin_key', 'carol', 'free'));
        const asked = await run(['revoke', 'twin']);
        expect(asked).toMatchObject({ exitCode: 1, stdout: '' });
        expect(asked.stderr).toContain('the same key is in Secret twin-2, too');
        expect(asked.stderr).toContain('there is no terminal on which to ask whether this is to be done: add --yes');
        expect(await secret('twin')).toBeDefined();
        const both = await run(['revoke', 'twin', 'twin-2', '--yes']);
        expect(both.stderr).not.toContain('the same key');
        await gateway.timeUntil('Bearer twin_key', 401, look);
      });

      test('--all takes every key of a user', async () => {
        const keys = [await newKey('fred', '--tier', 'free'), await newKey('fred', '--tier', 'free')];
        expect((await run(['revoke', 'fred', '--yes'])).stderr).toContain(
          'fred is a user: name the Secret, one of fred-apikey, fred-apikey-2, or revoke all of them: maas keys revoke fred --all',
        );
        await succeed('revoke', 'fred', '--all', '--yes');
        for (const key of keys) await gateway.timeUntil(`Bearer ${key}`, 401, look);
      });

      test.each([
        ['a rendered key', ['alice-apikey'], /take the key without a name away, or write disabled: true at it/],
        ['what is no key', ['inference-gateway'], /got "inference-gateway", expected a user with a key/],
        ['what is not there', ['eve-key'], /Secret eve-key is not in the cluster/],
      ])('of %s is refused', async (_, args, message) => {
        const result = await run(['revoke', ...args, '--yes']);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toMatch(message);
      });

      test('asks at a terminal, and does nothing without a yes', async () => {
        const key = await newKey('alice', '--name', 'asked-for');
        const untilAsked = 'for i in $(seq 600); do grep -qs y/N out && break; sleep 0.1; done';
        const answer = (word: string) =>
          maas.shell(
            `rm -f out; (${untilAsked}; printf '${word}') | timeout 60 script -qfec "maas keys revoke asked-for" out`,
          );
        const no = await answer('n\\n');
        expect([no.exitCode, no.stdout]).toEqual([
          130,
          expect.stringContaining('Revoke 1 key, llm/asked-for (alice), on context kasd, https://'),
        ]);
        expect((await gateway.ask(`Bearer ${key}`, look)).status).toBe(200);
        // Ctrl-D.
        expect((await answer('\\004')).exitCode).toBe(130);
        const yes = await answer('y\\n');
        expect([yes.exitCode, yes.stdout]).toEqual([0, expect.stringContaining('revoked llm/asked-for (alice)')]);
        await gateway.timeUntil(`Bearer ${key}`, 401, look);
      });
    });

    describe('set-tier', () => {
      test('gives a key another tier without a moment in which it does not work', async () => {
        const key = await newKey('gina', '--tier', 'free');
        await gateway.timeUntil(`Bearer ${key}`, 200, look);
        expect(limits(await gateway.ask(`Bearer ${key}`)).limit).toBe('200');
        const { uid } = (await secret('gina-apikey'))!.metadata;
        const during = await askWhile(key, async () => {
          expect(await succeed('set-tier', 'gina', 'premium')).toBe(
            'Secret llm/gina-apikey (gina): tier free -> premium\n',
          );
        });
        expect(during.refused).toEqual([]);
        expect(limits(await gateway.ask(`Bearer ${key}`)).limit).toBe('1000');
        expect((await secret('gina-apikey'))!.metadata.uid).toBe(uid);
        expect((await listed('gina')).map(({ secret: name, tier }) => [name, tier])).toEqual([
          ['gina-apikey', 'premium'],
        ]);
        expect((await run(['set-tier', 'gina', 'premium'])).stderr).toContain(
          'nothing to do: 1 key in that tier already',
        );
      });

      test('takes the tier of maas.yaml for a user whom it names', async () => {
        await create(keySecret('of-dora', 'of_dora_key', 'dora', 'free'));
        expect(await succeed('set-tier', 'dora')).toBe('Secret llm/of-dora (dora): tier free -> premium\n');
        expect(limits(await gateway.ask('Bearer of_dora_key')).limit).toBe('1000');
      });

      test.each([
        [
          'another tier than that of maas.yaml',
          ['alice', 'premium'],
          'maas.yaml has user alice in tier free; change the tier there',
        ],
        ['no tier for a user whom maas.yaml does not name', ['gina'], 'maas keys set-tier gina-apikey <tier>'],
        ['a tier that there is not', ['gina', 'fre'], 'did you mean "free"?'],
      ])('%s is refused', async (_, args, message) => {
        const result = await run(['set-tier', ...args]);
        expect(result).toMatchObject({ exitCode: 1, stdout: '' });
        expect(result.stderr).toContain(message);
      });

      test('for the key of maas.yaml says that it comes from there', async () => {
        const { stderr } = await run(['set-tier', 'ci-key']);
        expect(stderr).toContain('nothing to do: the tier of a key that maas.yaml names comes from there');
      });
    });

    describe('list', () => {
      test('says of each key whose it is and what becomes of it, as the gateway does', async () => {
        const off = keySecret('ci-off', 'off_key', 'ci', 'premium');
        const labels = Object.fromEntries(
          Object.entries(off.metadata.labels!).filter(([label]) => !label.endsWith('managed-by')),
        );
        await create(
          off,
          keySecret('zed-gone', 'gone_key', 'zed', 'gold'),
          keySecret('zed-nobody', 'nobody_key', '', 'free'),
          keySecret('zed-late', 'late_key', 'zed', 'free', {
            annotations: { ...annotationsOf('zed', 'free'), [EXPIRES_ANNOTATION]: '2001-01-01' },
          }),
          keySecret('zed-odd', 'odd_key', 'zed', 'free', {
            annotations: { ...annotationsOf('zed', 'free'), [EXPIRES_ANNOTATION]: 'never' },
          }),
          keySecret('zed-unseen', 'unseen_key', 'zed', 'free', { labels }),
          { ...keySecret('zed-empty', '', 'zed', 'free'), stringData: {} },
          keySecret('zed-good', 'good_key', 'zed', 'free'),
        );
        const all = await listed();
        const of = (...names: string[]) => all.filter(({ secret: name }) => names.includes(name));
        expect(
          of('ci-off', 'eve-key', 'alice-apikey').map(({ user, tier, secret: name, state, named }) => [
            user,
            tier,
            name,
            state,
            named,
          ]),
        ).toEqual([
          ['ci', 'premium', 'ci-off', 'disabled', 'in maas.yaml'],
          ['alice', 'free', 'alice-apikey', 'in force', 'in maas.yaml'],
          ['eve', 'free', 'eve-key', 'not in the cluster', 'in maas.yaml'],
        ]);
        const states = Object.fromEntries(
          all.filter(({ secret: name }) => name.startsWith('zed-')).map(({ secret: name, state }) => [name, state]),
        );
        expect(states).toEqual({
          'zed-gone': 'tier unknown',
          'zed-nobody': 'user unknown',
          'zed-late': 'expired',
          'zed-odd': 'expiry not readable',
          'zed-unseen': 'label missing',
          'zed-empty': 'no value',
          'zed-good': 'in force',
        });
        await gateway.timeUntil('Bearer good_key', 200, look);
        for (const key of ['off_key', 'gone_key', 'nobody_key', 'late_key', 'odd_key']) {
          await gateway.timeUntil(`Bearer ${key}`, 403, look);
        }
        expect((await gateway.ask('Bearer unseen_key', look)).status).toBe(401);
        const table = await succeed('list', 'zed');
        expect(table).toMatch(/^USER +TIER +SECRET +CREATED +EXPIRES +NAMED +STATE\n/);
        expect(table).toMatch(/\nzed +free +zed-late +20\S+Z +2001-01-02T00:00:00Z +nowhere +expired\n/);
        expect(table).toContain('label missing: authorino.kuadrant.io/managed-by=authorino\n');
      });

      test('warns of a rendered key that maas.yaml no longer has', async () => {
        maas.write('smaller.yaml', configuration.replace(/.*alice.*\n/, ''));
        const { stderr } = await run(['list', '--config', 'smaller.yaml']);
        expect(stderr).toContain('smaller.yaml does not have alice-apikey any more, and it works still');
      });

      test('of nobody says so', async () => {
        expect(await run(['list', 'zedd'])).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining('did you mean "zed"?'),
        });
      });
    });

    test('no key is anywhere but once on standard output', async () => {
      const all = outputs.join('\n');
      const keys = new Set(all.match(KEY));
      expect(keys.size).toBeGreaterThan(15);
      for (const key of keys) {
        expect(all.split(key)).toHaveLength(2);
      }
      const called = readFileSync(join(maas.folder, '.arguments'), 'utf8');
      expect(called).toContain('create --filename=-');
      const { items } = JSON.parse((await kubectl(['get', 'secrets', '-n', 'llm', '-o', 'json'])).stdout) as {
        items: Manifest[];
      };
      const values = items.map(({ data }) => String(data?.api_key ?? '')).filter((value) => value !== '');
      const hidden = [...values, ...[...keys].map((key) => Buffer.from(key).toString('base64'))];
      expect(hidden.filter((value) => all.includes(value) || called.includes(value))).toEqual([]);
      expect(called.match(KEY)).toBeNull();
      const files = readdirSync(maas.folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
      const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
      expect(texts.filter((text) => KEY.test(text))).toEqual([]);
    });
  },
  ...['kuadrant-operator', 'authorino', 'istio-listeners'],
);
