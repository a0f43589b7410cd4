import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { send, type Reply, type Request } from '../../envoy/client';
import { Envoy, findEnvoy } from '../../envoy/envoy';
import { runnable } from '../../envoy/istio/runnable';
import { translate } from '../../envoy/istio/translation';
import { ModelServer } from '../../envoy/model-server';
import { freePort } from '../../support/free-port';
import { authenticated } from './authenticated';
import { accept, gatewayClass, listed, startAuthorino, startOperator } from './kuadrant';
import { readManifestFile, root, type Manifest } from './manifests';
import { createPrerequisiteNamespaces } from './prerequisites';
import { ask } from './question';
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

  /**
   * Applies a folder of the repository and lets Kuadrant's operator and Authorino do the rest.
   * @param environment further environment of Authorino
   */
  static async start(folder: string, environment: NodeJS.ProcessEnv = {}): Promise<Gateway> {
    const gateway = new Gateway(await ModelServer.start());
    try {
      await createPrerequisiteNamespaces(kubectl, 'kubernetes');
      await kubectl(['apply', '-f', folder]);
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(gatewayClass) });
      await accept();
      gateway.programs.push(startOperator());
      gateway.authorinoPort = await freePort();
      gateway.programs.push(await startAuthorino(gateway.authorinoPort, environment));
      return gateway;
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  /**
   * Gives Envoy what Istio makes of the objects as they are now; counters start anew. Tests fail to authenticate a lot, and
   * are not slowed down unless they say so.
   * @param options.secondsLeft of the minute that the token limit sees now; by default of the real one
   */
  async load({ slowDown = false, secondsLeft }: { slowDown?: boolean; secondsLeft?: number } = {}): Promise<void> {
    await this.envoy?.stop();
    this.envoy = undefined;
    const objects = (await readByIstio()).filter(({ metadata: { name } }) => slowDown || name !== SLOW_DOWN);
    const translation = translate(toolPath('istio-listeners')!, objects);
    const real = authenticated(runnable(translation, this.model.port), translation, this.authorinoPort);
    const configuration = secondsLeft === undefined ? real : withSecondsLeft(real, secondsLeft);
    const { binary, reason } = findEnvoy();
    if (!binary) throw new Error(reason);
    this.envoy = await Envoy.startFrom(binary, configuration);
  }

  /** Where Envoy listens, on the loopback interface; another after each load. */
  get port(): number {
    return this.envoy!.port;
  }

  /** Sends a request, by default a chat completion, with this Authorization header. */
  ask(authorization: string | undefined, request: Request = {}): Promise<Reply> {
    const headers = { ...(authorization !== undefined && { authorization }), ...request.headers };
    return send(this.port, { ...request, headers });
  }

  /** Asks Authorino itself, past Envoy, as of a moment or of none. */
  async askAuthorino(authorization: string, time?: string): Promise<number> {
    const [authConfig] = await listed('authconfigs');
    return ask(this.authorinoPort, { authConfig: authConfig!.metadata.name, authorization, time });
  }

  /** Milliseconds until a key is answered with this status; kubectl has returned when it is called. */
  async timeUntil(authorization: string, status: number, request: Request = {}): Promise<number> {
    const from = performance.now();
    while ((await this.ask(authorization, request)).status !== status) {
      if (performance.now() - from > 10_000) throw new Error(`no ${status} within 10 s`);
      await sleep(20);
    }
    return performance.now() - from;
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
    await this.envoy?.stop();
    await this.model.stop();
  }
}

/** Moves the clock of the token limit's script. */
function withSecondsLeft(configuration: object, secondsLeft: number): object {
  const offset = 60 - secondsLeft - (Math.floor(Date.now() / 1000) % 60);
  const clock = 'local now = os.time()';
  const text = JSON.stringify(configuration);
  if (!text.includes(clock)) throw new Error(`no script of the token limit with "${clock}"`);
  return JSON.parse(text.replaceAll(clock, `${clock} + ${offset}`)) as object;
}

async function readByIstio(): Promise<Manifest[]> {
  const items = await listed(READ_BY_ISTIO);
  const routes = items.filter(({ kind }) => kind === 'HTTPRoute');
  const backends = routes.flatMap(({ spec }) => spec.rules.flatMap((rule: Manifest) => rule.backendRefs ?? []));
  return [...items, ...[...new Set<string>(backends.map(({ name }) => name))].flatMap(serviceOf)];
}

/** What KServe and Kubernetes add for a model. */
function serviceOf(name: string): Manifest[] {
  return JSON.parse(JSON.stringify(kserveService).replaceAll('vllm-simulator-predictor', name));
}
