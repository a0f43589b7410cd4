/** What a check says of an object; `unknown` where it could not be seen, `skipped` where there is nothing to hold it to. */
export type Verdict = 'good' | 'bad' | 'unknown' | 'skipped';

/** What to do. */
export interface Advice {
  /** A sentence without its full stop. */
  readonly text: string;
  /** To copy, in this order. */
  readonly commands: readonly string[];
  /** Whether it only tells more: needless once there is something to do that changes the cluster. */
  readonly looksOnly?: boolean;
}

/** One thing that was looked at. */
export interface Row {
  /** Name of the check: `in sync`. */
  readonly check: string;
  /** Object as messages name it: `Gateway llm/inference-gateway`. */
  readonly object: string;
  readonly verdict: Verdict;
  /** What was seen; paths and names, never the value of a Secret. */
  readonly found: string;
  readonly advice?: Advice;
}

/** What checks return: a row whose check is filled in by whoever runs it. */
export type Finding = Omit<Row, 'check'>;

/** Something that is as it should be. */
export function good(object: string, found: string): Finding {
  return { object, verdict: 'good', found };
}

/** Something that is not. */
export function bad(object: string, found: string, advice: Advice): Finding {
  return { object, verdict: 'bad', found, advice };
}

/** Something that could not be seen. */
export function unknown(object: string, found: string, advice: Advice): Finding {
  return { object, verdict: 'unknown', found, advice };
}

/** Something that is worth a word, and is no mistake. */
export function skipped(object: string, found: string, advice?: Advice): Finding {
  return { object, verdict: 'skipped', found, ...(advice && { advice }) };
}
