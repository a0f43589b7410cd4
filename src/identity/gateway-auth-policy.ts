import { Construct } from 'constructs';
import { celHostIsOneOf, celList, celPathIsOneOf, celString } from '../cel';
import { DEFAULT_PREFIXES } from '../config/defaults';
import { errorBody } from '../gateway/error-body';
import { gatewayTargetReference, type IMaasGateway } from '../gateway/gateway-reference';
import { METERED_PATHS, MODELS_PATH } from '../gateway/model-paths';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { apiKeyMethods, apiKeyRules, type ApiKeyAuthentication } from './api-key-rules';
import { TOKEN_PREFIX, tokenMethod, tokenRules, type OidcAuthentication } from './token-rules';

/** What a tier may reach. */
export interface TierAccess {
  /** Name of the tier. */
  readonly name: string;

  /**
   * Hosts of the models that it may use.
   * @default - all; none where it has `paths`
   */
  readonly hosts?: string[];

  /**
   * What it may use at a host that models share, beside `hosts`.
   * @default - nothing else
   */
  readonly paths?: PathAccess;
}

/** Models at one host, by what their `ModelRoute` has as prefix; the list of models there is for everybody. */
export interface PathAccess {
  /** Host of the models. */
  readonly host: string;
  /** Prefixes of those that may be used, for example `/simulator`. */
  readonly prefixes: string[];
}

/** What may be asked of models that share one route; the list of models at their host may always be. */
export interface SharedPaths extends PathAccess {
  /** Paths behind each prefix that may be POSTed to, exactly as they are, for example `/v1/chat/completions`. */
  readonly paths: string[];
}

/** Props of `GatewayAuthPolicy`. */
export interface GatewayAuthPolicyProps {
  /** Gateway whose requests are authenticated. */
  readonly gateway: IMaasGateway;

  /** Every tier there is: a caller of none of them is refused. */
  readonly tiers: TierAccess[];

  /**
   * Hosts of the platform, without port: a request for any other is refused, whatever route brought it here.
   * @default - any host
   */
  readonly hosts?: string[];

  /**
   * What may be asked at the host of a `SharedModelRoute`, which leads more to the models than anybody may use: every other
   * path and method there is refused.
   * @default - all that the routes take
   */
  readonly sharedPaths?: SharedPaths;

  /**
   * API keys.
   * @default - not accepted
   */
  readonly apiKeys?: ApiKeyAuthentication;

  /**
   * JSON Web Tokens.
   * @default - not accepted
   */
  readonly oidc?: OidcAuthentication;

  /**
   * Name of the AuthPolicy.
   * @default gateway-auth-policy
   */
  readonly name?: string;
}

/**
 * Who may pass the Gateway, as whom (kuadrant.io/v1 AuthPolicy).
 *
 * Every way in ends in the same identity, `auth.identity.user` and `auth.identity.tier`, which later filters get as
 * `x-maas-user` and `x-maas-tier`. The rules are `overrides`: no policy on a route can replace them.
 *
 * A key that has expired or is disabled gets 403, like everybody who is known and may not: a policy has one answer for all
 * of them.
 *
 * @throws when neither API keys nor tokens are accepted, two prefixes differ in case only, or an expiry is no date
 * @see https://docs.kuadrant.io/latest/kuadrant-operator/doc/reference/authpolicy/
 */
export class GatewayAuthPolicy extends Construct {
  constructor(scope: Construct, id: string, props: GatewayAuthPolicyProps) {
    super(scope, id);
    const authentication = {
      ...(props.apiKeys && apiKeyMethods(props.apiKeys)),
      ...(props.oidc && tokenMethod(props.oidc)),
    };
    if (Object.keys(authentication).length === 0) {
      throw new Error(
        'an AuthPolicy needs a way in: got neither a prefix for API keys nor oidc, expected at least one',
      );
    }
    new l1.kuadrant.AuthPolicy(this, 'Resource', {
      metadata: objectMetadata(props.name ?? 'gateway-auth-policy', { namespace: props.gateway.gatewayNamespace }),
      spec: {
        targetRef: gatewayTargetReference(props.gateway),
        overrides: {
          rules: {
            authentication,
            authorization: authorizationRules(props),
            response: {
              unauthenticated: errorResponse(401, 'Missing or invalid credentials.', 'invalid_api_key', {
                'www-authenticate': challenges(props),
              }),
              unauthorized: errorResponse(
                403,
                'Your account may not use this model, or your key has expired or is disabled.',
                'access_denied',
              ),
              success: {
                headers: {
                  'x-maas-user': { plain: { expression: 'auth.identity.user' } },
                  'x-maas-tier': { plain: { expression: 'auth.identity.tier' } },
                },
                // What `when` and `counters` of rate limit policies see.
                filters: {
                  identity: {
                    json: {
                      properties: {
                        user: { expression: 'auth.identity.user' },
                        tier: { expression: 'auth.identity.tier' },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    });
  }
}

/** Longest name of a user, in characters: the counters of each of them hold it. */
const LONGEST_USER = 253;

function authorizationRules({ tiers, hosts, sharedPaths, apiKeys, oidc }: GatewayAuthPolicyProps) {
  const restricted = tiers.flatMap((tier) =>
    tier.hosts === undefined && tier.paths === undefined
      ? []
      : [`auth.identity.tier != ${celString(tier.name)} || ${modelOfTier(tier)}`],
  );
  const rules: Record<string, string[]> = {
    // Names go into headers: a control character would end one.
    'known-user-and-tier': [
      'type(auth.identity.user) == string && auth.identity.user != "" && ' +
        `size(auth.identity.user) <= ${LONGEST_USER} && !auth.identity.user.matches("[[:cntrl:]]")`,
      `auth.identity.tier in ${celList(tiers.map((tier) => tier.name))}`,
    ],
    ...(hosts && { 'host-of-the-platform': [celHostIsOneOf(hosts)] }),
    ...(sharedPaths && { 'path-of-the-api': [apiPath(sharedPaths)] }),
    ...(apiKeys && apiKeyRules(apiKeys)),
    ...(oidc && tokenRules(oidc)),
    ...(restricted.length > 0 && { 'model-of-the-tier': restricted }),
  };
  return Object.fromEntries(Object.entries(rules).map(([name, predicates]) => [name, allOf(predicates)]));
}

/** Whether a request is for what a tier may use. */
function modelOfTier({ hosts = [], paths }: TierAccess): string {
  const ways = [
    ...(hosts.length === 0 ? [] : [celHostIsOneOf(hosts)]),
    ...(paths === undefined ? [] : [`(${celHostIsOneOf([paths.host])} && ${modelPath(paths)})`]),
  ];
  return ways.length === 0 ? 'false' : ways.join(' || ');
}

function modelPath({ prefixes }: PathAccess): string {
  return celPathIsOneOf({ prefixes, suffixes: [...METERED_PATHS, MODELS_PATH] }, MODELS_PATH);
}

/** Whether a request at the host that models share is for the API of one of them, or the list of models. */
function apiPath({ host, prefixes, paths }: SharedPaths): string {
  const ways = [
    `!${celHostIsOneOf([host])}`,
    `(request.method == "POST" && ${celPathIsOneOf({ prefixes, suffixes: paths })})`,
    `(request.method == "GET" && ${celPathIsOneOf({ prefixes, suffixes: [MODELS_PATH] }, MODELS_PATH)})`,
  ];
  return ways.join(' || ');
}

function allOf(predicates: string[]) {
  return { patternMatching: { patterns: predicates.map((predicate) => ({ predicate })) } };
}

/** The ways in, for a 401 (RFC 9110, 11.6.1): headers of our own replace those that Authorino would send. */
function challenges({ apiKeys, oidc }: GatewayAuthPolicyProps): string {
  const prefixes = apiKeys ? (apiKeys.prefixes ?? DEFAULT_PREFIXES) : [];
  const schemes = new Set([...prefixes, ...(oidc ? [TOKEN_PREFIX] : [])]);
  return [...schemes].map((scheme) => `${scheme} realm="maas"`).join(', ');
}

function errorResponse(status: number, message: string, code: string, headers: Record<string, string> = {}) {
  const all = Object.entries({ 'content-type': 'application/json', ...headers });
  return {
    code: status,
    headers: Object.fromEntries(all.map(([name, value]) => [name, { value }])),
    body: { value: errorBody({ message, type: 'invalid_request_error', code }) },
  };
}
