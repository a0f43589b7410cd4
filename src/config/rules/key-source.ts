import type { Draft } from '../draft';
import type { KeyConfiguration } from '../configuration';
import { showValue, type Finding, type Path } from '../problem';
import { LOCAL_DEMO, SOURCES } from './facts';
import { atKey, atValue, isComplete } from './rule';

/**
 * A key with no source, or with several.
 * @param fix what to do with several
 */
export function wrongSources(key: Draft<KeyConfiguration>, path: Path, fix: string): Finding[] {
  const written = SOURCES.filter((source) => Object.hasOwn(key, source));
  if (written.length === 1 || (written.length === 0 && !isComplete(key))) {
    return [];
  }
  const expected = `exactly one of ${SOURCES.join(', ')}`;
  return written.length === 0
    ? [atValue(path, 'none', expected, 'add one')]
    : [atValue(path, written.join(' and '), expected, fix)];
}

/** A key that stands in a file although the platform is no local demo. */
export function keyInFile(key: Draft<KeyConfiguration>, path: Path): Finding[] {
  if (key.demo === undefined) {
    return [];
  }
  const at = [...path, 'demo'];
  const expected = `no key in a file, except on the local demo (${LOCAL_DEMO})`;
  return [atKey(at, showValue(key.demo, at), expected, 'use existingSecret or externalSecret')];
}
