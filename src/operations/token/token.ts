import { listNames, quote } from '../../config/problem';
import type { OidcSettings } from '../../config/settings';
import { isMap } from '../../is-map';
import { checkedUrl, readCertificates } from '../address';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import type { Session, SessionOptions } from '../session';
import { plainText } from '../text-width';
import { DemoKeycloak } from './demo-keycloak';
import { tokenByDevice } from './device-flow';
import { Issuer } from './issuer';

/** What `cdk8s-maas token` is told. */
export interface TokenOptions extends SessionOptions {
  /** @default - that of the configuration */
  readonly issuer?: string;
  /** @default - the audience of the configuration */
  readonly clientId?: string;
  /** Where the issuer is reached. @default - at its URL; for the demo Keycloak a port that kubectl forwards */
  readonly url?: string;
  /** File with certificates, PEM, that are trusted beside the usual ones. */
  readonly caFile?: string;
}

/** `cdk8s-maas token USER`: the token on standard output, all else on standard error. */
export async function printToken(user: string, options: TokenOptions): Promise<void> {
  await runOperation(options, async (session) => {
    const { oidc, keycloak } = session.settings;
    if (oidc === undefined) {
      throw new OperationError(
        `${session.config} knows no issuer, so the gateway takes no tokens: users have keys (cdk8s-maas keys create), ` +
          'or add identity.oidc or identity.keycloak',
      );
    }
    const isDemo = keycloak && options.issuer === undefined && options.clientId === undefined;
    const token = isDemo ? await demoToken(session, user, options) : await ownToken(session, oidc, user, options);
    for (const problem of problemsOf(token, oidc, options.issuer)) session.terminal.warn(problem);
    session.terminal.print(token);
    return 0;
  });
}

async function demoToken(session: Session, user: string, { url }: TokenOptions): Promise<string> {
  const keycloak = new DemoKeycloak(session, url === undefined ? undefined : checkedUrl(url));
  try {
    return await keycloak.token(user);
  } finally {
    await keycloak.close();
  }
}

async function ownToken(session: Session, oidc: OidcSettings, user: string, options: TokenOptions): Promise<string> {
  const { issuer: given = oidc.issuerUrl, clientId = oidc.audience, url, caFile } = options;
  const address = {
    ...(url === undefined ? {} : { url: checkedUrl(url) }),
    ...(caFile === undefined ? {} : { trusted: readCertificates(caFile) }),
  };
  const hint = 'another issuer: --issuer <url>; the same one at another address: --url <url>';
  const issuer = new Issuer(checkedUrl(given, '--issuer'), address, session.interruption, hint);
  try {
    const token = await tokenByDevice(session, issuer, clientId, (login) => {
      // What must be done to get anything at all is said even with --quiet.
      const words = `open ${login.url} and log in as ${user}; the code there is ${login.code}`;
      process.stderr.write(`${plainText(words)}\n`);
    });
    checkUser(token, user, oidc);
    return token;
  } finally {
    issuer.close();
  }
}

/** Whoever has logged in, it must be who was meant: a browser may know somebody else. */
function checkUser(token: string, user: string, { userClaim }: OidcSettings): void {
  const claims = claimsOf(token);
  const names = [userClaim, 'preferred_username', 'email', 'sub'].map((claim) => claims[claim]);
  if (!names.includes(user)) {
    throw new OperationError(
      `somebody else has logged in: got ${userClaim} ${quote(String(claims[userClaim]))}, expected ${quote(user)}; ` +
        'log out in that browser and try again',
    );
  }
}

/** Why the gateway would refuse a token. */
function problemsOf(token: string, oidc: OidcSettings, issuer?: string): string[] {
  const { iss, aud, [oidc.groupsClaim]: groups } = claimsOf(token);
  const audiences = (Array.isArray(aud) ? aud : [aud]).map(String);
  const known = oidc.groups.map(({ group }) => group);
  const hasGroup = Array.isArray(groups) && groups.some((group) => known.includes(String(group)));
  return [
    ...(iss === oidc.issuerUrl || issuer !== undefined
      ? []
      : [`the gateway refuses this token: its iss is ${String(iss)}, expected ${oidc.issuerUrl}`]),
    ...(audiences.includes(oidc.audience)
      ? []
      : [`the gateway refuses this token: its aud is ${audiences.join(', ')}, expected ${oidc.audience}`]),
    ...(hasGroup || oidc.defaultTier !== undefined
      ? []
      : [`the gateway refuses this token: none of its ${oidc.groupsClaim} is one of ${listNames(known)}`]),
  ];
}

/** What a token says; nothing of one that is no JWT. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return isMap(claims) ? claims : {};
  } catch {
    return {};
  }
}
