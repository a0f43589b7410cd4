/** CPU, memory and disk, as Kubernetes quantities. */
export interface ModelResources {
  /**
   * What a replica is guaranteed.
   * @default - the catalog's
   */
  readonly requests?: RequestedResources;
  /**
   * What a replica may use.
   * @default - the catalog's
   */
  readonly limits?: ComputeResources;
}

/** CPU and memory, as Kubernetes quantities. */
export interface ComputeResources {
  /**
   * CPU, for example `2` or `500m`.
   * @default - the catalog's
   */
  readonly cpu?: string;
  /**
   * Memory, for example `8Gi`.
   * @default - the catalog's
   */
  readonly memory?: string;
}

/** CPU, memory and disk of a node, as Kubernetes quantities. */
export interface RequestedResources {
  /**
   * CPU, for example `2` or `500m`.
   * @default - the catalog's
   */
  readonly cpu?: string;
  /**
   * Memory, for example `8Gi`.
   * @default - the catalog's
   */
  readonly memory?: string;
  /**
   * Disk of the node (`ephemeral-storage`), for example `40Gi`: what a replica loads and writes. It has no limit, at which the
   * pod would be evicted.
   * @default - in maas.yaml what weights take that are loaded into the pod, where their size is known; else none
   */
  readonly ephemeralStorage?: string;
}

/** Number of replicas. */
export interface ModelReplicas {
  /**
   * At least. 0 only with `scaling`: KServe cannot scale a plain Deployment to zero.
   * @default 1
   */
  readonly min?: number;
  /**
   * At most.
   * @default - the same as min
   */
  readonly max?: number;
}

/** What an update of a model does first: start a new pod, or end an old one. */
export type ModelRollout = 'surge' | 'replace';

/** The resources of a container, as the API has them. */
export function containerResources(
  { requests, limits }: ModelResources,
  accelerators: { readonly [resourceName: string]: string } = {},
) {
  const { ephemeralStorage, ...compute } = requests ?? {};
  const disk = ephemeralStorage === undefined ? {} : { 'ephemeral-storage': ephemeralStorage };
  return { requests: { ...compute, ...disk, ...accelerators }, limits: { ...limits, ...accelerators } };
}
