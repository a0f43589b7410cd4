import { Interrupted } from '../../../src/operations/operation-error';
import { tokenByDevice, type Login } from '../../../src/operations/token/device-flow';
import { Issuer } from '../../../src/operations/token/issuer';
import { DeviceIssuer, type Step } from './device-issuer';

const ISSUER = 'https://issuer.example.com/realm';

/** Logs in at a small issuer that is reached at another address than its own. */
async function login(steps: Step[], options: Parameters<typeof DeviceIssuer.start>[1] = {}) {
  const server = await DeviceIssuer.start([...steps], options);
  const controller = new AbortController();
  const issuer = new Issuer(ISSUER, { url: server.url }, controller.signal);
  const shown: Login[] = [];
  const waits: number[] = [];
  const clock = {
    now: () => waits.reduce((sum, wait) => sum + wait, 0),
    pause: (milliseconds: number) => Promise.resolve(void waits.push(milliseconds)),
  };
  try {
    const show = (told: Login) => {
      shown.push(told);
      if (steps.length === 0) controller.abort();
    };
    const token = await tokenByDevice({ interruption: controller.signal }, issuer, 'maas', show, clock);
    return { token, shown, waits, forms: server.forms };
  } finally {
    issuer.close();
    await server.stop();
  }
}

test('shows the code, asks until somebody has logged in, and gives the token', async () => {
  const { token, shown, forms } = await login([
    { error: 'authorization_pending' },
    { error: 'authorization_pending' },
    { token: 'e30.e30.e30' },
  ]);
  expect(token).toBe('e30.e30.e30');
  expect(shown).toEqual([{ url: 'https://issuer.example.com/go', code: 'ABCD-EFGH' }]);
  const question = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: 'maas',
    device_code: 'secret',
  };
  expect(forms.map(({ path, form, host }) => [host, path, form])).toEqual([
    ['issuer.example.com', '/device', { client_id: 'maas', scope: 'openid' }],
    ...Array.from({ length: 3 }, () => ['issuer.example.com', '/token?v=2', question]),
  ]);
});

test('the whole URL is shown where there is one: it has the code in it', async () => {
  const body = { verification_uri_complete: 'https://issuer.example.com/go?code=ABCD-EFGH' };
  const { shown } = await login([{ token: 'e30.e30.e30' }], { begun: { status: 200, body } });
  expect(shown).toEqual([{ url: body.verification_uri_complete, code: 'ABCD-EFGH' }]);
});

test.each<[step: Step[], message: string]>([
  [[{ error: 'access_denied' }], 'the login was refused; try again: cdk8s-maas token <user>'],
  [
    [{ error: 'expired_token' }],
    'the code ABCD-EFGH has expired before somebody logged in; try again: cdk8s-maas token <user>',
  ],
  [[{ error: 'invalid_client' }], `${ISSUER} gives no token: invalid_client: Refused.`],
])('%j: said', async (steps, message) => {
  await expect(login(steps)).rejects.toThrow(new Error(message));
});

test('asks as often as the issuer wants, each time it is asked to slow down five seconds later', async () => {
  const steps = [{ error: 'slow_down' }, { error: 'authorization_pending' }, { error: 'slow_down' }, { token: 'e30' }];
  const { waits } = await login(steps, { begun: { status: 200, body: { interval: 2 } } });
  expect(waits).toEqual([2000, 7000, 7000, 12_000]);
  expect((await login([{ token: 'e30' }], { begun: { status: 200, body: { interval: undefined } } })).waits).toEqual([
    5000,
  ]);
});

test('a code that expires while nobody logs in is given up, whatever the issuer says', async () => {
  const pending = Array.from({ length: 1000 }, () => ({ error: 'authorization_pending' }));
  const options = { begun: { status: 200, body: { interval: 5 } } };
  await expect(login(pending, options)).rejects.toThrow('the code ABCD-EFGH has expired');
});

test('a client that may not: said, with the option that names another', async () => {
  const begun = { status: 401, body: { error: 'unauthorized_client', error_description: 'Not for devices.' } };
  await expect(login([{ token: '' }], { begun })).rejects.toThrow(
    `${ISSUER} begins no login for the client maas: unauthorized_client: Not for devices.\n` +
      'the client has to be public, with the device authorization grant; another one: --client-id <id>',
  );
});

test('an issuer without that grant, and what is no issuer: said', async () => {
  await expect(login([{ token: '' }], { withDevices: false })).rejects.toThrow(
    `${ISSUER} offers no device_authorization_endpoint: its administrator has to allow`,
  );
  const server = await DeviceIssuer.start([]);
  const issuer = new Issuer(`${server.url}/other`, {}, new AbortController().signal, 'Look there.');
  await expect(issuer.endpoint('token_endpoint')).rejects.toThrow(
    `${server.url}/other is no OpenID Connect issuer: /other/.well-known/openid-configuration gives 404\nLook there.`,
  );
  issuer.close();
  await server.stop();
});

test('an issuer that does not answer: said, with what to look at', async () => {
  const issuer = new Issuer('http://127.0.0.1:1/realm', {}, new AbortController().signal, 'Look there.');
  await expect(issuer.endpoint('token_endpoint')).rejects.toThrow(
    'the issuer http://127.0.0.1:1/realm does not answer: connect ECONNREFUSED 127.0.0.1:1\nLook there.',
  );
});

test('Ctrl-C while somebody should log in ends it', async () => {
  await expect(login([], { begun: { status: 200, body: { interval: 30 } } })).rejects.toThrow(Interrupted);
});
