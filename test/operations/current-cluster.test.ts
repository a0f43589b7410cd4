import { readFileSync } from 'node:fs';
import { keepToCurrentCluster } from '../../src/operations/current-cluster';
import { Helm } from '../../src/operations/helm';
import { Kubectl } from '../../src/operations/kubectl';
import { Terminal } from '../../src/operations/terminal';
import { Programs } from '../support/programs';

const programs = new Programs();
const terminal = new Terminal({ color: false, verbosity: 'normal' });
const view = {
  'current-context': 'kind-llm-maas',
  clusters: [{ cluster: { server: 'https://127.0.0.1:6443' } }],
};

/** kubectl, which writes down its arguments and answers `config view` so. */
function kubectlSays(script: string): void {
  programs.write(
    'kubectl',
    `echo "$*" >> '${programs.file('calls')}'\ncase "$*" in *'config view'*) ${script} ;; esac`,
  );
}
const lastCall = () => readFileSync(programs.file('calls'), 'utf8').trimEnd().split('\n').at(-1);

test('whichever context becomes the current one, every later command means the one of the beginning', async () => {
  kubectlSays(`echo '${JSON.stringify(view)}'`);
  const kubectl = new Kubectl({ kubeconfig: 'mine' }, terminal);
  const helm = new Helm(kubectl, terminal);
  expect(await keepToCurrentCluster(kubectl)).toBe('context kind-llm-maas, https://127.0.0.1:6443');
  await kubectl.run(['delete', 'pods']);
  expect(lastCall()).toBe('--kubeconfig=mine delete pods --context=kind-llm-maas');
  expect(helm.uninstallArguments({ name: 'istiod', namespace: 'istio-system' })).toEqual([
    ...['uninstall', 'istiod', '--namespace=istio-system', '--ignore-not-found'],
    ...['--kubeconfig=mine', '--kube-context=kind-llm-maas'],
  ]);
});

test('a context that the user has named stays', async () => {
  kubectlSays(`echo '${JSON.stringify(view)}'`);
  const kubectl = new Kubectl({ context: 'production' }, terminal);
  await keepToCurrentCluster(kubectl);
  await kubectl.run(['get', 'pods']);
  expect(lastCall()).toBe('--context=production get pods');
});

test('in a pod there is no kubeconfig, and one cluster only', async () => {
  kubectlSays('echo "error: current-context must exist in order to minify" >&2; exit 1');
  const kubectl = new Kubectl({}, terminal);
  expect(await keepToCurrentCluster(kubectl)).toBe('the cluster of this pod');
  await kubectl.run(['get', 'pods']);
  expect(lastCall()).toBe('get pods');
});

test('a context that is not there is told', async () => {
  kubectlSays(`echo 'error: context "a" does not exist' >&2; exit 1`);
  await expect(keepToCurrentCluster(new Kubectl({ context: 'a' }, terminal))).rejects.toThrow(
    'kubectl knows no such cluster; see: kubectl --context=a config get-contexts',
  );
});
