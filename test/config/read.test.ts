import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '../../src/config/problem';
import { isChecked, locateProblems, parseConfiguration, readConfiguration } from '../../src/config/read';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maas-read-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function messageOf(file: string): string {
  try {
    readConfiguration(join(folder, file));
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).message.replaceAll(`${folder}/`, '');
  }
  throw new Error('expected a ConfigurationError');
}

describe('one file', () => {
  test('gives its values as they stand', () => {
    write({ 'maas.yaml': 'namespace: models\ntiers: [{ name: free, tokens: { minute: 1 } }]\n' });
    expect(readConfiguration(join(folder, 'maas.yaml'))).toEqual({
      namespace: 'models',
      tiers: [{ name: 'free', tokens: { minute: 1 } }],
    });
  });

  test('may begin with a byte order mark and end lines as Windows does', () => {
    write({ 'maas.yaml': '\ufeffplatform: kubernetes\r\ndomain: a.test\r\n' });
    expect(readConfiguration(join(folder, 'maas.yaml'))).toEqual({ platform: 'kubernetes', domain: 'a.test' });
  });

  test('nobody can change what was checked, down to the last value', () => {
    write({ 'maas.yaml': 'tiers: [{ name: free, tokens: { minute: 5 } }]\npatches: []\n' });
    const configuration = readConfiguration(join(folder, 'maas.yaml')) as { tiers: { tokens: { minute: number } }[] };
    expect(() => (configuration.tiers[0]!.tokens.minute = 500)).toThrow(TypeError);
    expect(() => configuration.tiers.pop()).toThrow(TypeError);
    expect(isChecked(configuration)).toBe(true);
  });

  test('is known as checked, and keeps its positions for problems that are found later', () => {
    const props = parseConfiguration('platform: kubernetes\npatches: []\n', 'maas.yaml');
    expect(isChecked(props)).toBe(true);
    expect(isChecked({ ...props })).toBe(false);
    const problem = { rule: 'x', path: ['patches'], pointAt: 'value', got: '', expected: '', fix: '' } as const;
    expect(locateProblems(props, [{ ...problem, path: [...problem.path] }])[0]?.location).toEqual({
      file: 'maas.yaml',
      line: 2,
      column: 10,
    });
  });

  test('with problems in its text, its shape and its meaning tells all of them, in the order of the file', () => {
    write({
      'maas.yaml': [
        'domain: maas.local',
        'domain: maas.test', // text
        'gateway: { replicas: none }', // shape
        'users: [{ name: a, tier: gold, keys: [{ demo: k }] }]', // meaning
        '',
      ].join('\n'),
    });
    expect(messageOf('maas.yaml').split('\n')).toEqual([
      expect.stringMatching(/^maas\.yaml:2:1 domain: .*line 1/),
      expect.stringMatching(/^maas\.yaml:3:22 gateway\.replicas: got "none", expected a whole number/),
      expect.stringMatching(/^maas\.yaml:4:26 users\[0\]\.tier: got "gold"/),
      '3 problems',
    ]);
  });
});

describe('a file that extends another', () => {
  const base =
    'domain: base.test\ntiers:\n  - { name: free, tokens: { minute: 200, day: 50000 } }\n  - { name: gold }\n';

  test('merges maps by key, named lists by name, other lists as a whole, and null takes away', () => {
    write({
      'base.yaml': `${base}identity: { apiKeys: { prefixes: [APIKEY, Bearer] } }\nregistry: a.test\n`,
      'envs/maas.yaml':
        'extends: ../base.yaml\nregistry: null\nidentity: { apiKeys: { prefixes: [Token] } }\n' +
        'tiers:\n  - { name: gold, models: [simulator] }\n  - { name: free, tokens: { minute: 100 } }\n  - { name: new }\n',
    });
    expect(readConfiguration(join(folder, 'envs/maas.yaml'))).toEqual({
      domain: 'base.test',
      identity: { apiKeys: { prefixes: ['Token'] } },
      tiers: [
        { name: 'free', tokens: { minute: 100, day: 50000 } },
        { name: 'gold', models: ['simulator'] },
        { name: 'new' },
      ],
    });
  });

  test('may extend one that extends another', () => {
    write({
      'a.yaml': 'extends: b.yaml\nnamespace: a\n',
      'b.yaml': 'extends: c.yaml\nnamespace: b\ndomain: b.test\n',
      'c.yaml': 'domain: c.test\nregistry: c.test\n',
    });
    expect(readConfiguration(join(folder, 'a.yaml'))).toEqual({
      namespace: 'a',
      domain: 'b.test',
      registry: 'c.test',
    });
  });

  test('has its problems in the file that says so', () => {
    write({
      'base.yaml': `${base}platfrom: openshift\n`,
      'maas.yaml': 'extends: base.yaml\ntiers:\n  - { name: Free }\n',
    });
    expect(messageOf('maas.yaml').split('\n')).toEqual([
      expect.stringMatching(/^maas\.yaml:3:13 tiers\[2\]\.name: got "Free"/),
      expect.stringMatching(/^base\.yaml:5:1 platfrom: got an unknown key, .*did you mean "platform"\?$/),
      '2 problems',
    ]);
  });
});
