import type { MaasPlatformProps } from '../../../src/config/configuration';
import { apiKeyMetadata } from '../../../src/identity/api-key-secret';
import type { Kubectl } from '../../../src/operations/kubectl';
import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import { openSession, type Session } from '../../../src/operations/session';
import { credentialOf } from '../../../src/operations/test/credentials';

/** A Secret as the cluster has it. */
function secret(name: string, key?: string, tier = 'free', annotations: Record<string, string> = {}): KubernetesObject {
  const owner = apiKeyMetadata({ namespace: 'llm', user: 'carol', tier });
  const metadata = { name, labels: owner.labels, annotations: { ...owner.annotations, ...annotations } };
  const data = key === undefined ? {} : { api_key: Buffer.from(key).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data };
}

/** A session with a cluster of these Secrets; what else is asked of it is a mistake. */
function sessionOf(props: MaasPlatformProps, secrets: readonly KubernetesObject[] = []): Session {
  const session = openSession({ config: 'maas.yaml', color: false, quiet: true }, props);
  const asked: string[] = [];
  const kubectl = {
    get: async ({ name }: { name: string }) => (
      asked.push(name),
      secrets.find(({ metadata }) => metadata.name === name)
    ),
    list: async (resource: string, options: object) => {
      expect([resource, options]).toEqual([
        'secrets',
        { namespace: 'llm', selector: 'app=llm-gateway,cdk8s-maas/platform=llm' },
      ]);
      return secrets;
    },
  } as unknown as Kubectl;
  return { ...session, kubectl };
}

const tokens = async (user: string) => `token-of-${user}`;

test('the first key of the tier that is neither disabled nor expired, whatever it comes from', async () => {
  const users: MaasPlatformProps['users'] = [
    { name: 'other', tier: 'premium', keys: [{ demo: 'premium_key' }] },
    { name: 'eve', tier: 'free', keys: [{ demo: 'eve_key', disabled: true }] },
    {
      name: 'alice',
      tier: 'free',
      keys: [{ name: 'old', demo: 'old_key', expires: '2020-01-31' }, { existingSecret: 'alice-key' }],
    },
    { name: 'bob', tier: 'free', keys: [{ externalSecret: { store: 'vault', key: 'maas/bob' } }] },
  ];
  const [alices, bobs] = [secret('alice-key', 'alice-secret'), secret('bob-apikey', 'bob-secret')];
  expect(await credentialOf(sessionOf({ users }, [alices, bobs]), 'free', undefined)).toEqual({
    user: 'alice',
    authorization: 'APIKEY alice-secret',
    source: 'Secret llm/alice-key',
  });
  expect(await credentialOf(sessionOf({ users }, [secret('alice-key'), bobs]), 'free', undefined)).toEqual({
    user: 'bob',
    authorization: 'APIKEY bob-secret',
    source: 'Secret llm/bob-apikey',
  });
  expect(await credentialOf(sessionOf({ users }), 'free', undefined)).toEqual({
    reason:
      'eve: its key is disabled; alice: its key has expired (2020-01-31); alice: there is no Secret llm/alice-key; ' +
      'bob: there is no Secret llm/bob-apikey',
  });
});

test('of a tier without users: a key of the cluster that says this tier', async () => {
  const secrets = [
    secret('premium', 'premium-secret', 'premium'),
    secret('empty'),
    secret('old', 'old-secret', 'free', { 'cdk8s-maas/expires': '2020-01-31' }),
    secret('odd', 'odd-secret', 'free', { 'cdk8s-maas/expires': 'soon' }),
    secret('carol', 'carol-secret'),
  ];
  const props: MaasPlatformProps = { users: [], identity: { apiKeys: { prefixes: ['Bearer'] } } };
  expect(await credentialOf(sessionOf(props, secrets), 'free', undefined)).toEqual({
    user: 'carol',
    authorization: 'Bearer carol-secret',
    source: 'Secret llm/carol',
  });
  expect(await credentialOf(sessionOf(props), 'free', undefined)).toEqual({ reason: 'no user has a key of this tier' });
});

describe('tokens', () => {
  const oidc: MaasPlatformProps = { identity: { keycloak: 'demo' } };
  const both: MaasPlatformProps = { identity: { keycloak: 'demo', apiKeys: { enabled: true } }, conformance: {} };
  const token = {
    user: 'freeuser1',
    authorization: 'Bearer token-of-freeuser1',
    source: 'a token of the demo Keycloak',
  };

  test('where there are no keys, or where they are wanted', async () => {
    expect(await credentialOf(sessionOf(oidc), 'free', tokens)).toEqual(token);
    expect(await credentialOf(sessionOf(both), 'free', tokens, true)).toEqual(token);
    expect(await credentialOf(sessionOf(both), 'free', tokens)).toMatchObject({
      authorization: 'APIKEY freeuser1_key',
    });
  });

  test('no user of the realm has the tier: said', async () => {
    const reason = 'the demo Keycloak has no user of this tier';
    expect(await credentialOf(sessionOf(both), 'conformance', tokens, true)).toEqual({ reason });
  });

  test('of an issuer whose tokens only its users get: said', async () => {
    const props: MaasPlatformProps = { identity: { oidc: { issuerUrl: 'https://login.example.com' } } };
    expect(await credentialOf(sessionOf(props), 'free', undefined)).toEqual({
      reason: 'only its users can get tokens of the issuer (cdk8s-maas token <user>)',
    });
  });
});
