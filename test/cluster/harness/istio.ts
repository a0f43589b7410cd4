import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { freePort } from '../../support/free-port';
import { apiServerCertificate, apiServerCertificateFiles } from './certificate';
import type { Manifest } from './manifests';
import { Program } from './program';
import { kubectl } from './suite';

/** A running istiod with its validation webhook. */
export interface Istiod {
  /** Where the Envoys of gateways ask it. */
  readonly address: string;
  /** Ends the process and takes away its webhook and the GatewayClasses that it has made. */
  stop(): Promise<void>;
}

/** @returns the objects that Istio's own charts give for the minimal profile. */
function installation(): Manifest[] {
  const { status, stdout, stderr } = spawnSync(toolPath('istio-installation')!, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`istio-installation: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Manifest);
}

/** Starts istiod as its Deployment does, on free ports of the loopback interface, and registers its validation webhook. */
export async function startIstiod(): Promise<Istiod> {
  const objects = installation();
  const found = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)!;
  const [grpc, secureGrpc, http, https, monitoring] = await Promise.all(Array.from({ length: 5 }, freePort));
  const addresses = { grpcAddr: grpc, secureGRPCAddr: secureGrpc, httpAddr: http, httpsAddr: https };
  const { certificate, key } = apiServerCertificateFiles();
  const program = Program.start(
    'istiod',
    [
      'discovery',
      ...Object.entries({ ...addresses, monitoringAddr: monitoring }).map(
        ([name, port]) => `--${name}=127.0.0.1:${port}`,
      ),
      ...['--ctrlz_port=0', `--tlsCertFile=${certificate}`, `--tlsKeyFile=${key}`, '--caCertFile=ca.crt'],
    ],
    {
      environment: {
        ...literals(found('Deployment', 'istiod').spec.template.spec.containers[0].env),
        POD_NAME: 'istiod',
        POD_NAMESPACE: 'istio-system',
        ENABLE_LEADER_ELECTION: 'false',
        ENABLE_CA_SERVER: 'false',
      },
      prepare: (folder) => prepare(folder, found),
    },
  );
  const webhook = validation(found('ValidatingWebhookConfiguration', 'istio-validator-istio-system'), https!);
  const stop = async () => {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], { stdin: JSON.stringify(webhook) });
    await program.stop();
    await kubectl(['delete', 'gatewayclasses', '--all']);
  };
  try {
    await program.untilReady(async () => {
      return fetch(`http://127.0.0.1:${http}/ready`).then(
        ({ status }) => status === 200,
        () => false,
      );
    });
    await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(webhook) });
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `127.0.0.1:${grpc}`, stop };
}

/** What the chart sets, but for what is asked of the node, and the place of a kubeconfig. */
function literals(variables: readonly { name: string; value?: string }[]): NodeJS.ProcessEnv {
  const own = variables.filter(({ name, value }) => value !== undefined && name !== 'KUBECONFIG');
  return Object.fromEntries(own.map(({ name, value }) => [name, value]));
}

/** What istiod finds in its pod: mesh configuration, templates of what it deploys, and whom it trusts. */
function prepare(folder: string, found: (kind: string, name: string) => Manifest): void {
  const { config, values } = found('ConfigMap', 'istio-sidecar-injector').data;
  const { mesh, meshNetworks } = found('ConfigMap', 'istio').data;
  const files = {
    'var/lib/istio/inject': { config, values },
    'etc/istio/config': { mesh, meshNetworks },
    '.': { 'ca.crt': apiServerCertificate().certificate }, // it watches no file twice
  };
  for (const [place, contents] of Object.entries(files)) {
    mkdirSync(join(folder, place), { recursive: true });
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, place, name), content);
  }
}

/** The default revision's webhook, of which the chart has the one for labelled objects: here it looks at the others. */
function validation(configuration: Manifest, port: number): Manifest {
  const [webhook] = configuration.webhooks;
  const caBundle = apiServerCertificate().certificate.toString('base64');
  return {
    ...configuration,
    webhooks: [
      {
        ...webhook,
        clientConfig: { url: `https://127.0.0.1:${port}${webhook.clientConfig.service.path}`, caBundle },
        failurePolicy: 'Fail',
        objectSelector: { matchExpressions: [{ key: 'istio.io/rev', operator: 'DoesNotExist' }] },
      },
    ],
  };
}

/** What istiod's webhook says of every EnvoyFilter that is otherwise good. */
export const envoyFilterWarning =
  'Warning: EnvoyFilter exposes internal implementation details that may change at any time. Prefer other APIs if ' +
  'possible, and exercise extreme caution, especially around upgrades.';
