import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { oneEndpoint } from '../loopback';
import { json, THIRTY_TOKENS, type Answer } from '../model-server';
import { runnable } from './runnable';
import type { Json, Translation } from './translation';

/** Where the gateway pods have keys, in what is rendered. */
const FOLDER = '/etc/maas/external-keys';

/** What a provider was asked. */
export interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A provider with a certificate of its name, and the folder from which the gateway has its key. */
export class Provider {
  /** What the next requests are answered with; a test sets it. */
  answer: Answer = json(THIRTY_TOKENS);
  readonly asked: Asked[] = [];

  private constructor(
    private readonly server: https.Server,
    private readonly folder: string,
  ) {}

  static async start(hostname: string): Promise<Provider> {
    const folder = mkdtempSync(path.join(tmpdir(), 'maas-provider-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) as [string, string];
    const subject = ['-subj', `/CN=${hostname}`, '-addext', `subjectAltName=DNS:${hostname}`];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...subject,
        ...['-keyout', key, '-out', cert],
      ],
      { stdio: 'ignore' },
    );
    const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    const provider = new Provider(server, folder);
    mkdirSync(provider.keyFolder);
    server.on('request', (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { method, url, headers } = request;
        provider.asked.push({ method, url, headers, body: Buffer.concat(pieces).toString() });
        void provider.answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get keyFolder(): string {
    return path.join(this.folder, 'keys');
  }

  private versions = 0;

  /** Mounts files as kubelet does: a folder of its own, to which a link is moved. */
  mount(files: Readonly<Record<string, string>>): void {
    const version = `..version-${this.versions++}`;
    mkdirSync(path.join(this.keyFolder, version));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(this.keyFolder, version, name), text.replaceAll(FOLDER, this.keyFolder));
      rmSync(path.join(this.keyFolder, name), { force: true });
      symlinkSync(path.join('..data', name), path.join(this.keyFolder, name));
    }
    symlinkSync(version, path.join(this.keyFolder, '..new'));
    renameSync(path.join(this.keyFolder, '..new'), path.join(this.keyFolder, '..data'));
  }

  /**
   * What Istio made, as `runnable` has it, with the clusters of providers. Their address is this server, and whom the
   * gateway trusts stands in a file instead of coming from Istio's agent; all else is as in the pod.
   */
  runnable(translation: Translation, modelPort: number): object {
    const configuration: Json = runnable(translation, modelPort);
    const external = translation.clusters.filter(({ name }) => name.includes('.external.internal'));
    configuration.static_resources.clusters.push(...external.map((cluster) => this.reached(cluster)));
    return JSON.parse(JSON.stringify(configuration).replaceAll(FOLDER, this.keyFolder));
  }

  private reached(cluster: Json): object {
    const copy = structuredClone(cluster);
    const { common_tls_context: context } = copy.transport_socket.typed_config;
    const { default_validation_context: names } = context.combined_validation_context;
    delete context.combined_validation_context;
    context.validation_context = { ...names, trusted_ca: { filename: path.join(this.folder, 'cert.pem') } };
    return { ...copy, ...oneEndpoint(cluster.name, this.port), filters: undefined };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
