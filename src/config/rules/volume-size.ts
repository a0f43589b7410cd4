import { parseQuantity } from '../../quantity';
import { quote, type Finding, type Path } from '../problem';
import { atValue } from './rule';

/** What is wrong with the size of a volume, as far as one is written: a quantity of less than a byte is none. */
export function volumeSize(size: string | undefined, path: Path, example: string): Finding[] {
  return size === undefined || (parseQuantity(size) ?? 0) >= 1
    ? []
    : [atValue(path, quote(size), 'the size of a volume', `for example "${example}"`)];
}
