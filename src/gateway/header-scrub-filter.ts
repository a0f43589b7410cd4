import { Construct } from 'constructs';
import { addGatewayHttpFilter, type GatewayFilterProps } from './envoy-filter';
import { IDENTITY_HEADER_PREFIX } from './identity-headers';

/** Prefix of the headers by which Envoy's fault filter is told what to do. */
const FAULT_HEADER_PREFIX = 'x-envoy-fault-';

/** Header in which Authorino says why it refuses: it names the ways in. */
const REASON_HEADER = 'x-ext-auth-reason';

/**
 * Removes every `x-maas-*` and `x-envoy-fault-*` header that a client sends, before any other filter sees the request, and
 * `x-ext-auth-reason` from every answer (networking.istio.io/v1alpha3 EnvoyFilter).
 *
 * Without it a client could name itself: if the expression of one of the AuthPolicy's headers fails, the header that
 * the client sent stays in place.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/header_mutation/v3/header_mutation.proto
 */
export class HeaderScrubFilter extends Construct {
  constructor(scope: Construct, id: string, props: GatewayFilterProps) {
    super(scope, id);
    addGatewayHttpFilter(this, props, {
      name: 'identity-header-scrub-filter',
      position: 'first',
      value: {
        name: 'maas.identity-header-scrub',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
          mutations: {
            request_mutations: [IDENTITY_HEADER_PREFIX, FAULT_HEADER_PREFIX].map((prefix) => ({
              remove_on_match: { key_matcher: { prefix } },
            })),
            response_mutations: [{ remove: REASON_HEADER }],
          },
        },
      },
    });
  }
}
