import type { PlatformSettings } from '../../config/settings';
import { MAAS_LABELS } from '../../labels';
import type { Manifest } from '../../platform/manifests';
import { comparable } from '../comparable';
import { identityOf, type KubernetesObject } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { objectsOf, type Session, type SessionOptions } from '../session';
import { describeRight, hasLabels, isUnplaced, type Kind } from '../verify/cluster';
import { dryRun } from '../verify/dry-run';
import type { Reading } from '../verify/kinds';
import { readObjects, type ClusterReading } from '../verify/read-cluster';

/** The cluster as it is and as an apply of the configuration would leave it, object by object. */
export interface ClusterManifests {
  readonly before: Manifest[];
  readonly after: Manifest[];
}

/**
 * Reads what a platform has in the cluster, and asks the server what an apply would make of it; changes nothing.
 *
 * @param tell gets both and returns the exit code
 * @param failure exit code of what could not be done
 */
export function withClusterManifests(
  options: SessionOptions,
  tell: (manifests: ClusterManifests) => number,
  failure: number,
): Promise<void> {
  return runOperation(options, async (session) => tell(await clusterManifests(session)), failure);
}

async function clusterManifests(session: Session): Promise<ClusterManifests> {
  const all = objectsOf(session);
  const reading = await readObjects(session, readingsOf(session.settings, all));
  const desired = all.filter((object) => !isUnplaced(object, reading.kinds));
  const [right] = reading.missingRights;
  if (right !== undefined) {
    throw new OperationError(
      `this account may not ${describeRight(right)}: what differs cannot be told; use another with --context <name>`,
    );
  }
  const { applied, notApplied } = await dryRun(session, reading, desired);
  const [refusal] = [...notApplied.values()];
  if (refusal !== undefined) throw new OperationError(`what an apply would change cannot be told: ${refusal}`);
  return manifestsOf(session.settings, desired, reading, applied);
}

function manifestsOf(
  settings: PlatformSettings,
  desired: readonly KubernetesObject[],
  { objects }: ClusterReading,
  applied: ReadonlyMap<string, KubernetesObject>,
): ClusterManifests {
  const live = new Map(objects.map((object) => [identityOf(object), object]));
  const wanted = new Set(desired.map(identityOf));
  const left = objects.filter((object) => !wanted.has(identityOf(object)) && isLeft(object, settings));
  return {
    before: [...desired.flatMap((object) => live.get(identityOf(object)) ?? []), ...left].map(manifest),
    after: desired.map((object) => manifest(applied.get(identityOf(object)) ?? object)),
  };
}

/** Kinds that some configuration renders, and another no longer does. */
const RENDERED: readonly Kind[] = [
  ...['ConfigMap', 'PersistentVolumeClaim', 'Secret', 'Service', 'ServiceAccount'].map((kind) => ({
    apiVersion: 'v1',
    kind,
  })),
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
  { apiVersion: 'kuadrant.io/v1', kind: 'AuthPolicy' },
  { apiVersion: 'kuadrant.io/v1', kind: 'RateLimitPolicy' },
  { apiVersion: 'kuadrant.io/v1alpha1', kind: 'TokenRateLimitPolicy' },
  { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'route.openshift.io/v1', kind: 'Route' },
  { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'ServingRuntime' },
  { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' },
];

/** One reading a namespace; in the platform's own also of the kinds that the configuration no longer has. */
function readingsOf({ namespace }: PlatformSettings, desired: readonly KubernetesObject[]): Reading[] {
  const places = new Map<string, Kind[]>([[namespace, [...RENDERED]]]);
  for (const { apiVersion, kind, metadata } of desired) {
    const place = metadata.namespace ?? '';
    const kinds = places.get(place) ?? [];
    places.set(place, [...kinds, ...(has(kinds, { apiVersion, kind }) ? [] : [{ apiVersion, kind }])]);
  }
  return [...places].map(([place, kinds]) => ({ ...(place !== '' && { namespace: place }), kinds }));
}

function has(kinds: readonly Kind[], { apiVersion, kind }: Kind): boolean {
  return kinds.some((each) => each.apiVersion === apiVersion && each.kind === kind);
}

/**
 * Whether an earlier configuration has made it: by its labels, and in the namespace that no other platform has. What
 * controllers make of our objects gets our labels as well, but has an owner; keys are made without a configuration, too.
 */
function isLeft(object: KubernetesObject, { namespace }: PlatformSettings): boolean {
  const { ownerReferences = [] } = object.metadata as { ownerReferences?: readonly unknown[] };
  return object.metadata.namespace === namespace && hasLabels(object, MAAS_LABELS) && ownerReferences.length === 0;
}

function manifest(object: KubernetesObject): Manifest {
  return comparable(object) as Manifest;
}
