import { addressesOf } from '../config/model-address';
import { count } from '../config/problem';
import type { ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import { hasTokenLimit } from '../limits/token-window';
import { limitsRequests, limitsTokens, usesTokenPolicy } from '../platform/limits';
import { node, subgraph } from './mermaid';
import { limitWords, podWords, replicaWords, runtimeWords } from './words';

/**
 * The platform as a Mermaid flowchart: clients by tier, hosts, the filters of the gateway in their order, policies, limits
 * and models. Ids of nodes are numbers, so no name of maas.yaml is syntax.
 */
export function drawPlatform(settings: PlatformSettings): string {
  const filters = gatewayFilters(settings);
  const lines = [
    ...subgraph('clients', 'Clients', clientNodes(settings)),
    ...subgraph('hosts', hostTitle(settings), hostNodes(settings)),
    ...subgraph('gateway', gatewayTitle(settings), [
      'direction TB',
      ...filters.map(({ id, label }, index) => node(id, [`${index + 1} ${label[0] ?? ''}`, ...label.slice(1)])),
      filters.map(({ id }) => id).join(' --> '),
    ]),
    ...subgraph('policies', 'Policies', policyNodes(settings)),
    ...subgraph('limits', 'Limits of each user', limitNodes(settings)),
    ...subgraph('models', `Models in ${settings.namespace}`, settings.models.map(modelNode)),
    ...edges(settings, filters),
  ];
  return ['flowchart TB', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

interface Filter {
  readonly id: string;
  readonly label: string[];
}

function gatewayFilters(settings: PlatformSettings): Filter[] {
  const { gateway, limits, models, slowDownAfter } = settings;
  const listed = models.length > 0;
  return [
    { id: 'scrub', label: ['header scrub', 'removes x-maas headers of clients'] },
    ...(slowDownAfter === 0
      ? []
      : [{ id: 'slowdown', label: ['slow-down', `after ${count(slowDownAfter, 'failure')} in a minute: a second`] }]),
    { id: 'kuadrant', label: ['Kuadrant', 'key or token: user and tier'] },
    { id: 'identity', label: ['identity required', 'nobody passes unknown'] },
    ...(listed ? [{ id: 'list', label: ['list of models', `at ${gateway.platformHost} only`] }] : []),
    ...(limitsTokens(settings) && !usesTokenPolicy(settings)
      ? [{ id: 'tokens', label: ['token limit', `overshoot: ${limits.overshoot}`] }]
      : []),
  ];
}

function clientNodes({ tiers, users, oidc }: PlatformSettings): string[] {
  const byTier = tiers.map(({ name }, index) =>
    node(`client${index}`, [name, count(users.filter(({ tier }) => tier === name).length, 'user')]),
  );
  return [...byTier, ...(oidc === undefined ? [] : [node('tokenholders', ['whoever has a token of', oidc.issuerUrl])])];
}

function hostTitle({ platform }: PlatformSettings): string {
  return platform === 'openshift' ? 'Hosts, behind the router of OpenShift' : 'Hosts';
}

function hostNodes({ models, gateway }: PlatformSettings): string[] {
  return models.length === 0
    ? []
    : [
        node('api', [gateway.platformHost, 'list of models']),
        ...models.map((model, index) =>
          node(`host${index}`, [...addressWords(model, gateway), `model: ${model.servedName}`]),
        ),
      ];
}

function addressWords(model: ModelSettings, gateway: PlatformSettings['gateway']): string[] {
  return addressesOf(model, gateway).map(({ host, prefix }) => host + prefix);
}

function gatewayTitle({ gateway }: PlatformSettings): string {
  const { create, name, namespace, replicas, tls } = gateway;
  const made = create ? '' : ', existing';
  return `Gateway ${namespace}/${name}${made}, ${tls === undefined ? 'HTTP' : 'HTTPS'}, ${podWords(replicas)}`;
}

function policyNodes(settings: PlatformSettings): string[] {
  const { apiKeys, oidc } = settings;
  return [
    node('authpolicy', [
      'AuthPolicy gateway-auth-policy',
      ...(apiKeys === undefined ? [] : [`API keys: ${apiKeys.prefixes.join(', ')}`]),
      ...(oidc === undefined ? [] : [`tokens: audience ${oidc.audience}`]),
    ]),
    ...(limitsRequests(settings) ? [node('ratelimitpolicy', ['RateLimitPolicy gateway-rate-limits'])] : []),
    ...(usesTokenPolicy(settings)
      ? [node('tokenratelimitpolicy', ['TokenRateLimitPolicy gateway-token-rate-limits'])]
      : []),
  ];
}

function limitNodes({ tiers }: PlatformSettings): string[] {
  return tiers.map((tier, index) => node(`limit${index}`, [tier.name, ...limitWords(tier).split('; ')]));
}

function modelNode(model: ModelSettings, index: number): string {
  const { canary, external } = model;
  if (external !== undefined) {
    return node(`model${index}`, [
      model.name,
      `external: ${external.model}`,
      external.baseUrl,
      ...fallbackWords(model),
    ]);
  }
  return node(`model${index}`, [
    ...[model.name, runtimeWords(model), `replicas: ${replicaWords(model)}`],
    ...(canary === undefined ? [] : [`canary, ${canary.weight} %: ${runtimeWords(canary.version)}`]),
    ...fallbackWords(model),
  ]);
}

function fallbackWords({ fallback }: ModelSettings): string[] {
  return fallback === undefined ? [] : [`fallback: ${fallback}`];
}

function edges(settings: PlatformSettings, filters: readonly Filter[]): string[] {
  const { models, tiers } = settings;
  const last = filters.at(-1)?.id ?? 'kuadrant';
  return [
    ...tokenEdges(settings),
    ...(models.length === 0 ? ['clients --> scrub'] : [...clientEdges(settings), 'hosts --> scrub']),
    'authpolicy -.-> kuadrant',
    ...(limitsRequests(settings) ? ['ratelimitpolicy -.-> kuadrant'] : []),
    ...(usesTokenPolicy(settings) ? ['tokenratelimitpolicy -.-> kuadrant'] : []),
    ...tiers.flatMap((tier, index) => limitTargets(settings, tier).map((target) => `limit${index} -.-> ${target}`)),
    ...models.map((_, index) => `${last} --> model${index}`),
  ];
}

/** Which tiers a token may give. */
function tokenEdges({ oidc, tiers }: PlatformSettings): string[] {
  const given = oidc === undefined ? [] : [...oidc.groups.map(({ tier }) => tier), oidc.defaultTier];
  return tiers.flatMap(({ name }, index) => (given.includes(name) ? `tokenholders --> client${index}` : []));
}

/** A tier with a list of models has an arrow to each of its hosts, others one to all of them. */
function clientEdges({ models, tiers }: PlatformSettings): string[] {
  return [
    ...tiers.flatMap(({ models: allowed }, index) =>
      allowed === undefined
        ? `client${index} --> hosts`
        : ['api', ...models.flatMap(({ name }, host) => (allowed.includes(name) ? `host${host}` : []))].map(
            (host) => `client${index} --> ${host}`,
          ),
    ),
  ];
}

/** What holds a tier's limits: our filter, or the policies that Kuadrant enforces. */
function limitTargets(settings: PlatformSettings, { tokens, requests }: PlatformSettings['tiers'][number]): string[] {
  const ofTokens = usesTokenPolicy(settings) ? 'tokenratelimitpolicy' : 'tokens';
  return [...(hasTokenLimit(tokens) ? [ofTokens] : []), ...(requests === undefined ? [] : ['ratelimitpolicy'])];
}
