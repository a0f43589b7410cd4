import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import type { Manifest } from './manifests';
import { kubectl, serverFolderVariable } from './suite';
import { until } from './until';

/** A running KServe manager with its webhooks. */
export interface KServe {
  /** Ends the process and takes its webhooks away. */
  stop(): Promise<void>;
}

/**
 * Starts KServe's manager, as its release runs it, and registers its webhooks.
 *
 * The configuration has to be there before, because it is read at start. The webhooks are served with the API server's
 * own certificate: it is for 127.0.0.1, and nothing here could make another.
 *
 * @param tool name of the program in the tool table
 */
export async function startKServe(tool: string): Promise<KServe> {
  const serverFolder = process.env[serverFolderVariable]!;
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-maas-kserve-'));
  const certificates = join(serverFolder, 'certificates');
  const serving = join(folder, 'k8s-webhook-server', 'serving-certs'); // below $TMPDIR, where controller-runtime looks
  mkdirSync(serving, { recursive: true });
  for (const part of ['crt', 'key']) {
    copyFileSync(join(certificates, `apiserver.${part}`), join(serving, `tls.${part}`));
  }
  const port = await freePort();
  const log = join(folder, 'manager.log');
  const child = startManager(tool, { folder, log, port });
  const webhooks = webhookConfigurations(port, readFileSync(join(certificates, 'apiserver.crt')).toString('base64'));
  const stop = async () => {
    await removeWebhooks(webhooks);
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('KServe serves its webhooks', 60, async () => {
      if (child.exitCode !== null) throw new Error(`KServe's manager ended with ${child.exitCode}`);
      return readFileSync(log, 'utf8').includes('Serving webhook server');
    });
    await kubectl(['create', '-f', '-'], { stdin: list(webhooks) });
  } catch (error) {
    const lastLines = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
    await stop();
    throw new Error(`${(error as Error).message}; the end of its log:\n${lastLines}`, { cause: error });
  }
  return { stop };
}

interface ManagerOptions {
  readonly folder: string;
  readonly log: string;
  readonly port: number;
}

function startManager(tool: string, { folder, log, port }: ManagerOptions): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    KUBECONFIG: join(process.env[serverFolderVariable]!, 'kubeconfig'),
    POD_NAMESPACE: 'kserve',
    TMPDIR: folder,
  };
  const addresses = ['--metrics-addr=127.0.0.1:0', '--health-probe-addr=127.0.0.1:0', `--webhook-port=${port}`];
  const output = openSync(log, 'a');
  const child = spawn(toolPath(tool)!, addresses, { env, stdio: ['ignore', output, output] });
  closeSync(output);
  return child;
}

/** A port that nobody has: the manager takes no 0 for "any". */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
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
  await kubectl(['delete', '--ignore-not-found', '-f', '-'], { stdin: list(webhooks) });
}

function list(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
