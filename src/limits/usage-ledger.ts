import { Construct } from 'constructs';
import { addConnectionManagerPatch, type GatewayFilterProps } from '../gateway/envoy-filter';

/**
 * Writes one line of JSON to the gateway pods' standard output for every metered request whose user and tier are known,
 * also for a refused one: user, tier, model, tokens, status, refusing window, duration. No key, no text of a prompt or an
 * answer (networking.istio.io/v1alpha3 EnvoyFilter). A `TokenLimitFilter` with `ledger` gives the figures.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export class UsageLedger extends Construct {
  constructor(scope: Construct, id: string, props: GatewayFilterProps) {
    super(scope, id);
    addConnectionManagerPatch(this, props, {
      name: 'usage-ledger',
      value: { access_log: [usageAccessLog()] },
    });
  }
}

/** The entry of Envoy's `access_log`, field for field what the tests run on Envoy. */
export function usageAccessLog(): object {
  return {
    name: 'envoy.access_loggers.stdout',
    filter: {
      metadata_filter: {
        matcher: {
          filter: 'maas',
          path: [{ key: 'request' }, { key: 'user' }],
          value: { present_match: true },
        },
        match_if_key_not_found: false,
      },
    },
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
      log_format: {
        json_format: {
          log: 'maas-usage',
          time: '%START_TIME%',
          request_id: '%REQ(X-REQUEST-ID)%',
          user: '%DYNAMIC_METADATA(maas:request:user)%',
          tier: '%DYNAMIC_METADATA(maas:request:tier)%',
          model: '%DYNAMIC_METADATA(maas:request:model)%',
          path: '%DYNAMIC_METADATA(maas:request:path)%',
          status: '%RESPONSE_CODE%',
          flags: '%RESPONSE_FLAGS%',
          refused_window: '%DYNAMIC_METADATA(maas:request:refused)%',
          prompt_tokens: '%DYNAMIC_METADATA(maas:usage:prompt)%',
          completion_tokens: '%DYNAMIC_METADATA(maas:usage:completion)%',
          total_tokens: '%DYNAMIC_METADATA(maas:usage:total)%',
          charged_tokens: '%DYNAMIC_METADATA(maas:usage:charged)%',
          duration_ms: '%DURATION%',
        },
      },
    },
  };
}
