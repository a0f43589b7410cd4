import type { Row } from '../../../src/operations/verify/row';
import type { Maas } from './maas';
import { until } from './until';

/** Commands that only show more. */
const LOOKS = /^kubectl (describe|logs|get|auth) /;

/** The commands below "What to do", as a person would copy them. */
export function commandsIn(report: string): string[] {
  const [, advice = ''] = report.split('\nWhat to do:\n');
  return [...advice.matchAll(/^ {5}(\S.*)$/gm)].map(([, command]) => command!);
}

/** What `maas verify --json` says. */
export async function verifiedRows(maas: Maas, ...options: string[]): Promise<Row[]> {
  const { stdout, stderr } = await maas.run(['verify', '--json', ...options]);
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { rows: Row[] }).rows;
}

/** Waits until it says this of an object. @returns all that it says then */
export async function untilFound(maas: Maas, check: string, object: string, found: string | RegExp): Promise<Row[]> {
  let rows: Row[] = [];
  const isIt = (row: Row) =>
    row.check === check && row.object === object && row.verdict !== 'good' && new RegExp(found).test(row.found);
  await until(`verify finds ${object}: ${String(found)}`, 60, async () => {
    rows = await verifiedRows(maas);
    return rows.some(isIt);
  }).catch(({ message }: Error) => {
    throw new Error(`${message}; it says ${JSON.stringify(rows.filter(({ verdict }) => verdict !== 'good'))}`);
  });
  return rows;
}

/** Waits until it is content, as it says by its exit code. @returns its report */
export async function untilGreen(maas: Maas): Promise<string> {
  let report = '';
  await until('verify is green', 60, async () => {
    const { exitCode, stdout, stderr } = await maas.run(['verify']);
    report = stdout + stderr;
    return exitCode === 0;
  }).catch(({ message }: Error) => {
    throw new Error(`${message}; it says\n${report}`);
  });
  return report;
}

/**
 * Follows the advice of `maas verify` like somebody who copies it, until verify is green: what is advised once more has been
 * done, and only needs its time.
 *
 * @param instead what is run in the place of a command, by the command
 * @returns the commands that were carried out
 */
export async function followAdvice(maas: Maas, instead: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const done: string[] = [];
  let report = '';
  await until('verify is green once its advice is followed', 90, async () => {
    const { exitCode, stdout, stderr } = await maas.run(['verify']);
    report = stdout + stderr;
    if (exitCode === 0) return true;
    for (const command of commandsIn(stdout).filter((each) => !done.includes(each))) {
      done.push(command);
      const result = await maas.shell(instead[command] ?? command);
      // Nobody runs a kubelet here, who would have logs.
      if (result.exitCode !== 0 && !LOOKS.test(command))
        throw new Error(`${command}: ${result.stderr}${result.stdout}`);
    }
    return false;
  }).catch(({ message }: Error) => {
    throw new Error(`${message}; carried out: ${JSON.stringify(done)}; it says\n${report}`);
  });
  return done;
}
