import type { NodeLabels } from './accelerator-profiles';
import type { AcceleratorToleration } from './accelerator-toleration';

/** Where a built-in accelerator is. */
export interface AcceleratorOptions {
  /**
   * Who labels the nodes.
   * @default gpuOperator
   */
  readonly nodeLabels?: NodeLabels;
  /**
   * Labels of the nodes, where those that `nodeLabels` sets are not enough; taints and device plugin stay those of its nodes.
   * @default - those that `nodeLabels` sets
   */
  readonly nodeSelector?: { readonly [label: string]: string };
}

/** A slice of a GPU. */
export interface MigOptions extends AcceleratorOptions {
  /**
   * Strategy of NVIDIA's device plugin: with `mixed` each kind of slice is a resource of its own, with `single` every slice
   * is an `nvidia.com/gpu` and the label of the product names it.
   * @default mixed
   */
  readonly strategy?: MigStrategy;
}

/** Strategy of NVIDIA's device plugin for slices of GPUs. */
export type MigStrategy = 'mixed' | 'single';

/** Time slicing as NVIDIA's device plugin is configured for it. */
export interface TimeSlicing {
  /** Pods that share a GPU: 2 to 80. With more, the part of each would be less than a hundredth of its memory. */
  readonly replicas: number;
  /**
   * Whether a share is the resource `nvidia.com/gpu.shared`; else the label of the product ends in `-SHARED`.
   * @default false
   */
  readonly renameByDefault?: boolean;
}

/** What an own accelerator, or one like another, is. */
export interface AcceleratorProps {
  /** Name; part of the name of its ServingRuntime when it has an image of its own. */
  readonly name: string;
  /**
   * Memory of one accelerator as a process sees it, in MiB.
   * @default - that of `like`, else unknown
   */
  readonly memoryMebibytes?: number;
  /**
   * Extended resource that a container asks for.
   * @default - that of `like`
   */
  readonly resourceName?: string;
  /**
   * Labels of the nodes that have it.
   * @default - those of `like`, else none
   */
  readonly nodeSelector?: { readonly [label: string]: string };
  /**
   * Tolerations for nodes that are tainted for it.
   * @default - those of `like`, else none
   */
  readonly tolerations?: AcceleratorToleration[];
  /**
   * Image of vLLM with its tag.
   * @default - that of `like`
   */
  readonly image?: string;
}
