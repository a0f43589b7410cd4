/** What all pods of the models' namespace may ask for together. */
export interface QuotaConfiguration {
  /**
   * Number of accelerators, by name or extended resource: `nvidia-l4: 8` and `nvidia.com/gpu: 8` mean the same, because a
   * ResourceQuota counts resources. A time-sliced one counts once for each pod.
   * @default - any number
   */
  readonly accelerators?: { readonly [name: string]: number };
  /**
   * CPU that the pods together are guaranteed, for example `64`.
   * @default - any
   */
  readonly cpu?: string;
  /**
   * Memory that the pods together are guaranteed, for example `512Gi`.
   * @default - any
   */
  readonly memory?: string;
  /**
   * Number of pods, those of a Gateway in the namespace included.
   * @default - any
   */
  readonly pods?: number;
}
