import { hasTokenLimit, TOKEN_WINDOWS } from '../../limits/token-window';
import type { DraftConfiguration } from '../draft';
import { count, listNames, quote, showValue, type Finding, type Path } from '../problem';
import {
  engineOf,
  isElsewhere,
  lacksLimitador,
  LOCAL_DEMO,
  modelNamesOf,
  namedModelsOf,
  platformOf,
  routingOf,
  tiersOf,
  usesTokenPolicy,
} from './facts';
import { atKey, atValue, isComplete, placed, type Rule } from './rule';
import { volumeSize } from './volume-size';

/** Rules that a route of Gateway API may have. */
const MOST_MODELS = 16;

const OTHER_ENGINE = 'write `limits.engine: envoyFilter`';

/** Reports what TokenRateLimitPolicy cannot do, and only while it is what counts. */
function beyondPolicy(id: string, check: (configuration: DraftConfiguration) => Finding[]): Rule {
  return { id, check: (configuration) => (usesTokenPolicy(configuration) ? check(configuration) : []) };
}

const engineWeight = beyondPolicy('engine-weight', (configuration) =>
  namedModelsOf(configuration).flatMap(({ item: { weight = 1, tokenWeights }, index }): Finding[] => {
    const fix = `remove it, or ${OTHER_ENGINE}`;
    const reason = 'Limitador counts every token once, only the engine envoyFilter weighs them';
    return [
      ...(weight === 1 ? [] : [atValue(['models', index, 'weight'], String(weight), `1: ${reason}`, fix)]),
      ...(tokenWeights === undefined
        ? []
        : [atKey(['models', index, 'tokenWeights'], showValue(tokenWeights), `no weights: ${reason}`, fix)]),
    ];
  }),
);

const engineMonth = beyondPolicy('engine-month', ({ tiers }) =>
  placed(tiers).flatMap(({ item: { tokens }, index }): Finding[] => {
    if (tokens?.month === undefined) {
      return [];
    }
    const expected = 'minute, hour or day: Limitador knows no calendar, only the engine envoyFilter counts months';
    const path = ['tiers', index, 'tokens', 'month'];
    return [atKey(path, String(tokens.month), expected, `remove it, or ${OTHER_ENGINE}`)];
  }),
);

const engineShared = beyondPolicy('engine-shared', (configuration) => {
  const routing = routingOf(configuration);
  if (routing === undefined || routing === 'path') {
    return []; // By path all models share one route, and with it one budget.
  }
  const all = modelNamesOf(configuration);
  const tiers = tiersOf(configuration).flatMap(({ item }) => {
    const models = isComplete(item) ? (item.models ?? all) : undefined;
    return hasTokenLimit(item.tokens) && models !== undefined && new Set(models).size > 1 ? [item.name ?? ''] : [];
  });
  if (tiers.length === 0) {
    return [];
  }
  const expected =
    `envoyFilter while the ${tiers.length === 1 ? 'tier' : 'tiers'} ${listNames(tiers)} may use several models: ` +
    'Limitador gives a user one budget for every route, so as many as there are models';
  const fix =
    `write \`gateway.routing: path\`, with which they share one route and one budget, or \`limits.engine: envoyFilter\`, ` +
    'or name one model in the `models` of each tier with tokens';
  return [atValue(['limits', 'engine'], '"tokenRateLimitPolicy"', expected, fix)];
});

const engineModels = beyondPolicy('engine-models', (configuration) => {
  const models = namedModelsOf(configuration);
  if (routingOf(configuration) !== 'path' || models.length <= MOST_MODELS) {
    return [];
  }
  const expected =
    `at most ${MOST_MODELS} with \`gateway.routing: path\` and the engine tokenRateLimitPolicy: they share one HTTPRoute, so that a ` +
    `user has one budget, and Gateway API gives a route ${MOST_MODELS} rules, one for each model`;
  const fix = `remove ${models.length - MOST_MODELS}, give them a platform of their own, or ${OTHER_ENGINE}`;
  return [atKey(['models'], count(models.length, 'model'), expected, fix)];
});

const engineObserve = beyondPolicy('engine-observe', ({ tiers }) =>
  placed(tiers).flatMap(({ item, index }): Finding[] => {
    if (item.enforce !== false || !hasTokenLimit(item.tokens)) {
      return [];
    }
    const expected = 'true: Limitador refuses what it counts, only the engine envoyFilter can count and let pass';
    return [atValue(['tiers', index, 'enforce'], 'false', expected, `remove it, or ${OTHER_ENGINE}`)];
  }),
);

/** Keys of `limits` that only the Lua understands. */
const FILTER_OPTIONS: readonly { key: string; value: string; reason: string }[] = [
  { key: 'perReplica', value: 'divide', reason: 'Limitador counts for all gateway pods together' },
  { key: 'overshoot', value: 'none', reason: 'Limitador learns the tokens of a request when it is over' },
];

const engineOption = beyondPolicy('engine-option', ({ limits = {} }) => {
  const written = limits as Readonly<Record<string, unknown>>;
  return FILTER_OPTIONS.filter(({ key, value }) => written[key] === value).map(({ key, value, reason }) => {
    const expected = `no such option: ${reason}, only the engine envoyFilter has it`;
    return atKey(['limits', key], quote(value), expected, `remove it, or ${OTHER_ENGINE}`);
  });
});

const replicaShare: Rule = {
  id: 'replica-share',
  check: (configuration) => {
    const replicas = configuration.gateway?.replicas ?? 1;
    if (configuration.limits?.perReplica !== 'divide' || engineOf(configuration) !== 'envoyFilter') {
      return [];
    }
    const tooSmall = tiersOf(configuration).flatMap(({ item: { name, tokens }, index }) =>
      TOKEN_WINDOWS.flatMap((window) => {
        const limit = tokens?.[window];
        return limit === undefined || limit >= replicas ? [] : [{ name, index, window, limit }];
      }),
    );
    const [first] = tooSmall;
    if (configuration.tiers === undefined && first !== undefined) {
      const expected = `at most ${first.limit}, so that each gateway pod has a token to give to the default tier ${first.name}`;
      const fix = 'lower it, or write `tiers` with higher limits';
      return [atValue(['gateway', 'replicas'], String(replicas), expected, fix)];
    }
    return tooSmall.map(({ index, window, limit }) => {
      const path: Path = ['tiers', index, 'tokens', window];
      const expected = `at least ${replicas}, so that each gateway pod has one to give`;
      return atValue(path, String(limit), expected, 'raise it, or lower gateway.replicas');
    });
  },
};

const OWN_REDIS_KEYS = ['size', 'storageClass', 'existingSecret'] as const;

const redisSource: Rule = {
  id: 'redis-source',
  check: ({ limits }) => {
    const redis = limits?.redis;
    if (redis?.urlSecret === undefined) {
      return [];
    }
    return OWN_REDIS_KEYS.filter((key) => Object.hasOwn(redis, key)).map((key) => {
      const path = ['limits', 'redis', key];
      const expected = "nothing beside urlSecret: that Redis is somebody else's";
      return atKey(path, showValue(redis[key], path), expected, 'remove it, or remove urlSecret');
    });
  },
};

const redisSize: Rule = {
  id: 'redis-size',
  check: ({ limits }) => volumeSize(limits?.redis?.size, ['limits', 'redis', 'size'], '1Gi'),
};

const demoRedis: Rule = {
  id: 'demo-redis',
  check: (configuration) => {
    const redis = configuration.limits?.redis;
    const hasSecret = redis?.existingSecret !== undefined || redis?.urlSecret !== undefined;
    if (lacksLimitador(configuration)) {
      return []; // Then there is no Redis.
    }
    if (redis === undefined || hasSecret || !isComplete(redis) || !isElsewhere(configuration)) {
      return [];
    }
    const expected = `existingSecret or urlSecret, except on the local demo (${LOCAL_DEMO})`;
    const fix = 'add `existingSecret: limitador-redis`';
    return [atKey(['limits', 'redis'], 'a well-known password', expected, fix)];
  },
};

const failurePlace: Rule = {
  id: 'failure-place',
  check: (configuration) => {
    const mode = configuration.limits?.onFailure;
    if (mode === undefined || platformOf(configuration) !== 'openshift') {
      return [];
    }
    const expected = "nothing on OpenShift, where OLM undoes every change of the operator's Deployment";
    const fix =
      'set RATELIMIT_SERVICE_FAILURE_MODE, RATELIMIT_CHECK_SERVICE_FAILURE_MODE and ' +
      "RATELIMIT_REPORT_SERVICE_FAILURE_MODE in `spec.config.env` of the operator's Subscription";
    return [atKey(['limits', 'onFailure'], quote(mode), expected, fix)];
  },
};

/** What the two engines of token limits, and Limitador behind one of them, can and cannot do. */
export const LIMIT_ENGINE_RULES: readonly Rule[] = [
  engineWeight,
  engineMonth,
  engineShared,
  engineModels,
  engineObserve,
  engineOption,
  replicaShare,
  redisSource,
  redisSize,
  demoRedis,
  failurePlace,
];
