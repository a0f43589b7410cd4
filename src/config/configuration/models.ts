import type { TokenWeights } from '../../limits/token-weights';
import type { ModelRuntime } from '../../models/catalog-entry';
import type { ModelArchitecture } from '../../models/model-architecture';
import type { ModelCache } from '../../models/model-cache';
import type { ModelReplicas, ModelResources, ModelRollout } from '../../models/model-size';
import type { AdapterConfiguration } from './adapters';
import type { CanaryConfiguration } from './canary';
import type { ExternalConfiguration } from './external';
import type { ScalingConfiguration } from './scaling';

/** A model to serve. */
export interface ModelConfiguration {
  /** Name of a catalog entry, or of an own model; also the first label of its host. */
  readonly name: string;
  /**
   * Host name of the model, one label below the domain.
   * @default - `<name>.<domain>`, on OpenShift `<name>-llm.<domain>`
   */
  readonly host?: string;
  /**
   * Where the weights come from: `hf://`, `s3://`, `pvc://`, `oci://`, `gs://` or `https://`. `hf://org/model:revision`
   * is one branch, tag or commit. `s3://` is read with the credentials of `serviceAccount`, else of `storage.minio`, else
   * with those that the node has (an instance role of the cloud).
   * @default - the catalog's
   */
  readonly source?: string;
  /**
   * Model name in requests (OpenAI API field `model`).
   * @default - the catalog's, for an own model its name
   */
  readonly servedName?: string;
  /**
   * What serves the model.
   * @default - the catalog's, for an own model vllm
   */
  readonly runtime?: ModelRuntime;
  /**
   * Accelerator: `nvidia` (any), `nvidia-l4` and others, a slice like `nvidia-h100-mig-1g.10gb`, `amd-mi300x`,
   * `intel-gaudi3`, `cpu`, or one of `accelerators`. Needed by every vllm model.
   * @default - the catalog's
   */
  readonly accelerator?: string;
  /**
   * Accelerators per replica; more than one splits the model over them (tensor parallel).
   * @default - the catalog's, else 1
   */
  readonly gpus?: number;
  /**
   * CPU and memory of a replica.
   * @default - the catalog's, for an own model the runtime's
   */
  readonly resources?: ModelResources;
  /**
   * Number of replicas.
   * @default - one
   */
  readonly replicas?: ModelReplicas;
  /**
   * Lets KEDA decide how many of `replicas` there are, by the work that vLLM reports. The cluster has to have KEDA.
   * @default - none: a range of replicas, which then only models without a GPU may have, KServe scales by their CPU
   */
  readonly scaling?: ScalingConfiguration;
  /**
   * Secret in the platform's namespace whose key `HF_TOKEN` opens a gated model of Hugging Face.
   * @default - `huggingface-token`, where it exists
   */
  readonly huggingFaceTokenSecret?: string;
  /**
   * Existing ServiceAccount of the platform's namespace that the model's pods run as. KServe reads `s3://` and `gs://` with
   * the credentials of the Secrets that it lists (for S3 with the annotations `serving.kserve.io/s3-endpoint` and
   * `…/s3-region`), or of the cloud's role in its annotations (`eks.amazonaws.com/role-arn`).
   * @default - the namespace's default, on OpenShift `kserve-service-account`; for `s3://` with `storage.minio`
   * `model-storage`, which has MinIO's credentials
   */
  readonly serviceAccount?: string;
  /**
   * Longest context in tokens (`--max-model-len`).
   * @default - the catalog's, for an own model the model's
   */
  readonly maxModelLength?: number;
  /**
   * LoRA adapters of a vllm model that generates text: further model names, served by the same pods at the same host.
   * @default - none
   */
  readonly adapters?: AdapterConfiguration[];
  /**
   * Highest rank of its adapters (`--max-lora-rank`): 8, 16, 32, 64, 128, 256, 320 or 512.
   * @default - vLLM's: 16
   */
  readonly adapterRank?: number;
  /**
   * Where weights are kept, so that not each pod loads them: a claim for what comes from Hugging Face, or the disks of nodes.
   * @default - nowhere
   */
  readonly cache?: ModelCache;
  /**
   * Further arguments of the model server, after the rendered ones and the catalog's; none that another key says
   * (`--max-model-len`), or with which it would not serve (`--api-key`, `--host`). The catalog's are for its own weights:
   * other weights of Hugging Face have none of them.
   * @default - none
   */
  readonly arguments?: string[];
  /**
   * Number of parameters, for example `8B`: whether the model's weights fit is then checked. Of weights
   * that lie elsewhere, under a name of the catalog, another number (by a tenth) is another model.
   * @default - the catalog's, else what `configFile` comes to
   */
  readonly parameters?: string;
  /**
   * Figures of the model, so that its KV cache is checked, too; with `parameters` all of them, without over the catalog's.
   * @default - the catalog's
   */
  readonly architecture?: ModelArchitecture;
  /**
   * The model's `config.json` on the disk in place of `architecture`, relative to the file that names it. The size is
   * computed from it for Cohere, Gemma, gpt-oss, Granite, Llama, Mistral, OLMo 2, Phi, Qwen and StarCoder 2; others need
   * `parameters` beside it. In maas.yaml only: what code gives is never read from files.
   * @default - none
   */
  readonly configFile?: string;
  /**
   * What one token of this model counts against token limits.
   * @default 1
   */
  readonly weight?: number;
  /**
   * What tokens of this model count by kind, instead of `weight`.
   * @default - every token counts `weight`
   */
  readonly tokenWeights?: TokenWeights;
  /**
   * PriorityClass of the pods: who gives way where GPUs are short. One of `priorityClasses`, or an existing one of the
   * cluster.
   * @default - that of the cluster
   */
  readonly priorityClass?: string;
  /**
   * What an update of the model does first: start a new pod (`surge`), which needs room for one more, or end an old one
   * (`replace`), one at a time, where all accelerators are taken. A single pod is then away until the new one has loaded.
   * @default surge
   */
  readonly rollout?: ModelRollout;
  /**
   * How long a vllm model may load its weights before Kubernetes restarts it, for example `1h`.
   * @default 30m
   */
  readonly startupTimeout?: string;
  /**
   * How long a pod of a vllm model that goes may finish its answers (`terminationGracePeriodSeconds`), at least `30s`. An
   * accelerator with an `image` of its own also needs the argument `--shutdown-timeout=<seconds>` for it (vLLM 0.18 or newer).
   * @default 5m
   */
  readonly terminationGracePeriod?: string;
  /**
   * Tokens a second that one replica writes under your load, as you have measured it: `explain` then says what a million
   * costs.
   * @default - not known
   */
  readonly tokensPerSecond?: number;
  /**
   * Another version of the model, which gets a part of its requests: same host, same name in requests, same limits.
   * @default - none
   */
  readonly canary?: CanaryConfiguration;
  /**
   * Serves the model by the API of a provider outside of the cluster, in place of pods: same access, limits and list as
   * every other model. Clients may ask for chat completions, completions and embeddings.
   * @default - none: pods of the cluster serve it
   */
  readonly external?: ExternalConfiguration;
  /**
   * Another model that answers when this one has no pod that is ready, cannot be connected to, ends the connection before
   * it answers, or answers 5xx. Requests stay those of this model: who may send them, and what their tokens count.
   * @default - none: the client gets the error
   */
  readonly fallback?: string;
}
