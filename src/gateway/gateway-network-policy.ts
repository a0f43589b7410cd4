import type { NetworkPolicyPeer } from 'cdk8s-plus-30/lib/imports/k8s';
import { Construct } from 'constructs';
import { DEFAULT_NAMESPACES } from '../config/defaults';
import { addNetworkPolicy, DNS_CONNECTIONS, labelledPeer, podPeer } from '../network-policy';
import { MODEL_LABEL, type PodSelection } from '../pods';
import { gatewayPods, type IMaasGateway } from './gateway-reference';

/** Props of `GatewayNetworkPolicy`. */
export interface GatewayNetworkPolicyProps {
  /** Gateway whose pods it protects. */
  readonly gateway: IMaasGateway;

  /** Ports of the Gateway's listeners; anyone may connect to them. */
  readonly listenerPorts: number[];

  /** Namespace of the models. */
  readonly modelNamespace: string;

  /** Port of the model servers. */
  readonly modelPort: number;

  /** Pods that may read the statistics of Envoy, which have users' names in them. */
  readonly scrapers: PodSelection[];

  /**
   * Namespace of Kuadrant's operator, Authorino and Limitador.
   * @default kuadrant-system
   */
  readonly kuadrantNamespace?: string;

  /**
   * Ports of external providers. Their addresses change, so the pods may connect to these ports everywhere.
   * @default - none
   */
  readonly externalPorts?: number[];
}

/** Where load balancers ask whether the pod is ready. */
const HEALTH_PORT = 15021;

/** Envoy's own statistics, which `GatewayMonitor` scrapes. */
const STATISTICS_PORT = 15090;

/** Where istiod hands out configuration and certificates. */
const ISTIOD_PORT = 15012;

/** Limitador; the operator's server of its Envoy plugin; Authorino, and the operator's server of descriptors. */
const KUADRANT_PORTS = [8081, 8082, 50051];

/** istiod, wherever it is: OpenShift has it in another namespace. */
const ISTIOD: NetworkPolicyPeer = { namespaceSelector: {}, podSelector: { matchLabels: { app: 'istiod' } } };

/**
 * Lets everybody reach the listeners of the gateway pods, but only Prometheus their statistics; and lets the pods reach
 * what they need, and nothing else (networking.k8s.io/v1 NetworkPolicy, named as the Gateway).
 *
 * @see https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
 */
export class GatewayNetworkPolicy extends Construct {
  constructor(scope: Construct, id: string, props: GatewayNetworkPolicyProps) {
    super(scope, id);
    const { gateway, scrapers, kuadrantNamespace = DEFAULT_NAMESPACES.kuadrant, externalPorts = [] } = props;
    const { namespace, labels } = gatewayPods(gateway);
    addNetworkPolicy(this, 'Resource', {
      name: gateway.gatewayName,
      namespace,
      pods: { matchLabels: labels },
      ingress: [
        { ports: [...props.listenerPorts, HEALTH_PORT] },
        // No peers would be everybody.
        ...(scrapers.length > 0 ? [{ ports: [STATISTICS_PORT], peers: scrapers.map(podPeer) }] : []),
      ],
      egress: [
        DNS_CONNECTIONS,
        { ports: [ISTIOD_PORT], peers: [ISTIOD] },
        { ports: KUADRANT_PORTS, peers: [podPeer({ namespace: kuadrantNamespace })] },
        { ports: [props.modelPort], peers: [labelledPeer(props.modelNamespace, MODEL_LABEL)] },
        ...(externalPorts.length > 0 ? [{ ports: externalPorts }] : []),
      ],
    });
  }
}
