import { DELETION_PROTECTION_LABEL, MAAS_LABELS } from '../../labels';
import { FIELD_MANAGER } from '../kubectl';
import { identityOf, nameOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import type { InstallationRecord } from './record-format';

/** Whose an object of the platform is: made by install, or somebody else's in which the platform sets some fields. */
export type Origin = 'created' | 'shared';

/** What is known of who has made what. */
export interface KnownRecords {
  /** Identities of what an earlier install of this platform has created. */
  readonly own: ReadonlySet<string>;
  /** By identity, the platform whose record has it. */
  readonly others: ReadonlyMap<string, string>;
}

/** What the records say, for looking up. */
export function knownRecords(
  own: Pick<InstallationRecord, 'created'>,
  others: ReadonlyMap<string, InstallationRecord>,
): KnownRecords {
  const named = [...others].flatMap(([platform, { created, shared }]) =>
    [...created, ...shared].map((reference) => [identityOf(reference), platform] as const),
  );
  return { own: new Set(own.created.map(identityOf)), others: new Map(named) };
}

/** Whether it outlives a platform that is deleted by `kubectl delete -f dist/`, because others may use it. */
export function isProtected({ kind, metadata }: KubernetesObject): boolean {
  // The policies carry the label for Argo CD and Flux, they are of use to nobody else.
  return metadata.labels?.[DELETION_PROTECTION_LABEL] === 'true' && !kind.startsWith('ValidatingAdmissionPolicy');
}

/** Whether install has applied it: it says so itself, whatever a record says. */
function isApplied({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
}

/** Kinds of which the one object is made by an operator, and the platform sets a part. */
const OF_OPERATORS = ['Limitador'];

/**
 * Whose an object is that the platform is about to apply.
 *
 * @param live with `managedFields`; nothing when it is not there
 * @returns a sentence when it is somebody else's, which must not be overwritten
 */
export function originOf(
  manifest: KubernetesObject,
  live: KubernetesObject | undefined,
  { own, others }: KnownRecords,
): Origin | { readonly problem: string } {
  if (live === undefined) return 'created';
  const identity = identityOf(manifest);
  if (own.has(identity) && isApplied(live)) return 'created';
  if (isProtected(manifest) || OF_OPERATORS.includes(manifest.kind)) return 'shared';
  const platform = others.get(identity);
  if (platform !== undefined) {
    return {
      problem: `${nameOf(manifest)} belongs to the platform of namespace ${platform}: give one of them another name:`,
    };
  }
  if (hasOurLabels(live)) return 'created';
  if (!hasOurLabels(manifest) && manifest.kind !== 'Secret') return 'shared';
  return { problem: `${nameOf(manifest)} is there and is not this platform's: rename one of them, or delete it` };
}

/** Why install does not delete an object that the platform no longer has; nothing when it does. */
export function reasonToKeep(live: KubernetesObject, { others }: KnownRecords): string | undefined {
  const platform = others.get(identityOf(live));
  if (platform !== undefined) return `the platform of namespace ${platform} has it`;
  if (!isApplied(live)) return 'somebody else has made it anew';
  return undefined;
}

/** Kinds that are not deleted because a configuration no longer has them: with them goes what others have put there. */
const NEVER_PRUNED = ['Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'PersistentVolume'];

/** Whether what the platform no longer has stays until it is uninstalled. */
export function staysUntilUninstall(live: KubernetesObject): boolean {
  return NEVER_PRUNED.includes(live.kind) || isProtected(live);
}

/** Whether it has the labels of every object of ours. */
export function hasOurLabels({ metadata }: KubernetesObject): boolean {
  return Object.entries(MAAS_LABELS).every(([label, value]) => metadata.labels?.[label] === value);
}

/** As messages tell of objects. */
export function namesOf(references: readonly ObjectReference[], most = 10): string {
  const names = references
    .slice(0, most)
    .map(({ kind, name, namespace }) => `${kind} ${namespace ? `${namespace}/` : ''}${name}`);
  const rest = references.length - names.length;
  return [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

/** A policy that `kubectl delete -f dist/` has deleted stays in force by a finalizer of ours, until somebody takes that away. */
export function isHeldByUs({ kind, metadata }: KubernetesObject): boolean {
  const { finalizers = [] } = metadata;
  const ours = finalizers.every((finalizer) => finalizer === DELETION_PROTECTION_LABEL);
  return kind.startsWith('ValidatingAdmissionPolicy') && finalizers.length > 0 && ours;
}
