import * as path from 'node:path';
import type { Part } from './components';

/**
 * Where a part is below a mirror: the host and path of its address, for a chart those of its repository with the file that
 * `helm pull` writes.
 */
export function mirrorPath(part: Part): string {
  if (part.kind === 'manifest') return withoutScheme(part.url);
  return `${withoutScheme(part.repository)}/${part.chart}-${part.version}.tgz`;
}

/**
 * Where a part is taken from.
 *
 * @param mirror address or folder @default - the project's own
 */
export function placeOf(part: Part, mirror: string | undefined): string {
  if (mirror === undefined) return part.kind === 'manifest' ? part.url : part.repository;
  return isAddress(mirror)
    ? `${mirror.replace(/\/+$/, '')}/${mirrorPath(part)}`
    : path.join(mirror, ...mirrorPath(part).split('/'));
}

/** Whether a mirror is an address rather than a folder. */
export function isAddress(mirror: string): boolean {
  return /^https?:\/\//.test(mirror);
}

/** The command that puts a part into a folder which then is a mirror, or is uploaded to be one. */
export function downloadCommand(part: Part): string {
  const file = `mirror/${mirrorPath(part)}`;
  if (part.kind === 'manifest') return `curl --fail --location --create-dirs --output ${file} ${part.url}`;
  const { chart, repository, version } = part;
  const folder = path.posix.dirname(file);
  // helm does not make it.
  return `mkdir -p ${folder} && helm pull ${chart} --repo ${repository} --version ${version} --destination ${folder}`;
}

function withoutScheme(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}
