import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/free-port';
import { ask, list } from './api';
import { apiServerCertificate } from './certificate';
import { writeCertificate } from './kserve';
import type { Manifest } from './manifests';
import { Program } from './program';
import { kubectl } from './suite';
import { until } from './until';

const caches = '/apis/serving.kserve.io/v1alpha1/localmodelcaches';
const pause = 200;

/** KServe's controller of local models with its webhook, and the garbage collector of the volumes that it makes. */
export class LocalModels {
  private running = true;
  private readonly work: Promise<void>;

  private constructor(
    private readonly controller: Program,
    private readonly webhook: Manifest,
  ) {
    this.work = this.goOn();
  }

  /** Starts it; its configuration has to be there. */
  static async start(): Promise<LocalModels> {
    const port = await freePort();
    const addresses = ['--metrics-addr=127.0.0.1:0', '--health-probe-addr=127.0.0.1:0', `--webhook-port=${port}`];
    const controller = Program.start('kserve-localmodel-0.20', addresses, {
      environment: { POD_NAMESPACE: 'kserve' },
      prepare: writeCertificate,
    });
    try {
      await controller.untilReady(async () => controller.log.includes('Serving webhook server'));
      const webhook = webhookConfiguration(port);
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(webhook) });
      return new LocalModels(controller, webhook);
    } catch (error) {
      await controller.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], { stdin: JSON.stringify(this.webhook) });
    // Its controller lets go of them, as long as their nodes are there.
    await until('all LocalModelCaches are deleted', 30, async () => {
      const left = await list(caches);
      await Promise.all(left.map(({ metadata }) => ask('DELETE', `${caches}/${metadata.name}`)));
      return left.length === 0;
    });
    await this.controller.stop();
    this.running = false;
    await this.work;
    await collect();
  }

  private async goOn(): Promise<void> {
    while (this.running) {
      await collect();
      await sleep(pause);
    }
  }
}

const mergePatch = 'application/merge-patch+json';

/** Deletes the volumes and claims whose LocalModelCache is gone: nobody uses them, because no pod runs here. */
async function collect(): Promise<void> {
  const owners = new Set((await list(caches)).map(({ metadata }) => metadata.uid));
  for (const resource of ['persistentvolumeclaims', 'persistentvolumes']) {
    for (const { metadata } of await list(`/api/v1/${resource}`)) {
      const { name, namespace, ownerReferences = [] } = metadata;
      if (ownerReferences.every(({ uid }: { uid: string }) => owners.has(uid))) continue;
      const path = `/api/v1/${namespace === undefined ? '' : `namespaces/${namespace}/`}${resource}/${name}`;
      await ask('PATCH', path, { metadata: { finalizers: null } }, mergePatch);
      await ask('DELETE', path);
    }
  }
}

/** As KServe's release registers it. */
function webhookConfiguration(port: number): Manifest {
  const url = `https://127.0.0.1:${port}/validate-serving-kserve-io-v1alpha1-localmodelcache`;
  const rule = { apiGroups: ['serving.kserve.io'], apiVersions: ['v1alpha1'], resources: ['localmodelcaches'] };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'localmodelcache.serving.kserve.io' },
    webhooks: [
      {
        name: 'localmodelcache.kserve-webhook-server.validator',
        clientConfig: { url, caBundle: apiServerCertificate().certificate.toString('base64') },
        rules: [{ ...rule, operations: ['CREATE', 'UPDATE', 'DELETE'] }],
        admissionReviewVersions: ['v1beta1', 'v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
      },
    ],
  };
}
