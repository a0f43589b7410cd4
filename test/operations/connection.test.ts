import * as http from 'node:http';
import * as https from 'node:https';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { Connection, NoAnswer } from '../../src/operations/connection';
import { Interrupted, OperationError } from '../../src/operations/operation-error';
import { temporaryFolder } from '../support/folder';

const folder = temporaryFolder();
const never = new AbortController().signal;

/** A certificate of its own CA for `*.maas.local`. */
function certificate(): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=maas'],
      ...['-addext', 'subjectAltName=DNS:*.maas.local', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

/** Runs something beside a server. */
async function beside<Result>(server: http.Server, run: (port: number) => Promise<Result>): Promise<Result> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('over TLS', () => {
  const { key, cert } = certificate();
  const server = () => https.createServer({ key, cert }, ({ headers }, response) => response.end(headers.host));
  const question = { host: 'simulator.maas.local', path: '/', method: 'GET' } as const;

  const ask = (port: number, options: object) =>
    new Connection({ url: `https://127.0.0.1:${port}`, ...options }, never).ask(question);

  test('the certificate of the host that is meant is taken with its CA, or with any', async () => {
    await beside(server(), async (port) => {
      expect(await ask(port, { trusted: cert })).toMatchObject({ status: 200, body: 'simulator.maas.local' });
      expect((await ask(port, { insecure: true })).status).toBe(200);
    });
  });

  test('one of nobody that is trusted, or for another host: refused, with the options that help', async () => {
    await beside(server(), async (port) => {
      const refusal = ask(port, {});
      await expect(refusal).rejects.toThrow(OperationError);
      await expect(refusal).rejects.toThrow(/its certificate is not trusted: .*\n.*--ca-file <file>.*--insecure/);
      const other = new Connection({ url: `https://127.0.0.1:${port}`, trusted: cert }, never);
      await expect(other.ask({ ...question, host: 'example.com' })).rejects.toThrow(/does not match.*/);
    });
  });
});

test('a connection that the server has closed meanwhile is opened anew; a server that always does so is no answer', async () => {
  let requests = 0;
  const server = http.createServer((request, response) => {
    requests++;
    // The second request meets a connection that ends.
    if (requests === 2) request.socket.destroy();
    else response.end('here');
  });
  await beside(server, async (port) => {
    const connection = new Connection({ url: `http://127.0.0.1:${port}` }, never);
    const question = { host: 'a', path: '/', method: 'GET' } as const;
    expect((await connection.ask(question)).body).toBe('here');
    expect((await connection.ask(question)).body).toBe('here');
    expect(requests).toBe(3);
    connection.close();
  });
  await beside(
    http.createServer(({ socket }) => socket.destroy()),
    async (port) => {
      const connection = new Connection({ url: `http://127.0.0.1:${port}` }, never);
      await expect(connection.ask({ host: 'a', path: '/' })).rejects.toThrow(NoAnswer);
    },
  );
});

test("the server's clock is what its answers say", async () => {
  const ahead = 3_600_000;
  const server = http.createServer((_, response) => {
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString()).end();
  });
  await beside(server, async (port) => {
    const connection = new Connection({ url: `http://127.0.0.1:${port}` }, never);
    await connection.ask({ host: 'a', path: '/' });
    expect(Math.abs(connection.now() - Date.now() - ahead)).toBeLessThan(2000);
    connection.close();
  });
});

test('Ctrl-C ends a request under way', async () => {
  const controller = new AbortController();
  const server = http.createServer(() => controller.abort());
  await beside(server, async (port) => {
    const connection = new Connection({ url: `http://127.0.0.1:${port}` }, controller.signal);
    await expect(connection.ask({ host: 'a', path: '/' })).rejects.toThrow(Interrupted);
  });
});
