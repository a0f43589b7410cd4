import { ApiObject, type Chart } from 'cdk8s';
import { DeletionProtection } from '../cluster/deletion-protection';
import { MaasNamespace } from '../cluster/namespace';
import { CONFORMANCE_NAME, DEFAULT_NAMESPACES } from '../config/defaults';
import type { ModelSettings } from '../config/settings';
import { KeycloakDemo } from '../identity/keycloak-demo';
import { IMAGES } from '../images';
import { MinioStorage } from '../storage/minio-storage';
import { platformImage, type PlatformContext } from './context';
import { hasObservability } from './observability';

export function addNamespaces(chart: Chart, { settings }: PlatformContext): void {
  new MaasNamespace(chart, 'namespace', {
    name: settings.namespace,
    podSecurity: settings.models.some(needsDownloadContainer) ? 'baseline' : 'restricted',
  });
  const others = new Set([
    ...(hasObservability(settings) ? [settings.observability.namespace] : []),
    ...(settings.keycloak ? [DEFAULT_NAMESPACES.keycloak] : []),
    ...(settings.minio ? [DEFAULT_NAMESPACES.minio] : []),
  ]);
  others.delete(settings.namespace);
  for (const name of others) {
    new MaasNamespace(chart, `namespace-${name}`, { name });
  }
}

/** Whether KServe adds its download container, which has no securityContext, to the model's pods. */
function needsDownloadContainer({ source }: ModelSettings): boolean {
  return source !== undefined && !source.startsWith('hf://') && !source.startsWith('pvc://');
}

export function addKeycloak(chart: Chart, context: PlatformContext): void {
  const { conformance, oidc, tiers, users, platform } = context.settings;
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
    image: platformImage(context, IMAGES.keycloak),
  });
}

export function addStorage(chart: Chart, context: PlatformContext): void {
  const { minio, namespace, platform } = context.settings;
  new MinioStorage(chart, 'minio', {
    namespace: DEFAULT_NAMESPACES.minio,
    modelNamespace: namespace,
    size: minio?.size,
    storageClassName: minio?.storageClass,
    existingSecretName: minio?.existingSecret,
    platform,
    image: platformImage(context, IMAGES.minio),
    clientImage: platformImage(context, IMAGES.minioClient),
  });
}

export function addObjects(chart: Chart, { settings }: PlatformContext): void {
  settings.objects.forEach((manifest, index) => new ApiObject(chart, `object-${index}`, manifest));
}

export function addProtection(chart: Chart, { settings }: PlatformContext): void {
  new DeletionProtection(chart, 'deletion-protection', {
    // Only one platform has this namespace, so its name is enough.
    name: `${settings.namespace}-deletion-protection`,
  });
}
