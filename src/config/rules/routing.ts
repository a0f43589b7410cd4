import { quote, type Finding } from '../problem';
import { hasRequestLimits, namedModelsOf, routingOf, usesTokenPolicy } from './facts';
import { atKey, atValue, type Rule } from './rule';

const PATH = ['gateway', 'routing'];

/** First segment of the list of models at the host of the platform. */
const RESERVED_NAME = 'v1';

const modelPath: Rule = {
  id: 'model-path',
  check: (configuration) => {
    const routing = routingOf(configuration);
    if (routing !== 'path' && routing !== 'both') {
      return [];
    }
    return namedModelsOf(configuration).flatMap(({ name, index }): Finding[] => {
      if (name !== RESERVED_NAME) {
        return [];
      }
      const expected = `another name: /${RESERVED_NAME}/models at the host of the platform is the list of models`;
      return [atValue(['models', index, 'name'], quote(name), expected, 'name it otherwise, or route by host')];
    });
  },
};

const idleModelHost: Rule = {
  id: 'idle-model-host',
  check: (configuration) => {
    if (routingOf(configuration) !== 'path') {
      return [];
    }
    return namedModelsOf(configuration).flatMap(({ item, index }): Finding[] => {
      if (item.host === undefined) {
        return [];
      }
      const expected = 'no host: with `gateway.routing: path` no model has one';
      return [atKey(['models', index, 'host'], quote(item.host), expected, 'remove it, or write `routing: both`')];
    });
  },
};

/** What Limitador counts it counts by HTTPRoute, and each model would have two. */
const oneBudget: Rule = {
  id: 'routing-budget',
  check: (configuration) => {
    if (routingOf(configuration) !== 'both') {
      return [];
    }
    const countsTokens = usesTokenPolicy(configuration);
    if (!countsTokens && !hasRequestLimits(configuration)) {
      return [];
    }
    const what = countsTokens ? 'the engine tokenRateLimitPolicy' : 'limits of requests';
    const expected = `host or path with ${what}: Limitador counts by route, so that by host and by path each user would have the limit twice`;
    return [atValue(PATH, 'both', expected, 'write `routing: host` or `routing: path`')];
  },
};

/** How models are told apart. */
export const ROUTING_RULES: readonly Rule[] = [modelPath, idleModelHost, oneBudget];
