import { holder } from './global-setup';

/** Ends the API server of this Jest run. */
export default async function globalTeardown(): Promise<void> {
  await holder.cdk8sMaasApiServer?.stop();
}
