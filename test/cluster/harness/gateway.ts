import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { send, type Reply, type Request } from '../../envoy/client';
import { Envoy, findEnvoy } from '../../envoy/envoy';
import { runnable } from '../../envoy/istio/runnable';
import { translate } from '../../envoy/istio/translation';
import { ModelServer } from '../../envoy/model-server';
import { freePort } from '../../support/free-port';
import { authenticated } from './authenticated';
import { accept, gatewayClass, startAuthorino, startOperator } from './kuadrant';
import { readManifestFile, root, type Manifest } from './manifests';
import { createPrerequisiteNamespaces } from './prerequisites';
import type { Program } from './program';
import { kubectl } from './suite';

/** What istiod reads, as far as the tests have it. */
const READ_BY_ISTIO = 'namespaces,configmaps,gateways,httproutes,envoyfilters';

const SLOW_DOWN = 'failed-authentication-filter';

const kserveService = readManifestFile(join(root, 'test/envoy/istio/kserve-service.yaml')).manifests;

/** The whole way of a request: Envoy with what Istio makes of the objects in the cluster, Authorino, a model server. */
export class Gateway {
  private envoy: Envoy | undefined;
  private readonly programs: Program[] = [];
  private authorinoPort = 0;

  private constructor(readonly model: ModelServer) {}

  /** Applies a folder of the repository and lets Kuadrant's operator and Authorino do the rest. */
  static async start(folder: string): Promise<Gateway> {
    const gateway = new Gateway(await ModelServer.start());
    try {
      await createPrerequisiteNamespaces(kubectl, 'kubernetes');
      await kubectl(['apply', '-f', folder]);
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(gatewayClass) });
      await accept();
      gateway.programs.push(startOperator());
      gateway.authorinoPort = await freePort();
      gateway.programs.push(await startAuthorino(gateway.authorinoPort));
      return gateway;
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  /**
   * Gives Envoy what Istio makes of the objects as they are now; counters start anew. Tests fail to authenticate a lot, and
   * are not slowed down unless they say so.
   */
  async load({ slowDown = false } = {}): Promise<void> {
    await this.envoy?.stop();
    const objects = (await readByIstio()).filter(({ metadata: { name } }) => slowDown || name !== SLOW_DOWN);
    const translation = translate(toolPath('istio-listeners')!, objects);
    const configuration = authenticated(runnable(translation, this.model.port), translation, this.authorinoPort);
    const { binary, reason } = findEnvoy();
    if (!binary) throw new Error(reason);
    this.envoy = await Envoy.startFrom(binary, configuration);
  }

  /** Sends a request, by default a chat completion, with this Authorization header. */
  ask(authorization: string | undefined, request: Request = {}): Promise<Reply> {
    const headers = { ...(authorization !== undefined && { authorization }), ...request.headers };
    return send(this.envoy!.port, { ...request, headers });
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
    await this.envoy?.stop();
    await this.model.stop();
  }
}

async function readByIstio(): Promise<Manifest[]> {
  const { stdout } = await kubectl(['get', READ_BY_ISTIO, '--all-namespaces', '--output=json']);
  const { items } = JSON.parse(stdout) as { items: Manifest[] };
  const routes = items.filter(({ kind }) => kind === 'HTTPRoute');
  const backends = routes.flatMap(({ spec }) => spec.rules.flatMap((rule: Manifest) => rule.backendRefs ?? []));
  return [...items, ...[...new Set<string>(backends.map(({ name }) => name))].flatMap(serviceOf)];
}

/** What KServe and Kubernetes add for a model. */
function serviceOf(name: string): Manifest[] {
  return JSON.parse(JSON.stringify(kserveService).replaceAll('vllm-simulator-predictor', name));
}
