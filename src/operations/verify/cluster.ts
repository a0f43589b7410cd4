import { apiGroupOf } from '../../api-group';
import { identityOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';

/** A kind, and for the kinds of others where it is looked for. */
export type Kind = Pick<ObjectReference, 'apiVersion' | 'kind'>;

/** A right that was missing. */
export interface MissingRight {
  readonly verb: string;
  /** As RBAC has it: `pods`. */
  readonly resource: string;
  readonly group: string;
  /** Nothing for all namespaces, and for what is in none. */
  readonly namespace?: string;
}

/** Kinds by `kindKey`: what they are called as resources, and whether their objects are in namespaces. */
export type KnownKinds = ReadonlyMap<string, { readonly resource: string; readonly namespaced: boolean }>;

/** What was read from a cluster. */
export interface ClusterState {
  /** Version of Kubernetes: `v1.34.4`. */
  readonly version: string;
  /** Kinds that the cluster knows, by `kindKey`. */
  readonly kinds: KnownKinds;
  readonly objects: readonly KubernetesObject[];
  readonly missingRights: readonly MissingRight[];
  /** What the objects of dist/ would be after an apply, by `identityOf`. */
  readonly applied: ReadonlyMap<string, KubernetesObject>;
  /** Why that is not known of an object, by `identityOf`. */
  readonly notApplied: ReadonlyMap<string, string>;
}

/** Thrown by a look at what this account may not read. */
export class Unreadable extends Error {
  constructor(readonly right: MissingRight) {
    super(describeRight(right));
  }
}

/** A right in words: `list pods in namespace llm`. */
export function describeRight({ verb, resource, group, namespace }: MissingRight): string {
  const name = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${name}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

/** What a kind is known by, in whatever version. */
export function kindKey({ apiVersion, kind }: Kind): string {
  return `${apiGroupOf(apiVersion)} ${kind}`;
}

/** Whether an object belongs into a namespace and names none: it is where kubectl's context says, now one, now another. */
export function isUnplaced(object: KubernetesObject, kinds: KnownKinds): boolean {
  return object.metadata.namespace === undefined && kinds.get(kindKey(object))?.namespaced === true;
}

/** A look at a cluster at one moment. */
export class Cluster {
  private readonly byIdentity: ReadonlyMap<string, KubernetesObject>;

  constructor(readonly state: ClusterState) {
    this.byIdentity = new Map(state.objects.map((object) => [identityOf(object), object]));
  }

  /** Whether the cluster knows a kind. */
  knows(kind: Kind): boolean {
    return this.state.kinds.has(kindKey(kind));
  }

  /**
   * The objects of a kind, of one namespace or of all that were looked at.
   * @throws Unreadable
   */
  list(kind: Kind, namespace?: string): KubernetesObject[] {
    this.mustBeReadable(kind, namespace);
    return this.state.objects.filter(
      (object) =>
        kindKey(object) === kindKey(kind) && (namespace === undefined || object.metadata.namespace === namespace),
    );
  }

  /**
   * An object; nothing when there is none.
   * @throws Unreadable
   */
  find(reference: ObjectReference): KubernetesObject | undefined {
    this.mustBeReadable(reference, reference.namespace);
    return this.byIdentity.get(identityOf(reference));
  }

  private mustBeReadable(kind: Kind, namespace: string | undefined): void {
    const [group = ''] = kindKey(kind).split(' ');
    const resource = this.state.kinds.get(kindKey(kind))?.resource;
    const right = this.state.missingRights.find(
      (missing) =>
        missing.resource === resource &&
        missing.group === group &&
        (namespace === undefined || missing.namespace === undefined || missing.namespace === namespace),
    );
    if (right !== undefined) throw new Unreadable(right);
  }
}

/** Whether an object has all these labels. */
export function hasLabels(object: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([label, value]) => object.metadata.labels?.[label] === value);
}
