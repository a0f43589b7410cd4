import { createHash } from 'node:crypto';
import type { Chart } from 'cdk8s';
import type { TierConfiguration, UserConfiguration } from '../config/configuration';
import { pathPrefix, routesByHost } from '../config/model-address';
import { isKnownToPolicy, type PlatformSettings } from '../config/settings';
import { TOTAL_TOKENS_PATHS } from '../gateway/model-paths';
import { ApiKeyExternalSecret } from '../identity/api-key-external-secret';
import { ApiKeySecret } from '../identity/api-key-secret';
import type { KnownApiKey } from '../identity/api-key-rules';
import { apiKeySecretName, secretNameOfKey } from '../identity/api-key-secret-name';
import { GatewayAuthPolicy, type TierAccess } from '../identity/gateway-auth-policy';
import { KuadrantInstance } from '../identity/kuadrant-instance';
import type { PlatformContext } from './context';
import { sharesRoute } from './limits';

export function addKuadrant(chart: Chart, { settings }: PlatformContext): void {
  new KuadrantInstance(chart, 'kuadrant', { namespace: settings.kuadrant.namespace });
}

export function addIdentity(chart: Chart, { settings, gateway }: PlatformContext): void {
  const { namespace, apiKeys, oidc } = settings;
  for (const user of settings.users) {
    addKeys(chart, namespace, user);
  }
  const hosts = routesByHost(settings.gateway) ? settings.models.map(({ host }) => host) : [];
  new GatewayAuthPolicy(chart, 'auth-policy', {
    gateway,
    tiers: settings.tiers.map((tier) => tierAccess(tier, settings)),
    hosts: [...hosts, settings.gateway.platformHost],
    sharedPaths: sharesRoute(settings)
      ? {
          host: settings.gateway.platformHost,
          prefixes: settings.models.map(pathPrefix),
          paths: [...TOTAL_TOKENS_PATHS],
        }
      : undefined,
    apiKeys: apiKeys && {
      namespace,
      prefixes: apiKeys.prefixes,
      keys: knownKeys(settings.users),
      revision: revisionOf(settings.users),
    },
    oidc,
  });
}

/** What a tier may use; the list at the platform's own host says of itself what that is. */
function tierAccess({ name, models: allowed }: TierConfiguration, settings: PlatformSettings): TierAccess {
  const { routing, platformHost } = settings.gateway;
  if (allowed === undefined) {
    return { name };
  }
  const models = allowed.flatMap((model) => settings.models.find((each) => each.name === model) ?? []);
  const hosts = models.map(({ host }) => host);
  switch (routing) {
    case 'host':
      return { name, hosts: [...hosts, platformHost] };
    case 'path':
    case 'both':
      return {
        name,
        hosts: routing === 'both' ? hosts : [],
        paths: { host: platformHost, prefixes: models.map(pathPrefix) },
      };
  }
}

/** What the policy has to know of keys, because no Secret says it. */
function knownKeys(users: UserConfiguration[]): KnownApiKey[] {
  return users.flatMap(({ name: user, tier, keys = [] }) =>
    keys.filter(isKnownToPolicy).map((key) => ({
      secretName: secretNameOfKey(user, key),
      owner: key.existingSecret === undefined ? undefined : { user, tier },
      expires: key.expires,
      disabled: key.disabled,
    })),
  );
}

/** Changes with the annotations of rendered Secrets, so that another tier counts with the same apply. */
function revisionOf(users: UserConfiguration[]): string {
  const annotated = users.flatMap(({ name, tier, keys = [] }) =>
    keys.filter(({ existingSecret }) => existingSecret === undefined).map((key) => [name, tier, key.name]),
  );
  return createHash('sha256').update(JSON.stringify(annotated)).digest('hex').slice(0, 16);
}

function addKeys(chart: Chart, namespace: string, { name: user, tier, keys = [] }: UserConfiguration): void {
  for (const { name: key, demo, externalSecret } of keys) {
    const name = apiKeySecretName(user, key);
    if (demo !== undefined) {
      new ApiKeySecret(chart, name, { namespace, user, tier, name, demoKey: demo });
    }
    if (externalSecret !== undefined) {
      new ApiKeyExternalSecret(chart, name, {
        namespace,
        user,
        tier,
        name,
        storeName: externalSecret.store,
        storeKind: externalSecret.storeKind,
        remoteKey: externalSecret.key,
        remoteProperty: externalSecret.property,
      });
    }
  }
}
