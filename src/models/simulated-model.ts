import { Construct } from 'constructs';
import { restrictedContainerSecurity, restrictedPodSecurity } from '../cluster/pod-security';
import type { IModelBackend } from '../gateway/model-route';
import { imageName, IMAGES } from '../images';
import { withDefaults } from './catalog';
import { addInferenceService, predictorServiceName } from './inference-service';
import { MODEL_PORT } from './model-port';
import { containerResources, type ModelReplicas, type ModelResources, type ModelRollout } from './model-size';

/** Props of `SimulatedModel`. */
export interface SimulatedModelProps {
  /** Name of the InferenceService. */
  readonly name: string;

  /** Namespace of the model. */
  readonly namespace: string;

  /**
   * Model name in requests.
   * @default - the name of the InferenceService
   */
  readonly servedName?: string;

  /**
   * Image of the simulator with its tag.
   * @default - the image table of docs/versions.md
   */
  readonly image?: string;

  /**
   * Longest context in tokens.
   * @default 1024
   */
  readonly maxModelLength?: number;

  /**
   * CPU and memory of a replica.
   * @default - 200m to 500m CPU, 256 to 512 MiB
   */
  readonly resources?: ModelResources;

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
   * Further arguments of the simulator.
   * @default - none
   */
  readonly arguments?: string[];

  /**
   * ServiceAccount of the pods.
   * @default - the namespace's default
   */
  readonly serviceAccountName?: string;

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
   * Version of KServe.
   * @default 0.20.0
   */
  readonly kserveVersion?: string;
}

/**
 * A model that needs neither GPU nor weights (serving.kserve.io/v1beta1 InferenceService with llm-d-inference-sim): it
 * answers the OpenAI API, streams included, with made-up text and real token counts.
 *
 * @throws when the range of replicas is empty, or begins below one without an external autoscaler
 * @see https://github.com/llm-d/llm-d-inference-sim
 */
export class SimulatedModel extends Construct implements IModelBackend {
  public readonly serviceName: string;
  public readonly servicePort = 80;
  public readonly serviceNamespace: string;

  constructor(scope: Construct, id: string, props: SimulatedModelProps) {
    super(scope, id);
    this.serviceName = predictorServiceName(props.name);
    this.serviceNamespace = props.namespace;
    addInferenceService(this, 'Resource', {
      name: props.name,
      namespace: props.namespace,
      replicas: props.replicas,
      externalAutoscaler: props.externalAutoscaler,
      rollout: props.rollout,
      kserveVersion: props.kserveVersion,
      labels: { app: props.name, component: 'model-server' },
      predictor: {
        serviceAccountName: props.serviceAccountName,
        priorityClassName: props.priorityClassName,
        securityContext: restrictedPodSecurity(),
        containers: [simulatorContainer(props)],
      },
    });
  }
}

function simulatorContainer(props: SimulatedModelProps) {
  const servedName = props.servedName ?? props.name;
  return {
    name: 'kserve-container',
    image: props.image ?? imageName(IMAGES.simulator),
    args: [
      `--port=${MODEL_PORT}`,
      `--model=${servedName}`,
      `--served-model-name=${servedName}`,
      '--mode=random',
      `--max-model-len=${props.maxModelLength ?? 1024}`,
      // Without it the simulator asks Hugging Face for a tokenizer of this name.
      '--force-dummy-tokenizer',
      ...(props.arguments ?? []),
    ],
    ports: [{ name: 'http', containerPort: MODEL_PORT, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/health/ready', port: MODEL_PORT }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/health', port: MODEL_PORT }, periodSeconds: 30 },
    resources: containerResources(withDefaults(props.resources, 'simulator')),
    securityContext: restrictedContainerSecurity(),
  };
}
