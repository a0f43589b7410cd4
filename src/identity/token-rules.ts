import { celEntry, celString } from '../cel';
import { DEFAULT_GROUPS_CLAIM } from '../config/defaults';
import type { TierGroup } from './tier-group';

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

/** `auth.identity.method` of who came in by a token; an override, so that no claim can pretend another. */
const TOKEN = 'token';

/** Prefix of a token in the Authorization header. */
export const TOKEN_PREFIX = 'Bearer';

/**
 * How often Authorino asks the issuer for its keys. Without it a key that the issuer has removed works until a token comes
 * with one that Authorino does not know, and an issuer that was away when Authorino started is never asked again.
 */
const KEYS_SECONDS = 300;

/** The way in for tokens. */
export function tokenMethod(oidc: OidcAuthentication) {
  const groupsClaim = celString(oidc.groupsClaim ?? DEFAULT_GROUPS_CLAIM);
  const groups = `auth.identity[${groupsClaim}]`;
  const tier = oidc.groups.reduceRight(
    (otherwise, { group, tier }) =>
      `${groupsClaim} in auth.identity && ${isOrHas(groups, group)} ? ${celString(tier)} : ${otherwise}`,
    celString(oidc.defaultTier ?? ''),
  );
  return {
    'oidc-users': {
      jwt: { issuerUrl: oidc.issuerUrl, ttl: KEYS_SECONDS },
      credentials: { authorizationHeader: { prefix: TOKEN_PREFIX } },
      overrides: {
        user: { expression: celEntry('auth.identity', oidc.userClaim ?? 'sub') },
        tier: { expression: tier },
        method: { value: TOKEN },
      },
    },
  };
}

/** Predicates by the name of their rule; each is true for who came in by something else. */
export function tokenRules({ issuerUrl, audience }: OidcAuthentication): Record<string, string[]> {
  const ifToken = (predicate: string) => `auth.identity.method != ${celString(TOKEN)} || (${predicate})`;
  return {
    'token-for-the-platform': [
      // Authorino checks the signature only: issuers that share their keys could otherwise speak for each other.
      ifToken(`"iss" in auth.identity && auth.identity.iss == ${celString(issuerUrl)}`),
      ifToken(`"aud" in auth.identity && ${isOrHas('auth.identity.aud', audience)}`),
    ],
  };
}

/** Whether a claim is `wanted` or a list with it: issuers write a single group or audience (RFC 7519, 4.1.3) either way. */
function isOrHas(claim: string, wanted: string): string {
  return `(type(${claim}) == list ? ${celString(wanted)} in ${claim} : ${claim} == ${celString(wanted)})`;
}
