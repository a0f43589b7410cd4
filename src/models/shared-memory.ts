/** Up to this number of GPUs what the ServingRuntime gives every model is enough. */
const FEW_GPUS = 4;

/**
 * GiB that the processes of a replica may share at `/dev/shm`. vLLM has one for each GPU, which exchange messages there: 160
 * MiB are for all of them, 240 MiB for the answers of each, and NCCL takes tens of MiB more where GPUs have no link.
 */
export function sharedMemoryGibibytes(gpus: number): number {
  return Math.ceil(Math.max(gpus, FEW_GPUS) / 2);
}

/** The volume of `/dev/shm`: memory, of which what is written counts against the container's limit. */
export function sharedMemoryVolume(gpus: number) {
  return { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: `${sharedMemoryGibibytes(gpus)}Gi` } };
}

/** The volume in place of the ServingRuntime's, where that is too small: KServe merges the two by name. */
export function largerSharedMemory(gpus: number): ReturnType<typeof sharedMemoryVolume>[] {
  return gpus > FEW_GPUS ? [sharedMemoryVolume(gpus)] : [];
}
