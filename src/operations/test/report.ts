import { count } from '../../config/problem';
import type { Paint, Terminal } from '../terminal';
import { jsonText } from '../text-width';

/** What became of a check. */
export type Outcome = 'passed' | 'failed' | 'skipped';

/** What a check is about. */
export interface Subject {
  readonly tier?: string;
  readonly model?: string;
}

/** One check of the running platform. */
export interface Check extends Subject {
  readonly name: string;
  readonly outcome: Outcome;
  /** What was seen; of a failed one with what was expected, of a skipped one the reason. */
  readonly message: string;
}

const SIGNS: Readonly<Record<Outcome, readonly [sign: string, paint: Paint]>> = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  skipped: ['-', 'yellow'],
};

/** The checks as they are made: printed at once, and counted. */
export class Report {
  readonly checks: Check[] = [];

  /** @param options.json whether all is printed at the end, as JSON */
  constructor(
    private readonly terminal: Terminal,
    private readonly options: { readonly json: boolean; readonly quiet: boolean },
  ) {}

  title(text: string): void {
    this.line(`\n${this.terminal.paint('bold', `=== ${text} ===`)}`);
  }

  /** Prints a line that is no check; not with --quiet. */
  line(text: string): void {
    if (!this.options.json && !this.options.quiet) this.terminal.print(text);
  }

  passed(name: string, subject: Subject, seen: string): void {
    this.add({ ...subject, name, outcome: 'passed', message: seen });
  }

  /** @param next what to try, a sentence */
  failed(name: string, subject: Subject, seen: string, next?: string): void {
    this.add({ ...subject, name, outcome: 'failed', message: next === undefined ? seen : `${seen}; ${next}` });
  }

  skipped(name: string, subject: Subject, reason: string): void {
    this.add({ ...subject, name, outcome: 'skipped', message: reason });
  }

  /** Judges: passed where there are no problems. @returns whether it is so */
  judge(name: string, subject: Subject, problems: readonly string[], seen: string): boolean {
    if (problems.length === 0) this.passed(name, subject, seen);
    else this.failed(name, subject, problems.join('; '));
    return problems.length === 0;
  }

  /**
   * Prints the summary, or all of it as JSON.
   * @param tiers how many were tested
   * @returns the exit code: 0 passed, 1 failed, 2 no tier was tested
   */
  finish(tiers: number): number {
    const number = (outcome: Outcome) => this.checks.filter((check) => check.outcome === outcome).length;
    const [passed, failed, skipped] = [number('passed'), number('failed'), number('skipped')];
    if (this.options.json) {
      this.terminal.print(jsonText({ passed, failed, skipped, checks: this.checks }));
    } else {
      const text = `${count(passed, 'check')} passed, ${failed} failed, ${skipped} skipped`;
      this.line('');
      this.terminal.print(this.terminal.paint(failed > 0 ? 'red' : 'green', text));
    }
    if (failed > 0) {
      this.terminal.note('which object is not as it should be: cdk8s-maas verify');
      return 1;
    }
    if (tiers === 0) this.terminal.note('no tier could be tested; a key for a user of one: cdk8s-maas keys create');
    return tiers === 0 ? 2 : 0;
  }

  /** Counts a check and prints it. */
  add(check: Check): void {
    this.checks.push(check);
    const { outcome, name, message } = check;
    if (this.options.json || (this.options.quiet && outcome === 'passed')) return;
    // A title names the tier, but with --quiet there is none.
    const about = [...(this.options.quiet ? [check.tier] : []), check.model].filter((word) => word !== undefined);
    const [sign, paint] = SIGNS[outcome];
    const subject = about.length === 0 ? '' : `${about.join(', ')}: `;
    this.terminal.print(`${this.terminal.paint(paint, sign)} ${subject}${name} -> ${message}`);
  }
}
