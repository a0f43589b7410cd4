import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverFolderVariable } from './suite';

/** The API server's own certificate and key: it is for 127.0.0.1, and nothing here could make another. */
export function apiServerCertificate(): { readonly certificate: Buffer; readonly key: Buffer } {
  const [certificate, key] = ['crt', 'key'].map((part) =>
    readFileSync(join(process.env[serverFolderVariable]!, 'certificates', `apiserver.${part}`)),
  );
  return { certificate: certificate!, key: key! };
}
