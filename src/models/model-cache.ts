/** Where weights are kept, so that not each pod loads them: in a claim, or on the disks of nodes. */
export interface ModelCache {
  /**
   * Existing PersistentVolumeClaim of the model's namespace that pods of several nodes can write to (`ReadWriteMany`): vLLM
   * keeps there what it loads from Hugging Face. Models may share one.
   * @default - none
   */
  readonly existingClaim?: string;
  /**
   * Whether pods only read `existingClaim` and ask Hugging Face for nothing: once everything is there.
   * @default false
   */
  readonly offline?: boolean;
  /**
   * KServe's LocalModelNodeGroup: the weights are loaded to the disks of its nodes ahead, and the pods run there.
   * @default - none
   */
  readonly nodeGroup?: string;
  /**
   * What the weights take on a disk of `nodeGroup`, for example `20Gi`. Needed there.
   * @default - none
   */
  readonly size?: string;
}

/** Place of the claim: what huggingface_hub keeps of repositories. A token is not among it. */
const CLAIM_PATH = '/mnt/huggingface';

/** Group that may write to the claim, where the cluster assigns none. */
const CLAIM_GROUP = 1000;

/** What a claim adds to the pods of its model, and to their container. */
export function claimParts({ existingClaim: claimName, offline: readOnly = false }: ModelCache = {}) {
  const name = 'huggingface-cache';
  return claimName === undefined
    ? undefined
    : {
        fsGroup: CLAIM_GROUP,
        volumes: [{ name, persistentVolumeClaim: { claimName, readOnly } }],
        volumeMounts: [{ name, mountPath: CLAIM_PATH, readOnly }],
        env: [
          { name: 'HF_HUB_CACHE', value: CLAIM_PATH },
          ...(readOnly ? [{ name: 'HF_HUB_OFFLINE', value: '1' }] : []),
        ],
      };
}

/** What has KServe mount the weights from the disks of these nodes: of several groups it would take the first. */
export function nodeGroupAnnotations({ nodeGroup }: ModelCache = {}): { readonly [key: string]: string } {
  return nodeGroup === undefined ? {} : { 'serving.kserve.io/nodegroup': nodeGroup };
}
