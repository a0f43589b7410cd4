/** CPU and memory, as Kubernetes quantities. */
export interface ModelResources {
  /**
   * What a replica is guaranteed.
   * @default - the catalog's
   */
  readonly requests?: ComputeResources;
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
