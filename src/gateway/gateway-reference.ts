import { GATEWAY_LABEL, type PodSelection } from '../pods';

/**
 * A Gateway that routes and policies attach to: one that `MaasGateway` creates, or one that somebody else owns
 * (`MaasGateway.fromName`).
 */
export interface IMaasGateway {
  /** Name of the Gateway. */
  readonly gatewayName: string;
  /** Namespace of the Gateway. */
  readonly gatewayNamespace: string;
  /** Name of the Service in front of the gateway pods; istiod names it after the Gateway and its class. */
  readonly gatewayServiceName: string;
}

/** Reference of a policy or an EnvoyFilter to a Gateway in its own namespace. */
export function gatewayTargetReference(gateway: IMaasGateway): { group: string; kind: string; name: string } {
  return { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway.gatewayName };
}

/**
 * The pods that istiod makes for a Gateway.
 * @see https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml
 */
export function gatewayPods({ gatewayName, gatewayNamespace }: IMaasGateway): Required<PodSelection> {
  return { namespace: gatewayNamespace, labels: { [GATEWAY_LABEL]: gatewayName } };
}
