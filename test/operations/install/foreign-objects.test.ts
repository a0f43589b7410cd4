import { contentsOf, foreignIn, strangersIn } from '../../../src/operations/install/foreign-objects';
import { Kubectl } from '../../../src/operations/kubectl';
import { Terminal } from '../../../src/operations/terminal';
import { Programs } from '../../support/programs';

const programs = new Programs();

const sketch = (kind: string, name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'llm', uid: `uid-${name}`, ...metadata },
});
const own = { identities: new Set([' Secret llm/alice-apikey']), uids: new Set(['uid-gateway']) };
const names = (...contents: ReturnType<typeof sketch>[]) =>
  foreignIn(contents, own).map(({ metadata }) => metadata.name);

test("what is the platform's, made by it, or there by itself is not foreign", () => {
  expect(
    names(
      sketch('Secret', 'alice-apikey'),
      sketch('Service', 'gateway-istio', { ownerReferences: [{ uid: 'uid-gateway' }] }),
      sketch('ConfigMap', 'kube-root-ca.crt'),
      sketch('ServiceAccount', 'default'),
      sketch('Event', 'something-happened'),
    ),
  ).toEqual([]);
});

test('everything else is, and what is made by that is told by that', () => {
  expect(
    names(
      sketch('Secret', 'bob-apikey'),
      sketch('ConfigMap', 'alice-apikey'),
      sketch('ServiceAccount', 'robot'),
      sketch('Deployment', 'tool'),
      sketch('ReplicaSet', 'tool-1', { ownerReferences: [{ uid: 'uid-tool' }] }),
    ),
  ).toEqual(['bob-apikey', 'alice-apikey', 'robot', 'tool']);
});

test('what somebody outside of the namespace owns is foreign, too', () => {
  expect(names(sketch('ConfigMap', 'of-an-operator', { ownerReferences: [{ uid: 'uid-elsewhere' }] }))).toEqual([
    'of-an-operator',
  ]);
});

test('what people and other releases have put beside a component is told from what it has made itself', () => {
  const installers = { managers: ['cdk8s-maas-components'], releases: ['istiod'] };
  const by = (name: string, ...managers: string[]) =>
    sketch('Secret', name, { managedFields: managers.map((manager) => ({ manager })) });
  const of = (release: string) => sketch('Service', release, { annotations: { 'meta.helm.sh/release-name': release } });
  const contents = [
    by('istio-ca-secret', 'pilot-discovery'),
    by('installed', 'cdk8s-maas-components', 'kubectl-edit'),
    by('cacerts', 'kubectl-create'),
    of('istiod'),
    of('ingress'),
  ];
  expect(strangersIn(contents, own, installers).map(({ metadata }) => metadata.name)).toEqual(['cacerts', 'ingress']);
});

describe('what is in a namespace', () => {
  const kubectl = new Kubectl({}, new Terminal({ color: false, verbosity: 'normal' }));
  const printing = (lines: string) =>
    programs.write('kubectl', `case "$*" in *api-resources*) echo secrets ;; *) printf '%s\\n' ${lines} ;; esac`);

  test('is listed without what it holds', async () => {
    printing(`'v1 Secret {"name":"bob-apikey"}' 'v1 ConfigMap {"name":"tool"}'`);
    expect(await contentsOf(kubectl, 'llm')).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bob-apikey' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tool' } },
    ]);
  });

  test('is not taken for less, whatever kubectl prints between', async () => {
    printing(`'v1 Secret {"name":"bob-apikey"}' 'Welcome to production'`);
    await expect(contentsOf(kubectl, 'llm')).rejects.toThrow(
      'cannot see everything: kubectl has printed a line that is no object; is it a wrapper?',
    );
  });
});
