import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Labels of a series. */
export type Labels = Readonly<Record<string, string>>;

/** What the simulator has answered. */
export type Recording = 'idle' | 'busy' | 'after' | 'later';

/** Seconds between two scrapes, as our monitors say. */
export const INTERVAL = 30;

/** An instant that the tests begin at. */
export const START = 1_767_225_600;

/** A recording as Prometheus keeps it: with the labels of the scraped pod, at a time. */
export function scraped(recording: Recording, labels: Labels, scrape: number, start = START): string[] {
  const text = readFileSync(join(__dirname, 'recorded', `${recording}.txt`), 'utf8');
  return text.split('\n').flatMap((line) => {
    const [, name = '', own = '', value = ''] = /^([a-z:_]+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    return name === '' ? [] : [`${name}{${own},${written(labels)}} ${value} ${start + scrape * INTERVAL}`];
  });
}

/** Samples of a series, one a scrape; none where there is no value. */
export function series(name: string, labels: Labels, values: readonly (number | undefined)[], start = START): string[] {
  return values.flatMap((value, scrape) =>
    value === undefined ? [] : [`${name}{${written(labels)}} ${value} ${start + scrape * INTERVAL}`],
  );
}

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join();
}
