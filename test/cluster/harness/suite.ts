import { kubectlFor, toolsAreBuilt } from './api-server';
import type { Kubectl } from './kubectl';

/** Environment variable that tells the tests the state folder of the API server of this Jest run. */
export const serverFolderVariable = 'CDK8S_MAAS_TEST_SERVER';

/** kubectl for the one API server of this Jest run. */
export const kubectl: Kubectl = (args, options) => kubectlFor(process.env[serverFolderVariable]!)(args, options);

/** A group of tests that need the API server, and maybe further tools; without them each is skipped and says why. */
export function describeCluster(name: string, body: () => void, ...furtherTools: string[]): void {
  if (toolsAreBuilt(...furtherTools)) describe(name, body);
  else describe.skip(`${name} (skipped: run npm run tools)`, body);
}
