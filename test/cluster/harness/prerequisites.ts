import type { Kubectl } from './kubectl';

const sidecar = { memoryRequest: '100Mi', memoryLimit: '1Gi', cpuRequest: '100m', cpuLimit: '1' };

/** What KServe ships in its ConfigMap, in part: the platform sets two of these keys and must leave the others. */
export const shippedKServeConfiguration: Readonly<Record<string, string>> = jsonTexts({
  deploy: { defaultDeploymentMode: 'Serverless' },
  ingress: {
    enableGatewayApi: false,
    ingressGateway: 'knative-serving/knative-ingress-gateway',
    ingressDomain: 'example.com',
    disableIngressCreation: false,
  },
  explainers: { art: { image: 'kserve/art-explainer', defaultImageVersion: 'latest' } },
  logger: { image: 'kserve/agent:latest', ...sidecar },
  batcher: { image: 'kserve/agent:latest', ...sidecar },
  agent: { image: 'kserve/agent:latest', ...sidecar },
  storageInitializer: {
    image: 'kserve/storage-initializer:latest',
    ...sidecar,
    enableDirectPvcVolumeMount: true,
    enableModelcar: true,
    uidModelcar: 1010,
  },
  metricsAggregator: { enableMetricAggregation: 'false', enablePrometheusScraping: 'false' },
  credentials: { storageSpecSecretName: 'storage-config' },
  security: { autoMountServiceAccountToken: true },
  inferenceService: { resource: { cpuLimit: '1', memoryLimit: '2Gi', cpuRequest: '1', memoryRequest: '2Gi' } },
});

function jsonTexts(values: Readonly<Record<string, object>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}

/** Part of the environment of Kuadrant's operator as its release sets it: the platform adds to it. */
export const shippedOperatorEnvironment = [{ name: 'EXTENSIONS_DIR', value: '/extensions' }];

/** @returns the namespaces that the operators' own installation has created. */
export function operatorNamespaces(platform: 'kubernetes' | 'openshift'): string[] {
  const everywhere = ['cert-manager', 'istio-system', 'kserve', 'kuadrant-system'];
  return platform === 'openshift' ? [...everywhere, 'openshift-ingress'] : everywhere;
}

/** Creates what is there before the platform comes: namespaces of operators, KServe's ConfigMap, Kuadrant's operator. */
export async function createPrerequisiteNamespaces(
  kubectl: Kubectl,
  platform: 'kubernetes' | 'openshift',
  furtherNamespaces: readonly string[] = [],
): Promise<void> {
  const namespaces = [...operatorNamespaces(platform), ...furtherNamespaces];
  const items = [
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'inferenceservice-config', namespace: 'kserve' },
      data: shippedKServeConfiguration,
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'kuadrant-operator-controller-manager', namespace: 'kuadrant-system' },
      spec: {
        selector: { matchLabels: { app: 'kuadrant' } },
        template: {
          metadata: { labels: { app: 'kuadrant' } },
          spec: {
            containers: [{ name: 'manager', image: 'kuadrant-operator:v1.5.2', env: shippedOperatorEnvironment }],
          },
        },
      },
    },
  ];
  await kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}
