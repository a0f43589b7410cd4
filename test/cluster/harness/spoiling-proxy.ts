import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client sends, as far as it may be spoiled. */
export interface Sent {
  host: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What a client gets. */
export interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
}

/** What a gateway does that it should not. */
export interface Spoil {
  readonly request?: (sent: Sent) => void;
  readonly reply?: (got: Got, sent: Sent) => void;
}

/** Stands before a gateway and makes it a worse one. */
export class SpoilingProxy {
  private spoil: Spoil = {};
  private target = 0;

  private constructor(private readonly server: http.Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () =>
        this.forward({ host: request.headers.host ?? '', headers: request.headers, body }, request, response),
      );
    });
  }

  static async start(): Promise<SpoilingProxy> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SpoilingProxy(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on leads to this port, and spoils what passes. */
  use(target: number, spoil: Spoil): void {
    this.target = target;
    this.spoil = spoil;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(sent: Sent, { method, url: path }: http.IncomingMessage, response: http.ServerResponse): void {
    this.spoil.request?.(sent);
    const headers = { ...sent.headers, host: sent.host };
    const options = { host: '127.0.0.1', port: this.target, method, path, headers, agent: false };
    const request = http.request(options, (reply) => {
      const got: Got = { status: reply.statusCode!, headers: reply.headers };
      this.spoil.reply?.(got, sent);
      response.writeHead(got.status, got.headers);
      reply.pipe(response);
    });
    request.on('error', () => response.destroy());
    request.end(sent.body);
  }
}
