import { columns, type Paint, type Terminal } from '../terminal';
import type { Advice, Row, Verdict } from './row';

const SIGNS: Readonly<Record<Verdict, { readonly sign: string; readonly paint: Paint }>> = {
  good: { sign: '✓', paint: 'green' },
  bad: { sign: '✗', paint: 'red' },
  unknown: { sign: '?', paint: 'yellow' },
  skipped: { sign: '-', paint: 'dim' },
};

/** Objects with one mistake that are told one by one. */
const MOST_ALIKE = 4;

/** How a terminal colours. */
export type Painter = Pick<Terminal, 'paint'>;

/** How many rows have which verdict. */
export type Summary = Readonly<Record<Verdict, number>>;

/** Counts the verdicts. */
export function summarize(rows: readonly Row[]): Summary {
  const count = (wanted: Verdict) => rows.filter(({ verdict }) => verdict === wanted).length;
  return { good: count('good'), bad: count('bad'), unknown: count('unknown'), skipped: count('skipped') };
}

/**
 * The table, then what to do.
 *
 * @param rows of all checks, in their order
 * @param options.everything whether good rows are told one by one; otherwise how many there are
 */
export function formatReport(
  rows: readonly Row[],
  painter: Painter,
  { everything = false }: { everything?: boolean } = {},
): string {
  const checks = [...new Set(rows.map(({ check }) => check))];
  const lines = checks.flatMap((check) => tableRows(rows.filter((row) => row.check === check).map(flat), everything));
  const table = columns(
    lines.map(({ verdict, cells }) => [painter.paint(SIGNS[verdict].paint, SIGNS[verdict].sign), ...cells]),
  );
  const counts = Object.entries(summarize(rows)).filter(([verdict, count]) => count > 0 || verdict === 'good');
  return [table, ...toDo(rows.map(flat)), '', counts.map(([verdict, count]) => `${count} ${verdict}`).join(', ')].join(
    '\n',
  );
}

/** Messages of the cluster have lines of their own, which would look like rows and advice of ours. */
function flat(row: Row): Row {
  const line = (text: string) => text.replace(/\s+/g, ' ').trim();
  const { object, found, advice } = row;
  return {
    ...row,
    ...{ object: line(object), found: line(found) },
    ...(advice && { advice: { ...advice, text: line(advice.text) } }),
  };
}

interface Line {
  readonly verdict: Verdict;
  readonly cells: readonly string[];
}

function tableRows(rows: readonly Row[], everything: boolean): Line[] {
  const told = rows.filter(({ verdict }) => everything || verdict !== 'good');
  const summed = rows.length - told.length;
  const check = rows[0]?.check ?? '';
  return [
    ...(summed === 0 ? [] : [{ verdict: 'good' as const, cells: [check, `${summed} good`] }]),
    ...(everything ? told.map((row): [Row] => [row]) : alike(told)).map(([first, ...more]: [Row, ...Row[]]): Line => {
      const objects =
        more.length < MOST_ALIKE
          ? [first.object, ...more.map(({ object }) => object)]
          : [`${first.object} and ${more.length} others`];
      return { verdict: first.verdict, cells: [check, objects.join(', '), first.found] };
    }),
  ];
}

/** Rows that say the same of many objects are one; of few, each stands for itself. */
function alike(rows: readonly Row[]): [Row, ...Row[]][] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const key = JSON.stringify([row.verdict, row.found, row.advice]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) =>
    group.length > MOST_ALIKE ? [group] : group.map((row): [Row, ...Row[]] => [row]),
  );
}

/** Each thing to do once, with the objects that it is for. */
function toDo(rows: readonly Row[]): string[] {
  const advised = rows.filter(({ verdict, advice }) => verdict !== 'good' && advice !== undefined);
  const acting = advised.some(({ advice }) => advice?.looksOnly !== true);
  const groups = new Map<string, { advice: Advice; rows: Row[] }>();
  for (const row of advised) {
    const { advice } = row;
    // What only tells more waits until what can be done is done.
    if (advice === undefined || (acting && advice.looksOnly === true)) continue;
    const key = JSON.stringify(advice);
    const group = groups.get(key) ?? { advice, rows: [] };
    groups.set(key, { advice, rows: [...group.rows, row] });
  }
  if (groups.size === 0) return [];
  const steps = [...groups.values()].flatMap(({ advice, rows: meant }, index) => [
    '',
    `${index + 1}. ${namesOf(meant)}:`,
    `   ${advice.text}${advice.commands.length > 0 ? ':' : ''}`,
    ...advice.commands.map((command) => `     ${command}`),
  ]);
  const last = acting ? ['', 'Then verify again: what is left may come of these.'] : [];
  return ['', 'What to do:', ...steps, ...last];
}

function namesOf(rows: readonly Row[]): string {
  const names = [...new Set(rows.map(({ object, check }) => (object === '' ? check : object)))];
  const more = names.length - MOST_ALIKE;
  return [...names.slice(0, MOST_ALIKE), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
