import { startApiServer, toolsAreBuilt, type ApiServer } from './api-server';
import { rememberState } from './clean-state';
import { etcdWithCrds, untilCrdsAreServed } from './crds';
import { serverFoldersVariable } from './suite';

/** Where the teardown finds the servers: Jest loads the two files apart. */
export const holder = globalThis as { cdk8sMaasApiServers?: readonly ApiServer[] };

/** Starts an API server with all CRDs for each of Jest's workers, in which tests would meet others' objects. */
export default async function globalSetup({ maxWorkers }: { maxWorkers: number }): Promise<void> {
  if (!toolsAreBuilt()) return;
  const started = Date.now();
  const etcd = await etcdWithCrds();
  const loaded = Date.now();
  const servers = await Promise.all(Array.from({ length: maxWorkers }, () => startApiServer(etcd)));
  holder.cdk8sMaasApiServers = servers;
  process.env[serverFoldersVariable] = JSON.stringify(servers.map(({ folder }) => folder));
  try {
    await Promise.all(servers.map(({ kubectl }) => untilCrdsAreServed(kubectl)));
    await Promise.all(servers.map(({ folder }) => rememberState(folder)));
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
  const ready = `${maxWorkers} × kube-apiserver ready in ${seconds(loaded, Date.now())}`;
  console.log(`\netcd with all CRDs in ${seconds(started, loaded)}, ${ready}`);
}
