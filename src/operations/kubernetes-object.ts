import { apiGroupOf } from '../api-group';
import { describeObject } from '../output/chart-objects';

/** What every object of the API has. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly uid?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly resourceVersion?: string;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly { readonly uid: string }[];
    /** Who has set which fields; only where it was asked for. */
    readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  readonly [member: string]: any;
}

/** Which object is meant. */
export interface ObjectReference {
  /** Group and version, `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Nothing for what is cluster-scoped. */
  readonly namespace?: string;
}

/** The reference of an object. */
export function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** An object as messages name it: `Gateway llm/inference-gateway`. */
export function nameOf(object: KubernetesObject): string {
  return describeObject(referenceOf(object));
}

/** A kind as kubectl takes it, whatever else has that name: `Gateway.v1.gateway.networking.k8s.io`, `Secret`. */
export function resourceOf({ apiVersion, kind }: Pick<ObjectReference, 'apiVersion' | 'kind'>): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${version}.${group}`;
}

/** Whether an API group is one of these, or below one: `networking.istio.io` is below `istio.io`. */
export function isInGroups(group: string, ends: readonly string[]): boolean {
  return ends.some((end) => group === end || group.endsWith(`.${end}`));
}

/** What an object is found by, in whatever version. */
export function identityOf(object: ObjectReference | KubernetesObject): string {
  const { apiVersion, kind } = object;
  const { namespace = '', name } = 'metadata' in object ? (object as KubernetesObject).metadata : object;
  return `${apiGroupOf(apiVersion)} ${kind} ${namespace}/${name}`;
}
