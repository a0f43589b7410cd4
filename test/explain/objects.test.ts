import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import type { MaasPlatformProps } from '../../src';
import { parseConfiguration, readConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { describeObject, objectsOf } from '../../src/output/chart-objects';
import { MaasPlatform } from '../../src/platform/platform';
import { EVERYTHING, POLICY } from './configurations';

/** What `explain` says about dist/ is so. */

const examples = join(__dirname, '../../examples');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^[^/]+\/(maas|staging|production)\.yaml$/.test(file),
);
const configurations: [string, MaasPlatformProps][] = [
  ['everything', parseConfiguration(EVERYTHING, 'maas.yaml')],
  ['the other engine', parseConfiguration(POLICY, 'maas.yaml')],
  ...files.map((file): [string, MaasPlatformProps] => [file, readConfiguration(join(examples, file))]),
];

function objectsInFiles(props: MaasPlatformProps): string[] {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  return app.node.children
    .filter((child) => Chart.isChart(child))
    .flatMap((chart) =>
      objectsOf(chart).map(({ kind, name, metadata }) =>
        [`${chart.node.id}.k8s.yaml`, describeObject({ kind, name, namespace: metadata.namespace })].join(': '),
      ),
    );
}

test('the examples are looked at', () => {
  expect(files.length).toBeGreaterThan(10);
});

test.each(configurations)('%s: every object that is named is in that file', (_, props) => {
  const settings = resolveSettings(props);
  const names = [...settings.tiers, ...settings.users, ...settings.models].map(({ name }) => name);
  const named = names.flatMap((name) =>
    explainName(settings, name).flatMap(({ objects }) =>
      objects.map((object) => `${object.file}: ${describeObject(object)}`),
    ),
  );
  const existing = new Set(objectsInFiles(props));
  expect(named.length).toBeGreaterThanOrEqual(names.length);
  expect(named.filter((object) => !existing.has(object))).toEqual([]);
});

test.each(configurations)('%s: no key is shown', (_, props) => {
  const settings = resolveSettings(props);
  const keys = settings.users.flatMap((user) => (user.keys ?? []).flatMap(({ demo }) => demo ?? []));
  const text = JSON.stringify(settings.users.flatMap(({ name }) => explainName(settings, name)));
  expect(keys.filter((key) => text.includes(key))).toEqual([]);
});

test('a name that nothing has means nothing', () => {
  expect(explainName(resolveSettings({}), 'nobody')).toEqual([]);
});
