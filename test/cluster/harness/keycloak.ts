import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { freePort } from '../../support/free-port';
import type { Manifest } from './manifests';
import { until } from './until';

/** A server that lives some seconds does without the compiler for hot code, which takes half of the time of a start. */
const JAVA_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m';

/** Claims of a token, as far as the platform reads them. */
export interface Claims {
  readonly iss: string;
  readonly aud?: string | string[];
  readonly sub: string;
  readonly preferred_username: string;
  readonly groups?: string[];
  readonly exp: number;
  readonly iat: number;
}

/** Who asks for a token. */
export interface Grant {
  readonly user: string;
  /** @default the demo's */
  readonly password?: string;
  /** @default the demo's, with its secret */
  readonly client?: string;
  readonly scope?: string;
}

/** What the token endpoint says: tokens, or an error. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

/** The real Keycloak, run as the Deployment of a platform runs it: its arguments, environment and mounted realm. */
export class Keycloak {
  private readonly variables: Record<string, string>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'cdk8s-maas-keycloak-'));
  private server: ChildProcess | undefined;
  private log = '';

  private constructor(
    private readonly manifests: readonly Manifest[],
    private readonly port: number,
  ) {
    this.variables = environmentOf(manifests);
  }

  /** Chooses a port and starts nothing. */
  static async prepare(manifests: readonly Manifest[]): Promise<Keycloak> {
    return new Keycloak(manifests, await freePort());
  }

  /**
   * For a program that asks the issuer under its name in the cluster: Go takes loopback addresses directly, everything else
   * over this proxy. The proxy is Keycloak itself, which takes a request for a whole URL as every HTTP server does.
   */
  get environment(): NodeJS.ProcessEnv {
    return { HTTP_PROXY: `http://127.0.0.1:${this.port}` };
  }

  /** Where it listens, on the loopback interface. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it and waits until it is ready, as the probe of the Deployment asks. */
  async start(): Promise<void> {
    const home = this.makeHome();
    const [container] = find(this.manifests, 'Deployment').spec.template.spec.containers;
    const management = await freePort();
    const loopback = {
      KC_HTTP_HOST: '127.0.0.1',
      KC_HTTP_PORT: String(this.port),
      KC_HTTP_MANAGEMENT_PORT: String(management),
    };
    const env = { PATH: process.env.PATH, JAVA_OPTS: JAVA_OPTIONS, ...this.variables, ...loopback };
    const server = spawn('sh', [join(home, 'bin', 'kc.sh'), ...container.args], { env, detached: true });
    this.server = server;
    process.once('exit', () => this.kill());
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (data: Buffer) => (this.log += data));
    await until('Keycloak is ready', 240, async () => {
      if (server.exitCode !== null) throw new Error(`Keycloak ended with ${server.exitCode}:\n${this.log}`);
      const probe = fetch(`http://127.0.0.1:${management}${container.readinessProbe.httpGet.path}`);
      return probe.then(
        ({ ok }) => ok,
        () => false, // it does not listen yet
      );
    });
  }

  /** All that it has printed. */
  get output(): string {
    return this.log;
  }

  /** The answer to a password grant: status, and tokens or an error. */
  grant({ user, password, client, scope }: Grant): Promise<Answer> {
    return this.post('maas', {
      grant_type: 'password',
      ...(client === undefined ? this.ownClient : { client_id: client }),
      ...(scope !== undefined && { scope }),
      username: user,
      password: password ?? this.variables.MAAS_USER_PASSWORD!,
    });
  }

  /** The answer to a refresh token. */
  refresh(token: string): Promise<Answer> {
    return this.post('maas', { grant_type: 'refresh_token', ...this.ownClient, refresh_token: token });
  }

  /** An access token by password grant. */
  async token(grant: Grant): Promise<string> {
    const { status, body } = await this.grant(grant);
    if (status !== 200) throw new Error(`no token for ${grant.user}: ${status} ${JSON.stringify(body)}`);
    return body.access_token!;
  }

  /** A token of the administrator, who belongs to another realm. */
  async adminToken(): Promise<string> {
    const { KC_BOOTSTRAP_ADMIN_USERNAME: username = '', KC_BOOTSTRAP_ADMIN_PASSWORD: password = '' } = this.variables;
    const fields = { grant_type: 'password', client_id: 'admin-cli', username, password };
    return (await this.post('master', fields)).body.access_token!;
  }

  /** Calls the admin API of the realm `maas`; bodies are JSON. @throws unless it is done */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every resource has members of its own
  async admin(method: string, path: string, body?: object): Promise<any> {
    const headers = { authorization: `Bearer ${await this.adminToken()}`, 'content-type': 'application/json' };
    const reply = await this.send(method, `/admin/realms/maas${path}`, headers, JSON.stringify(body));
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.text === '' ? undefined : JSON.parse(reply.text);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server?.once('exit', resolve));
    if (this.kill()) await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends kc.sh and the Java that it has started. @returns whether there was something to end */
  private kill(): boolean {
    const { server } = this;
    const runs = server !== undefined && server.exitCode === null && server.signalCode === null;
    return runs && process.kill(-server.pid!, 'SIGKILL');
  }

  /** A file system as a container has it: the release to read, what Keycloak writes (database, compiled options) apart. */
  private makeHome(): string {
    const home = join(this.folder, 'keycloak');
    const release = toolPath('keycloak')!;
    for (const folder of ['bin', 'lib', 'data/import']) mkdirSync(join(home, folder), { recursive: true });
    for (const file of ['bin/kc.sh', 'lib/quarkus-run.jar']) copyFileSync(join(release, file), join(home, file));
    cpSync(join(release, 'lib/quarkus'), join(home, 'lib/quarkus'), { recursive: true });
    for (const name of ['lib/app', 'lib/lib', 'conf', 'providers', 'themes']) {
      symlinkSync(join(release, name), join(home, name));
    }
    for (const [name, text] of Object.entries(find(this.manifests, 'ConfigMap').data as Record<string, string>)) {
      writeFileSync(join(home, 'data/import', name), text);
    }
    return home;
  }

  private get ownClient() {
    return { client_id: 'maas-client', client_secret: this.variables.MAAS_CLIENT_SECRET! };
  }

  /** Posts a form to the token endpoint of a realm. */
  private async post(realm: string, fields: Record<string, string>): Promise<Answer> {
    const path = `/realms/${realm}/protocol/openid-connect/token`;
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, text } = await this.send('POST', path, type, new URLSearchParams(fields).toString());
    return { status, body: JSON.parse(text) as Record<string, string> };
  }

  /** As a client in the cluster: with the issuer's host name. */
  private send(method: string, path: string, headers: object, body = ''): Promise<{ status: number; text: string }> {
    const { host } = new URL(this.variables.KC_HOSTNAME!);
    const options = { host: '127.0.0.1', port: this.port, method, path, headers: { host, ...headers }, agent: false };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('error', reject).on('end', () => resolve({ status: response.statusCode!, text }));
      });
      request.on('error', reject).end(body);
    });
  }
}

/** What a token says; its signature is Authorino's to judge. */
export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Claims;
}

/** Name of the key that has signed a token. */
export function keyOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
}

function find(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.labels?.app === 'keycloak');
  if (!found) throw new Error(`no ${kind} of Keycloak`);
  return found;
}

/** The environment of the Deployment's container, as the kubelet would fill it. */
function environmentOf(manifests: readonly Manifest[]): Record<string, string> {
  const { stringData } = find(manifests, 'Secret');
  const [container] = find(manifests, 'Deployment').spec.template.spec.containers;
  const variables = (container.env as Manifest[]).map(({ name, value, valueFrom }) => [
    name,
    value ?? stringData[valueFrom.secretKeyRef.key],
  ]);
  return Object.fromEntries(variables);
}
