import { CLOCK, type Clock } from '../clock';
import { OperationError } from '../operation-error';
import { checkInterruption, type Session } from '../session';
import { issuerError, type Issuer } from './issuer';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Seconds between two questions, and how many more an issuer means by `slow_down` (RFC 8628). */
const DEFAULT_INTERVAL = 5;
const SLOWER = 5;

const DEFAULT_LIFETIME = 600;

/** What a person does in a browser. */
export interface Login {
  readonly url: string;
  readonly code: string;
}

/**
 * Gets a token by OAuth's device authorization grant (RFC 8628): a person logs in with any browser, meanwhile the issuer is
 * asked again and again.
 *
 * @param show tells the person what to do
 * @throws OperationError when the login is refused, or the code has expired
 * @throws Interrupted
 */
export async function tokenByDevice(
  { interruption }: Pick<Session, 'interruption'>,
  issuer: Issuer,
  clientId: string,
  show: (login: Login) => void,
  clock: Clock = CLOCK,
): Promise<string> {
  const endpoint = await issuer.endpoint('token_endpoint');
  const begun = await issuer.post(await issuer.endpoint('device_authorization_endpoint'), {
    client_id: clientId,
    scope: 'openid',
  });
  const {
    device_code: deviceCode,
    user_code: code,
    verification_uri: url,
    verification_uri_complete: whole,
  } = begun.body;
  if (typeof deviceCode !== 'string' || typeof code !== 'string' || typeof url !== 'string') {
    throw new OperationError(
      `${issuer.url} begins no login for the client ${clientId}: ${issuerError(begun)}\n` +
        'the client has to be public, with the device authorization grant; another one: --client-id <id>',
    );
  }
  show({ url: typeof whole === 'string' ? whole : url, code });
  let interval = seconds(begun.body.interval, DEFAULT_INTERVAL);
  const end = clock.now() + seconds(begun.body.expires_in, DEFAULT_LIFETIME) * 1000;
  while (clock.now() < end) {
    await clock.pause(interval * 1000, interruption);
    checkInterruption({ interruption });
    const form = { grant_type: GRANT, client_id: clientId, device_code: deviceCode };
    const answer = await issuer.post(endpoint, form);
    const { access_token: token, error } = answer.body;
    if (typeof token === 'string') return token;
    if (error === 'slow_down') interval += SLOWER;
    else if (error === 'expired_token') break;
    else if (error === 'access_denied')
      throw new OperationError('the login was refused; try again: cdk8s-maas token <user>');
    else if (error !== 'authorization_pending') {
      throw new OperationError(`${issuer.url} gives no token: ${issuerError(answer)}`);
    }
  }
  throw new OperationError(
    `the code ${code} has expired before somebody logged in; try again: cdk8s-maas token <user>`,
  );
}

function seconds(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? value : otherwise;
}
