import { warnOfFormerKeys } from '../../../src/operations/install/former-keys';
import { CommandsToCopy } from '../../../src/operations/commands-to-copy';
import type { Session } from '../../../src/operations/session';
import { resolveSettings } from '../../../src/config/settings';

/** What is said when kubectl prints this of the keys that are there, and of those that kubectl apply has brought. */
async function said(owners: string, applied = ''): Promise<string[]> {
  const lines: string[] = [];
  const keys = [{ existingSecret: 'of-the-vault' }];
  const session = {
    config: 'maas.yaml',
    settings: resolveSettings({ tiers: [{ name: 'free' }], users: [{ name: 'alice', tier: 'free', keys }] }),
    files: [{ name: '40-identity', objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rendered' } }] }],
    commands: new CommandsToCopy(['--context=production'], 'maas.yaml'),
    terminal: { warn: (text: string) => lines.push(text), note: (text: string) => lines.push(text) },
    kubectl: {
      attempt: async (args: readonly string[]) => ({
        exitCode: 0,
        stderr: '',
        stdout: args.some((argument) => argument.includes('last-applied')) ? applied : owners,
      }),
    },
  };
  await warnOfFormerKeys(session as unknown as Session);
  return lines;
}

test('keys of users whom the configuration does not name are told, with how they are revoked', async () => {
  const owners = 'alice-apikey alice\nof-the-vault mallory\ncarol-apikey carol x\ncarol-2 carol x\ndave-apikey dave\n';
  expect(await said(owners)).toEqual([
    'keys of users whom maas.yaml does not name work, too, of carol x, dave (maas keys list --context=production); ' +
      "of whom should have none: maas keys revoke 'carol x' --all --context=production",
  ]);
});

test('of many some are named', async () => {
  const owners = [1, 2, 3, 4, 5, 6, 7].map((number) => `key-${number} user-${number}\n`).join('');
  expect((await said(owners))[0]).toContain('user-5, and of 2 more (maas keys list');
});

test('keys that kubectl apply has brought are told, with how they are deleted', async () => {
  expect(await said('', 'rendered\nbob-apikey\n')).toEqual([
    'keys that kubectl apply has brought and maas.yaml no longer has still work; to revoke them: ' +
      'kubectl --context=production delete secret --namespace llm bob-apikey',
  ]);
});

test('nothing is said where the configuration has all of them', async () => {
  expect(await said('alice-apikey alice\n', 'rendered\n')).toEqual([]);
});
