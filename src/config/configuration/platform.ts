import type { PlatformKind } from '../../cluster/platform-kind';
import type { NodeLabels } from '../../models/accelerator-profiles';
import type { AcceleratorConfiguration } from './accelerators';
import type { ConformanceConfiguration } from './conformance';
import type { GatewayConfiguration } from './gateway';
import type { IdentityConfiguration } from './identity';
import type { KServeInstallationConfiguration } from './kserve';
import type { KuadrantConfiguration } from './kuadrant';
import type { LimitsConfiguration } from './limits';
import type { ModelConfiguration } from './models';
import type { ManifestConfiguration } from './objects';
import type { ObservabilityConfiguration } from './observability';
import type { PatchConfiguration } from './patches';
import type { PriorityClassConfiguration } from './priority-classes';
import type { QuotaConfiguration } from './quota';
import type { StorageConfiguration } from './storage';
import type { TierConfiguration } from './tiers';
import type { UserConfiguration } from './users';
import type { VersionsConfiguration } from './versions';

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
   * PriorityClasses that models may name beside those of the cluster: who gives way where GPUs are short.
   * @default - none
   */
  readonly priorityClasses?: PriorityClassConfiguration[];

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
