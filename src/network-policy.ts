import type { LabelSelector, NetworkPolicyPeer } from 'cdk8s-plus-30/lib/imports/k8s';
import type { Construct } from 'constructs';
import { addCoreObject } from './core-object';
import { objectMetadata } from './labels';
import type { PodSelection } from './pods';

/** Connections that are allowed. Ports are those of the pods: a Service's port is translated before a policy sees it. */
export interface AllowedConnections {
  /** TCP ports. */
  readonly ports: readonly number[];

  /** UDP ports beside them. */
  readonly udpPorts?: readonly number[];

  /** The other side; without it anyone. */
  readonly peers?: NetworkPolicyPeer[];
}

/**
 * Questions to DNS, of any address: a cache on the node has the node's, or one that belongs to no pod. OpenShift's DNS pods
 * listen on the second port.
 */
export const DNS_CONNECTIONS: AllowedConnections = { ports: [53, 5353], udpPorts: [53, 5353] };

/** What `addNetworkPolicy` takes. */
export interface NetworkPolicyOptions {
  readonly name: string;
  readonly namespace: string;

  /** Labels of the NetworkPolicy itself. */
  readonly labels?: { readonly [label: string]: string };

  /** Pods that it protects. */
  readonly pods: LabelSelector;

  /** Who may connect to them. */
  readonly ingress: readonly AllowedConnections[];

  /** What they may connect to; an empty list is nothing. Without it they may do as they like. */
  readonly egress?: readonly AllowedConnections[];
}

/**
 * Adds a NetworkPolicy (networking.k8s.io/v1). Policies add up: what another one allows the same pods is allowed, too.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function addNetworkPolicy(scope: Construct, id: string, options: NetworkPolicyOptions): void {
  const { name, namespace, labels, pods, ingress, egress } = options;
  addCoreObject(scope, id, 'NetworkPolicy', {
    metadata: objectMetadata(name, { namespace, labels }),
    spec: {
      podSelector: pods,
      policyTypes: ['Ingress', ...(egress === undefined ? [] : ['Egress'])],
      ingress: ingress.map(({ peers, ...connections }) => ({ from: peers, ports: portsOf(connections) })),
      egress: egress?.map(({ peers, ...connections }) => ({ to: peers, ports: portsOf(connections) })),
    },
  });
}

/** Pods as one side of a connection. */
export function podPeer({ namespace, labels }: PodSelection): NetworkPolicyPeer {
  return {
    namespaceSelector: namespaceNamed(namespace),
    podSelector: labels === undefined ? undefined : { matchLabels: { ...labels } },
  };
}

/** All pods of a namespace that have a label, whatever its value. */
export function labelledPeer(namespace: string, label: string): NetworkPolicyPeer {
  return {
    namespaceSelector: namespaceNamed(namespace),
    podSelector: { matchExpressions: [{ key: label, operator: 'Exists' }] },
  };
}

/** The API server gives every namespace this label, and lets nobody change it. */
function namespaceNamed(name: string): LabelSelector {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } };
}

function portsOf({ ports, udpPorts = [] }: AllowedConnections) {
  return [...udpPorts.map((port) => ({ protocol: 'UDP', port })), ...ports.map((port) => ({ protocol: 'TCP', port }))];
}
