import { isDeepStrictEqual } from 'node:util';
import { formatPath, type Path } from '../../../config/problem';
import { isMap } from '../../../is-map';
import { changesBetween } from '../../../output/changes';
import { identityOf, nameOf, referenceOf, resourceOf, type KubernetesObject } from '../../kubernetes-object';
import { comparable } from '../../comparable';
import { additionsTo, removalOf } from '../additions';
import { isUnplaced, Unreadable, type Cluster } from '../cluster';
import type { Commands } from '../commands';
import { bad, good, skipped, unknown, type Finding } from '../row';
import type { Platform } from './check';
import { unreadable } from './unreadable';

/** How many paths are told of an object. */
const MOST_PATHS = 4;

/** Every object of dist/ is there. */
export function present(cluster: Cluster, { objects, commands }: Platform): Finding[] {
  return objects.map((object) => {
    const name = nameOf(object);
    if (!cluster.knows(object)) {
      return bad(name, `the cluster does not know ${resourceOf(object)}`, commands.install());
    }
    if (isUnplaced(object, cluster.state.kinds)) {
      return skipped(name, 'names no namespace: it is in that of whatever context it was applied with');
    }
    try {
      if (cluster.find(referenceOf(object)) !== undefined) return good(name, 'there');
    } catch (error) {
      if (error instanceof Unreadable) return { ...unreadable(error, commands), object: name };
      throw error;
    }
    return object.kind === 'Job' && object.spec.ttlSecondsAfterFinished !== undefined
      ? skipped(name, 'not there: it takes itself away some time after it has finished')
      : bad(name, 'not there', commands.install());
  });
}

/** Every object that is there is as an apply would leave it. */
export function inSync(cluster: Cluster, platform: Platform): Finding[] {
  const findings = platform.objects.flatMap((object) => {
    const live = readable(cluster, object);
    return live === undefined ? [] : [comparison(cluster, platform, object, live)];
  });
  const { size } = cluster.state.notApplied;
  return size === 0 ? findings : [...findings, comparedHere(size)];
}

function comparedHere(count: number): Finding {
  return skipped(
    `${count} objects`,
    'compared here, the server was not asked: what an earlier configuration has set and this one has not, is not seen',
  );
}

/** What is there and may be read. */
export function readable(cluster: Cluster, object: KubernetesObject): KubernetesObject | undefined {
  try {
    return cluster.find(referenceOf(object));
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function comparison(
  cluster: Cluster,
  { commands }: Platform,
  object: KubernetesObject,
  live: KubernetesObject,
): Finding {
  const name = nameOf(object);
  const identity = identityOf(object);
  const added = additionsTo(object, live);
  if (added.length > 0) return addition(object, added, commands);
  const applied = cluster.state.applied.get(identity);
  if (applied !== undefined) {
    const paths = changesBetween(comparable(live), comparable(applied)).map(({ path }) => path);
    return paths.length === 0
      ? good(name, 'as the configuration says')
      : bad(name, `differs at ${formatPaths(paths)}`, commands.install());
  }
  const reason = reasonOf(object, cluster.state.notApplied.get(identity) ?? 'the server was not asked');
  const paths = missingFrom(live, asRead(object));
  if (paths.length === 0) return good(name, `has all that the configuration says (${reason})`);
  return unknown(name, `may differ at ${formatPaths(paths)}: ${reason}`, {
    text: 'ask with an account that may apply: the server says what that would change, and changes nothing',
    commands: [commands.maas('verify')],
    looksOnly: true,
  });
}

/** An apply takes away only what its own manager has set. */
function addition(object: KubernetesObject, paths: readonly Path[], commands: Commands): Finding {
  const { name, namespace } = object.metadata;
  const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
  return bad(nameOf(object), `somebody has added ${formatPaths(paths)}, which the configuration does not have`, {
    text: 'find out who needs that, then take it away; no apply does so',
    commands: [
      commands.kubectl('patch', resourceOf(object), name, ...where, '--type=json', `--patch=${removalOf(paths)}`),
      commands.maas('install'),
    ],
  });
}

/** What a server says of a Secret that it refuses may hold what is in it. */
function reasonOf({ kind }: KubernetesObject, reason: string): string {
  return kind === 'Secret' && !reason.startsWith('no right')
    ? 'the server refused it'
    : (reason.split('\n', 1)[0] ?? '');
}

function formatPaths(paths: readonly Path[]): string {
  const shown = paths.slice(0, MOST_PATHS).map((path) => formatPath(path));
  return [...shown, ...(paths.length > MOST_PATHS ? [`${paths.length - MOST_PATHS} more`] : [])].join(', ');
}

/** A Secret's texts are read back as base64. */
function asRead(object: KubernetesObject): unknown {
  const { stringData, ...rest } = object;
  if (object.kind !== 'Secret' || !isMap(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  return { ...rest, data: { ...(rest.data as object | undefined), ...Object.fromEntries(encoded) } };
}

/**
 * Where something has not what is wanted of it. More than is wanted is no difference: others have set it, or defaults. Of
 * lists of named things those of one name are compared, as the server merges them.
 */
function missingFrom(live: unknown, wanted: unknown, path: Path = []): Path[] {
  if (wanted === undefined || isDeepStrictEqual(live, wanted)) return [];
  if (isMap(live) && isMap(wanted)) {
    return Object.entries(wanted).flatMap(([key, value]) => missingFrom(live[key], value, [...path, key]));
  }
  if (Array.isArray(live) && Array.isArray(wanted)) {
    if (wanted.every((item) => isMap(item) && typeof item.name === 'string')) {
      return wanted.flatMap((item, index) =>
        missingFrom(
          live.find((other) => isMap(other) && other.name === item.name),
          item,
          [...path, index],
        ),
      );
    }
    if (live.length === wanted.length) {
      return wanted.flatMap((item, index) => missingFrom(live[index], item, [...path, index]));
    }
  }
  return [path];
}
