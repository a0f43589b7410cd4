import { Duration, type Chart } from 'cdk8s';
import { pathPrefix, routesByHost, routesByPath } from '../config/model-address';
import { servedNamesOf } from '../config/served-names';
import { maySleep, versionsOf, type ModelSettings } from '../config/model-settings';
import { ExternalKeys } from '../gateway/external-keys';
import { portOf } from '../gateway/external-model';
import { ErrorReplyFilter } from '../gateway/error-reply-filter';
import { FailedAuthenticationFilter } from '../gateway/failed-authentication-filter';
import { GatewayCertificate } from '../gateway/gateway-certificate';
import { GatewayNetworkPolicy } from '../gateway/gateway-network-policy';
import { HeaderScrubFilter } from '../gateway/header-scrub-filter';
import { IdentityRequiredFilter } from '../gateway/identity-required-filter';
import { LISTENER_PORTS, MaasGateway } from '../gateway/maas-gateway';
import { ModelFallback } from '../gateway/model-fallback';
import { ModelListFilter } from '../gateway/model-list-filter';
import { ModelListRoute } from '../gateway/model-list-route';
import { TOTAL_TOKENS_PATHS } from '../gateway/model-paths';
import { ModelRoute, type ModelCanary } from '../gateway/model-route';
import { OpenShiftRoute } from '../gateway/openshift-route';
import { SharedModelRoute } from '../gateway/shared-model-route';
import { MODEL_PORT } from '../models/model-port';
import { filterPlacement, modelUrl, type PlatformContext } from './context';
import { sharesRoute, usesTokenPolicy } from './limits';
import { scrapers } from './observability';

/** Clients that ask again so often keep a model awake while it loads its weights: KEDA remembers requests for longer. */
const RETRY_AFTER = Duration.seconds(30);

export function addGateway(chart: Chart, context: PlatformContext): void {
  const { gateway, domain, kuadrant, namespace, networkPolicies, slowDownAfter } = context.settings;
  const secretNames = externalKeySecretNames(context);
  if (gateway.create) {
    new MaasGateway(chart, 'gateway', {
      ...gateway,
      domain,
      userLabel: context.settings.observability.userLabel,
      externalKeySecretNames: secretNames,
      tlsSecretName: gateway.tls?.secretName,
      routeNamespaces: gateway.namespace === namespace ? undefined : [namespace],
    });
  }
  if (secretNames.length > 0) {
    new ExternalKeys(chart, 'external-keys', { gateway: context.gateway, secretNames });
  }
  if (gateway.create && networkPolicies) {
    new GatewayNetworkPolicy(chart, 'network-policy', {
      gateway: context.gateway,
      listenerPorts: [gateway.tls === undefined ? LISTENER_PORTS.http : LISTENER_PORTS.https],
      modelNamespace: namespace,
      modelPort: MODEL_PORT,
      kuadrantNamespace: kuadrant.namespace,
      scrapers: scrapers(context.settings),
      externalPorts: externalPorts(context),
    });
  }
  if (gateway.tls?.issuer !== undefined) {
    new GatewayCertificate(chart, 'certificate', {
      namespace: gateway.namespace,
      domain,
      secretName: gateway.tls.secretName,
      issuerName: gateway.tls.issuer.name,
      issuerKind: gateway.tls.issuer.kind,
    });
  }
  new HeaderScrubFilter(chart, 'header-scrub', {
    gateway: context.gateway,
    ...filterPlacement(context, 'identity-header-scrub-filter'),
  });
  if (slowDownAfter > 0) {
    new FailedAuthenticationFilter(chart, 'failed-authentication', {
      gateway: context.gateway,
      slowDownAfter,
      ...filterPlacement(context, 'failed-authentication-filter'),
    });
  }
  new IdentityRequiredFilter(chart, 'identity-required', {
    gateway: context.gateway,
    ...filterPlacement(context, 'identity-required-filter'),
  });
  new ErrorReplyFilter(chart, 'error-reply', {
    gateway: context.gateway,
    ...filterPlacement(context, 'error-reply-filter'),
    retryAfter: context.settings.models.flatMap(versionsOf).some(maySleep) ? RETRY_AFTER : undefined,
  });
}

export function addRoutes(chart: Chart, context: PlatformContext): void {
  if (sharesRoute(context.settings)) {
    addSharedRoute(chart, context);
  } else {
    addModelRoutes(chart, context);
  }
  addModelList(chart, context);
}

function externalKeySecretNames({ settings }: PlatformContext): string[] {
  return [...new Set(settings.models.flatMap(({ external }) => external?.keySecret ?? []))];
}

function externalPorts({ settings }: PlatformContext): number[] {
  return [...new Set(settings.models.flatMap(({ external }) => (external ? portOf(external.baseUrl) : [])))];
}

/** One route for all models. */
function addSharedRoute(chart: Chart, context: PlatformContext): void {
  const { settings, gateway, models } = context;
  const route = new SharedModelRoute(chart, 'models-path-route', {
    gateway,
    namespace: settings.namespace,
    host: settings.gateway.platformHost,
    models: settings.models.flatMap((model) => {
      const backend = models.get(model.name);
      return backend === undefined ? [] : [{ prefix: pathPrefix(model), backend, canary: canaryOf(model, models) }];
    }),
  });
  settings.models
    .filter(({ name }) => models.has(name))
    .forEach((model, position) => addFallback(chart, context, model, route.ruleNames.slice(position, position + 1)));
}

/** A route for each model, and for each way to it. */
function addModelRoutes(chart: Chart, context: PlatformContext): void {
  const { settings, gateway, models } = context;
  const paths = usesTokenPolicy(settings) ? [...TOTAL_TOKENS_PATHS] : undefined;
  for (const model of settings.models) {
    const { name, host } = model;
    const backend = models.get(name);
    const shared = backend && { gateway, backend, paths, canary: canaryOf(model, models) };
    const ruleNames: string[] = [];
    if (routesByHost(settings.gateway)) {
      if (shared !== undefined) {
        const route = new ModelRoute(chart, `route-${name}`, { ...shared, name: `${name}-domain-route`, host });
        ruleNames.push(...route.ruleNames);
      }
      addOpenShiftRoute(chart, context, `openshift-route-${name}`, { name: `${name}-route`, host });
    }
    if (routesByPath(settings.gateway) && shared !== undefined) {
      const { platformHost } = settings.gateway;
      const prefix = pathPrefix(model);
      const route = new ModelRoute(chart, `path-route-${name}`, {
        ...shared,
        name: `${name}-path-route`,
        host: platformHost,
        prefix,
      });
      ruleNames.push(...route.ruleNames);
    }
    addFallback(chart, context, model, ruleNames);
  }
}

function addFallback(chart: Chart, context: PlatformContext, model: ModelSettings, ruleNames: string[]): void {
  const { settings, gateway, models } = context;
  const other = settings.models.find(({ name }) => name === model.fallback);
  const [backend, fallback] = [models.get(model.name), models.get(other?.name ?? '')];
  if (other !== undefined && backend !== undefined && fallback !== undefined) {
    new ModelFallback(chart, `fallback-${model.name}`, {
      ...{ gateway, backend, fallback, ruleNames },
      modelName: model.name,
      fallbackServedName: other.servedName,
      ...filterPlacement(context, `${model.name}-fallback`),
    });
  }
}

function canaryOf({ canary }: ModelSettings, models: PlatformContext['models']): ModelCanary | undefined {
  const backend = canary && models.get(canary.version.name);
  return canary && backend && { backend, weight: canary.weight };
}

/** The list of models at the platform's own host. */
function addModelList(chart: Chart, context: PlatformContext): void {
  const { settings, gateway } = context;
  const host = settings.gateway.platformHost;
  const servedNames = new Map(settings.models.map((model) => [model.name, servedNamesOf(model)]));
  new ModelListRoute(chart, 'model-list-route', { gateway, namespace: settings.namespace, host });
  new ModelListFilter(chart, 'model-list', {
    gateway,
    host,
    models: settings.models.flatMap((model) =>
      servedNamesOf(model).map((name) => ({ name, baseUrl: modelUrl(model, settings) })),
    ),
    tiers: settings.tiers.map(({ name, models }) => ({
      tier: name,
      models: models?.flatMap((model) => servedNames.get(model) ?? []),
    })),
    ...filterPlacement(context, 'model-list-filter'),
  });
  addOpenShiftRoute(chart, context, 'openshift-model-list-route', { name: 'model-list-route', host });
}

function addOpenShiftRoute(
  chart: Chart,
  { settings, gateway }: PlatformContext,
  id: string,
  { name, host }: { readonly name: string; readonly host: string },
): void {
  if (settings.platform === 'openshift') {
    new OpenShiftRoute(chart, id, { name, host, gateway, passthrough: settings.gateway.tls !== undefined });
  }
}
