import type { ManifestConfiguration, PatchConfiguration } from '../config/configuration';
import type { PlatformSettings } from '../config/settings';
import { describeObject } from '../output/chart-objects';
import { isMap } from '../is-map';
import { changesBetween, matchByName } from '../output/changes';
import { groupChanges, modelChanges, tierChanges, userChanges } from './settings-words';
import { leafChanges } from './value-changes';

/** What a change is about, in the order in which it is told. */
export const CHANGE_GROUPS = [
  'platform',
  'gateway',
  'tiers',
  'users',
  'models',
  'identity',
  'limits',
  'storage',
  'observability',
  'conformance',
  'patches',
  'objects',
] as const;

/** What a change is about. */
export type ChangeGroup = (typeof CHANGE_GROUPS)[number];

/** Changes of a configuration in words, one line each; groups without a change are left out. */
export type SettingsChanges = { readonly [Group in ChangeGroup]?: string[] };

type WordedKey = 'accelerators' | 'priorityClasses' | 'tiers' | 'users' | 'models' | 'patches' | 'objects';

/** Where the other settings are told, and what maas.yaml calls them. */
const PLACES: { readonly [Key in Exclude<keyof PlatformSettings, WordedKey>]: [ChangeGroup, string] } = {
  name: ['platform', 'name'],
  platform: ['platform', 'platform'],
  domain: ['platform', 'domain'],
  namespace: ['platform', 'namespace'],
  createNamespaces: ['platform', 'createNamespaces'],
  versions: ['platform', 'versions'],
  registry: ['platform', 'registry'],
  kuadrant: ['platform', 'kuadrant'],
  kserve: ['platform', 'kserve'],
  networkPolicies: ['platform', 'networkPolicies'],
  nodeLabels: ['models', 'nodeLabels'],
  quota: ['models', 'quota'],
  gateway: ['gateway', 'gateway'],
  apiKeys: ['identity', 'identity.apiKeys'],
  oidc: ['identity', 'identity.oidc'],
  keycloak: ['identity', 'demo Keycloak'],
  slowDownAfter: ['identity', 'identity.slowDownAfter'],
  limits: ['limits', 'limits'],
  minio: ['storage', 'storage.minio'],
  observability: ['observability', 'observability'],
  conformance: ['conformance', 'conformance'],
};

/**
 * What differs between two configurations, in words: who gains or loses what. A key's value is never shown, nor what
 * patches, own objects and arguments of models hold.
 */
export function settingsChanges(before: PlatformSettings, after: PlatformSettings): SettingsChanges {
  const lines: Record<ChangeGroup, string[]> = {
    ...emptyGroups(),
    tiers: tierChanges(before.tiers, after.tiers),
    users: userChanges(before.users, after.users),
    models: modelChanges(before.models, after.models),
    patches: wholeChanges(before.patches, after.patches, describePatch),
    objects: wholeChanges(before.objects, after.objects, describeOwnObject),
  };
  for (const [key, [group, place]] of Object.entries(PLACES)) {
    const name = key as keyof typeof PLACES;
    lines[group].push(...leafChanges(withoutGroups(before[name]), withoutGroups(after[name]), place));
  }
  lines.models.push(...wholeChanges(before.accelerators, after.accelerators, ({ name }) => `accelerator ${name}`));
  lines.models.push(
    ...wholeChanges(before.priorityClasses, after.priorityClasses, ({ name }) => `PriorityClass ${name}`),
  );
  lines.identity.push(...groupChanges(before.oidc?.groups, after.oidc?.groups));
  return Object.fromEntries(CHANGE_GROUPS.flatMap((group) => (lines[group].length > 0 ? [[group, lines[group]]] : [])));
}

/** Groups of an issuer have words of their own. */
function withoutGroups(value: unknown): unknown {
  return isMap(value) && 'groups' in value ? { ...value, groups: undefined } : value;
}

function wholeChanges<Item>(
  before: readonly Item[],
  after: readonly Item[],
  describe: (item: Item) => string,
): string[] {
  const { gone, kept, added } = matchByName(before, after, describe);
  return [
    ...gone.map((item) => `${describe(item)}: gone`),
    ...kept.flatMap((pair) =>
      changesBetween(pair.before, pair.after).length > 0 ? [`${describe(pair.after)}: changed`] : [],
    ),
    ...added.map((item) => `${describe(item)}: new`),
  ];
}

function describePatch({ target }: PatchConfiguration): string {
  return `patch of ${describeObject(target)}`;
}

function describeOwnObject({ kind, metadata }: ManifestConfiguration): string {
  const { name, namespace } = metadata;
  return describeObject({
    kind: `own ${kind}`,
    name: String(name),
    namespace: typeof namespace === 'string' ? namespace : undefined,
  });
}

function emptyGroups(): Record<ChangeGroup, string[]> {
  return Object.fromEntries(CHANGE_GROUPS.map((group) => [group, [] as string[]])) as Record<ChangeGroup, string[]>;
}
