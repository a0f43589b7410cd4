import { readFileSync } from 'node:fs';
import { OperationError } from './operation-error';

/**
 * An address of the command line.
 * @throws OperationError when it is none
 */
export function checkedUrl(url: string, option = '--url'): string {
  const isRight = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (!isRight) throw new OperationError(`got ${option} ${url}, expected an address such as http://127.0.0.1:8000`);
  return url;
}

/**
 * The certificates of `--ca-file`, PEM.
 * @throws OperationError when they cannot be read
 */
export function readCertificates(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw new OperationError(`--ca-file ${path}: cannot be read: ${(error as Error).message}`);
  }
  throw new OperationError(`--ca-file ${path}: there is no certificate in it, expected PEM`);
}
