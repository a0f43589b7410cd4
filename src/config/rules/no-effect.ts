import { hasTokenLimit } from '../../limits/token-window';
import { HUGGING_FACE } from '../../models/hugging-face';
import type { DraftConfiguration } from '../draft';
import { showValue, type Finding, type Path } from '../problem';
import {
  apiKeysOf,
  engineOf,
  hasTokenLimits,
  lacksLimitador,
  lacksTokenLimits,
  monitoringOf,
  namedModelsOf,
  platformOf,
  runtimeOf,
  usesTokenPolicy,
} from './facts';
import { atKey, atValue, isComplete, isUnusable, placed, type Rule } from './rule';

/** A key that changes nothing under some condition. */
interface IdleKey {
  readonly path: readonly string[];
  /** The values that change nothing; all where left out. What is the default anyway is not worth a problem. */
  readonly values?: readonly unknown[];
  /** Whether that is certainly the case. */
  readonly isIdle: (configuration: DraftConfiguration) => boolean;
  readonly reason: string;
  readonly fix: string;
}

/** Whether nothing scrapes. */
const lacksMonitoring = (configuration: DraftConfiguration): boolean => {
  const { prometheus = true, serviceMonitors = true } = monitoringOf(configuration) ?? {};
  return !prometheus && !serviceMonitors;
};

const usesUserWorkloadMonitoring = (configuration: DraftConfiguration): boolean =>
  monitoringOf(configuration)?.userWorkloadMonitoring === true;

const withUserWorkloadMonitoring = {
  isIdle: usesUserWorkloadMonitoring,
  reason: 'with user workload monitoring',
  fix: 'remove it, or add `userWorkloadMonitoring: false`',
};

const withoutLimitador = {
  reason: 'while Limitador counts nothing',
  fix: 'remove it, or give a tier `requests`',
};

const withoutTokens = {
  isIdle: lacksTokenLimits,
  reason: 'while no tier has token limits',
  fix: 'remove it, or give a tier `tokens`',
};

const withOtherEngine = {
  isIdle: usesTokenPolicy,
  reason: 'with the engine tokenRateLimitPolicy, whose tokens only Limitador knows',
  fix: 'remove it, or write `limits.engine: envoyFilter`',
};

const IDLE_KEYS: readonly IdleKey[] = [
  {
    ...withoutLimitador,
    path: ['limits', 'onFailure'],
    // Another rule refuses it on OpenShift, whatever counts.
    isIdle: (configuration) => lacksLimitador(configuration) && platformOf(configuration) === 'kubernetes',
  },
  { ...withoutLimitador, path: ['limits', 'redis'], isIdle: lacksLimitador },
  { ...withoutTokens, path: ['limits', 'engine'], values: ['tokenRateLimitPolicy'] },
  { ...withoutTokens, path: ['limits', 'overshoot'], values: ['none'] },
  { ...withoutTokens, path: ['limits', 'perReplica'] },
  {
    path: ['limits', 'perReplica'],
    isIdle: (configuration) =>
      hasTokenLimits(configuration) &&
      engineOf(configuration) === 'envoyFilter' &&
      !isUnusable(configuration, 'gateway', 'replicas') &&
      (configuration.gateway?.replicas ?? 1) === 1,
    reason: 'while there is one gateway pod',
    fix: 'remove it, or raise gateway.replicas',
  },
  { ...withoutTokens, path: ['observability', 'ledger'], values: [true] },
  { ...withOtherEngine, path: ['observability', 'ledger'], values: [true] },
  { ...withoutTokens, path: ['observability', 'userLabel'], values: [true] },
  { ...withOtherEngine, path: ['observability', 'userLabel'], values: [true] },
  {
    path: ['observability', 'monitorLabels'],
    // Beside a Prometheus, another rule wants the ServiceMonitors back.
    isIdle: lacksMonitoring,
    reason: 'while there are no ServiceMonitors',
    fix: 'remove it, or add `serviceMonitors: true`',
  },
  {
    path: ['observability', 'replicas'],
    isIdle: (configuration) =>
      monitoringOf(configuration)?.prometheus === false && !usesUserWorkloadMonitoring(configuration),
    reason: 'beside `prometheus: false`',
    fix: 'remove it',
  },
  { ...withUserWorkloadMonitoring, path: ['observability', 'replicas'] },
  { ...withUserWorkloadMonitoring, path: ['observability', 'namespace'] },
  {
    path: ['observability', 'prometheusAddress'],
    isIdle: (configuration) => monitoringOf(configuration)?.prometheus === true,
    reason: 'beside the Prometheus that is rendered',
    fix: 'remove it, or add `prometheus: false`',
  },
  {
    path: ['observability', 'prometheusAddress'],
    isIdle: (configuration) =>
      monitoringOf(configuration)?.prometheus === false &&
      !isUnusable(configuration, 'models') &&
      (configuration.models ?? []).every((model) => model !== undefined && !('scaling' in model)),
    reason: 'while no model has `scaling`',
    fix: 'remove it',
  },
  {
    path: ['observability', 'namespace'],
    isIdle: lacksMonitoring,
    reason: 'while there is neither Prometheus nor ServiceMonitors',
    fix: 'remove it',
  },
  {
    path: ['gateway', 'platformHost'],
    isIdle: ({ models }) => models?.length === 0,
    reason: 'while there are no models to list',
    fix: 'remove it',
  },
  {
    path: ['priorityClasses'],
    isIdle: ({ models }) => models?.length === 0,
    reason: 'while there are no models',
    fix: 'remove it',
  },
  {
    path: ['quota'],
    isIdle: ({ models }) => models?.length === 0,
    reason: 'while there are no models',
    fix: 'remove it',
  },
  {
    path: ['identity', 'apiKeys', 'prefixes'],
    isIdle: (configuration) => apiKeysOf(configuration) === false,
    reason: 'while API keys are off',
    fix: 'remove it, or write `enabled: true` beside it',
  },
  {
    path: ['kserve', 'namespace'],
    isIdle: ({ kserve }) => kserve?.configure === false,
    reason: 'beside `configure: false`',
    fix: 'remove it',
  },
];

function idle(path: Path, value: unknown, reason: string, fix: string): Finding {
  return atKey(path, showValue(value, path), `nothing ${reason}: it has no effect`, fix);
}

function idleKeys(configuration: DraftConfiguration): Finding[] {
  return IDLE_KEYS.flatMap(({ path, values, isIdle, reason, fix }) => {
    const value = path.reduce<unknown>(
      (here, step) => (here as Record<string, unknown> | undefined)?.[step],
      configuration,
    );
    const counts = value !== undefined && (values === undefined || values.includes(value));
    return counts && isIdle(configuration) ? [idle(path, value, reason, fix)] : [];
  });
}

function idleEnforcement({ tiers }: DraftConfiguration): Finding[] {
  return placed(tiers).flatMap(({ item, index }) => {
    const isKnown = !isUnusable(item, 'tokens') && isComplete(item.tokens);
    return item.enforce === false && isKnown && !hasTokenLimit(item.tokens)
      ? [idle(['tiers', index, 'enforce'], false, 'while the tier has no token limits', 'remove it, or add `tokens`')]
      : [];
  });
}

function idleTokens(configuration: DraftConfiguration): Finding[] {
  return namedModelsOf(configuration).flatMap((model) => {
    const { item, entry, index } = model;
    const source = isUnusable(item, 'source') ? undefined : (item.source ?? entry?.source);
    const isElsewhere = source !== undefined && !source.startsWith(HUGGING_FACE);
    const isCached = item.cache?.nodeGroup !== undefined;
    const hasAdapters = isUnusable(item, 'adapters') || (item.adapters ?? []).length > 0;
    const isIdle = (isElsewhere || isCached) && runtimeOf(model) === 'vllm' && !hasAdapters;
    return item.huggingFaceTokenSecret !== undefined && isIdle
      ? [
          idle(
            ['models', index, 'huggingFaceTokenSecret'],
            item.huggingFaceTokenSecret,
            isElsewhere ? 'while the source is not at Hugging Face' : 'while KServe loads the weights, ahead',
            isElsewhere ? 'remove it, or write a source that begins with hf://' : 'remove it',
          ),
        ]
      : [];
  });
}

function idleFigures(configuration: DraftConfiguration): Finding[] {
  return namedModelsOf(configuration).flatMap((model) =>
    runtimeOf(model) === 'simulator'
      ? (['parameters', 'architecture'] as const).flatMap((key) =>
          model.item[key] === undefined
            ? []
            : [
                idle(
                  ['models', model.index, key],
                  model.item[key],
                  'for the simulator, which has no weights',
                  'remove it',
                ),
              ],
        )
      : [],
  );
}

const noEffect: Rule = {
  id: 'no-effect',
  check: (configuration) => [
    ...idleKeys(configuration),
    ...idleEnforcement(configuration),
    ...idleTokens(configuration),
    ...idleFigures(configuration),
  ],
};

const idlePrometheus: Rule = {
  id: 'idle-prometheus',
  check: (configuration) => {
    const monitoring = monitoringOf(configuration);
    if (monitoring?.prometheus !== true || monitoring.serviceMonitors) {
      return [];
    }
    const expected = 'true while there is a Prometheus, which would scrape only itself';
    const fix = 'remove it, or add `prometheus: false`';
    return [atValue(['observability', 'serviceMonitors'], 'false', expected, fix)];
  },
};

/** What would be accepted without doing anything. */
export const NO_EFFECT_RULES: readonly Rule[] = [noEffect, idlePrometheus];
