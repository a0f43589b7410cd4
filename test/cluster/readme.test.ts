import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followPage, type Step } from './harness/guide';
import { root } from './harness/manifests';
import { NewCluster, newPlatformTools } from './harness/new-cluster';
import { describeCluster } from './harness/suite';
import { createPlugin } from './harness/workloads';

jest.setTimeout(580_000); // installs the package and the platform, and waits for fresh minutes

const title = '## From an empty folder to a running platform';

/** The chapter of the README, without the others. */
function chapter(): string {
  const [, text] = readFileSync(join(root, 'README.md'), 'utf8').split(`${title}\n`);
  if (text === undefined) throw new Error(`README.md has no chapter "${title}"`);
  return text.split(/^## /m)[0]!;
}

/**
 * A new user, who has a cluster with nothing in it, an empty folder and the README. npm takes the package from its packed
 * tarball, because the registry does not have this version yet. Played as in the guides are helm, downloads and
 * `kubectl port-forward`.
 */
describeCluster(
  'the README',
  () => {
    let cluster: NewCluster;

    beforeAll(async () => {
      cluster = await NewCluster.start();
      await createPlugin();
      provideNpm();
    });

    afterAll(() => cluster?.stop());

    function provideNpm(): void {
      const { maas } = cluster;
      const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', maas.folder];
      const [{ filename }] = JSON.parse(execFileSync('npm', packing, { cwd: root, encoding: 'utf8' })) as [
        { filename: string },
      ];
      const find = (name: string) => execFileSync('which', [name], { encoding: 'utf8' }).trim();
      // The user's own cache and registry.
      const home = `export HOME='${process.env.HOME}'`;
      const install = `'${find('npm')}' install --prefer-offline --no-audit --no-fund '${join(maas.folder, filename)}'`;
      maas.program(
        'npm',
        `${home}\n[ "$*" = install ] && exec ${install} --silent\nexec '${find('npm')}' --silent "$@"`,
      );
      maas.program('cdk8s-maas', 'exec maas "$@"'); // before there is a project
      maas.program('npx', `${home}\n[ -d node_modules ] || exec "$@"\nexec '${find('npx')}' --no-install "$@"`);
    }

    /** Lets Envoy have what is in the cluster now, before somebody asks it. */
    async function before(step: Step): Promise<void> {
      if (step.kind !== 'commands' || !step.commands.some((command) => command.startsWith('npx maas test'))) return;
      await cluster.takeRequests();
    }

    test('leads from an empty folder to a platform that answers', async () => {
      const environment = { npm_config_update_notifier: 'false' };
      const transcript = await followPage(chapter(), 'README.md', cluster.maas, { environment, before });
      if (process.env.CDK8S_MAAS_SHOW !== undefined) process.stderr.write(transcript.join(''));
      expect(transcript.map((step) => step.split('\n')[0])).toEqual([
        '$ npx cdk8s-maas init my-platform',
        '$ cd my-platform',
        '$ npm install',
        '$ npm run synth',
        '$ npx maas install --yes',
        '$ npx maas verify',
        '$ npx maas test',
      ]);
    });
  },
  ...newPlatformTools,
);
