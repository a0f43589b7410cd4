import * as http from 'node:http';

/** A request to the gateway; by default a chat completion by nobody. */
export interface Request {
  readonly method?: string;
  readonly path?: string;
  /** Host that selects the model. */
  readonly host?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Stands for Kuadrant: the identity that an earlier filter has put into the request. */
  readonly user?: string;
  readonly tier?: string;
  /** Shares connections. @default a connection of its own, so that Envoy's workers share the requests out */
  readonly agent?: http.Agent;
  /** @default a chat completion without anything */
  readonly body?: string;
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds from the request to the response's headers, to its first piece of body, and to its end. */
  readonly headersAfter: number;
  readonly firstPieceAfter: number;
  readonly endAfter: number;
}

/** Sends one request. */
export function send(port: number, request: Request): Promise<Reply> {
  const { method = 'POST', path = '/v1/chat/completions', host = 'simulator.maas.local' } = request;
  const headers: http.OutgoingHttpHeaders = { host, 'content-type': 'application/json', ...request.headers };
  if (request.user !== undefined) {
    headers['x-maas-user'] = request.user;
  }
  if (request.tier !== undefined) {
    headers['x-maas-tier'] = request.tier;
  }
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const after = (): number => performance.now() - started;
    const outgoing = http.request(
      { host: '127.0.0.1', port, method, path, headers, agent: request.agent ?? false },
      (response) => {
        const headersAfter = after();
        let firstPieceAfter = Number.NaN;
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => {
          firstPieceAfter = Number.isNaN(firstPieceAfter) ? after() : firstPieceAfter;
          pieces.push(piece);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces).toString(),
            headersAfter,
            firstPieceAfter,
            endAfter: after(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(method === 'POST' ? (request.body ?? '{"model":"simulator-model","messages":[]}') : undefined);
  });
}

/** Sends a request and leaves as soon as the answer holds a text. */
export function leave(port: number, request: Request, text: string): Promise<void> {
  const headers = { host: 'simulator.maas.local', 'x-maas-user': request.user, 'x-maas-tier': request.tier };
  const { path = '/v1/chat/completions' } = request;
  return new Promise((resolve, reject) => {
    let seen = '';
    const outgoing = http.request(
      { host: '127.0.0.1', port, method: 'POST', path, headers, agent: false },
      (response) => {
        response.on('data', (piece: Buffer) => {
          seen += piece.toString();
          if (seen.includes(text)) {
            outgoing.destroy();
            resolve();
          }
        });
        response.on('error', () => undefined);
        response.on('end', () => reject(new Error(`the answer ended without ${text}: ${seen}`)));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(request.body ?? '{}');
  });
}

/** The token limit headers of a reply, without their common prefix and suffix. */
export function limits(reply: Reply): Record<string, string | undefined> {
  const value = (name: string): string | undefined => reply.headers[`x-ratelimit-${name}-tokens`]?.toString();
  return { limit: value('limit'), consumed: value('consumed'), remaining: value('remaining') };
}

/** Waits for the next UTC minute when this one is nearly over, so that no window turns in the middle of a test. */
export async function freshMinute(secondsNeeded: number): Promise<void> {
  const left = 60 - ((Date.now() / 1000) % 60);
  if (left < secondsNeeded) {
    process.stderr.write(`waiting ${left.toFixed(1)} s for a fresh minute\n`);
    await new Promise((resolve) => setTimeout(resolve, left * 1000 + 50));
  }
}
