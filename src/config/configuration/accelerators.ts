import type { TimeSlicing } from '../../models/accelerator-props';
import type { AcceleratorToleration } from '../../models/accelerator-toleration';

/** An accelerator of one's own. */
export interface AcceleratorConfiguration {
  /** Name (DNS label), which models name; none of a built-in one. */
  readonly name: string;
  /**
   * Built-in accelerator from which everything comes that is not said here.
   * @default - none
   */
  readonly like?: string;
  /**
   * Memory of one accelerator as a process sees it, for example `22Gi`. Needed where there is no `like`.
   * @default - that of `like`
   */
  readonly memory?: string;
  /**
   * Extended resource that a pod asks for, for example `nvidia.com/gpu`; its vendor is that of `like`. Needed where there is
   * no `like`.
   * @default - that of `like`
   */
  readonly resourceName?: string;
  /**
   * Labels of its nodes, in place of those of `like`. Taints and slices stay those of `nodeLabels`.
   * @default - those of `like`, else none
   */
  readonly nodeSelector?: { readonly [label: string]: string };
  /**
   * Tolerations for its nodes' taints, in place of those of `like`.
   * @default - those of `like`, else none
   */
  readonly tolerations?: AcceleratorToleration[];
  /**
   * Image of vLLM for it, with its tag; `registry` leaves it as it is.
   * @default - that of `like`, else the pinned one for the vendor of `resourceName` (`nvidia.com/…`: vLLM's for CUDA)
   */
  readonly image?: string;
  /**
   * Time slicing of NVIDIA GPUs, as the device plugin is configured for it: each pod sees the memory of the whole GPU, of
   * which a model takes its part. Where `nodeLabels` is neither `gpuOperator` nor `gke`, its nodes need a `nodeSelector`.
   * @default - none: a pod has its GPU for itself
   */
  readonly timeSlicing?: TimeSlicing;
  /**
   * What one accelerator costs an hour, in the currency that you think in; of a time-sliced one the whole. `explain` says
   * what models cost.
   * @default - not known
   */
  readonly pricePerHour?: number;
}
