import { holder } from './global-setup';

/** Ends the API servers of this Jest run. */
export default async function globalTeardown(): Promise<void> {
  await Promise.all((holder.cdk8sMaasApiServers ?? []).map((server) => server.stop()));
}
