import { acceleratorOf } from '../config/accelerators';
import type { TierConfiguration, UserConfiguration } from '../config/configuration';
import { DEFAULT_QUOTA_NAME, modelQuotaName } from '../config/defaults';
import { routesByHost, routesByPath } from '../config/model-address';
import { hasSeveralReplicas } from '../models/inference-service';
import { nodeCaches } from '../config/node-caches';
import { versionsOf, type ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import type { PlatformFile } from '../output/file-names';
import { apiKeySecretName } from '../identity/api-key-secret-name';
import { filterPlacement, prefixedName } from '../platform/context';
import { limitsRequests, limitsTokens, sharesRoute, usesTokenPolicy } from '../platform/limits';

/** An object of dist/ that says something. */
export interface ObjectReference {
  /** Name of the file in dist/. */
  readonly file: string;
  /** Kind of the object. */
  readonly kind: string;
  /** Namespace of the object; absent where it is of the whole cluster. */
  readonly namespace?: string;
  /** Name of the object. */
  readonly name: string;
  /** What it says. */
  readonly says: string;
  /** Whether `patches` of maas.yaml change it: what it says may then be something else. */
  readonly patched: boolean;
}

/** Who may pass, and what a tier may use. */
export function policyObjects(settings: PlatformSettings): ObjectReference[] {
  const { namespace } = settings.gateway;
  return [
    reference(settings, '40-identity', 'AuthPolicy', namespace, 'gateway-auth-policy', 'who passes, with which models'),
    ...(settings.models.length === 0
      ? []
      : [filterReference(settings, '70-routes', 'model-list-filter', `what ${settings.gateway.platformHost} lists`)]),
  ];
}

/** What limits these tiers. */
export function limitObjects(settings: PlatformSettings, tiers: readonly TierConfiguration[]): ObjectReference[] {
  const { namespace } = settings.gateway;
  const limited = { ...settings, tiers: [...tiers] };
  const policy = 'gateway-token-rate-limits';
  const ofTokens = usesTokenPolicy(settings)
    ? reference(settings, '50-limits', 'TokenRateLimitPolicy', namespace, policy, 'token limits')
    : filterReference(settings, '50-limits', 'token-rate-limit-filter', 'token limits and weights');
  return [
    ...(limitsTokens(limited) ? [ofTokens] : []),
    ...(limitsRequests(limited)
      ? [reference(settings, '50-limits', 'RateLimitPolicy', namespace, 'gateway-rate-limits', 'request limits')]
      : []),
  ];
}

/** The keys of a user, as far as dist/ has them. */
export function keyObjects(
  settings: PlatformSettings,
  { name: user, keys = [] }: UserConfiguration,
): ObjectReference[] {
  return keys.flatMap(({ name, existingSecret, externalSecret }) => {
    if (existingSecret !== undefined) {
      return [];
    }
    const kind = externalSecret === undefined ? 'Secret' : 'ExternalSecret';
    const { namespace } = settings;
    return reference(
      settings,
      '40-identity',
      kind,
      namespace,
      apiKeySecretName(user, name),
      'a key, its user and tier',
    );
  });
}

/** What serves a model, and what leads to it. */
export function modelObjects(settings: PlatformSettings, model: ModelSettings): ObjectReference[] {
  const { namespace, platform } = settings;
  const route = `${model.name}-route`;
  return [
    ...versionsOf(model).map(({ inferenceService }) =>
      reference(settings, '60-models', 'InferenceService', namespace, inferenceService, 'what serves it'),
    ),
    ...versionsOf(model)
      .filter(({ replicas }) => hasSeveralReplicas(replicas))
      .map(({ inferenceService }) =>
        reference(settings, '60-models', 'PodDisruptionBudget', namespace, inferenceService, 'one pod at a time'),
      ),
    ...versionsOf(model)
      .filter(({ scaling }) => scaling !== undefined)
      .map(({ inferenceService }) =>
        reference(settings, '60-models', 'ScaledObject', namespace, inferenceService, 'how many replicas, by KEDA'),
      ),
    ...externalObjects(settings, model),
    ...[...runtimeNames(settings, model)].map((name) =>
      reference(settings, '60-models', 'ServingRuntime', namespace, name, 'how vLLM is started'),
    ),
    ...nodeCaches(settings)
      .filter(({ source }) =>
        versionsOf(model).some((version) => version.cache?.nodeGroup && version.source === source),
      )
      .map(({ name }) => reference(settings, '60-models', 'LocalModelCache', undefined, name, 'on which nodes')),
    ...settings.priorityClasses
      .filter(({ name }) => name === model.priorityClass)
      .flatMap(({ name, quota }) => {
        const className = prefixedName(settings, name);
        const counted = modelQuotaName(className);
        return [
          reference(settings, '60-models', 'PriorityClass', undefined, className, 'who gives way'),
          ...(quota === undefined
            ? []
            : [reference(settings, '60-models', 'ResourceQuota', namespace, counted, 'what its class may ask for')]),
        ];
      }),
    ...(settings.quota === undefined || model.external !== undefined
      ? []
      : [
          reference(settings, '60-models', 'ResourceQuota', namespace, DEFAULT_QUOTA_NAME, 'what all pods may ask for'),
        ]),
    ...(routesByHost(settings.gateway)
      ? [reference(settings, '70-routes', 'HTTPRoute', namespace, `${model.name}-domain-route`, 'host and paths')]
      : []),
    ...(routesByPath(settings.gateway)
      ? [reference(settings, '70-routes', 'HTTPRoute', namespace, pathRouteName(settings, model), 'paths')]
      : []),
    ...(model.fallback === undefined
      ? []
      : [filterReference(settings, '70-routes', `${model.name}-fallback`, `when ${model.fallback} answers for it`)]),
    ...(platform === 'openshift' && routesByHost(settings.gateway)
      ? [reference(settings, '70-routes', 'Route', settings.gateway.namespace, route, "the host at OpenShift's router")]
      : []),
  ];
}

function externalObjects(settings: PlatformSettings, { name, external }: ModelSettings): ObjectReference[] {
  if (external === undefined) {
    return [];
  }
  const { namespace } = settings.gateway;
  return [
    reference(settings, '60-models', 'ServiceEntry', namespace, `${name}-external`, 'where the provider is'),
    reference(settings, '60-models', 'DestinationRule', namespace, `${name}-external`, 'TLS to the provider'),
    filterReference(
      settings,
      '60-models',
      `${name}-external`,
      'what the provider gets: its key, its name of the model',
    ),
  ];
}

function pathRouteName(settings: PlatformSettings, { name }: ModelSettings): string {
  return sharesRoute(settings) ? 'models-path-route' : `${name}-path-route`;
}

function runtimeNames(settings: PlatformSettings, model: ModelSettings): Set<string> {
  const accelerators = versionsOf(model).flatMap(({ accelerator }) => accelerator ?? []);
  return new Set(accelerators.map((name) => acceleratorOf(name, settings).runtimeName));
}

/** Objects in the order of dist/; those of one file stay as they are. */
export function inFileOrder(objects: readonly ObjectReference[]): ObjectReference[] {
  return [...objects].sort((left, right) => (left.file < right.file ? -1 : Number(left.file > right.file)));
}

function filterReference(
  settings: PlatformSettings,
  file: PlatformFile,
  filter: string,
  says: string,
): ObjectReference {
  const { namespace, name } = filterPlacement({ settings }, filter);
  return reference(settings, file, 'EnvoyFilter', namespace, name, says);
}

function reference(
  settings: PlatformSettings,
  file: PlatformFile,
  kind: string,
  namespace: string | undefined,
  name: string,
  says: string,
): ObjectReference {
  const patched = settings.patches.some(
    ({ target }) => target.kind === kind && target.name === name && (target.namespace ?? namespace) === namespace,
  );
  return { file: `${prefixedName(settings, file)}.k8s.yaml`, kind, namespace, name, says, patched };
}
