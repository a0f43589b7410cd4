import type { PlatformSettings } from '../../config/settings';
import { DEFAULT_NAMESPACES } from '../../config/defaults';
import { USER_WORKLOAD_PROMETHEUS } from '../../pods';
import { referenceOf, type KubernetesObject } from '../kubernetes-object';
import type { Kind } from './cluster';

function kind(apiVersion: string, name: string): Kind {
  return { apiVersion, kind: name };
}

/** Kinds that checks look at beside those of dist/. */
export const KINDS = {
  authConfig: kind('authorino.kuadrant.io/v1beta3', 'AuthConfig'),
  authorino: kind('operator.authorino.kuadrant.io/v1beta1', 'Authorino'),
  clusterIssuer: kind('cert-manager.io/v1', 'ClusterIssuer'),
  configMap: kind('v1', 'ConfigMap'),
  customResourceDefinition: kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  daemonSet: kind('apps/v1', 'DaemonSet'),
  deployment: kind('apps/v1', 'Deployment'),
  endpointSlice: kind('discovery.k8s.io/v1', 'EndpointSlice'),
  gateway: kind('gateway.networking.k8s.io/v1', 'Gateway'),
  httpRoute: kind('gateway.networking.k8s.io/v1', 'HTTPRoute'),
  inferenceService: kind('serving.kserve.io/v1beta1', 'InferenceService'),
  issuer: kind('cert-manager.io/v1', 'Issuer'),
  limitador: kind('limitador.kuadrant.io/v1alpha1', 'Limitador'),
  namespace: kind('v1', 'Namespace'),
  node: kind('v1', 'Node'),
  pod: kind('v1', 'Pod'),
  secret: kind('v1', 'Secret'),
  service: kind('v1', 'Service'),
} as const;

/** Where cert-manager lives. */
const CERT_MANAGER_NAMESPACE = 'cert-manager';

/** What is read together. */
export interface Reading {
  /** Nothing for what is in none, and for all of them. */
  readonly namespace?: string;
  /** Whether that means all namespaces. */
  readonly everywhere?: boolean;
  readonly kinds: readonly Kind[];
  /** The one object that is wanted. @default - all */
  readonly name?: string;
}

/** What the checks look at, with the fewest commands: one a namespace. */
export function readingsFor(settings: PlatformSettings, desired: readonly KubernetesObject[]): Reading[] {
  const { gateway, kserve, kuadrant, namespace, observability } = settings;
  const wanted = new Map<string, Kind[]>();
  const want = (place: string, ...kinds: Kind[]) => wanted.set(place, [...(wanted.get(place) ?? []), ...kinds]);
  for (const object of desired) want(object.metadata.namespace ?? '', kindOf(object));
  want(namespace, KINDS.deployment, KINDS.endpointSlice, KINDS.httpRoute, KINDS.pod, KINDS.secret, KINDS.service);
  want(gateway.namespace, KINDS.deployment, KINDS.endpointSlice, KINDS.gateway, KINDS.httpRoute, KINDS.pod);
  want(gateway.namespace, KINDS.service);
  want(kuadrant.namespace, KINDS.authConfig, KINDS.authorino, KINDS.deployment, KINDS.limitador);
  want(kserve.namespace, KINDS.configMap, KINDS.deployment, KINDS.pod);
  want(DEFAULT_NAMESPACES.istio, KINDS.deployment);
  want(CERT_MANAGER_NAMESPACE, KINDS.deployment);
  want('', KINDS.node);
  if (settings.models.some(({ external }) => external !== undefined)) want(gateway.namespace, KINDS.secret);
  if (observability.userWorkloadMonitoring) {
    want('', KINDS.namespace);
    want(USER_WORKLOAD_PROMETHEUS.namespace, KINDS.pod);
  }
  const issuer = gateway.tls?.issuer?.kind;
  if (issuer === 'ClusterIssuer') want('', KINDS.clusterIssuer);
  if (issuer === 'Issuer') want(gateway.namespace, KINDS.issuer);
  return [
    ...[...wanted].map(([place, kinds]) => ({ ...(place !== '' && { namespace: place }), kinds })),
    { everywhere: true, kinds: [KINDS.daemonSet] },
    { kinds: [KINDS.customResourceDefinition], name: 'gateways.gateway.networking.k8s.io' },
  ];
}

function kindOf(object: KubernetesObject): Kind {
  const { apiVersion, kind: name } = referenceOf(object);
  return { apiVersion, kind: name };
}
