import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverFolderVariable } from './suite';

/** Files of the API server's own certificate and key: it is for 127.0.0.1, and nothing here could make another. */
export function apiServerCertificateFiles(): { readonly certificate: string; readonly key: string } {
  const folder = join(process.env[serverFolderVariable]!, 'certificates');
  return { certificate: join(folder, 'apiserver.crt'), key: join(folder, 'apiserver.key') };
}

/** @returns what is in these files. */
export function apiServerCertificate(): { readonly certificate: Buffer; readonly key: Buffer } {
  const { certificate, key } = apiServerCertificateFiles();
  return { certificate: readFileSync(certificate), key: readFileSync(key) };
}
