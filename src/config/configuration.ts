/**
 * The shape of maas.yaml, and of what `MaasPlatform` takes: names and strings only.
 *
 * Everything is optional; the defaults are the kind demo with a simulated model. `schema.ts` holds the same shape for
 * run time and is checked against these interfaces at compile time; `maas.schema.json` takes its descriptions from the
 * comments below, and from those of the constructs' types that are imported here.
 */

import type { PlatformKind } from '../cluster/platform-kind';
import type { IssuerKind } from '../gateway/gateway-certificate';
import type { GatewayServiceType } from '../gateway/maas-gateway';
import type { SecretStoreKind } from '../identity/api-key-external-secret';
import type { TierGroup } from '../identity/tier-group';
import type { TokenOvershoot } from '../limits/lua-script';
import type { LimitFailureMode } from '../limits/operator-failure-mode';
import type { TokenWeights } from '../limits/token-weights';
import type { AcceleratorToleration, TimeSlicing } from '../models/accelerator';
import type { NodeLabels } from '../models/accelerator-profiles';
import type { ModelRuntime } from '../models/catalog';
import type { ModelCache } from '../models/model-cache';
import type { ModelArchitecture } from '../models/model-architecture';
import type { ModelReplicas, ModelResources } from '../models/model-size';
import type { ScalingMetric } from '../models/scaling-queries';
import type { JsonPatchOperation } from '../output/patch';

/** The platform: tiers, users and models, and what they run on. */
export interface MaasPlatformProps {
  /**
   * Name of the platform. It prefixes file names in dist/ and names of cluster-scoped objects and of those in namespaces
   * that platforms share, so that several platforms fit into one App and one cluster.
   * @default - no prefix
   */
  readonly name?: string;

  /**
   * Kubernetes distribution.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * DNS domain of the models' hosts: `<model>.<domain>`, on OpenShift `<model>-llm.<domain>`.
   * @default maas.local
   */
  readonly domain?: string;

  /**
   * Namespace of the models, their routes, the API keys and (unless `gateway.namespace` says otherwise) the Gateway.
   * @default llm
   */
  readonly namespace?: string;

  /**
   * Whether the namespaces are created; `false` uses existing ones and leaves their labels alone.
   * @default true
   */
  readonly createNamespaces?: boolean;

  /**
   * Versions of the components in the cluster. KServe's decides how a model's deployment mode is written; the others are
   * checked against what the platform needs of them.
   * @default - the version table of docs/versions.md
   */
  readonly versions?: VersionsConfiguration;

  /**
   * Registry that mirrors every image, `host[:port][/path]`: `ghcr.io/llm-d/x:v1` becomes `<registry>/llm-d/x:v1`.
   * @default - images as published
   */
  readonly registry?: string;

  /**
   * The Gateway in front of all models.
   * @default - created, one replica, plain HTTP on port 80
   */
  readonly gateway?: GatewayConfiguration;

  /**
   * The Kuadrant instance that enforces authentication and what Limitador counts.
   * @default - created in kuadrant-system
   */
  readonly kuadrant?: KuadrantConfiguration;

  /**
   * KServe's cluster-wide configuration.
   * @default - configured in namespace kserve
   */
  readonly kserve?: KServeInstallationConfiguration;

  /**
   * Tiers of service: what their users may consume, and of which models.
   * @default - free, premium and enterprise
   */
  readonly tiers?: TierConfiguration[];

  /**
   * Users with their API keys.
   * @default - on the kind demo its five users, as far as their tiers exist; elsewhere none
   */
  readonly users?: UserConfiguration[];

  /**
   * Models to serve: a name of the catalog (simulator, qwen3, granite, mistral, nomic, llama-3-1-8b, llama-3-3-70b,
   * qwen3-32b, gpt-oss-20b, phi-4, bge-m3) or an own one with its source.
   * @default - the simulator
   */
  readonly models?: ModelConfiguration[];

  /**
   * Own accelerators beside the built-in ones, for what these do not know, and for nodes that are labelled otherwise.
   * @default - none
   */
  readonly accelerators?: AcceleratorConfiguration[];

  /**
   * Who labels the nodes that have accelerators: the vendors' operators (`gpuOperator`), GKE, EKS Auto Mode, Karpenter on
   * AWS, or AKS, which labels no product.
   * @default gpuOperator
   */
  readonly nodeLabels?: NodeLabels;

  /**
   * What all pods in the namespace of the models may ask for together, as a ResourceQuota. It has to hold all models with
   * all their replicas.
   * @default - no limit
   */
  readonly quota?: QuotaConfiguration;

  /**
   * How callers prove who they are.
   * @default - API keys
   */
  readonly identity?: IdentityConfiguration;

  /**
   * Whether NetworkPolicies let only the Gateway and Prometheus reach models, and only their clients everything else that
   * the platform runs. The cluster's network plugin has to enforce them.
   * @default true
   */
  readonly networkPolicies?: boolean;

  /**
   * How token limits are enforced.
   * @default - an EnvoyFilter beside the Gateway
   */
  readonly limits?: LimitsConfiguration;

  /**
   * Object storage for model weights.
   * @default - none
   */
  readonly storage?: StorageConfiguration;

  /**
   * Metrics.
   * @default - Prometheus in llm-observability
   */
  readonly observability?: ObservabilityConfiguration;

  /**
   * A Job that asks the running platform what it promises, with a tier and a user of its own, both named `conformance`.
   * @default - none
   */
  readonly conformance?: ConformanceConfiguration;

  /**
   * Changes to synthesized objects, for what has no key of its own. A patch that changes nothing is an error.
   * @default - none
   */
  readonly patches?: PatchConfiguration[];

  /**
   * Own manifests, written to a file of their own beside the platform's.
   * @default - none
   */
  readonly objects?: ManifestConfiguration[];
}

/** Versions of the components in the cluster (semantic versions without a leading `v`). */
export interface VersionsConfiguration {
  /**
   * Gateway API.
   * @default 1.5.1
   */
  readonly gatewayApi?: string;
  /**
   * Istio. Token limits by `envoyFilter` need 1.30 or newer.
   * @default 1.31.4
   */
  readonly istio?: string;
  /**
   * Kuadrant operator. Versions before 1.4.2 let clients forge identity headers.
   * @default 1.5.2
   */
  readonly kuadrant?: string;
  /**
   * KServe.
   * @default 0.20.0
   */
  readonly kserve?: string;
  /**
   * cert-manager.
   * @default 1.18.2
   */
  readonly certManager?: string;
}

/** The Gateway (gateway.networking.k8s.io/v1) that all requests pass. */
export interface GatewayConfiguration {
  /**
   * Whether the Gateway is created; `false` uses an existing one. It must be there for this platform alone, because
   * policies and filters on a Gateway count for all its routes: the routes of others on it would be refused. It needs the
   * annotations of token limits (see examples/existing-gateway), and `replicas` and `tls` here say what it is like.
   * @default true
   */
  readonly create?: boolean;
  /**
   * Name of the Gateway.
   * @default inference-gateway
   */
  readonly name?: string;
  /**
   * Namespace of the Gateway and of the policies on it. One that is not the platform's must exist.
   * @default - the platform's namespace
   */
  readonly namespace?: string;
  /**
   * GatewayClass.
   * @default istio
   */
  readonly className?: string;
  /**
   * Gateway pods; of an existing Gateway the number that it has. The engine `envoyFilter` counts tokens inside one pod, so
   * more than one needs `limits.perReplica: divide` or the other engine.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Type of the Gateway's Service.
   * @default - ClusterIP on OpenShift and for a local domain, else LoadBalancer
   */
  readonly serviceType?: GatewayServiceType;
  /**
   * TLS at the Gateway: an HTTPS listener on port 443 takes the place of the plain one. For an existing Gateway `tls: {}`
   * says that it has such a listener, so that OpenShift's router passes TLS through to it.
   * @default - plain HTTP on port 80
   */
  readonly tls?: GatewayTlsConfiguration;
  /**
   * Where the EnvoyFilters stand: beside the Gateway, which they then name as their target, or in Istio's root namespace
   * `istio-system`, where they select the pods of every Gateway of this name in the cluster. In any other namespace Istio
   * would ignore them silently.
   * @default gatewayNamespace
   */
  readonly filterPlacement?: FilterPlacement;
  /**
   * Host of the platform itself, one label below the domain: `GET /v1/models` there lists what the caller may use, and
   * where.
   * @default - `api.<domain>`, on OpenShift `api-llm.<domain>`
   */
  readonly platformHost?: string;
  /**
   * How models are told apart: by a host each (`https://<model>.<domain>/v1/…`), by the first segment of the path at the
   * host of the platform (`https://<platformHost>/<model>/v1/…`), which needs one name in DNS and on the certificate, or
   * both ways.
   * @default host
   */
  readonly routing?: ModelRouting;
}

/** How models are told apart. */
export type ModelRouting = 'host' | 'path' | 'both';

/** Where the EnvoyFilters of a Gateway stand. */
export type FilterPlacement = 'gatewayNamespace' | 'rootNamespace';

/** TLS at the Gateway. */
export interface GatewayTlsConfiguration {
  /**
   * Secret (kubernetes.io/tls) in the Gateway's namespace with the wildcard certificate of the domain.
   * @default wildcard-tls-secret
   */
  readonly secretName?: string;
  /**
   * cert-manager issuer that fills the Secret.
   * @default - none: somebody else provides the Secret
   */
  readonly issuer?: IssuerConfiguration;
}

/** Reference to a cert-manager issuer. */
export interface IssuerConfiguration {
  /** Name of the issuer. */
  readonly name: string;
  /**
   * Kind of the issuer.
   * @default ClusterIssuer
   */
  readonly kind?: IssuerKind;
}

/** The Kuadrant instance (kuadrant.io/v1beta1 Kuadrant). */
export interface KuadrantConfiguration {
  /**
   * Whether the instance is created; `false` uses an existing one.
   * @default true
   */
  readonly create?: boolean;
  /**
   * Namespace of Kuadrant's operator and instance; it comes with the operator's installation.
   * @default kuadrant-system
   */
  readonly namespace?: string;
}

/** KServe's cluster-wide configuration (ConfigMap inferenceservice-config). */
export interface KServeInstallationConfiguration {
  /**
   * Whether KServe's deploy and ingress settings are rendered, and `localModel.enabled` where a model has a
   * `cache.nodeGroup`; `false` leaves them to who runs KServe.
   * @default true
   */
  readonly configure?: boolean;
  /**
   * Namespace of the KServe controller.
   * @default kserve
   */
  readonly namespace?: string;
}

/** A tier of service. */
export interface TierConfiguration {
  /** Name of the tier (DNS label). */
  readonly name: string;
  /**
   * Tokens a user of the tier may consume, over all models (with the engine `tokenRateLimitPolicy` and models by host: of
   * its one model).
   * @default - unlimited
   */
  readonly tokens?: TokenLimitsConfiguration;
  /**
   * Requests a user of the tier may send to each model; to all of them together where they share a route
   * (`gateway.routing: path` with the engine `tokenRateLimitPolicy`).
   * @default - unlimited
   */
  readonly requests?: RequestLimitConfiguration;
  /**
   * Models that the tier may use, by name.
   * @default - all
   */
  readonly models?: string[];
  /**
   * Whether token limits refuse requests; `false` counts and reports only.
   * @default true
   */
  readonly enforce?: boolean;
}

/** Token limits of one user, any subset. Windows are aligned to UTC; those of `tokenRateLimitPolicy` begin with a first request. */
export interface TokenLimitsConfiguration {
  /**
   * Tokens a minute.
   * @default - unlimited
   */
  readonly minute?: number;
  /**
   * Tokens an hour.
   * @default - unlimited
   */
  readonly hour?: number;
  /**
   * Tokens a day.
   * @default - unlimited
   */
  readonly day?: number;
  /**
   * Tokens a calendar month.
   * @default - unlimited
   */
  readonly month?: number;
}

/** A limit on requests (Kuadrant RateLimitPolicy). */
export interface RequestLimitConfiguration {
  /** Requests a user may send in one window. */
  readonly limit: number;
  /** Length of the window as a Gateway API duration, for example `2m` or `1h30m`. */
  readonly window: string;
}

/** A user with a tier and API keys. */
export interface UserConfiguration {
  /** Name of the user, as limits and metrics know them. */
  readonly name: string;
  /** Name of the user's tier. */
  readonly tier: string;
  /**
   * API keys; several at once allow rotation without an outage.
   * @default - none: the user comes in by OIDC
   */
  readonly keys?: KeyConfiguration[];
}

/** Where one API key comes from. Exactly one of `demo`, `existingSecret` and `externalSecret` is set. */
export interface KeyConfiguration {
  /**
   * Name of the key, for the second and every further key of a user that gets a Secret: `<user>-apikey-<name>`.
   * @default - none: the Secret is `<user>-apikey`
   */
  readonly name?: string;
  /**
   * The key itself, written into a Secret in dist/. For the local demo only; refused elsewhere.
   * @default - none
   */
  readonly demo?: string;
  /**
   * Name of a Secret that somebody else puts into the platform's namespace, with the key under `api_key`. Labels make it a
   * key: `app: llm-gateway`, `cdk8s-maas/platform: <namespace>`, `kuadrant.io/auth-secret: "true"` and
   * `authorino.kuadrant.io/managed-by: authorino`. Whose key it is stands here: its annotations cannot say otherwise, and
   * another tier counts at once. A Secret with these labels that is named nowhere counts by its annotations
   * `secret.kuadrant.io/user-id`, `kuadrant.io/groups` (the tier) and `cdk8s-maas/expires`.
   * @default - none
   */
  readonly existingSecret?: string;
  /**
   * Entry of a secret store that the External Secrets Operator reads.
   * @default - none
   */
  readonly externalSecret?: ExternalSecretConfiguration;
  /**
   * Day at whose end in UTC the key stops working (`2027-01-31`), or the instant (`2027-01-31T12:00:00Z`). A change counts
   * at once; no Secret has to be made anew.
   * @default - never
   */
  readonly expires?: string;
  /**
   * Whether the key is refused although its Secret exists; taking this away lets it in again.
   * @default false
   */
  readonly disabled?: boolean;
}

/** An entry of a secret store (external-secrets.io/v1). */
export interface ExternalSecretConfiguration {
  /** Name of the SecretStore or ClusterSecretStore. */
  readonly store: string;
  /**
   * Kind of the store.
   * @default ClusterSecretStore
   */
  readonly storeKind?: SecretStoreKind;
  /** Key of the entry in the store. */
  readonly key: string;
  /**
   * Property inside the entry.
   * @default - the whole entry
   */
  readonly property?: string;
}

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
   * (`--max-model-len`). The catalog's are for its own weights: other weights of Hugging Face have none of them.
   * @default - none
   */
  readonly arguments?: string[];
  /**
   * Number of parameters, for example `8B`: whether the model's weights fit is then checked.
   * @default - the catalog's, else what `configFile` comes to
   */
  readonly parameters?: string;
  /**
   * Figures of the model, so that its KV cache is checked, too.
   * @default - the catalog's
   */
  readonly architecture?: ModelArchitecture;
  /**
   * The model's `config.json` on the disk in place of `architecture`, relative to the file that names it. In maas.yaml
   * only: what code gives is never read from files.
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
   * Existing PriorityClass of the pods: who gives way where GPUs are short.
   * @default - that of the cluster
   */
  readonly priorityClass?: string;
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

/** A provider whose API is like OpenAI's, and one of its models. */
export interface ExternalConfiguration {
  /** Base URL of the API as OpenAI's clients take it, with https: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /**
   * Name of the model at the provider. Requests have it there, whatever they say here.
   * @default - `servedName`
   */
  readonly model?: string;
  /** Existing Secret in the Gateway's namespace whose key `api-key` is the platform's key at the provider. */
  readonly keySecret: string;
}

/** A LoRA adapter of a model. */
export interface AdapterConfiguration {
  /** Model name in requests (OpenAI API field `model`); no other model or adapter has it. */
  readonly name: string;
  /** Repository at Hugging Face, `hf://org/adapter`; vLLM loads its main branch. */
  readonly source: string;
}

/**
 * Another version of a model (Gateway API HTTPRoute `backendRefs[].weight`): what is not said here is the model's. It is
 * promoted by its weight; then its values become the model's.
 */
export interface CanaryConfiguration {
  /** How many of 100 requests it gets; with 100 the model's own pods stay for a way back. */
  readonly weight: number;
  /**
   * Where its weights come from.
   * @default - the model's
   */
  readonly source?: string;
  /**
   * Its accelerator.
   * @default - the model's
   */
  readonly accelerator?: string;
  /**
   * Accelerators per replica.
   * @default - the model's
   */
  readonly gpus?: number;
  /**
   * CPU and memory of a replica, in place of the model's.
   * @default - the model's
   */
  readonly resources?: ModelResources;
  /**
   * Number of replicas.
   * @default - the model's
   */
  readonly replicas?: ModelReplicas;
  /**
   * Secret whose key `HF_TOKEN` opens a gated model of Hugging Face.
   * @default - the model's
   */
  readonly huggingFaceTokenSecret?: string;
  /**
   * Where its weights are kept.
   * @default - the model's claim, where it loads from Hugging Face; the model's nodes, unless `source` is another
   */
  readonly cache?: ModelCache;
  /**
   * Longest context in tokens.
   * @default - the model's
   */
  readonly maxModelLength?: number;
  /**
   * LoRA adapters, by the names of the model's: a request for one may go to either version.
   * @default - the model's, unless `source` is another one than a revision of the model's
   */
  readonly adapters?: AdapterConfiguration[];
  /**
   * Highest rank of its adapters.
   * @default - the model's, unless `source` is another one than a revision of the model's
   */
  readonly adapterRank?: number;
  /**
   * Further arguments of the model server, in place of the model's.
   * @default - the model's
   */
  readonly arguments?: string[];
  /**
   * Number of parameters, for example `8B`.
   * @default - the model's, unless `source` is another name at Hugging Face
   */
  readonly parameters?: string;
  /**
   * Figures of the version, in place of the model's.
   * @default - the model's, unless `source` is another name at Hugging Face
   */
  readonly architecture?: ModelArchitecture;
}

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
   * Extended resource that a pod asks for, for example `nvidia.com/gpu`. Needed where there is no `like`.
   * @default - that of `like`
   */
  readonly resourceName?: string;
  /**
   * Labels of its nodes, in place of those of `like`.
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
   * @default - that of `like`, else vLLM's for CUDA
   */
  readonly image?: string;
  /**
   * Time slicing of NVIDIA GPUs, as the device plugin is configured for it: each pod sees the memory of the whole GPU, of
   * which a model takes its part.
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

/** How many replicas a model has while it serves. */
export interface ScalingConfiguration {
  /**
   * What tells how many are needed: requests that wait (`queue`), the KV cache in use (`cache`), or tokens that are written
   * (`tokens`).
   */
  readonly by: ScalingMetric;
  /** What one replica should have of it: waiting requests, percent of its KV cache, or tokens a second. */
  readonly target: number;
  /**
   * How long less has to be enough before a replica is taken away: whole seconds, at most an hour.
   * @default 5m
   */
  readonly cooldown?: string;
}

/** How callers prove who they are. */
export interface IdentityConfiguration {
  /**
   * API keys.
   * @default - on, unless OIDC is configured
   */
  readonly apiKeys?: ApiKeysConfiguration;
  /**
   * JSON Web Tokens of an OpenID Connect issuer.
   * @default - off; with keycloak: demo its realm
   */
  readonly oidc?: OidcConfiguration;
  /**
   * `demo` deploys a Keycloak with a realm of the same tiers and users. Local demo only.
   * @default - none
   */
  readonly keycloak?: KeycloakKind;
  /**
   * Failed authentications from one address in a minute after which each of its requests waits a second, until the minute
   * is over; `0` never. Behind a load balancer that hides addresses all clients share one.
   * @default 20
   */
  readonly slowDownAfter?: number;
}

/** What kind of Keycloak is deployed. */
export type KeycloakKind = 'demo';

/** API keys in the Authorization header. */
export interface ApiKeysConfiguration {
  /**
   * Whether API keys are accepted.
   * @default - true, unless OIDC is configured
   */
  readonly enabled?: boolean;
  /**
   * Accepted prefixes: `Authorization: <prefix> <key>`. OpenAI's SDKs send Bearer. They count as written: Authorino refuses
   * `bearer` where `Bearer` is accepted.
   * @default - APIKEY and Bearer
   */
  readonly prefixes?: string[];
}

/** JSON Web Tokens of an OpenID Connect issuer. */
export interface OidcConfiguration {
  /**
   * Issuer URL; `<issuerUrl>/.well-known/openid-configuration` must be reachable for Authorino.
   * @default - with `keycloak: demo` its realm, else required
   */
  readonly issuerUrl?: string;
  /**
   * Audience that a token must carry (claim `aud`).
   * @default maas
   */
  readonly audience?: string;
  /**
   * Claim that names the user, whose token budget it is. At many issuers users may change their
   * `preferred_username` or `email`, and with it whose budget they spend; `sub` stays for good and is never given to
   * another. Users of OIDC and of API keys share one space of names: a token whose claim is `alice` and an API key of
   * user `alice` spend the same budget.
   * @default - sub; with keycloak: demo preferred_username, so that users have the names of the configuration
   */
  readonly userClaim?: string;
  /**
   * Claim with the list of the user's groups.
   * @default groups
   */
  readonly groupsClaim?: string;
  /**
   * Which group gives which tier; the first match wins.
   * @default - group `<tier>-users` for every tier
   */
  readonly groups?: TierGroup[];
  /**
   * Tier of a user in none of the groups.
   * @default - none: refused
   */
  readonly defaultTier?: string;
}

/** How token limits are enforced. */
export interface LimitsConfiguration {
  /**
   * What counts tokens: Lua inside the gateway pod (`envoyFilter`), or Kuadrant's TokenRateLimitPolicy with Limitador
   * (`tokenRateLimitPolicy`), for several gateway pods and counters that survive restarts. With that one a tier may use several
   * models only by path (`gateway.routing: path`): then they share one HTTPRoute, by which Limitador counts.
   * @default envoyFilter
   */
  readonly engine?: LimitEngine;
  /**
   * What becomes of tokens beyond a limit. `inflight`: requests that are under way when a limit is reached may pass it.
   * `none`: a request reserves its prompt (a token for four bytes) and its `max_tokens` (without one 512, or what is left
   * where that is less) before it is forwarded, is refused where that does not fit, and settles with its real usage.
   * @default inflight
   */
  readonly overshoot?: TokenOvershoot;
  /**
   * `divide` lets `envoyFilter` run in several gateway pods: each holds its share of every token limit, rounded down.
   * @default - none: more than one replica is refused
   */
  readonly perReplica?: LimitPerReplica;
  /**
   * What becomes of requests while Limitador is down. Written into the environment of Kuadrant's operator, so it holds
   * for the whole cluster. Without Authorino, and without counters of `envoyFilter`, requests are refused in any case.
   * @default - the operator's own setting, which is allow unless somebody changed it
   */
  readonly onFailure?: LimitFailureMode;
  /**
   * Redis, 7.0 or newer, in which Limitador keeps its counters: those of `tokenRateLimitPolicy` and of request limits.
   * @default - none: Limitador counts in memory and forgets with a restart
   */
  readonly redis?: RedisConfiguration;
}

/** What counts tokens. */
export type LimitEngine = 'envoyFilter' | 'tokenRateLimitPolicy';

/** How token limits are shared between gateway pods that do not know of each other. */
export type LimitPerReplica = 'divide';

/** Redis for Limitador: an own server beside it, or with `urlSecret` somebody else's. */
export interface RedisConfiguration {
  /**
   * Size of the own server's volume.
   * @default 1Gi
   */
  readonly size?: string;
  /**
   * StorageClass of the own server's volume.
   * @default - the cluster's default
   */
  readonly storageClass?: string;
  /**
   * Secret in Kuadrant's namespace with the own server's `password` and its `URL`, which is
   * `redis://:<password>@limitador-redis:6379`.
   * @default - well-known credentials on the local demo; refused elsewhere
   */
  readonly existingSecret?: string;
  /**
   * Secret in Kuadrant's namespace with the `URL` of a Redis that somebody else runs, for example
   * `rediss://:<password>@redis.example.com:6379`.
   * @default - none: an own server
   */
  readonly urlSecret?: string;
}

/** Object storage for model weights. */
export interface StorageConfiguration {
  /**
   * A MinIO server inside the cluster, for local work.
   * @default - none
   */
  readonly minio?: MinioConfiguration;
}

/** A MinIO server. */
export interface MinioConfiguration {
  /**
   * Size of its volume.
   * @default 20Gi
   */
  readonly size?: string;
  /**
   * StorageClass of its volume.
   * @default - the cluster's default
   */
  readonly storageClass?: string;
  /**
   * Secret `minio-credentials`-shaped (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), in MinIO's and the platform's namespace.
   * The platform's needs KServe's annotations `serving.kserve.io/s3-endpoint: minio.minio-system.svc.cluster.local:9000`,
   * `serving.kserve.io/s3-usehttps: "0"` and `serving.kserve.io/s3-region: us-east-1`.
   * @default - the demo's well-known credentials; local demo only
   */
  readonly existingSecret?: string;
}

/** Metrics. */
export interface ObservabilityConfiguration {
  /**
   * Whether a Prometheus is rendered; `false` for a cluster that has one.
   * @default - true, with user workload monitoring false
   */
  readonly prometheus?: boolean;
  /**
   * Whether ServiceMonitors and the gateway's PodMonitor are rendered: alone they are for a Prometheus that the cluster has already.
   * @default - the same as prometheus
   */
  readonly serviceMonitors?: boolean;
  /**
   * Whether OpenShift's monitoring of user workloads scrapes, which a cluster administrator switches on: the monitors then stand in
   * the namespaces of what they scrape, and no Prometheus is rendered.
   * @default - true on OpenShift, where neither prometheus nor serviceMonitors says something else
   */
  readonly userWorkloadMonitoring?: boolean;
  /**
   * Address inside the cluster of the Prometheus that scrapes by the monitors, where that is not ours: KEDA asks it about
   * models with `scaling`. It has to answer without credentials.
   * @default - that of the rendered Prometheus
   */
  readonly prometheusAddress?: string;
  /**
   * Further labels of the monitors, for a Prometheus that selects by them, for example `release`.
   * @default - none
   */
  readonly monitorLabels?: Record<string, string>;
  /**
   * Prometheus pods; each scrapes everything.
   * @default 2
   */
  readonly replicas?: number;
  /**
   * Namespace of Prometheus and the monitors; user workload monitoring needs none.
   * @default llm-observability
   */
  readonly namespace?: string;
  /**
   * Whether the gateway logs a line of JSON for every metered request: user, tier, model, tokens, status, refusing window
   * and duration; no key and no text.
   * @default true
   */
  readonly ledger?: boolean;
  /**
   * Whether token counters in Prometheus carry the user's name: one series a user, tier and model.
   * @default false
   */
  readonly userLabel?: boolean;
}

/** The test of the running platform. */
export interface ConformanceConfiguration {
  /**
   * Name of the model that is asked; it has to answer chat completions.
   * @default - the first model
   */
  readonly model?: string;

  /**
   * API key of the user `conformance`.
   * @default - on the local demo `conformance_key`, elsewhere required
   */
  readonly key?: ConformanceKeyConfiguration;
}

/** Where the key of the test comes from: exactly one of these. */
export interface ConformanceKeyConfiguration {
  /**
   * The key itself, for the local demo only.
   * @default - none
   */
  readonly demo?: string;

  /**
   * Secret in the platform's namespace with the labels of a key, and the key in `api_key`.
   * @default - none
   */
  readonly existingSecret?: string;

  /**
   * Entry of a secret store that External Secrets Operator reads.
   * @default - none
   */
  readonly externalSecret?: ExternalSecretConfiguration;
}

/** A change to one synthesized object. Exactly one of `merge` and `jsonPatch` is set. */
export interface PatchConfiguration {
  /** The object to change. */
  readonly target: PatchTargetConfiguration;
  /**
   * JSON merge patch (RFC 7396): `null` removes a key.
   * @default - none
   */
  readonly merge?: Record<string, unknown>;
  /**
   * JSON patch (RFC 6902).
   * @default - none
   */
  readonly jsonPatch?: JsonPatchOperation[];
}

/** Names one synthesized object. */
export interface PatchTargetConfiguration {
  /** Kind of the object. */
  readonly kind: string;
  /** Name of the object. */
  readonly name: string;
  /**
   * Namespace of the object; needed where the name alone is not unique.
   * @default - any
   */
  readonly namespace?: string;
}

/** A Kubernetes manifest, written as it is. */
export interface ManifestConfiguration {
  /** API group and version. */
  readonly apiVersion: string;
  /** Kind. */
  readonly kind: string;
  /** Metadata; `name` is required. */
  readonly metadata: Record<string, unknown>;
  /** Every other field of the manifest. */
  readonly [field: string]: unknown;
}
