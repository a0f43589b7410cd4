import { Construct } from 'constructs';
import { addGatewayHttpFilter, type GatewayFilterProps } from './envoy-filter';
import { IDENTITY_HEADERS } from './identity-headers';

/**
 * Refuses every request that authentication has not given a user and a tier, with 403 (networking.istio.io/v1alpha3
 * EnvoyFilter with Envoy's RBAC filter).
 *
 * The second lock behind the AuthPolicy. Kuadrant enforces that policy only once it has seen a route and its operator and
 * Authorino have answered; until then, or while somebody has taken the policy away, nobody would ask who is calling.
 * Together with `HeaderScrubFilter` no client can bring an identity along.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/rbac/v3/rbac.proto
 */
export class IdentityRequiredFilter extends Construct {
  constructor(scope: Construct, id: string, props: GatewayFilterProps) {
    super(scope, id);
    addGatewayHttpFilter(this, props, {
      name: 'identity-required-filter',
      position: 'afterAuthentication',
      value: identityRequiredHttpFilter(),
    });
  }
}

/** The HTTP filter as the EnvoyFilter carries it, field for field what the tests run on Envoy. */
export function identityRequiredHttpFilter(): object {
  const isThere = (name: string) => ({ header: { name, string_match: { safe_regex: { regex: '.+' } } } });
  return {
    name: 'maas.identity-required',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC',
      rules: {
        action: 'ALLOW',
        policies: {
          'known-user-and-tier': {
            permissions: [{ any: true }],
            principals: [{ and_ids: { ids: IDENTITY_HEADERS.map(isThere) } }],
          },
        },
      },
    },
  };
}
