import { startApiServer, toolsAreBuilt, type ApiServer } from './api-server';
import { installCrds } from './prerequisites';
import { serverFolderVariable } from './suite';

/** Where the teardown finds the server: Jest loads the two files apart. */
export const holder = globalThis as { cdk8sMaasApiServer?: ApiServer };

/** Starts one API server with all CRDs for the whole Jest run. */
export default async function globalSetup(): Promise<void> {
  if (!toolsAreBuilt()) return;
  const started = Date.now();
  const server = await startApiServer();
  holder.cdk8sMaasApiServer = server;
  process.env[serverFolderVariable] = server.folder;
  const ready = Date.now();
  try {
    await installCrds(server.kubectl);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
  console.log(`\nkube-apiserver ready in ${seconds(started, ready)}, CRDs in ${seconds(ready, Date.now())}`);
}
