import { kubectlFor, toolsAreBuilt } from './api-server';
import { resetState } from './clean-state';
import type { Kubectl } from './kubectl';

/** Environment variable with the state folders of all API servers of this Jest run, one a worker: a JSON list. */
export const serverFoldersVariable = 'CDK8S_MAAS_TEST_SERVERS';

/** Environment variable that tells the tests of a worker the state folder of its API server. */
export const serverFolderVariable = 'CDK8S_MAAS_TEST_SERVER';

/** kubectl for the API server of this worker. */
export const kubectl: Kubectl = (args, options) => kubectlFor(process.env[serverFolderVariable]!)(args, options);

/** Takes everything out of the API server of this worker but its CRDs. */
export function empty(): Promise<void> {
  return resetState(process.env[serverFolderVariable]!);
}

/**
 * A group of tests that need the API server, and maybe further tools; without them each is skipped and says why. They begin
 * with its CRDs and nothing else, whatever others have left.
 */
export function describeCluster(name: string, body: () => void, ...furtherTools: string[]): void {
  if (!toolsAreBuilt(...furtherTools)) return describe.skip(`${name} (skipped: run npm run tools)`, body);
  describe(name, () => {
    beforeAll(empty);
    body();
  });
}
