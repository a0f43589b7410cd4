import type { NewCluster } from './new-cluster';

/** What the seed's quick start is here. */
export const quickStart = ['install', '--simulator', '--token-rate-limit', '--yes'];

/** How kubectl applies a manifest of KServe. */
export const kserveManifest =
  'kubectl apply --server-side --force-conflicts --field-manager=cdk8s-maas-components ' +
  '--filename=https://github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml';

/** How helm installs istiod. */
export const istiodChart =
  'helm upgrade --install istiod istiod --repo=https://istio-release.storage.googleapis.com/charts --version=1.31.4 ' +
  '--namespace=istio-system --description=installed by cdk8s-maas';

/** The calls that bring components, in order. */
export function componentCalls({ recorders }: NewCluster): string[] {
  return recorders.calls().filter((call) => /^(helm|kind) |cdk8s-maas-components/.test(call));
}

/** The components that are written down as brought, a line each. */
export async function recordedComponents({ server }: NewCluster): Promise<string> {
  const where = ['get', 'configmap', 'installation-llm', '--namespace=maas-system', '--ignore-not-found'];
  return (await server.kubectl([...where, '--output=jsonpath={.data.components}'])).stdout;
}

/** Puts something of the platform's name into its place, so that install ends there: no controller would make it good. */
export async function occupyPlatform({ server }: NewCluster): Promise<void> {
  await server.kubectl(['create', 'namespace', 'llm']);
  await server.kubectl(['create', 'secret', 'generic', 'freeuser1-apikey', '--namespace=llm']);
}
