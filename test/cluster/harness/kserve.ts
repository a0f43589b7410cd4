import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port';
import { apiServerCertificate } from './certificate';
import { listOf, type Manifest } from './manifests';
import { Program } from './program';
import { kubectl } from './suite';

/** A running KServe manager with its webhooks. */
export interface KServe {
  /** Ends the process and takes its webhooks away. */
  stop(): Promise<void>;
}

/**
 * Starts KServe's manager, as its release runs it, and registers its webhooks, which listen on all interfaces: there is no
 * flag for that.
 *
 * The configuration has to be there before, because it is read at start.
 *
 * @param tool name of the program in the tool table
 */
export async function startKServe(tool: string): Promise<KServe> {
  const port = await freePort();
  const { certificate } = apiServerCertificate();
  const webhooks = webhookConfigurations(port, certificate.toString('base64'));
  const addresses = ['--metrics-addr=127.0.0.1:0', '--health-probe-addr=127.0.0.1:0', `--webhook-port=${port}`];
  const manager = Program.start(tool, addresses, {
    environment: { POD_NAMESPACE: 'kserve' },
    prepare: writeCertificate,
  });
  const stop = async () => {
    await removeWebhooks(webhooks);
    await manager.stop();
  };
  try {
    await manager.untilReady(async () => manager.log.includes('Serving webhook server'));
    await kubectl(['create', '-f', '-'], { stdin: listOf(webhooks) });
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Puts the certificate of webhooks below $TMPDIR, where controller-runtime looks. */
export function writeCertificate(folder: string): void {
  const serving = join(folder, 'k8s-webhook-server', 'serving-certs');
  const { certificate, key } = apiServerCertificate();
  mkdirSync(serving, { recursive: true });
  writeFileSync(join(serving, 'tls.crt'), certificate);
  writeFileSync(join(serving, 'tls.key'), key);
}

interface Webhook {
  readonly name: string;
  readonly path: string;
  readonly resource: readonly [group: string, version: string, resource: string];
  readonly operations?: readonly string[];
  readonly objectSelector?: object;
}

const inferenceServices = ['serving.kserve.io', 'v1beta1', 'inferenceservices'] as const;

const mutating: readonly Webhook[] = [
  {
    name: 'inferenceservice.kserve-webhook-server.defaulter',
    path: '/mutate-serving-kserve-io-v1beta1-inferenceservice',
    resource: inferenceServices,
  },
  {
    name: 'inferenceservice.kserve-webhook-server.pod-mutator',
    path: '/mutate-pods',
    resource: ['', 'v1', 'pods'],
    operations: ['CREATE'],
    objectSelector: { matchExpressions: [{ key: 'serving.kserve.io/inferenceservice', operator: 'Exists' }] },
  },
];

const validating: readonly Webhook[] = [
  {
    name: 'inferenceservice.kserve-webhook-server.validator',
    path: '/validate-serving-kserve-io-v1beta1-inferenceservice',
    resource: inferenceServices,
  },
  {
    name: 'servingruntime.kserve-webhook-server.validator',
    path: '/validate-serving-kserve-io-v1alpha1-servingruntime',
    resource: ['serving.kserve.io', 'v1alpha1', 'servingruntimes'],
  },
];

/** What KServe's release registers for the kinds that the platform writes, and for the pods that come of them. */
function webhookConfigurations(port: number, caBundle: string): Manifest[] {
  const configuration = (kind: string, webhooks: readonly Webhook[]) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'inferenceservice.serving.kserve.io' },
    webhooks: webhooks.map(({ name, path, resource: [group, version, resource], operations, objectSelector }) => ({
      name,
      clientConfig: { url: `https://127.0.0.1:${port}${path}`, caBundle },
      rules: [
        {
          apiGroups: [group],
          apiVersions: [version],
          resources: [resource],
          operations: operations ?? ['CREATE', 'UPDATE'],
        },
      ],
      ...(objectSelector && { objectSelector }),
      admissionReviewVersions: ['v1beta1', 'v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
    })),
  });
  return [
    configuration('MutatingWebhookConfiguration', mutating),
    configuration('ValidatingWebhookConfiguration', validating),
  ];
}

async function removeWebhooks(webhooks: readonly Manifest[]): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', '-f', '-'], { stdin: listOf(webhooks) });
}
