import { Construct } from 'constructs';
import { DEFAULT_SLOW_DOWN_AFTER } from '../config/defaults';
import { addGatewayHttpFilters, type GatewayFilterProps } from './envoy-filter';
import { gatewayScript, luaHttpFilter } from './lua-filter';

/** Requests that wait at once in one gateway pod: each takes some memory. More than these are let through. */
const MOST_WAITING = 1_000;

/** Props of `FailedAuthenticationFilter`. */
export interface FailedAuthenticationFilterProps extends GatewayFilterProps {
  /**
   * Failures from one address in a minute after which it waits.
   * @default 20
   */
  readonly slowDownAfter?: number;
}

/**
 * Slows down an address whose authentication fails again and again: each of its requests then waits one second until the
 * minute is over (networking.istio.io/v1alpha3 EnvoyFilter with Envoy's Lua and fault filters).
 *
 * A delay and no refusal, because behind a load balancer that hides addresses all clients share one, and whoever guesses
 * would lock everybody out. An address is what Istio believes: the peer's, or what as many proxies as `numTrustedProxies`
 * says have put into `x-forwarded-for`. Every worker thread counts for itself. Needs `HeaderScrubFilter`, without which
 * a client could make itself wait.
 *
 * @throws when `slowDownAfter` is no whole number above 0
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter
 */
export class FailedAuthenticationFilter extends Construct {
  constructor(scope: Construct, id: string, props: FailedAuthenticationFilterProps) {
    super(scope, id);
    const { slowDownAfter: failures = DEFAULT_SLOW_DOWN_AFTER } = props;
    if (!Number.isInteger(failures) || failures < 1) {
      throw new Error(`slow down after: got ${failures} failures, expected a whole number above 0`);
    }
    addGatewayHttpFilters(this, props, {
      name: 'failed-authentication-filter',
      position: 'second',
      values: failedAuthenticationHttpFilters(failures),
    });
  }
}

/** The HTTP filters as the EnvoyFilter carries them: one that counts and marks requests, and one that lets those wait. */
export function failedAuthenticationHttpFilters(failures: number): object[] {
  return [
    luaHttpFilter('maas.failed-authentication', gatewayScript('failed-authentication', { failures })),
    {
      name: 'maas.failed-authentication-delay',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
        delay: { header_delay: {}, percentage: { numerator: 100 } },
        max_active_faults: MOST_WAITING,
        disable_downstream_cluster_stats: true,
      },
    },
  ];
}
