import { ApiObject, type Chart } from 'cdk8s';
import { DeletionProtection } from '../cluster/deletion-protection';
import { MaasNamespace } from '../cluster/namespace';
import { CONFORMANCE_NAME, DEFAULT_NAMESPACES } from '../config/defaults';
import { versionsOf, type ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import { GatewayProtection } from '../gateway/gateway-protection';
import { gatewayOptionsName } from '../gateway/maas-gateway';
import { ApiKeyProtection } from '../identity/api-key-protection';
import { KeycloakDemo } from '../identity/keycloak-demo';
import { IMAGES } from '../images';
import { MinioStorage } from '../storage/minio-storage';
import { platformImage, type PlatformContext } from './context';
import { hasObservability } from './observability';

export function addNamespaces(chart: Chart, { settings }: PlatformContext): void {
  new MaasNamespace(chart, 'namespace', {
    name: settings.namespace,
    podSecurity: settings.models.flatMap(versionsOf).some(needsDownloadContainer) ? 'baseline' : 'restricted',
  });
  const others = new Set([
    ...(hasObservability(settings) && !settings.observability.userWorkloadMonitoring
      ? [settings.observability.namespace]
      : []),
    ...(settings.keycloak ? [DEFAULT_NAMESPACES.keycloak] : []),
    ...(settings.minio ? [DEFAULT_NAMESPACES.minio] : []),
  ]);
  others.delete(settings.namespace);
  for (const name of others) {
    new MaasNamespace(chart, `namespace-${name}`, { name });
  }
}

/** Whether KServe adds its download container, which has no securityContext, to the model's pods. */
function needsDownloadContainer({ source, cache }: ModelSettings): boolean {
  return (
    source !== undefined &&
    !source.startsWith('hf://') &&
    !source.startsWith('pvc://') &&
    cache?.nodeGroup === undefined
  );
}

export function addKeycloak(chart: Chart, context: PlatformContext): void {
  const { conformance, kuadrant, networkPolicies, oidc, tiers, users, platform } = context.settings;
  new KeycloakDemo(chart, 'keycloak', {
    namespace: DEFAULT_NAMESPACES.keycloak,
    tiers: tiers.map((tier) => tier.name),
    // The user of the test comes with a key only.
    users: users
      .filter(({ name }) => conformance === undefined || name !== CONFORMANCE_NAME)
      .map(({ name, tier }) => ({ name, tier })),
    groups: oidc?.groups,
    groupsClaim: oidc?.groupsClaim,
    audience: oidc?.audience,
    platform,
    networkPolicy: networkPolicies,
    kuadrantNamespace: kuadrant.namespace,
    image: platformImage(context, IMAGES.keycloak),
  });
}

export function addStorage(chart: Chart, context: PlatformContext): void {
  const { minio, namespace, networkPolicies, platform } = context.settings;
  new MinioStorage(chart, 'minio', {
    namespace: DEFAULT_NAMESPACES.minio,
    modelNamespace: namespace,
    size: minio?.size,
    storageClassName: minio?.storageClass,
    existingSecretName: minio?.existingSecret,
    platform,
    networkPolicy: networkPolicies,
    image: platformImage(context, IMAGES.minio),
    clientImage: platformImage(context, IMAGES.minioClient),
  });
}

export function addObjects(chart: Chart, { settings }: PlatformContext): void {
  settings.objects.forEach((manifest, index) => new ApiObject(chart, `object-${index}`, manifest));
}

/** Whether the platform has anything that others use. */
function sharesObjects(settings: PlatformSettings): boolean {
  const { createNamespaces, kserve, kuadrant, limits } = settings;
  return (
    createNamespaces ||
    kserve.configure ||
    kuadrant.create ||
    limits.onFailure !== undefined ||
    hasPriorityClasses(settings)
  );
}

function hasPriorityClasses({ priorityClasses }: PlatformSettings): boolean {
  return priorityClasses.length > 0;
}

/** Only one platform has this namespace, so its name is enough for those of cluster-scoped objects. */
export function addProtection(chart: Chart, { settings, gateway }: PlatformContext): void {
  const { namespace } = settings;
  if (sharesObjects(settings)) {
    new DeletionProtection(chart, 'deletion-protection', {
      name: `${namespace}-deletion-protection`,
      priorityClasses: hasPriorityClasses(settings),
    });
  }
  new GatewayProtection(chart, 'gateway-protection', {
    name: `${namespace}-gateway-protection`,
    gateway,
    routeNamespace: namespace,
    optionsName: settings.gateway.create ? gatewayOptionsName(gateway.gatewayName) : undefined,
  });
  new ApiKeyProtection(chart, 'api-key-protection', { name: `${namespace}-api-key-protection`, namespace });
}
