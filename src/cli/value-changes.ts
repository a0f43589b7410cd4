import { formatPath, showValue, type Path } from '../config/problem';
import { isMap } from '../is-map';
import { changesBetween, type Change } from '../output/changes';

/** What is decided from several keys of maas.yaml has no key of its own. */
const DECIDED: { readonly [path: string]: string } = {
  'limits.shares': 'gateway pods that share each token limit',
  'conformance.keySecretName': 'Secret of its key',
  'conformance.tokensPerMinute': 'its tokens a minute',
};

/** Values that differ, by their place: `gateway.replicas: 1 → 2`. Of a part that one side alone has, every value is told. */
export function leafChanges(before: unknown, after: unknown, place: string): string[] {
  return changesBetween(before, after)
    .flatMap(expand)
    .map(({ path, before: old, after: now }) => {
      const full = [place, formatPath(path)]
        .filter((part) => part !== '')
        .join('.')
        .replaceAll('.[', '[');
      return `${DECIDED[full] ?? full}: ${arrow(old, now, path)}`;
    });
}

/** `1 → 2`, with texts as they are where that is clear; two values that look alike are not shown. */
export function arrow(before: unknown, after: unknown, path: Path = []): string {
  const [old, now] = [show(before, path), show(after, path)];
  return old === now ? 'changed' : `${old} → ${now}`;
}

function show(value: unknown, path: Path): string {
  if (value === undefined) {
    return 'none';
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => !isMap(item))) {
    return value.map((item) => show(item, path)).join(', ');
  }
  return showValue(value, path).replace(/^"([^"\\\s]+)"$/, '$1');
}

/** A part that one side alone has is told value by value, unless it is empty. */
function expand(change: Change): Change[] {
  const { path, before, after } = change;
  const whole = before ?? after;
  if ((before !== undefined && after !== undefined) || !isMap(whole) || Object.keys(whole).length === 0) {
    return [change];
  }
  const [left, right] = before === undefined ? [{}, whole] : [whole, {}];
  return changesBetween(left, right, path).flatMap(expand);
}
