import type { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { restrictedPodSecurity } from '../cluster/pod-security';
import type { IModelBackend } from '../gateway/model-route';
import type { Accelerator } from './accelerator';
import { withDefaults } from './catalog';
import { adapterArguments, type ModelAdapter } from './model-adapter';
import { claimParts, nodeGroupAnnotations, type ModelCache } from './model-cache';
import { HUGGING_FACE, HUGGING_FACE_FORM, parseHuggingFace } from './hugging-face';
import { addInferenceService, predictorServiceName } from './inference-service';
import { largerSharedMemory } from './shared-memory';
import { HUGGING_FACE_FORMAT, huggingFaceToken, type IServingRuntime } from './vllm-runtime';
import {
  DEFAULT_TERMINATION_GRACE_PERIOD,
  SHORTEST_GRACE_PERIOD,
  shutdownArgument,
  startupProbe,
} from './vllm-lifetime';
import { defaultUtilization } from './vllm-serving';
import type { PlatformKind } from '../cluster/platform-kind';
import { containerResources, type ModelReplicas, type ModelResources, type ModelRollout } from './model-size';

/** Props of `ServedModel`. */
export interface ServedModelProps {
  /** Name of the InferenceService. */
  readonly name: string;

  /** Namespace of the model. */
  readonly namespace: string;

  /** Runtime that serves the model; of the format `huggingface` for weights from `hf://`, else of `vLLM`. */
  readonly runtime: IServingRuntime;

  /**
   * Where the weights come from: `hf://`, `s3://`, `pvc://`, `oci://`, `gs://` or `https://`. `hf://org/model:revision`
   * is one branch, tag or commit.
   */
  readonly source: string;

  /** Accelerator of a replica. */
  readonly accelerator: Accelerator;

  /**
   * Accelerators per replica; more than one splits the model over them (tensor parallel).
   * @default 1
   */
  readonly gpus?: number;

  /**
   * Model name in requests.
   * @default - the name of the InferenceService
   */
  readonly servedName?: string;

  /**
   * Longest context in tokens.
   * @default - the model's
   */
  readonly maxModelLength?: number;

  /**
   * CPU and memory of a replica.
   * @default - 2 to 8 CPU, 16 to 32 GiB
   */
  readonly resources?: ModelResources;

  /**
   * Secret with the key `HF_TOKEN`, for a gated model of Hugging Face.
   * @default - the runtime's: `huggingface-token`, where it exists
   */
  readonly huggingFaceTokenSecretName?: string;

  /**
   * Where weights are kept, so that not each pod loads them.
   * @default - nowhere
   */
  readonly cache?: ModelCache;

  /**
   * Number of replicas.
   * @default - one
   */
  readonly replicas?: ModelReplicas;

  /**
   * Whether something else than KServe decides how many of `replicas` there are, as `ModelScaling` does.
   * @default false
   */
  readonly externalAutoscaler?: boolean;

  /**
   * LoRA adapters, as further model names.
   * @default - none
   */
  readonly adapters?: readonly ModelAdapter[];

  /**
   * Highest rank of the adapters.
   * @default - vLLM's: 16
   */
  readonly adapterRank?: number;

  /**
   * Further arguments of the model server.
   * @default - none
   */
  readonly arguments?: string[];

  /**
   * ServiceAccount of the pods.
   * @default - the namespace's default
   */
  readonly serviceAccountName?: string;

  /**
   * Kubernetes distribution; OpenShift assigns user ids itself. Elsewhere the processes run as user 1000, because model
   * servers' images would run as root.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * What an update does first: start a new pod (`surge`), or end an old one (`replace`), for want of accelerators.
   * @default surge
   */
  readonly rollout?: ModelRollout;

  /**
   * PriorityClass of the pods, for example of a `ModelPriorityClass`.
   * @default - that of the cluster
   */
  readonly priorityClassName?: string;

  /**
   * How long it may load its weights before Kubernetes restarts it.
   * @default - the runtime's: 30 minutes
   */
  readonly startupTimeout?: Duration;

  /**
   * How long a pod that goes may finish its answers; at least 30 seconds. With an image of its own the accelerator's vLLM does
   * so only by an argument: `--shutdown-timeout` (0.18 or newer), in seconds.
   * @default - 5 minutes
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * Version of KServe.
   * @default 0.20.0
   */
  readonly kserveVersion?: string;
}

/** User id of images that would run as root, where the cluster assigns none. */
const UNPRIVILEGED_USER = 1000;

/** Place of the weights that KServe brings into the pod. */
const MODEL_PATH = '/mnt/models';

/**
 * A model on GPU nodes (serving.kserve.io/v1beta1 InferenceService): its weights, its accelerators, its replicas.
 *
 * Weights of Hugging Face (`hf://`) are loaded by the model server itself; KServe's own download container has no
 * securityContext and is refused by Pod Security `restricted`.
 *
 * @throws when the range of replicas is empty, or begins below one without an external autoscaler, when `hf://` is followed
 * by no model, when the grace period is too short, or when an adapter is not at Hugging Face
 * @see https://kserve.github.io/website/docs/model-serving/generative-inference/overview
 */
export class ServedModel extends Construct implements IModelBackend {
  public readonly serviceName: string;
  public readonly servicePort = 80;
  public readonly serviceNamespace: string;

  constructor(scope: Construct, id: string, props: ServedModelProps) {
    super(scope, id);
    this.serviceName = predictorServiceName(props.name);
    this.serviceNamespace = props.namespace;
    const loadsItself = loadsWeights(props);
    const claim = claimParts(props.cache);
    addInferenceService(this, 'Resource', {
      name: props.name,
      namespace: props.namespace,
      replicas: props.replicas,
      externalAutoscaler: props.externalAutoscaler,
      rollout: props.rollout,
      kserveVersion: props.kserveVersion,
      labels: { tier: 'gpu', 'opendatahub.io/dashboard': 'true' },
      annotations: nodeGroupAnnotations(props.cache),
      predictor: {
        serviceAccountName: props.serviceAccountName,
        priorityClassName: props.priorityClassName,
        terminationGracePeriodSeconds: gracePeriodSeconds(props),
        securityContext: podSecurity(props.platform, claim?.fsGroup),
        volumes: listed([...largerSharedMemory(props.gpus ?? 1), ...(claim?.volumes ?? [])]),
        ...placement(props.accelerator),
        model: {
          modelFormat: { name: loadsItself ? HUGGING_FACE_FORMAT : 'vLLM' },
          runtime: props.runtime.runtimeName,
          storageUri: loadsItself ? undefined : props.source,
          args: modelArguments(props),
          volumeMounts: claim?.volumeMounts,
          env: variables(props, claim?.env),
          resources: modelResources(props),
          startupProbe: props.startupTimeout && startupProbe(props.startupTimeout),
        },
      },
    });
  }
}

/** Where pods may run; the API server would drop what is empty. */
function placement({ nodeSelector, tolerations }: Accelerator) {
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
  };
}

/** Whether the model server loads the weights, and not KServe or a volume. */
function loadsWeights({ source, cache }: ServedModelProps): boolean {
  return source.startsWith(HUGGING_FACE) && cache?.nodeGroup === undefined;
}

/** Which weights vLLM loads: a name of Hugging Face with its revision, as KServe would split them, or a folder. */
function weightArguments(props: ServedModelProps): string[] {
  const { source } = props;
  if (!loadsWeights(props)) {
    return [`--model=${MODEL_PATH}`];
  }
  const model = parseHuggingFace(source);
  if (model === undefined) {
    throw new Error(`source: got "${source}", expected ${HUGGING_FACE_FORM}`);
  }
  const { name, revision } = model;
  return [`--model=${name}`, ...(revision === undefined ? [] : [`--revision=${revision}`])];
}

function modelArguments(props: ServedModelProps): string[] {
  const { accelerator, gpus = 1 } = props;
  return [
    ...weightArguments(props),
    `--served-model-name=${props.servedName ?? props.name}`,
    ...(props.maxModelLength === undefined ? [] : [`--max-model-len=${props.maxModelLength}`]),
    ...(gpus > 1 ? [`--tensor-parallel-size=${gpus}`] : []),
    ...adapterArguments(props),
    ...(accelerator.sharedBy > 1 ? [`--gpu-memory-utilization=${defaultUtilization(accelerator)}`] : []),
    ...shutdownArguments(props),
    ...(props.arguments ?? []),
  ];
}

/** What the runtime says of its default; nothing to images of others, which may be of an older vLLM. */
function shutdownArguments({ accelerator, terminationGracePeriod }: ServedModelProps): string[] {
  const isPinned = accelerator.image === undefined;
  return terminationGracePeriod !== undefined && isPinned ? [shutdownArgument(terminationGracePeriod)] : [];
}

function gracePeriodSeconds({ terminationGracePeriod = DEFAULT_TERMINATION_GRACE_PERIOD }: ServedModelProps): number {
  const seconds = terminationGracePeriod.toSeconds();
  if (seconds < SHORTEST_GRACE_PERIOD) {
    throw new Error(`termination grace period: got ${seconds} s, expected at least ${SHORTEST_GRACE_PERIOD} s`);
  }
  return seconds;
}

/** The group of a volume's files is set once: to go through all of them at each start takes long. */
function podSecurity(platform: PlatformKind | undefined, fsGroup: number | undefined) {
  return {
    ...restrictedPodSecurity({ platform, runAsUser: UNPRIVILEGED_USER, fsGroup }),
    fsGroupChangePolicy: fsGroup === undefined ? undefined : 'OnRootMismatch',
  };
}

/** The API server would drop an empty list. */
function listed<Item>(items: readonly Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : [...items];
}

/** Those that the runtime has not, or otherwise. */
function variables({ huggingFaceTokenSecretName: name }: ServedModelProps, others: readonly object[] = []) {
  const token = name === undefined ? [] : [huggingFaceToken({ name, optional: false })];
  return listed([...token, ...others]);
}

/** An extended resource is not divisible: request and limit are the same. */
function modelResources({ resources, accelerator, gpus }: ServedModelProps) {
  const { resourceName } = accelerator;
  const accelerators = resourceName === undefined ? {} : { [resourceName]: String(gpus ?? 1) };
  return containerResources(withDefaults(resources, 'vllm'), accelerators);
}
