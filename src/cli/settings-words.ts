import type { KeyConfiguration, TierConfiguration, UserConfiguration } from '../config/configuration';
import { count, listNames } from '../config/problem';
import type { ModelSettings } from '../config/model-settings';
import type { OidcSettings } from '../config/settings';
import { matchByName } from '../output/changes';
import { arrow, leafChanges } from './value-changes';

type TierGroup = OidcSettings['groups'][number];

const WINDOWS = ['minute', 'hour', 'day', 'month'] as const;
const NO_LIMIT = 'no limit';

const byName = ({ name }: { readonly name: string }) => name;

/** What users of each tier may consume, and of which models. */
export function tierChanges(before: readonly TierConfiguration[], after: readonly TierConfiguration[]): string[] {
  const { gone, kept, added } = matchByName(before, after, byName);
  return [
    ...gone.map(({ name }) => `tier ${name}: gone`),
    ...kept.flatMap((pair) => tierWords(pair.before, pair.after).map((words) => `tier ${pair.after.name}: ${words}`)),
    ...added.map((tier) => `tier ${tier.name}: new, ${describeTier(tier)}`),
  ];
}

function tierWords(before: TierConfiguration, after: TierConfiguration): string[] {
  const words: string[] = [];
  for (const window of WINDOWS) {
    const [old, now] = [before.tokens?.[window], after.tokens?.[window]];
    if (old !== now) {
      words.push(limitWords(old, now, `tokens a ${window}`));
    }
  }
  const [old, now] = [before, after].map((tier) => describeRequests(tier) ?? `${NO_LIMIT} on requests`);
  if (old !== now) {
    words.push(`${old} → ${now}`);
  }
  words.push(...accessWords(before.models, after.models));
  if ((before.enforce ?? true) !== (after.enforce ?? true)) {
    words.push((after.enforce ?? true) ? 'its token limits now refuse requests' : 'its token limits now only count');
  }
  return words;
}

/** `200 → 500 tokens a minute`, `no limit → 500 tokens a minute`, `500 tokens a minute → no limit`. */
function limitWords(before: number | undefined, after: number | undefined, unit: string): string {
  if (after === undefined) {
    return `${thousands(before ?? 0)} ${unit} → ${NO_LIMIT}`;
  }
  return `${before === undefined ? NO_LIMIT : thousands(before)} → ${thousands(after)} ${unit}`;
}

function accessWords(before: readonly string[] | undefined, after: readonly string[] | undefined): string[] {
  if (after === undefined) {
    return before === undefined ? [] : ['may use every model'];
  }
  if (before === undefined) {
    return [`may only use ${listNames(after)}`];
  }
  const more = after.filter((name) => !before.includes(name));
  const less = before.filter((name) => !after.includes(name));
  return [
    ...(more.length > 0 ? [`may use ${listNames(more)}`] : []),
    ...(less.length > 0 ? [`may no longer use ${listNames(less)}`] : []),
  ];
}

function describeTier(tier: TierConfiguration): string {
  const tokens = WINDOWS.flatMap((window) => {
    const limit = tier.tokens?.[window];
    return limit === undefined ? [] : [`${thousands(limit)} tokens a ${window}`];
  });
  const requests = describeRequests(tier);
  return [
    ...(tokens.length > 0 ? tokens : ['tokens without limit']),
    ...(requests === undefined ? [] : [requests]),
    tier.models === undefined ? 'every model' : `models ${listNames(tier.models)}`,
    ...(tier.enforce === false ? ['only counted'] : []),
  ].join(', ');
}

function describeRequests({ requests }: TierConfiguration): string | undefined {
  return requests && `${count(requests.limit, 'request')} in ${requests.window}`;
}

/** Who comes, goes and moves, and what becomes of their keys; never a key's value. */
export function userChanges(before: readonly UserConfiguration[], after: readonly UserConfiguration[]): string[] {
  const { gone, kept, added } = matchByName(before, after, byName);
  return [
    ...gone.map(({ name }) => `user ${name}: gone`),
    ...kept.flatMap((pair) => {
      const { name } = pair.after;
      const moves = `user ${name}: moves from ${pair.before.tier} to ${pair.after.tier}`;
      return [...(pair.before.tier === pair.after.tier ? [] : [moves]), ...keyChanges(name, pair.before, pair.after)];
    }),
    ...added.map(({ name, tier, keys = [] }) => `user ${name}: new, in tier ${tier} with ${count(keys.length, 'key')}`),
  ];
}

function keyChanges(user: string, before: UserConfiguration, after: UserConfiguration): string[] {
  const { gone, kept, added } = matchByName(before.keys ?? [], after.keys ?? [], ({ name, existingSecret }) =>
    existingSecret === undefined ? `name ${name ?? ''}` : `Secret ${existingSecret}`,
  );
  return [
    ...gone.map((key) => `${describeKey(user, key)}: gone`),
    ...kept.flatMap((pair) =>
      keyWords(pair.before, pair.after).map((words) => `${describeKey(user, pair.after)}: ${words}`),
    ),
    ...added.map(
      (key) => `${describeKey(user, key)}: new${key.expires === undefined ? '' : `, expires ${key.expires}`}`,
    ),
  ];
}

function describeKey(user: string, { name, existingSecret }: KeyConfiguration): string {
  const which = name ?? existingSecret;
  return which === undefined ? `key of ${user}` : `key ${which} of ${user}`;
}

function keyWords(before: KeyConfiguration, after: KeyConfiguration): string[] {
  const words: string[] = [];
  if (before.expires !== after.expires) {
    const renewed = before.expires === undefined ? '' : `, was ${before.expires}`;
    words.push(after.expires === undefined ? `no longer expires${renewed}` : `now expires ${after.expires}${renewed}`);
  }
  if ((before.disabled ?? false) !== (after.disabled ?? false)) {
    words.push(after.disabled === true ? 'now disabled' : 'works again');
  }
  if ((before.demo === undefined) !== (after.demo === undefined)) {
    words.push(after.demo === undefined ? 'now comes from a secret store' : 'now stands in the configuration');
  } else if (before.demo !== after.demo) {
    words.push('another value');
  }
  if (before.externalSecret !== undefined && after.externalSecret !== undefined) {
    words.push(...leafChanges(before.externalSecret, after.externalSecret, 'externalSecret'));
  }
  return words;
}

const MODEL_WORDS = {
  host: 'host',
  source: 'source',
  servedName: 'name in requests',
  inferenceService: 'InferenceService',
  runtime: 'runtime',
  resources: 'resources',
  replicas: 'replicas',
  scaling: 'scaling',
  huggingFaceTokenSecret: 'Secret of its Hugging Face token',
  serviceAccount: 'ServiceAccount',
  maxModelLength: 'longest context in tokens',
  adapterRank: 'highest rank of its adapters',
  cache: 'cache',
  figures: 'figures',
  licence: 'licence',
  gated: 'gated',
  priorityClass: 'PriorityClass',
  rollout: 'what an update does first',
  startupTimeout: 'startup timeout',
  terminationGracePeriod: 'termination grace period',
  tokensPerSecond: 'tokens a second of a replica',
  external: 'provider',
  fallback: 'fallback',
} as const satisfies { readonly [Key in keyof ModelSettings]?: string };

/** What is served, on what, and what its tokens count. */
export function modelChanges(before: readonly ModelSettings[], after: readonly ModelSettings[]): string[] {
  const { gone, kept, added } = matchByName(before, after, byName);
  return [
    ...gone.map(({ name }) => `model ${name}: gone`),
    ...kept.flatMap((pair) => modelWords(pair.before, pair.after).map((words) => `model ${pair.after.name}: ${words}`)),
    ...added.flatMap((model) => [
      `model ${model.name}: new, ${describeAccelerator(model)}, at ${model.host}`,
      ...canaryWords(undefined, model.canary).map((words) => `model ${model.name}: ${words}`),
    ]),
  ];
}

function modelWords(before: ModelSettings, after: ModelSettings): string[] {
  const { arguments: old } = before;
  const { arguments: now } = after;
  return [
    ...acceleratorWords(before, after),
    ...Object.entries(MODEL_WORDS).flatMap(([key, label]) =>
      leafChanges(before[key as keyof typeof MODEL_WORDS], after[key as keyof typeof MODEL_WORDS], label),
    ),
    ...(old.length !== now.length || old.some((argument, index) => argument !== now[index]) ? ['other arguments'] : []),
    ...adapterWords(before.adapters, after.adapters),
    ...weightWords(before.tokenWeights, after.tokenWeights),
    ...canaryWords(before.canary, after.canary),
  ];
}

function adapterWords(before: ModelSettings['adapters'], after: ModelSettings['adapters']): string[] {
  const { gone, kept, added } = matchByName(before, after, byName);
  return [
    ...gone.map(({ name }) => `adapter ${name}: gone`),
    ...kept.flatMap((pair) => leafChanges(pair.before.source, pair.after.source, `adapter ${pair.after.name}: source`)),
    ...added.map(({ name, source }) => `adapter ${name}: new, from ${source}`),
  ];
}

function canaryWords(before: ModelSettings['canary'], after: ModelSettings['canary']): string[] {
  if (before === undefined || after === undefined) {
    const now = after && `a canary gets ${after.weight} of 100 requests`;
    return before === after ? [] : [now ?? 'its canary is gone'];
  }
  return [
    ...(before.weight === after.weight
      ? []
      : [`its canary gets ${arrow(before.weight, after.weight)} of 100 requests`]),
    ...modelWords(before.version, after.version).map((words) => `canary: ${words}`),
  ];
}

function acceleratorWords(before: ModelSettings, after: ModelSettings): string[] {
  if (after.accelerator === undefined || before.accelerator === undefined) {
    const same = before.accelerator === after.accelerator;
    return same ? [] : [after.accelerator === undefined ? 'loses its GPU' : `now ${describeAccelerator(after)}`];
  }
  const [old, now] = [describeAccelerator(before), describeAccelerator(after)];
  return old === now ? [] : [`${old} → ${now}`];
}

function describeAccelerator({ accelerator, gpus, external }: ModelSettings): string {
  if (external !== undefined) {
    return `at ${external.baseUrl}`;
  }
  return accelerator === undefined ? 'without GPU' : `on ${count(gpus, 'GPU')} (${accelerator})`;
}

function weightWords(before: ModelSettings['tokenWeights'], after: ModelSettings['tokenWeights']): string[] {
  const kinds = ['prompt', 'completion', 'cached'] as const;
  const alike = (weights: ModelSettings['tokenWeights']) => kinds.every((kind) => weights[kind] === weights.prompt);
  if (alike(before) && alike(after)) {
    return before.prompt === after.prompt ? [] : [`a token counts ${arrow(before.prompt, after.prompt)}`];
  }
  return kinds.flatMap((kind) =>
    before[kind] === after[kind] ? [] : [`a ${kind} token counts ${arrow(before[kind], after[kind])}`],
  );
}

/** Which group of an issuer gives which tier; the order counts, because the first match wins. */
export function groupChanges(before: readonly TierGroup[] = [], after: readonly TierGroup[] = []): string[] {
  const { gone, kept, added } = matchByName(before, after, ({ group }) => group);
  const words = [
    ...gone.map(({ group, tier }) => `group ${group}: no longer gives tier ${tier}`),
    ...kept.flatMap(({ before: old, after: now }) =>
      old.tier === now.tier ? [] : [`group ${now.group}: gives tier ${now.tier} in place of ${old.tier}`],
    ),
    ...added.map(({ group, tier }) => `group ${group}: gives tier ${tier}`),
  ];
  const order = (groups: readonly TierGroup[]) => groups.map(({ group }) => group).join('\n');
  return words.length === 0 && order(before) !== order(after)
    ? ['groups: another order, and the first match wins']
    : words;
}

function thousands(number: number): string {
  return number.toLocaleString('en-US');
}
