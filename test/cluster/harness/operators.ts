import { freePort } from '../../support/free-port';
import { authorinoArguments } from './control-plane';
import { startIstiod, type Istiod } from './istio';
import { startKServe } from './kserve';
import { runAuthorino, startAuthorinoOperator, startOperator } from './kuadrant';
import { nameOf, type Manifest } from './manifests';

interface Stoppable {
  stop(): Promise<void>;
}

/** A Deployment's pod, or what runs in the place of it. */
interface Run {
  readonly generation: number | undefined;
  ready: boolean;
  readonly started: Promise<Stoppable | undefined>;
}

/**
 * The real controllers, which run as soon as there are the Deployments that would run them in a cluster, and start anew when
 * these change; a Deployment without one counts as running.
 */
export class Operators {
  istiod: Istiod | undefined;
  /** Where Authorino takes Envoy's questions. */
  authorinoPort = 0;
  /** By Deployment, why what it runs did not start; it is started again, as by a kubelet. */
  readonly failures = new Map<string, string>();
  private readonly runs = new Map<string, Run>();

  private readonly programs: Readonly<Record<string, (deployment: Manifest) => Promise<Stoppable>>> = {
    'Deployment istio-system/istiod': async () => (this.istiod = await startIstiod()),
    'Deployment kuadrant-system/kuadrant-operator-controller-manager': async () => startOperator(),
    'Deployment kuadrant-system/authorino-operator': () => startAuthorinoOperator(),
    'Deployment kuadrant-system/authorino': async () => {
      this.authorinoPort = await freePort();
      return runAuthorino(this.authorinoPort, authorinoArguments);
    },
    'Deployment kserve/kserve-controller-manager': ({ spec }) => {
      const [{ image }] = spec.template.spec.containers;
      return startKServe(image.includes(':v0.15.') ? 'kserve-manager-0.15' : 'kserve-manager-0.20');
    },
  };

  /** Starts what has to run for a Deployment as it is now. @returns whether it runs */
  isRunning(deployment: Manifest): boolean {
    const name = nameOf(deployment);
    const start = this.programs[name];
    if (start === undefined) return true;
    const { generation } = deployment.metadata;
    const known = this.runs.get(name);
    if (known?.generation === generation) return known!.ready;
    const run: Run = { generation, ready: false, started: this.restart(known, () => start(deployment), name) };
    this.runs.set(name, run);
    void run.started.then((program) => {
      run.ready = program !== undefined;
      if (program === undefined && this.runs.get(name) === run) this.runs.delete(name);
    });
    return false;
  }

  private async restart(
    earlier: Run | undefined,
    start: () => Promise<Stoppable>,
    name: string,
  ): Promise<Stoppable | undefined> {
    try {
      await (await earlier?.started)?.stop();
      const program = await start();
      this.failures.delete(name);
      return program;
    } catch (error) {
      this.failures.set(name, (error as Error).message);
      return undefined;
    }
  }

  async stop(): Promise<void> {
    for (const { started } of [...this.runs.values()].reverse()) await (await started)?.stop();
  }
}
