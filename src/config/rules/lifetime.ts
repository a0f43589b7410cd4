import { parseGatewayApiDuration } from '../../limits/gateway-api-duration';
import { SHORTEST_GRACE_PERIOD, SHORTEST_STARTUP } from '../../models/vllm-lifetime';
import { quote, type Finding } from '../problem';
import { namedModelsOf, runtimeOf } from './facts';
import { atKey, atValue, type Rule } from './rule';

/** Shortest time of each, in seconds, and one that is usual. */
const TIMES = {
  startupTimeout: { shortest: SHORTEST_STARTUP, usual: '30m' },
  terminationGracePeriod: { shortest: SHORTEST_GRACE_PERIOD, usual: '5m' },
} as const;

const KEYS = ['startupTimeout', 'terminationGracePeriod'] as const;

const modelLifetime: Rule = {
  id: 'model-lifetime',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model) =>
      KEYS.flatMap((key): Finding[] => {
        const text = model.item[key];
        const path = ['models', model.index, key];
        if (text === undefined) {
          return [];
        }
        if (runtimeOf(model) === 'simulator') {
          const expected = 'nothing for the simulator, which loads nothing and answers at once: it has no effect';
          return [atKey(path, quote(text), expected, 'remove it')];
        }
        const { shortest, usual } = TIMES[key];
        const seconds = parseGatewayApiDuration(text).toMilliseconds() / 1000;
        return Number.isInteger(seconds) && seconds >= shortest
          ? []
          : [atValue(path, quote(text), `whole seconds, at least ${shortest}s`, `for example "${usual}"`)];
      }),
    ),
};

/** How long a model's pods may take to begin and to end. */
export const LIFETIME_RULES: readonly Rule[] = [modelLifetime];
