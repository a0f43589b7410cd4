import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every object of Kubernetes is below it. */
const everything = { key: base64('/registry/'), range_end: base64('/registry0') };

/** The API server's own: renewed all the time. */
const leases = '/registry/leases/';

/** In the state folder of an API server, the revision of its etcd that `reset` goes back to. */
const revisionFile = 'clean-revision';

interface Stored {
  readonly key: string;
  readonly mod_revision: string;
  readonly value?: string;
}

interface Range {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly Stored[];
}

/** Remembers the objects that an API server has now, by its state folder. */
export async function rememberState(folder: string): Promise<void> {
  const { header } = await ask<Range>(folder, 'range', { ...everything, count_only: true });
  writeFileSync(join(folder, revisionFile), header.revision);
}

/**
 * Brings an API server back to the objects that were remembered. What tests have left goes in its etcd, so that no
 * finalizer, webhook or policy of theirs stands in the way, and the API server hears of it as of any change.
 */
export async function resetState(folder: string): Promise<void> {
  const revision = readFileSync(join(folder, revisionFile), 'utf8');
  const [then, now] = [await revisions(folder, revision), await revisions(folder)];
  const added = [...now.keys()].filter((key) => !then.has(key));
  const changed = [...then].filter(([key, since]) => now.get(key) !== since);
  await Promise.all([
    ...added.map((key) => ask(folder, 'deleterange', { key })),
    ...changed.map(async ([key]) => {
      const { kvs = [] } = await ask<Range>(folder, 'range', { key, revision });
      await ask(folder, 'put', { key, value: kvs[0]?.value });
    }),
  ]);
}

/** By key, since which revision an object is as it is. */
async function revisions(folder: string, revision?: string): Promise<Map<string, string>> {
  const { kvs = [] } = await ask<Range>(folder, 'range', { ...everything, revision, keys_only: true });
  const objects = kvs.filter(({ key }) => !Buffer.from(key, 'base64').toString().startsWith(leases));
  return new Map(objects.map(({ key, mod_revision: since }) => [key, since]));
}

/** Asks etcd, as its gRPC gateway takes it: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/ */
async function ask<Answer>(folder: string, what: 'range' | 'put' | 'deleterange', body: object): Promise<Answer> {
  const url = readFileSync(join(folder, 'etcd-url'), 'utf8');
  const response = await fetch(`${url}/v3/kv/${what}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`etcd's ${what}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
