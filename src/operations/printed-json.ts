import { quote } from '../config/problem';
import { isMap } from '../is-map';
import { OperationError } from './operation-error';

/** What a program was asked, for what a person is told. */
export interface AskedFor {
  /** The command, shortly: `kubectl get pods`. */
  readonly command: string;
  /** A command that changes nothing and prints JSON, too. */
  readonly trial: string;
}

/**
 * A map of JSON that a program has printed.
 * @throws OperationError where it has printed something else, as a wrapper in its place may
 */
export function printedJson<Content extends object>(printed: string, { command, trial }: AskedFor): Content {
  try {
    const content: unknown = JSON.parse(printed);
    if (isMap(content)) return content as Content;
  } catch {
    // Told below.
  }
  const [program = ''] = command.split(' ');
  throw new OperationError(
    `${command}: got ${beginningOf(printed)}, expected a map of JSON\nis there a wrapper of ${program} that prints words of its own? see: ${trial}`,
  );
}

/** The first line, unless it may be a part of an object: that may be a Secret. */
function beginningOf(printed: string): string {
  const [line = ''] = printed.trim().split('\n');
  if (line === '') return 'nothing';
  return /^[[{]/.test(line) ? `a text that begins with ${line.slice(0, 1)}` : quote(line);
}
