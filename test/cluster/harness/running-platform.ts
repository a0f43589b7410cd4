import type { Reply, Request } from '../../envoy/client';
import { send } from '../../envoy/client';
import { Envoy, findEnvoy } from '../../envoy/envoy';
import { runnable } from '../../envoy/istio/runnable';
import { connectionManager, type Json, type Translation } from '../../envoy/istio/translation';
import { Server } from '../../limitador/servers';
import { freePort } from '../../support/free-port';
import { authenticated } from './authenticated';
import { ControlPlane, controlPlaneTools } from './control-plane';
import { discover, gatewayPod } from './discovery';
import { listed } from './kuadrant';
import type { Manifest, PlatformFolder } from './manifests';
import { Program } from './program';
import { limitsRequests, rateLimited } from './rate-limited';
import { until } from './until';

/** The tools without which no platform runs. */
export const runningPlatformTools = [...controlPlaneTools, 'llm-d-inference-sim', 'limitador'];

/** The controllers of a cluster, as far as requests meet what they do. */
export interface Controllers {
  readonly istiod: { readonly address: string };
  /** Where Authorino takes Envoy's questions. */
  readonly authorinoPort: number;
  stop(): Promise<void>;
}

/** How Envoy is loaded. */
export interface LoadOptions {
  /** Name of the Gateway. @default inference-gateway */
  readonly gateway?: string;
  /** Whether istiod has heard of all that was changed, by what it sends. @default - at once */
  readonly isCurrent?: (sent: Translation) => boolean;
}

/**
 * A platform that takes requests, through what the real controllers have made of its objects: Envoy with what istiod sends,
 * the real Authorino and Limitador, and the simulator with the arguments with which KServe would run it.
 */
export class RunningPlatform {
  private model: Program | undefined;
  private limitador: Server | undefined;
  private envoy: Envoy | undefined;
  private translation: Translation | undefined;

  /** @param plane the controllers; who applies the objects calls `load` afterwards */
  constructor(private readonly plane: Controllers) {}

  /** Applies a folder to an empty cluster and waits until it takes requests. */
  static async start(folder: PlatformFolder): Promise<RunningPlatform> {
    const plane = await ControlPlane.start();
    const platform = new RunningPlatform(plane);
    try {
      await plane.apply(folder);
      await plane.untilGood(folder);
      await platform.load();
      return platform;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  /** Where Envoy listens, on the loopback interface; another after each load. */
  get port(): number {
    return this.envoy!.port;
  }

  /** Where Limitador listens, with the limits that the operator has written; another after each load. */
  get limitadorPort(): number {
    return this.limitador!.port;
  }

  /** What istiod has sent to Envoy. */
  get sent(): Translation {
    return this.translation!;
  }

  /** Starts everything for the objects as they are in the cluster now; all counters start anew. */
  async load({ gateway = 'inference-gateway', isCurrent = () => true }: LoadOptions = {}): Promise<void> {
    await this.unload();
    const modelPort = await freePort();
    this.model = await startSimulator(await listed('inferenceservices'), modelPort);
    const pod = await gatewayPod(gateway);
    let sent = discover(this.plane.istiod.address, pod);
    await until('istiod has heard of every change', 30, async () => {
      if (isCurrent(sent)) return true;
      sent = discover(this.plane.istiod.address, pod);
      return false;
    });
    const { binary, reason } = findEnvoy();
    if (!binary) throw new Error(reason);
    this.translation = sent;
    this.envoy = await Envoy.startFrom(binary, await this.configuration(sent, modelPort));
  }

  /** Sends a request, by default a chat completion, with this key. */
  ask(key: string | undefined, request: Request = {}): Promise<Reply> {
    return send(this.port, {
      ...request,
      headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...request.headers },
    });
  }

  /** Ends all. */
  async stop(): Promise<void> {
    await this.unload();
    await this.plane.stop();
  }

  private async configuration(sent: Translation, modelPort: number): Promise<object> {
    const configuration = authenticated(runnable(sent, modelPort), sent, this.plane.authorinoPort);
    const wasm = connectionManager(sent).http_filters.find(({ name }: Json) => name === 'envoy.filters.http.wasm');
    const limits = (await listed('limitadors')).flatMap(({ spec }) => spec.limits ?? []);
    if (wasm === undefined || limits.length === 0) return configuration;
    this.limitador = await Server.limitador(limits);
    if (!limitsRequests(wasm)) return configuration;
    return rateLimited(configuration, wasm, sent.clusters, this.limitador.port);
  }

  /** Ends what takes requests; the controllers go on. */
  async unload(): Promise<void> {
    await this.envoy?.stop();
    await this.limitador?.kill();
    await this.model?.stop();
    [this.envoy, this.limitador, this.model] = [undefined, undefined, undefined];
  }
}

/**
 * One simulator for all models, with the arguments with which KServe runs the first, on another port. It takes that on all
 * interfaces and knows no other way.
 */
async function startSimulator(services: readonly Manifest[], port: number): Promise<Program> {
  const all: string[][] = services.map(({ spec }) => spec.predictor.containers[0].args);
  const names = all.flat().filter((argument) => argument.startsWith(SERVED_NAMES));
  const [args = []] = all;
  const model = Program.start('llm-d-inference-sim', [
    ...args.filter((argument) => !argument.startsWith('--port=') && !argument.startsWith(SERVED_NAMES)),
    `--port=${port}`,
    // The simulator takes several names as arguments of their own only.
    ...['--served-model-name', ...names.map((name) => name.slice(SERVED_NAMES.length))],
  ]);
  await model.untilReady(async () => {
    return fetch(`http://127.0.0.1:${port}/health`).then(
      ({ status }) => status === 200,
      () => false,
    );
  });
  return model;
}

const SERVED_NAMES = '--served-model-name=';
