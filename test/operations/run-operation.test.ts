import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { childCommand } from '../support/child';

/** Exit code of a process that runs an operation. */
function exitCodeOf(operation: string, failure?: number): number | null {
  const [node = '', ...args] = childCommand(`
    const { runOperation } = load('src/operations/run-operation.ts');
    const { OperationError, Interrupted } = load('src/operations/operation-error.ts');
    await runOperation({ config: 'maas.yaml', color: false }, ${operation}, ${failure});`);
  return spawnSync(node, args, { cwd: join(__dirname, '../..'), encoding: 'utf8' }).status;
}

test.each<[string, string, number | undefined, number]>([
  ['done', 'async () => undefined', undefined, 0],
  ['what the operation returns', 'async () => 3', undefined, 3],
  ['a mistake', "async () => { throw new OperationError('no'); }", undefined, 1],
  ['a mistake of a command that judges', "async () => { throw new OperationError('no'); }", 2, 2],
  ['Ctrl-C', 'async () => { throw new Interrupted(); }', undefined, 130],
  ['an output that nobody reads, in the middle', 'async () => process.exit()', undefined, 1],
])(
  'exit code of %s',
  (_, operation, failure, code) => {
    expect(exitCodeOf(operation, failure)).toBe(code);
  },
  60_000,
);
