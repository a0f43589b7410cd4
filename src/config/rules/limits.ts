import { parseGatewayApiDuration } from '../../limits/gateway-api-duration';
import { TOKEN_WINDOWS } from '../../limits/token-window';
import { quote, type Finding } from '../problem';
import { engineOf, hasTokenLimits } from './facts';
import { atValue, isUnusable, placed, type Rule } from './rule';
import { isAtLeast } from './units';

/** A Gateway API duration has at most five digits a unit. */
const LONGEST_WINDOW = 99_999 * 3_600_000;

/** First Istio whose Envoy (1.38) lets Lua count for all workers of a pod. */
const FIRST_ISTIO = '1.30.0';

const tokenWindows: Rule = {
  id: 'token-windows',
  check: ({ tiers }) =>
    placed(tiers).flatMap(({ item: tier, index }) => {
      const set = TOKEN_WINDOWS.flatMap((window) => {
        const limit = tier.tokens?.[window];
        return limit === undefined ? [] : [{ window, limit }];
      });
      return set.flatMap((larger, position): Finding[] => {
        const smaller = set[position - 1];
        if (smaller === undefined || smaller.limit <= larger.limit) {
          return [];
        }
        const expected = `at least ${smaller.limit}, as much as one ${smaller.window} allows`;
        const fix = `raise ${larger.window}, lower ${smaller.window} or remove one of them`;
        return [atValue(['tiers', index, 'tokens', larger.window], String(larger.limit), expected, fix)];
      });
    }),
};

const tokenReplicas: Rule = {
  id: 'token-replicas',
  check: (configuration) => {
    const replicas = configuration.gateway?.replicas;
    if (replicas === undefined || replicas === 1) {
      return [];
    }
    const divided = isUnusable(configuration, 'limits', 'perReplica') || configuration.limits?.perReplica !== undefined;
    if (divided || engineOf(configuration) !== 'envoyFilter' || !hasTokenLimits(configuration)) {
      return [];
    }
    const expected = '1 while a tier has token limits, which are counted inside one gateway pod';
    const fix = 'write 1, `limits.perReplica: divide` or `limits.engine: tokenRateLimitPolicy`';
    return [atValue(['gateway', 'replicas'], String(replicas), expected, fix)];
  },
};

const tokenIstio: Rule = {
  id: 'token-istio',
  check: (configuration) => {
    const istio = configuration.versions?.istio;
    if (istio === undefined || isAtLeast(istio, FIRST_ISTIO) || engineOf(configuration) !== 'envoyFilter') {
      return [];
    }
    if (!hasTokenLimits(configuration)) {
      return [];
    }
    const expected = '1.30.0 or newer for token limits: its Envoy 1.38 is the first that counts for all its workers';
    const fix = 'upgrade Istio, or write `limits.engine: tokenRateLimitPolicy`';
    return [atValue(['versions', 'istio'], quote(istio), expected, fix)];
  },
};

const requestWindow: Rule = {
  id: 'request-window',
  check: ({ tiers }) =>
    placed(tiers).flatMap(({ item: tier, index }) => {
      const window = tier.requests?.window;
      if (window === undefined) {
        return [];
      }
      const milliseconds = parseGatewayApiDuration(window).toMilliseconds();
      if (milliseconds > 0 && milliseconds <= LONGEST_WINDOW) {
        return [];
      }
      const path = ['tiers', index, 'requests', 'window'];
      return [atValue(path, quote(window), 'a window of more than nothing and at most 99999h', 'for example "2m"')];
    }),
};

/** What limits need of each other and of the gateway. */
export const LIMIT_RULES: readonly Rule[] = [tokenWindows, tokenReplicas, tokenIstio, requestWindow];
