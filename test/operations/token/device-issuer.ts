import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the token endpoint says to one question: an error, or a token. */
export type Step = { readonly error: string } | { readonly token: string };

/** An issuer in small: discovery, and the device authorization grant with answers that a test gives. */
export class DeviceIssuer {
  /** Forms that were posted, by path. */
  readonly forms: { readonly path: string; readonly form: Record<string, string>; readonly host: string }[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly steps: Step[],
    private readonly begun: { readonly status: number; readonly body: object },
    private readonly withDevices: boolean,
  ) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        const path = request.url ?? '';
        if (request.method === 'POST') {
          const form = Object.fromEntries(new URLSearchParams(body));
          this.forms.push({ path, form, host: request.headers.host ?? '' });
        }
        const { status, document } = this.answer(path);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      });
    });
  }

  /**
   * @param steps answers of the token endpoint, one after the other
   * @param options.begun what the first request says @default a code that lives for a minute
   */
  static async start(
    steps: Step[],
    {
      begun = { status: 200, body: {} },
      withDevices = true,
    }: { begun?: { status: number; body: object }; withDevices?: boolean } = {},
  ): Promise<DeviceIssuer> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new DeviceIssuer(server, steps, begun, withDevices);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(path: string): { status: number; document: object } {
    if (path === '/realm/.well-known/openid-configuration') {
      const device = this.withDevices ? { device_authorization_endpoint: 'https://issuer.example.com/device' } : {};
      return { status: 200, document: { token_endpoint: 'https://issuer.example.com/token?v=2', ...device } };
    }
    if (path === '/device') {
      const code = { device_code: 'secret', user_code: 'ABCD-EFGH', verification_uri: 'https://issuer.example.com/go' };
      const { status, body } = this.begun;
      return { status, document: status === 200 ? { ...code, interval: 0, expires_in: 60, ...body } : body };
    }
    if (path === '/token?v=2') {
      const step = this.steps.shift() ?? { error: 'expired_token' };
      return 'token' in step
        ? { status: 200, document: { access_token: step.token } }
        : { status: 400, document: { error: step.error, error_description: 'Refused.' } };
    }
    return { status: 404, document: {} };
  }
}
