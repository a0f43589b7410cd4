import { Construct } from 'constructs';
import { restrictedContainerSecurity } from '../cluster/pod-security';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { Accelerator } from './accelerator';
import { DEFAULT_RUNTIME_NAME } from './accelerator-parts';
import { MODEL_PORT } from './model-port';
import { sharedMemoryVolume } from './shared-memory';
import { CPU_CACHE_GIBIBYTES } from './vllm-memory';
import {
  DEFAULT_STARTUP_TIMEOUT,
  DEFAULT_TERMINATION_GRACE_PERIOD,
  LIFECYCLE,
  PROBES,
  shutdownArgument,
  startupProbe,
} from './vllm-lifetime';
import { RUNTIME_DEFAULTS } from './vllm-serving';

/** A ServingRuntime that `ServedModel` can name. */
export interface IServingRuntime {
  /** Name of the ServingRuntime. */
  readonly runtimeName: string;
}

/** Props of `VllmRuntime`. */
export interface VllmRuntimeProps {
  /** Namespace of the models. */
  readonly namespace: string;

  /**
   * What it starts vLLM on. One ServingRuntime serves all accelerators with the same `runtimeName`.
   * @default - any NVIDIA GPU
   */
  readonly accelerator?: Accelerator;

  /**
   * Name of the ServingRuntime.
   * @default - that of the accelerator: vllm-latest, where it has no image of its own
   */
  readonly name?: string;

  /**
   * vLLM image with its tag.
   * @default - that of the accelerator, else the image table of docs/versions.md
   */
  readonly image?: string;
}

/**
 * Model format of weights that the model server loads itself. KServe takes any other model without `storageUri` for one
 * of a multi-model server, and puts its agent, a second container, beside it.
 */
export const HUGGING_FACE_FORMAT = 'huggingface';

/** A process without a home and without a name in /etc/passwd writes its caches here. */
const WRITABLE_PATHS: Readonly<Record<string, string>> = {
  USER: 'vllm',
  HOME: '/tmp',
  XDG_CACHE_HOME: '/tmp/.cache',
  XDG_CONFIG_HOME: '/tmp/.config',
  HF_HOME: '/tmp/huggingface',
  VLLM_CACHE_ROOT: '/tmp/vllm',
  VLLM_CONFIG_ROOT: '/tmp/vllm-config',
  TRITON_CACHE_DIR: '/tmp/triton',
  TORCHINDUCTOR_CACHE_DIR: '/tmp/inductor',
  FLASHINFER_WORKSPACE_BASE: '/tmp',
};

/**
 * How vLLM serves a model (serving.kserve.io/v1alpha1 ServingRuntime): everything that does not depend on the model.
 *
 * Gated models of Hugging Face open with the key `HF_TOKEN` of the Secret `huggingface-token`, where that exists.
 *
 * Usage is reported in every stream (`--enable-force-include-usage`), or token limits would have to estimate it.
 *
 * A pod that goes finishes its answers. The argument for that is left to who brings an image: vLLM has it since 0.18.
 *
 * @throws when the accelerator has no image, and none is pinned for it
 * @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
export class VllmRuntime extends Construct implements IServingRuntime {
  /** A ServingRuntime that somebody else owns. */
  public static fromName(runtimeName: string): IServingRuntime {
    return { runtimeName };
  }

  public readonly runtimeName: string;

  constructor(scope: Construct, id: string, props: VllmRuntimeProps) {
    super(scope, id);
    const { accelerator = Accelerator.nvidia() } = props;
    this.runtimeName = props.name ?? accelerator.runtimeName;
    new l1.kserve.ServingRuntime(this, 'Resource', {
      metadata: objectMetadata(this.runtimeName, { namespace: props.namespace }),
      spec: {
        annotations: { 'prometheus.io/path': '/metrics', 'prometheus.io/port': String(MODEL_PORT) },
        // Of several ServingRuntimes KServe may select the one by itself; models of ours name theirs.
        supportedModelFormats: [
          accelerator.runtimeName === DEFAULT_RUNTIME_NAME ? { name: 'vLLM', autoSelect: true } : { name: 'vLLM' },
          { name: HUGGING_FACE_FORMAT },
        ],
        containers: [vllmContainer(accelerator, imageOf(props, accelerator))],
        volumes: [sharedMemoryVolume(1), { name: 'tmp', emptyDir: {} }],
      },
    });
  }
}

/**
 * The variable with which a model server opens gated models of Hugging Face. A model's own takes the place of the
 * runtime's: KServe merges the two by name.
 */
export function huggingFaceToken(secret: { readonly name: string; readonly optional: boolean }) {
  return { name: 'HF_TOKEN', valueFrom: { secretKeyRef: { ...secret, key: 'HF_TOKEN' } } };
}

function imageOf({ image }: VllmRuntimeProps, accelerator: Accelerator): string {
  const name = image ?? accelerator.imageName();
  if (name === undefined) {
    throw new Error(`accelerator ${accelerator.name}: got no image, expected one of vLLM for it: none is pinned`);
  }
  return name;
}

function vllmContainer(accelerator: Accelerator, image: string) {
  const isCpu = accelerator.family === 'cpu';
  return {
    name: 'kserve-container',
    image,
    args: [
      `--port=${MODEL_PORT}`,
      '--distributed-executor-backend=mp',
      ...(isCpu ? [] : [`--gpu-memory-utilization=${RUNTIME_DEFAULTS.gpuMemoryUtilization}`]),
      `--max-num-seqs=${RUNTIME_DEFAULTS.maxNumSeqs}`,
      '--enable-force-include-usage',
      ...(accelerator.image === undefined ? [shutdownArgument(DEFAULT_TERMINATION_GRACE_PERIOD)] : []),
    ],
    env: [
      ...Object.entries(WRITABLE_PATHS).map(([name, value]) => ({ name, value })),
      ...(isCpu ? [{ name: 'VLLM_CPU_KVCACHE_SPACE', value: String(CPU_CACHE_GIBIBYTES) }] : []),
      { name: 'VLLM_NO_USAGE_STATS', value: '1' },
      huggingFaceToken({ name: 'huggingface-token', optional: true }),
    ],
    ports: [{ name: 'http', containerPort: MODEL_PORT, protocol: 'TCP' }],
    startupProbe: startupProbe(DEFAULT_STARTUP_TIMEOUT),
    ...PROBES,
    lifecycle: LIFECYCLE,
    securityContext: restrictedContainerSecurity(),
    volumeMounts: [
      { name: 'shm', mountPath: '/dev/shm' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
