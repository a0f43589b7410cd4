import { addressesOf } from '../../../config/model-address';
import { versionsOf, type ModelSettings } from '../../../config/model-settings';
import { externalHost } from '../../../gateway/external-model';
import { CONFIGURATION, KSERVE_CONTROLLER, kserveController } from '../../install/kserve-restart';
import { identityOf, nameOf, type KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, unknown, type Finding } from '../row';
import type { Platform } from './check';
import { restart } from './conditions';

/** KServe's controller has started after its configuration was last changed: it reads that at start only. */
export function kserveRestart(cluster: Cluster, { settings, commands }: Platform): Finding[] {
  const { namespace } = settings.kserve;
  const configuration = cluster.find({ ...KINDS.configMap, name: CONFIGURATION, namespace });
  const deployment = cluster.find(kserveController(namespace));
  if (configuration === undefined || deployment === undefined) return [];
  const changed = changedAt(configuration);
  const labels = (deployment.spec?.selector?.matchLabels ?? {}) as Record<string, string>;
  const pods = cluster.list(KINDS.pod, namespace).filter((pod) => hasLabels(pod, labels));
  const started = pods.flatMap((pod) => startedAt(pod) ?? []).sort()[0];
  const advice = {
    text: 'start its controller anew, so that it reads its configuration',
    commands: [restart(KSERVE_CONTROLLER, namespace, commands)],
  };
  if (changed === undefined || started === undefined) {
    return [unknown(nameOf(deployment), 'no running pod says since when it runs', advice)];
  }
  return [
    started >= changed
      ? good(nameOf(deployment), 'has started after its configuration was last changed')
      : bad(nameOf(deployment), `runs since ${started}, its configuration was changed at ${changed}`, advice),
  ];
}

interface ManagedFields {
  readonly time?: string;
  readonly fieldsV1?: { readonly 'f:data'?: object };
}

/** When somebody last changed its data; RFC 3339 in UTC, so that texts compare as times do. */
function changedAt({ metadata }: KubernetesObject): string | undefined {
  const { managedFields = [] } = metadata as { managedFields?: ManagedFields[] };
  const times = managedFields.flatMap(({ time, fieldsV1 }) => (fieldsV1?.['f:data'] === undefined ? [] : (time ?? [])));
  return times.sort().at(-1);
}

function startedAt({ status }: KubernetesObject): string | undefined {
  const containers = (status?.containerStatuses ?? []) as { state?: { running?: { startedAt?: string } } }[];
  return containers
    .flatMap(({ state }) => state?.running?.startedAt ?? [])
    .sort()
    .at(-1);
}

/** No route leads around the limits: what KServe makes itself, and others of our hosts. */
export function waysAround(cluster: Cluster, { objects, settings, commands }: Platform): Finding[] {
  if (!cluster.knows(KINDS.httpRoute)) return [];
  const own = new Set(objects.map((object) => identityOf(object)));
  const places = [...new Set([settings.namespace, settings.gateway.namespace])];
  const routes = places
    .flatMap((place) => cluster.list(KINDS.httpRoute, place))
    .filter((route) => isOnGateway(route, settings.gateway) && !own.has(identityOf(route)));
  const around = routes.flatMap((route) => {
    const { name, namespace = '' } = route.metadata;
    const maker = makerOf(route);
    const found =
      maker === undefined
        ? wayOf(route, settings)
        : `KServe has made it for ${maker}: it leads to the model past the route of the platform`;
    if (found === undefined) return [];
    return [
      bad(nameOf(route), found, {
        text:
          maker === undefined
            ? 'ask whose it is, then take it away'
            : 'KServe makes none with the configuration of the platform; once it has read that, take the route away',
        commands: [
          ...(maker === undefined
            ? []
            : [commands.maas('install'), restart(KSERVE_CONTROLLER, settings.kserve.namespace, commands)]),
          commands.kubectl('delete', 'httproute', name, `--namespace=${namespace}`),
        ],
      }),
    ];
  });
  return around.length > 0
    ? around
    : [
        good(
          `Gateway ${settings.gateway.namespace}/${settings.gateway.name}`,
          'no route of others leads to the models',
        ),
      ];
}

/** What a route of others takes of the platform: a host, in whatever way it is written, or a model behind a host of its own. */
function wayOf({ spec, metadata }: KubernetesObject, settings: Platform['settings']): string | undefined {
  const rules = (spec.rules ?? []) as { backendRefs?: { name: string; namespace?: string }[] }[];
  const backends = rules.flatMap(({ backendRefs = [] }) =>
    backendRefs.map(({ name, namespace = metadata.namespace }) => `${namespace}/${name}`),
  );
  // Without any it has all those of the listeners; one that only redirects leads nowhere.
  const names = (spec.hostnames ?? ['*']) as string[];
  const { gateway, models } = settings;
  const ofModels = models.flatMap((model) => addressesOf(model, gateway).map(({ host }) => host));
  const hosts = [...new Set([...ofModels, gateway.platformHost])];
  const taken = hosts.find((host) =>
    names.some((name) => name === host || (backends.length > 0 && isBelow(host, name))),
  );
  if (taken !== undefined) return `takes the host ${taken} beside the route of the platform`;
  const model = models.find((each) => backendsOf(each, settings).some((backend) => backends.includes(backend)));
  return model && `leads to the model ${model.name} past the route of the platform`;
}

/** What serves a model, as routes of the models' namespace name it. */
function backendsOf(model: ModelSettings, { namespace, gateway }: Platform['settings']): string[] {
  return model.external === undefined
    ? versionsOf(model).map(({ inferenceService }) => `${namespace}/${inferenceService}-predictor`)
    : [`${namespace}/${externalHost(model.name, gateway.namespace)}`];
}

/** Whether a host is one of those that a hostname with a wildcard means: `*.example.com`. */
function isBelow(host: string, hostname: string): boolean {
  return hostname.startsWith('*') && host.endsWith(hostname.slice(1));
}

function isOnGateway({ spec, metadata }: KubernetesObject, gateway: { name: string; namespace: string }): boolean {
  return ((spec.parentRefs ?? []) as { name: string; namespace?: string; kind?: string }[]).some(
    ({ name, namespace = metadata.namespace, kind = 'Gateway' }) =>
      kind === 'Gateway' && name === gateway.name && namespace === gateway.namespace,
  );
}

function makerOf({ metadata }: KubernetesObject): string | undefined {
  const { ownerReferences = [] } = metadata as {
    ownerReferences?: { apiVersion: string; kind: string; name: string }[];
  };
  const owner = ownerReferences.find(({ apiVersion }) => apiVersion.startsWith('serving.kserve.io/'));
  return owner && `${owner.kind} ${owner.name}`;
}
