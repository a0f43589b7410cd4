import { Construct } from 'constructs';
import { celEntry, celHostIsOneOf, celList, celString } from '../cel';
import { DEFAULT_GROUPS_CLAIM, DEFAULT_PREFIXES } from '../config/defaults';
import { gatewayTargetReference, type IMaasGateway } from '../gateway/gateway-reference';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { apiKeySelector, TIER_ANNOTATION, USER_ANNOTATION } from './api-key-secret';
import type { TierGroup } from './tier-group';

/** API keys as a way in. */
export interface ApiKeyAuthentication {
  /** Namespace of the platform: a key Secret in any other namespace does not count. */
  readonly namespace: string;

  /**
   * Accepted prefixes of the Authorization header.
   * @default - APIKEY and Bearer
   */
  readonly prefixes?: string[];
}

/** JSON Web Tokens of an OpenID Connect issuer as a way in. */
export interface OidcAuthentication {
  /** Issuer URL. */
  readonly issuerUrl: string;

  /** Audience that a token must carry. */
  readonly audience: string;

  /**
   * Claim that names the user: one that nobody can change, because whoever has a name spends its budget.
   * @default sub
   */
  readonly userClaim?: string;

  /**
   * Claim with the list of the user's groups.
   * @default groups
   */
  readonly groupsClaim?: string;

  /** Which group gives which tier; the first match wins. */
  readonly groups: TierGroup[];

  /**
   * Tier of a user in none of the groups.
   * @default - none: refused
   */
  readonly defaultTier?: string;
}

/** What a tier may reach. */
export interface TierAccess {
  /** Name of the tier. */
  readonly name: string;

  /**
   * Hosts of the models that it may use.
   * @default - all
   */
  readonly hosts?: string[];
}

/** Props of `GatewayAuthPolicy`. */
export interface GatewayAuthPolicyProps {
  /** Gateway whose requests are authenticated. */
  readonly gateway: IMaasGateway;

  /** Every tier there is: a caller of none of them is refused. */
  readonly tiers: TierAccess[];

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
 * @throws when neither API keys nor tokens are accepted, or two prefixes differ in case only
 * @see https://docs.kuadrant.io/latest/kuadrant-operator/doc/reference/authpolicy/
 */
export class GatewayAuthPolicy extends Construct {
  constructor(scope: Construct, id: string, props: GatewayAuthPolicyProps) {
    super(scope, id);
    const authentication = {
      ...(props.apiKeys && apiKeyMethods(props.apiKeys)),
      ...(props.oidc && oidcMethod(props.oidc)),
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
              unauthorized: errorResponse(403, 'Your account may not use this model.', 'access_denied'),
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

/** How a caller came in; an override, so that no claim of a token can pretend it. */
const API_KEY = 'api-key';
const TOKEN = 'token';

const TOKEN_PREFIX = 'Bearer';

function apiKeyMethods(apiKeys: ApiKeyAuthentication) {
  const annotations = 'auth.identity.metadata.annotations';
  const annotation = (name: string) => ({ expression: `has(${annotations}) && ${celEntry(annotations, name)}` });
  const prefixes = apiKeys.prefixes ?? DEFAULT_PREFIXES;
  const names = prefixes.map((prefix) => `api-key-users-${prefix.toLowerCase()}`);
  const twice = prefixes.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice !== undefined) {
    throw new Error(`prefixes of API keys: got "${twice}" twice but for upper and lower case, expected each once`);
  }
  const methods = prefixes.map((prefix, index) => [
    names[index],
    {
      apiKey: { allNamespaces: true, selector: { matchLabels: apiKeySelector(apiKeys.namespace) } },
      credentials: { authorizationHeader: { prefix } },
      overrides: {
        user: annotation(USER_ANNOTATION),
        tier: annotation(TIER_ANNOTATION),
        method: { value: API_KEY },
      },
    },
  ]);
  return Object.fromEntries(methods);
}

function oidcMethod(oidc: OidcAuthentication) {
  const groupsClaim = celString(oidc.groupsClaim ?? DEFAULT_GROUPS_CLAIM);
  const groups = `auth.identity[${groupsClaim}]`;
  const tier = oidc.groups.reduceRight(
    (otherwise, { group, tier }) =>
      `${groupsClaim} in auth.identity && ${isOrHas(groups, group)} ? ${celString(tier)} : ${otherwise}`,
    celString(oidc.defaultTier ?? ''),
  );
  return {
    'oidc-users': {
      jwt: { issuerUrl: oidc.issuerUrl },
      credentials: { authorizationHeader: { prefix: TOKEN_PREFIX } },
      overrides: {
        user: { expression: celEntry('auth.identity', oidc.userClaim ?? 'sub') },
        tier: { expression: tier },
        method: { value: TOKEN },
      },
    },
  };
}

function authorizationRules({ tiers, apiKeys, oidc }: GatewayAuthPolicyProps) {
  const known = celList(tiers.map((tier) => tier.name));
  const restricted = tiers.flatMap(({ name, hosts }) =>
    hosts === undefined
      ? []
      : [`auth.identity.tier != ${celString(name)} || ${hosts.length === 0 ? 'false' : celHostIsOneOf(hosts)}`],
  );
  return {
    'known-user-and-tier': allOf([
      'type(auth.identity.user) == string && auth.identity.user != ""',
      `auth.identity.tier in ${known}`,
    ]),
    ...(apiKeys && {
      'key-of-the-platform': allOf([
        `auth.identity.method != ${celString(API_KEY)} || ` +
          `auth.identity.metadata.namespace == ${celString(apiKeys.namespace)}`,
      ]),
    }),
    ...(oidc && { 'token-for-the-platform': allOf([issuerIs(oidc.issuerUrl), audienceIs(oidc.audience)]) }),
    ...(restricted.length > 0 && { 'model-of-the-tier': allOf(restricted) }),
  };
}

/** Authorino checks the signature only: issuers that share their keys could otherwise speak for each other. */
function issuerIs(issuerUrl: string): string {
  return (
    `auth.identity.method != ${celString(TOKEN)} || ` +
    `("iss" in auth.identity && auth.identity.iss == ${celString(issuerUrl)})`
  );
}

function audienceIs(audience: string): string {
  return (
    `auth.identity.method != ${celString(TOKEN)} || ` +
    `("aud" in auth.identity && ${isOrHas('auth.identity.aud', audience)})`
  );
}

/** Whether a claim is `wanted` or a list with it: issuers write a single group or audience (RFC 7519, 4.1.3) either way. */
function isOrHas(claim: string, wanted: string): string {
  return `(type(${claim}) == list ? ${celString(wanted)} in ${claim} : ${claim} == ${celString(wanted)})`;
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

/** An error in the shape that OpenAI's API and SDKs use. */
function errorResponse(status: number, message: string, code: string, headers: Record<string, string> = {}) {
  const all = Object.entries({ 'content-type': 'application/json', ...headers });
  return {
    code: status,
    headers: Object.fromEntries(all.map(([name, value]) => [name, { value }])),
    body: { value: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } }) },
  };
}
