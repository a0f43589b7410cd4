import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'js-yaml';
import type { Manifest } from './manifests';
import { serverFolderVariable } from './suite';

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  readonly body: any;
  /** As kubectl would print them. */
  readonly warnings: readonly string[];
}

interface Kubeconfig {
  readonly clusters: { readonly cluster: { readonly server: string; 'certificate-authority': string } }[];
  readonly users: { readonly user: { readonly token: string } }[];
}

const agent = new Agent({ keepAlive: true });

/**
 * Asks the API server of this Jest run without a kubectl in between, for what is asked many times. Like a client of
 * Kubernetes it asks again when the server is busy, or has closed the connection that it kept.
 */
export async function ask(method: string, path: string, body?: object, contentType?: string): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce(method, path, body, contentType).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' || attempt > 3) throw error;
    });
    if (answer !== undefined && (answer.status !== 429 || attempt === 60)) return answer;
    await sleep(500);
  }
}

function askOnce(method: string, path: string, body?: object, contentType = 'application/json'): Promise<Answer> {
  const { server, ca, token } = access();
  const text = body === undefined ? '' : JSON.stringify(body);
  // Without the length Node sends the body of a DELETE as the beginning of the next request.
  const length = Buffer.byteLength(text);
  const headers = { authorization: `Bearer ${token}`, 'content-type': contentType, 'content-length': length };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, server), { method, ca, headers, agent }, (incoming) => {
      let answer = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const warnings = [incoming.headers.warning ?? []].flat();
        resolve({ status: incoming.statusCode!, body: parsed(answer), warnings });
      });
    });
    outgoing.on('error', reject).end(text);
  });
}

/** What is no object is said in plain text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

let known: { folder: string; server: string; ca: Buffer; token: string } | undefined;

function access() {
  const folder = process.env[serverFolderVariable]!;
  if (known?.folder !== folder) {
    const { clusters, users } = load(readFileSync(join(folder, 'kubeconfig'), 'utf8')) as Kubeconfig;
    const { server, 'certificate-authority': authority } = clusters[0]!.cluster;
    known = { folder, server, ca: readFileSync(authority), token: users[0]!.user.token };
  }
  return known;
}

/** @returns all objects at a path such as `/apis/apps/v1/deployments`. @throws Error when it is not there */
export async function list(path: string): Promise<Manifest[]> {
  const { status, body } = await ask('GET', path);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.message}`);
  return body.items;
}

/** As `list`; nothing where the API server does not know the kind yet. */
export async function listIfServed(path: string): Promise<Manifest[]> {
  const { status, body } = await ask('GET', path);
  if (status !== 200 && status !== 404) throw new Error(`GET ${path}: ${status} ${body.message}`);
  return status === 200 ? body.items : [];
}

/** Changes the status of an object, by its path. */
export function patchStatus(path: string, status: object): Promise<Answer> {
  return ask('PATCH', `${path}/status`, { status }, 'application/merge-patch+json');
}

/** Creates an object or brings it to what is given, with a field manager of our own. */
export function apply(path: string, object: object): Promise<Answer> {
  return ask('PATCH', `${path}?fieldManager=stand-in&force=true`, object, 'application/apply-patch+yaml');
}
