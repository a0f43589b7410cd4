import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../../scripts/cache.cjs';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { startApiServer } from './api-server';
import type { Kubectl } from './kubectl';
import { root } from './manifests';
import { until } from './until';

const folder = join(root, 'imports', 'crds');
/** Older sets in sub-folders are left out. */
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const paths = files.sort().map((name) => join(folder, name));

/**
 * An etcd that holds all CRDs of `imports/crds/`, for API servers to begin with; made when there is none of these CRDs and
 * this API server in the cache.
 *
 * @returns its folder
 */
export async function etcdWithCrds(): Promise<string> {
  const hash = createHash('sha256').update(toolPath('kasd')!);
  for (const path of paths) hash.update(readFileSync(path));
  const kept = join(cacheFolder(), 'etcd-with-crds', hash.digest('hex').slice(0, 16));
  if (existsSync(kept)) return kept;
  mkdirSync(dirname(kept), { recursive: true });
  // Beside the target, so that the rename at the end is atomic: another run sees nothing half-written.
  const work = mkdtempSync(join(dirname(kept), '.write-'));
  try {
    const server = await startApiServer();
    try {
      await installCrds(server.kubectl);
      await server.end();
      cpSync(join(server.folder, 'etcd'), join(work, 'etcd'), { recursive: true });
    } finally {
      await server.stop();
    }
    if (!existsSync(kept)) renameSync(join(work, 'etcd'), kept);
  } finally {
    rmSync(work, { recursive: true });
  }
  return kept;
}

async function installCrds(kubectl: Kubectl): Promise<void> {
  await kubectl(['apply', '--server-side', ...paths.flatMap((path) => ['-f', path])], { timeoutSeconds: 180 });
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s'], { timeoutSeconds: 150 });
}

/** Waits until the API server lists all resources of the CRDs in it, and describes their groups: kubectl validates by that. */
export async function untilCrdsAreServed(kubectl: Kubectl): Promise<void> {
  // As a table: with their schemas they are megabytes.
  const { stdout: table } = await kubectl(['get', 'crd', '--no-headers']);
  const resources = table.match(/^\S+/gm) ?? [];
  await until('the API server serves all CRDs', 120, async () => {
    const { stdout: names } = await kubectl(['api-resources', '--cached=false', '--output=name']);
    const served = new Set(names.split('\n'));
    const { stdout: description } = await kubectl(['get', '--raw', '/openapi/v3']);
    const described = Object.keys((JSON.parse(description) as { paths: object }).paths);
    return resources.every((resource) => {
      const group = resource.slice(resource.indexOf('.') + 1);
      return served.has(resource) && described.some((path) => path.startsWith(`apis/${group}/`));
    });
  });
}
