import { readFileSync, writeFileSync } from 'node:fs';
import { resolveSettings } from '../../../src/config/settings';
import { changeRecord, readRecord } from '../../../src/operations/install/installation-record';
import { EMPTY_RECORD, formatRecord } from '../../../src/operations/install/record-format';
import { Kubectl } from '../../../src/operations/kubectl';
import { Terminal } from '../../../src/operations/terminal';
import { Programs } from '../../support/programs';

const programs = new Programs();
const terminal = new Terminal({ color: false, verbosity: 'normal' });
const session = { kubectl: new Kubectl({}, terminal), settings: resolveSettings({}) };
const record = { metadata: { name: 'installation-llm' }, data: formatRecord(EMPTY_RECORD) };

/** kubectl of a cluster with this namespace `maas-system` and record; writes down what changes something. */
function cluster(namespace: object | undefined, configMap: object | undefined): () => string {
  const answer = (object: object | undefined) => (object === undefined ? '' : JSON.stringify(object));
  writeFileSync(programs.file('changes'), '');
  programs.write(
    'kubectl',
    `case "$*" in\n'get Namespace'*) echo '${answer(namespace)}' ;;\n'get ConfigMap'*) echo '${answer(configMap)}' ;;\n` +
      `*) echo "$1 $(cat)" >> '${programs.file('changes')}' ;;\nesac`,
  );
  return () => readFileSync(programs.file('changes'), 'utf8');
}

const project = (labels: object = {}) => ({
  metadata: { labels, annotations: { 'openshift.io/requester': 'mallory' } },
});
const ours = { 'app.kubernetes.io/part-of': 'maas', 'app.kubernetes.io/managed-by': 'cdk8s-maas' };
const refusal =
  'namespace maas-system, in which install writes down what it brings, was made by mallory, who may write there what uninstall then ' +
  'deletes; delete it, or, if that is an administrator: kubectl label namespace maas-system app.kubernetes.io/part-of=maas ' +
  'app.kubernetes.io/managed-by=cdk8s-maas';

test('no record is read, nor written, where a user of OpenShift has made the namespace before', async () => {
  cluster(project(), record);
  await expect(readRecord(session)).rejects.toThrow(refusal);
  const changes = cluster(project(), undefined);
  await expect(changeRecord(session, (each) => each)).rejects.toThrow(refusal);
  expect(changes()).toBe('');
});

test.each([
  ['an administrator has labelled it', project(ours)],
  ['it is no project', { metadata: {} }],
])('they are where %s', async (_, namespace) => {
  cluster(namespace, record);
  expect(await readRecord(session)).toEqual(EMPTY_RECORD);
  const changes = cluster(namespace, undefined);
  await changeRecord(session, (each) => each);
  expect(changes()).toMatch(/^create .*"installation-llm"/);
});

test('without the namespace it is made first, with our labels', async () => {
  const changes = cluster(undefined, undefined);
  await changeRecord(session, (each) => each);
  const [namespace = '', configMap] = changes().split('\n');
  expect(JSON.parse(namespace.replace('create ', ''))).toMatchObject({ kind: 'Namespace', metadata: { labels: ours } });
  expect(configMap).toMatch(/^create .*"ConfigMap"/);
});
