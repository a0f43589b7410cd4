import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfiguration, readConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { explainName } from '../../src/explain/explanation';
import { formatExplanations } from '../../src/explain/text';

/** What README shows is what happens. */

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const [, sample = ''] = /```yaml\n(# yaml-language-server[\s\S]*?)```/.exec(readme) ?? [];
const [, messages = ''] = /```\n(maas\.yaml:[\s\S]*?)\n```/.exec(readme) ?? [];

test('the configuration is valid', () => {
  expect(parseConfiguration(sample, 'maas.yaml').models).toHaveLength(3);
});

test('the mistakes that it names give the messages that it shows', () => {
  const spoiled = sample
    .replace('tier: premium', 'tier: premuim')
    .replace(/accelerator(?=: nvidia-l4, rep)/, 'acelerator');
  expect(() => parseConfiguration(spoiled, 'maas.yaml')).toThrow(new Error(messages));
});

test('what it asks about the default is answered as it shows', () => {
  const [, name = '', answer = ''] = /```console\n\$ npx cdk8s-maas explain (\S+)\n([\s\S]*?)```/.exec(readme) ?? [];
  const settings = resolveSettings(readConfiguration(join(__dirname, '../../maas.yaml')));
  expect(formatExplanations(explainName(settings, name))).toBe(answer);
});
