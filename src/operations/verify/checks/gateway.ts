import { parse } from 'yaml';
import { DEFAULT_NAMESPACES } from '../../../config/defaults';
import { limitsTokens, usesTokenPolicy } from '../../../platform/limits';
import { MaasGateway } from '../../../gateway/maas-gateway';
import { gatewayPods } from '../../../gateway/gateway-reference';
import { isMap } from '../../../is-map';
import { KSERVE_CONTROLLER } from '../../install/kserve-restart';
import { nameOf, referenceOf, type KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, type Finding } from '../row';
import type { Platform } from './check';
import { restart } from './conditions';
import { readable } from './objects';
import { workload } from './workload';

/** Statistics of the token limit, as Istio's Envoy names them. */
const TOKEN_STATISTIC = 'http.outbound_0.0.0.0_80;.lua.maas.tokens';
const INCLUSION = 'sidecar.istio.io/statsInclusionRegexps';
const INCLUSION_VALUE = 'http\\..*lua\\..*';

function gatewayOf({ settings: { gateway } }: Platform) {
  return MaasGateway.fromName(gateway.name, gateway.namespace, gateway.className);
}

/** The Gateway has an address, and pods that run. */
export function gateway(cluster: Cluster, platform: Platform): Finding[] {
  const { commands, settings } = platform;
  const { name, namespace } = settings.gateway;
  const live = cluster.find({ ...KINDS.gateway, name, namespace });
  if (live === undefined) {
    // Where it is ours, it is told that it is missing.
    return settings.gateway.create
      ? []
      : [
          bad(`Gateway ${namespace}/${name}`, 'not there', {
            text: 'ask whoever makes it, or correct `gateway` in the configuration',
            commands: [commands.kubectl('get', 'gateways', '--all-namespaces')],
          }),
        ];
  }
  const addresses = ((live.status?.addresses ?? []) as { value: string }[]).map(({ value }) => value);
  const address =
    addresses.length > 0
      ? good(nameOf(live), addresses.join(', '))
      : bad(nameOf(live), 'it has no address', {
          text:
            'a Service of type LoadBalancer needs something in the cluster that gives addresses; without it set ' +
            '`gateway: { serviceType: ClusterIP }`, or see what its controller says',
          commands: [commands.kubectl('describe', 'gateway', name, `--namespace=${namespace}`)],
        });
  return [address, ...gatewayDeployment(cluster, platform)];
}

function gatewayDeployment(cluster: Cluster, platform: Platform): Finding[] {
  const { namespace, labels } = gatewayPods(gatewayOf(platform));
  const selector = Object.entries(labels)
    .map((label) => label.join('='))
    .join(',');
  const pods = gatewayPodsOf(cluster, platform);
  return cluster
    .list(KINDS.deployment, namespace)
    .filter((deployment) => hasLabels(deployment, labels))
    .map((deployment) => workload(deployment, pods, selector, platform.commands));
}

function gatewayPodsOf(cluster: Cluster, platform: Platform): KubernetesObject[] {
  const { namespace, labels } = gatewayPods(gatewayOf(platform));
  return cluster
    .list(KINDS.pod, namespace)
    .filter((pod) => hasLabels(pod, labels) && pod.metadata.deletionTimestamp === undefined);
}

/** Envoy of every gateway pod keeps the statistics in which the token limit counts: without them no limit holds. */
export function tokenCounters(cluster: Cluster, platform: Platform): Finding[] {
  const { settings, commands } = platform;
  if (!limitsTokens(settings) || usesTokenPolicy(settings)) return [];
  const { gatewayName: name, gatewayNamespace: namespace, gatewayServiceName } = gatewayOf(platform);
  const onGateway = cluster.find({ ...KINDS.gateway, name, namespace })?.spec.infrastructure?.annotations;
  const patch = { spec: { infrastructure: { annotations: { [INCLUSION]: INCLUSION_VALUE } } } };
  const annotate = settings.gateway.create
    ? commands.maas('install')
    : commands.kubectl(
        'patch',
        'gateway',
        name,
        `--namespace=${namespace}`,
        '--type=merge',
        `--patch=${JSON.stringify(patch)}`,
      );
  const isSet = includesTokens((onGateway ?? {}) as Record<string, string>);
  return gatewayPodsOf(cluster, platform).map((pod) =>
    includesTokens(pod.metadata.annotations ?? {})
      ? good(nameOf(pod), 'its Envoy keeps the counters of the token limit')
      : bad(nameOf(pod), `no annotation ${INCLUSION} that takes in ${INCLUSION_VALUE}: no token limit can count`, {
          text: isSet
            ? 'the Gateway has the annotation, its pods are older: start them anew'
            : 'the Gateway needs the annotation under spec.infrastructure; istiod then replaces its pods',
          commands: [isSet ? restart(gatewayServiceName, namespace, commands) : annotate],
        }),
  );
}

/** Whether Envoy keeps them, by the annotations of its pod. */
export function includesTokens(annotations: Readonly<Record<string, string>>): boolean {
  const regexps = (annotations[INCLUSION] ?? '').split(',');
  const matcher = statsMatcher(annotations['proxy.istio.io/config']);
  return (
    [...regexps, ...matcher('inclusionRegexps')].some(takesTokensIn) ||
    matcher('inclusionPrefixes').some((prefix) => prefix !== '' && TOKEN_STATISTIC.startsWith(prefix))
  );
}

function takesTokensIn(expression: string): boolean {
  try {
    return expression !== '' && new RegExp(`^(?:${expression})$`).test(TOKEN_STATISTIC);
  } catch {
    return false;
  }
}

function statsMatcher(text = ''): (member: string) => string[] {
  const read = (): unknown => {
    try {
      return parse(text);
    } catch {
      return undefined;
    }
  };
  const config = read();
  const matcher = isMap(config) && isMap(config.proxyStatsMatcher) ? config.proxyStatsMatcher : {};
  return (member) => (Array.isArray(matcher[member]) ? (matcher[member] as unknown[]).map(String) : []);
}

/** Every EnvoyFilter of dist/ is for pods of the Gateway. */
export function filters(cluster: Cluster, platform: Platform): Finding[] {
  const { objects, commands } = platform;
  const { gatewayName, gatewayNamespace } = gatewayOf(platform);
  const pods = gatewayPodsOf(cluster, platform);
  return objects
    .filter(({ kind }) => kind === 'EnvoyFilter')
    .flatMap((object) => readable(cluster, object) ?? [])
    .map((filter) => {
      const { targetRefs, workloadSelector } = filter.spec;
      const isTarget = ((targetRefs ?? []) as { kind: string; name: string }[]).some(
        ({ kind, name }) => kind === 'Gateway' && name === gatewayName,
      );
      const attached =
        (isTarget && filter.metadata.namespace === gatewayNamespace) ||
        (workloadSelector?.labels !== undefined && pods.some((pod) => hasLabels(pod, workloadSelector.labels)));
      return attached
        ? good(nameOf(filter), `is for Gateway ${gatewayNamespace}/${gatewayName}`)
        : bad(
            nameOf(filter),
            `is not for Gateway ${gatewayNamespace}/${gatewayName}: its Envoy does without it`,
            commands.install(),
          );
    });
}

/** Every Service that requests go through has a pod that is ready behind it. */
export function endpoints(cluster: Cluster, platform: Platform): Finding[] {
  const { settings, objects, commands } = platform;
  const { gatewayServiceName, gatewayNamespace } = gatewayOf(platform);
  const models = objects.filter(({ kind }) => kind === 'InferenceService').map(referenceOf);
  const services = [
    {
      namespace: gatewayNamespace,
      name: gatewayServiceName,
      maker: 'istiod',
      deployment: 'istiod',
      place: DEFAULT_NAMESPACES.istio,
    },
    ...models.map(({ name, namespace = '' }) => ({
      ...{ namespace, name: `${name}-predictor`, maker: 'KServe' },
      ...{ deployment: KSERVE_CONTROLLER, place: settings.kserve.namespace },
    })),
  ];
  return services.map(({ namespace, name, maker, deployment, place }) => {
    const title = `Service ${namespace}/${name}`;
    if (cluster.find({ ...KINDS.service, name, namespace }) === undefined) {
      return bad(title, `not there: ${maker} has not made it`, {
        text: `${maker} makes it of what it sees; if all of that is there, start ${maker} anew`,
        commands: [restart(deployment, place, commands)],
      });
    }
    const ready = readyEndpoints(cluster, namespace, name);
    return ready > 0
      ? good(title, `${ready} ready`)
      : bad(
          title,
          'no pod behind it is ready',
          commands.describe('see which pods it looks for', 'service', name, namespace),
        );
  });
}

function readyEndpoints(cluster: Cluster, namespace: string, service: string): number {
  return cluster
    .list(KINDS.endpointSlice, namespace)
    .filter((slice) => hasLabels(slice, { 'kubernetes.io/service-name': service }))
    .flatMap((slice) => (slice.endpoints ?? []) as { conditions?: { ready?: boolean } }[])
    .filter(({ conditions }) => conditions?.ready !== false).length;
}
