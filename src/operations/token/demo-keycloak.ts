import type { UserConfiguration } from '../../config/configuration';
import { CONFORMANCE_NAME, DEFAULT_NAMESPACES } from '../../config/defaults';
import { listNames, quote } from '../../config/problem';
import { KEYCLOAK_ISSUER, type PlatformSettings } from '../../config/settings';
import { didYouMean } from '../../config/suggest';
import {
  KEYCLOAK_CREDENTIALS_NAME,
  KEYCLOAK_NAME,
  KEYCLOAK_PORT,
  type KeycloakCredential,
} from '../../identity/keycloak-demo';
import { CLIENT_NAME } from '../../identity/realm';
import { OperationError } from '../operation-error';
import { forwardPort, type PortForward } from '../port-forward';
import type { Session } from '../session';
import { Issuer, issuerError } from './issuer';

const NAMESPACE = DEFAULT_NAMESPACES.keycloak;

/** Users of the demo realm: the conformance Job's comes with a key only. */
export function realmUsers({ users, conformance }: PlatformSettings): UserConfiguration[] {
  return users.filter(({ name }) => conformance === undefined || name !== CONFORMANCE_NAME);
}

/**
 * Tokens of the demo Keycloak (`identity.keycloak: demo`), by the password that all its users share. It is opened with the first
 * token: a port that kubectl forwards, and the credentials of the cluster.
 */
export class DemoKeycloak {
  private forward: PortForward | undefined;
  private issuer: Issuer | undefined;
  private credentials: ((key: KeycloakCredential) => string) | undefined;

  /** @param url where Keycloak is reached @default - a port that kubectl forwards */
  constructor(
    private readonly session: Session,
    private readonly url?: string,
  ) {}

  /**
   * A token of a user.
   * @throws OperationError when there is no such user, or Keycloak gives none
   */
  async token(user: string): Promise<string> {
    const names = realmUsers(this.session.settings).map(({ name }) => name);
    if (!names.includes(user)) {
      const fix = didYouMean(user, names, '');
      throw new OperationError(
        `got the user ${quote(user)}, expected one of the demo realm: ${listNames(names)}${fix === '' ? '' : `; ${fix}`}`,
      );
    }
    const issuer = (this.issuer ??= await this.open());
    const credential = (this.credentials ??= await this.read());
    const answer = await issuer.post(await issuer.endpoint('token_endpoint'), {
      grant_type: 'password',
      scope: 'openid',
      client_id: CLIENT_NAME,
      client_secret: credential('client-secret'),
      username: user,
      password: credential('user-password'),
    });
    const { access_token: token } = answer.body;
    if (typeof token === 'string') return token;
    throw new OperationError(`Keycloak gives ${quote(user)} no token: ${issuerError(answer)}${ADVICE}`);
  }

  /** Ends what it has opened. */
  async close(): Promise<void> {
    this.issuer?.close();
    await this.forward?.stop();
  }

  private async open(): Promise<Issuer> {
    const hint = `is it ready? see: kubectl get pods -n ${NAMESPACE}`;
    if (this.url !== undefined) {
      return new Issuer(KEYCLOAK_ISSUER, { url: this.url }, this.session.interruption, hint);
    }
    const service = { namespace: NAMESPACE, service: KEYCLOAK_NAME, port: KEYCLOAK_PORT };
    this.forward = await forwardPort(this.session, service);
    const address = { url: `http://127.0.0.1:${this.forward.port}` };
    return new Issuer(KEYCLOAK_ISSUER, address, this.session.interruption, hint);
  }

  private async read(): Promise<(key: KeycloakCredential) => string> {
    const name = KEYCLOAK_CREDENTIALS_NAME;
    const secret = await this.session.kubectl.get({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name });
    if (secret === undefined) {
      throw new OperationError(
        `there is no Secret ${NAMESPACE}/${name}: is the demo Keycloak installed? see: cdk8s-maas verify`,
      );
    }
    const data = (secret.data ?? {}) as Readonly<Record<string, string>>;
    return (key) => Buffer.from(data[key] ?? '', 'base64').toString();
  }
}

const ADVICE =
  `\na user or password that Secret ${NAMESPACE}/${KEYCLOAK_CREDENTIALS_NAME} does not have? Keycloak reads both when it starts: ` +
  `kubectl rollout restart deployment/${KEYCLOAK_NAME} -n ${NAMESPACE}`;
