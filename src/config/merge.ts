import type { Located, LocatedEntry, LocatedList, LocatedMap } from './located';

/**
 * A configuration over the one that it extends.
 *
 * Maps merge key by key; lists whose every item has a `name` merge by it (the base's order, then what is new); other
 * lists, and empty ones, replace the base's as a whole; `null` takes an inherited key away.
 */
export function mergeSources(base: LocatedMap, overlay: LocatedMap): LocatedMap {
  const entries = new Map<string, LocatedEntry>(base.entries);
  for (const [key, entry] of overlay.entries) {
    if (isNull(entry.value)) {
      entries.delete(key);
    } else {
      entries.set(key, { keyAt: entry.keyAt, value: mergeValues(entries.get(key)?.value, entry.value) });
    }
  }
  return { kind: 'map', at: overlay.at, entries };
}

function mergeValues(base: Located | undefined, overlay: Located): Located {
  if (overlay.kind === 'map') {
    return mergeSources(base?.kind === 'map' ? base : emptyMap(overlay), overlay);
  }
  if (!isNamedList(overlay)) {
    return overlay;
  }
  return mergeNamedLists(base !== undefined && isNamedList(base) ? base : { ...overlay, items: [] }, overlay);
}

/** Items of the same name merge; of several with one name the first with the first, so that none gets lost. */
function mergeNamedLists(base: NamedList, overlay: NamedList): LocatedList {
  const merged = new Map(identify(base));
  for (const [identity, item] of identify(overlay)) {
    merged.set(identity, mergeSources(merged.get(identity) ?? emptyMap(item), item));
  }
  return { kind: 'list', at: overlay.at, items: [...merged.values()] };
}

function identify(list: NamedList): [string, LocatedMap][] {
  const seen = new Map<string, number>();
  return list.items.map((item) => {
    const name = nameOf(item) ?? '';
    const occurrence = seen.get(name) ?? 0;
    seen.set(name, occurrence + 1);
    return [`${occurrence} ${name}`, item];
  });
}

interface NamedList extends LocatedList {
  readonly items: readonly LocatedMap[];
}

function isNamedList(located: Located): located is NamedList {
  return (
    located.kind === 'list' && located.items.length > 0 && located.items.every((item) => nameOf(item) !== undefined)
  );
}

function nameOf(located: Located): string | undefined {
  const name = located.kind === 'map' ? located.entries.get('name')?.value : undefined;
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : undefined;
}

function isNull(located: Located): boolean {
  return located.kind === 'scalar' && located.value === null;
}

function emptyMap({ at }: Located): LocatedMap {
  return { kind: 'map', at, entries: new Map() };
}
