import type { TierGroup } from '../../identity/tier-group';

/** How callers prove who they are. */
export interface IdentityConfiguration {
  /**
   * API keys.
   * @default - on, unless OIDC is configured
   */
  readonly apiKeys?: ApiKeysConfiguration;
  /**
   * JSON Web Tokens of an OpenID Connect issuer.
   * @default - off; with keycloak: demo its realm
   */
  readonly oidc?: OidcConfiguration;
  /**
   * `demo` deploys a Keycloak with a realm of the same tiers and users. Local demo only.
   * @default - none
   */
  readonly keycloak?: KeycloakKind;
  /**
   * Failed authentications from one address in a minute after which each of its requests waits a second, until the minute
   * is over; `0` never. Behind a load balancer that hides addresses all clients share one.
   * @default 20
   */
  readonly slowDownAfter?: number;
}

/** What kind of Keycloak is deployed. */
export type KeycloakKind = 'demo';

/** API keys in the Authorization header. */
export interface ApiKeysConfiguration {
  /**
   * Whether API keys are accepted.
   * @default - true, unless OIDC is configured
   */
  readonly enabled?: boolean;
  /**
   * Accepted prefixes: `Authorization: <prefix> <key>`. OpenAI's SDKs send Bearer. They count as written: Authorino refuses
   * `bearer` where `Bearer` is accepted.
   * @default - APIKEY and Bearer
   */
  readonly prefixes?: string[];
}

/** JSON Web Tokens of an OpenID Connect issuer. */
export interface OidcConfiguration {
  /**
   * Issuer URL; `<issuerUrl>/.well-known/openid-configuration` must be reachable for Authorino.
   * @default - with `keycloak: demo` its realm, else required
   */
  readonly issuerUrl?: string;
  /**
   * Audience that a token must carry (claim `aud`).
   * @default maas
   */
  readonly audience?: string;
  /**
   * Claim that names the user, whose token budget it is. At many issuers users may change their
   * `preferred_username` or `email`, and with it whose budget they spend; `sub` stays for good and is never given to
   * another. Users of OIDC and of API keys share one space of names: a token whose claim is `alice` and an API key of
   * user `alice` spend the same budget.
   * @default - sub; with keycloak: demo preferred_username, so that users have the names of the configuration
   */
  readonly userClaim?: string;
  /**
   * Claim with the list of the user's groups.
   * @default groups
   */
  readonly groupsClaim?: string;
  /**
   * Which group gives which tier; the first match wins.
   * @default - group `<tier>-users` for every tier
   */
  readonly groups?: TierGroup[];
  /**
   * Tier of a user in none of the groups.
   * @default - none: refused
   */
  readonly defaultTier?: string;
}
