import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followGuide, followPage, isShown, stepsOf, type Step } from './harness/guide';
import { Maas } from './harness/maas';
import { root } from './harness/manifests';
import { NewCluster, newPlatformTools } from './harness/new-cluster';
import { writeReleases } from './harness/releases';
import { describeCluster } from './harness/suite';
import { createPlugin } from './harness/workloads';

jest.setTimeout(580_000); // installs, and waits for fresh minutes

/** Whoever commits; the folder of a test belongs to an ordinary user. */
const environment = {
  ...{ GIT_AUTHOR_NAME: 'engineer', GIT_AUTHOR_EMAIL: 'engineer@example.com' },
  ...{ GIT_COMMITTER_NAME: 'engineer', GIT_COMMITTER_EMAIL: 'engineer@example.com' },
  ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
};

/**
 * Each page of docs/guides/ as a platform engineer follows it, command by command, with the built `maas`, the real kubectl, API
 * server, controllers and Envoy. Played are helm and downloads, `kubectl port-forward`, and DNS: curl is sent to Envoy.
 */
describeCluster(
  'the guides, followed word by word',
  () => {
    let cluster: NewCluster;

    beforeAll(async () => {
      cluster = await NewCluster.start();
      await createPlugin();
    });

    afterAll(() => cluster?.stop());

    /** Brings the platform of a guide's first file, with a key of alice, all of it in Git. */
    async function begin(page: string): Promise<void> {
      const [first] = stepsOf(page);
      if (first?.kind !== 'file') throw new Error('a guide begins with its maas.yaml');
      cluster.maas.write(first.name, first.text);
      const lines = [
        'maas install --yes',
        // Those of the guide before.
        'kubectl delete secrets --namespace=llm --selector=kuadrant.io/auth-secret=true',
        'maas keys create alice --quiet > alice.key',
        'maas synth && rm -rf .git && git init --quiet && git add maas.yaml dist && git commit --quiet --message platform',
      ];
      for (const line of lines) {
        const { exitCode, stderr } = await cluster.shell(line, { environment });
        expect([line, exitCode, exitCode === 0 ? '' : stderr]).toEqual([line, 0, '']);
      }
    }

    /** Lets Envoy have what is in the cluster now, before somebody asks it. */
    async function before(step: Step): Promise<void> {
      if (step.kind !== 'commands' || !/^(curl|maas test) /m.test(step.commands.join('\n'))) return;
      const port = await cluster.takeRequests();
      cluster.maas.program('curl', `exec /usr/bin/curl --connect-to ::127.0.0.1:${port} "$@"`);
    }

    /** @returns all that was run, with what it printed */
    async function follow(name: string): Promise<string> {
      const file = `docs/guides/${name}.md`;
      await begin(readFileSync(join(root, file), 'utf8'));
      return (await followGuide(file, cluster.maas, { environment, before })).join('');
    }

    /** What a command of a guide has printed. */
    function printedBy(command: string, transcript: string): string {
      const [, text = ''] = transcript.split(`$ ${command}\n`);
      return text.split(/^\$ /m)[0] ?? '';
    }

    test('change a limit', async () => {
      const transcript = await follow('change-a-limit');
      expect(printedBy('maas explain alice | grep tokens', transcript)).toContain('500 a minute');
      expect(printedBy('maas test --tier free', transcript)).toContain('500');
    });

    test('add a user', async () => {
      const transcript = await follow('add-a-user');
      expect(transcript).toContain('"id":"simulator-model"');
      expect(transcript).toMatch(/\n401\n$/);
    });

    test('rotate a key', async () => {
      const transcript = await follow('rotate-a-key');
      expect(transcript).toContain('"id":"simulator-model"');
      expect(transcript).toContain('alice-apikey-previous');
    });

    test('upgrade', async () => {
      writeReleases(cluster.recorders.releases, { certManager: '1.18.3' });
      cluster.recorders.forget();
      await follow('upgrade');
      expect(cluster.recorders.calls().join('\n')).toContain('/releases/download/v1.18.3/cert-manager.yaml');
    });
  },
  ...newPlatformTools,
);

describeCluster('what follows a guide', () => {
  test('finds files, commands and what they print', () => {
    const page = [
      'Text\n\n```yaml\n# a.yaml\nb: c\n```\n\n```yaml\nno: file\n```\n',
      "1. This:\n   ```sh\n   echo 1 # exits with 1\n   for x in a b; do\n     echo $x\n   done\n   echo 'a\n   b' \\\n     c\n   ```\n",
      '   ```text\n   …\n   ```\n\n```text\nnothing of it\n```\n\n```console\n$ not run\n```\n',
    ].join('\n');
    expect(stepsOf(page)).toEqual([
      { kind: 'file', line: 4, name: 'a.yaml', text: '# a.yaml\nb: c\n' },
      {
        ...{ kind: 'commands', line: 14, output: '…\n' },
        commands: ['echo 1 # exits with 1', 'for x in a b; do\n  echo $x\ndone', "echo 'a\nb' \\\n  c"],
      },
    ]);
  });

  test.each([
    ['a\nb', 'a\nb\n', true],
    ['a … c', 'a b b c\n', true],
    ['a … c', 'a\nc\n', false],
    ['a\n…\nd', 'a\nb\nc\nd\n', true],
    ['a\n…\nd', 'a\nd\n', true],
    ['a.c', 'abc\n', false],
    ['a', 'a\nb\n', false],
  ])('takes %j for what is printed as %j: %s', (shown, printed, expected) => {
    expect(isShown(shown, printed)).toBe(expected);
  });

  test('stops at a command that fails, and at one that prints something else', async () => {
    const maas = new Maas();
    const follow = (page: string) => followPage(page, 'page.md', maas);
    expect(await follow('```sh\nX=1\n```\n```sh\necho "$X"; false # exits with 1\n```\n```text\n1\n```\n')).toEqual([
      '$ X=1\n',
      '$ echo "$X"; false # exits with 1\n1\n',
    ]);
    await expect(follow('\n```sh\nls no-such-file\ntouch went-on\n```\n')).rejects.toThrow(
      'page.md:3: exit code 2, expected 0',
    );
    await expect(follow('```sh\necho b\n```\n```text\na\n```\n')).rejects.toThrow(
      'the page shows\na\n\nbut what came out is\nb\n',
    );
    await expect(follow('```sh\nls went-on\n```\n')).rejects.toThrow('exit code 2');
  });
});
