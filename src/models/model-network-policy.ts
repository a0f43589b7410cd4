import { Construct } from 'constructs';
import { addNetworkPolicy, podPeer } from '../network-policy';
import { MODEL_LABEL, type PodSelection } from '../pods';
import { MODEL_PORT } from './model-port';

/** Props of `ModelNetworkPolicy`. */
export interface ModelNetworkPolicyProps {
  /** Namespace of the models. */
  readonly namespace: string;

  /** Names of the InferenceServices whose pods it protects. */
  readonly inferenceServices: string[];

  /** Pods that may connect to them: those of the Gateway, and of the Prometheus that scrapes them. */
  readonly clients: PodSelection[];

  /**
   * Name of the NetworkPolicy.
   * @default model-servers
   */
  readonly name?: string;
}

/**
 * Lets only some pods reach model servers (networking.k8s.io/v1 NetworkPolicy): behind their Services there is neither
 * authentication nor a limit. What model servers connect to is left open, because vLLM loads weights from elsewhere.
 *
 * @throws when there is no InferenceService or no client, which would mean every one
 */
export class ModelNetworkPolicy extends Construct {
  constructor(scope: Construct, id: string, props: ModelNetworkPolicyProps) {
    super(scope, id);
    const { namespace, inferenceServices, clients, name = 'model-servers' } = props;
    if (inferenceServices.length === 0 || clients.length === 0) {
      throw new Error(
        `NetworkPolicy "${name}": got ${inferenceServices.length} InferenceServices and ${clients.length} clients, ` +
          'expected at least one of each',
      );
    }
    addNetworkPolicy(this, 'Resource', {
      name,
      namespace,
      pods: { matchExpressions: [{ key: MODEL_LABEL, operator: 'In', values: [...inferenceServices] }] },
      ingress: [{ ports: [MODEL_PORT], peers: clients.map(podPeer) }],
    });
  }
}
