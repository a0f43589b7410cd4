import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The file of the one repository that there is. */
export const WEIGHTS = Buffer.alloc(1 << 20, 'weights');

const FILE = 'model.safetensors';

const COMMIT = 'c'.repeat(40);

/** A server that speaks as much of Hugging Face's API as a download needs, and keeps the weights back until it is told. */
export class Hub {
  /** Requests of any kind. */
  requests = 0;
  /** Downloads of the weights that were begun. */
  downloads = 0;
  private readonly held: ServerResponse[] = [];
  private isHolding = true;

  private constructor(private readonly server: Server) {
    server.on('request', ({ method, url = '' }, response) => {
      this.requests += 1;
      if (url.startsWith('/api/models/')) {
        const model = { id: 'acme/own', sha: COMMIT, siblings: [{ rfilename: FILE }] };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(model));
        return;
      }
      response.setHeader('etag', `"${createHash('sha256').update(WEIGHTS).digest('hex')}"`);
      response.setHeader('x-repo-commit', COMMIT).setHeader('content-length', WEIGHTS.length);
      if (method === 'HEAD') {
        response.end();
        return;
      }
      this.downloads += 1;
      response.flushHeaders();
      this.held.push(response);
      if (!this.isHolding) this.release();
    });
  }

  static async start(): Promise<Hub> {
    const server = createServer();
    const hub = new Hub(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets all downloads end, those to come too. */
  release(): void {
    this.isHolding = false;
    this.held.splice(0).forEach((response) => response.end(WEIGHTS));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }
}
