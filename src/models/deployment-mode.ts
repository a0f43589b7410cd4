import { DEFAULT_VERSIONS } from '../config/defaults';

/**
 * KServe's name for plain Deployments: `RawDeployment` before 0.16, `Standard` since.
 *
 * A newer KServe rewrites the old name, which GitOps tools then report as drift; an older one takes an unknown name for
 * Serverless, silently.
 */
export function deploymentMode(kserveVersion: string = DEFAULT_VERSIONS.kserve): string {
  const [major = 0, minor = 0] = kserveVersion.split('.').map(Number);
  return major === 0 && minor < 16 ? 'RawDeployment' : 'Standard';
}
