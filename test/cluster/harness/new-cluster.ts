import type { CommandResult } from './kubectl';
import { join } from 'node:path';
import { startApiServer, type ApiServer } from './api-server';
import { controlPlaneTools } from './control-plane';
import { Maas, type MaasOptions } from './maas';
import { nameOf } from './manifests';
import { Operators } from './operators';
import { installRecorders, type Recorders } from './recorders';
import { writeReleases, type ReleaseVersions } from './releases';
import { RunningPlatform, runningPlatformTools, type Controllers } from './running-platform';
import { StandIn } from './stand-in';
import { serverFolderVariable } from './suite';

/** The tools without which there is no cluster that comes to life. */
export const newClusterTools = controlPlaneTools;

/** The tools without which its platform takes no requests. */
export const newPlatformTools = [...new Set([...newClusterTools, ...runningPlatformTools])];

/** Less than a test has: what a command that hangs has printed is then seen. */
const LONGEST_COMMAND_SECONDS = 270;

/** How a cluster is made. */
export interface NewClusterOptions {
  /**
   * Whether the real controllers come to life with their Deployments; without them a Deployment counts as rolled out at once,
   * and kinds have no schemas.
   * @default true
   */
  readonly operators?: boolean;
  /** @default - the versions of the defaults */
  readonly releases?: ReleaseVersions;
}

/**
 * A cluster as a new user has it, nothing in it, with a folder of that user: an API server of its own, which takes the place of
 * the shared one for everything in this test file; on the PATH the built `maas`, the real kubectl, and recorders in the place
 * of helm, kind and downloads. Deployments roll out as by a kubelet, and the real controllers run for those that are theirs.
 */
export class NewCluster {
  readonly maas: Maas;
  readonly recorders: Recorders;
  readonly operators = new Operators();
  /** Deployments that are not rolled out: `Deployment istio-system/istiod`. */
  readonly stalled = new Set<string>();
  private readonly standIn: StandIn;
  private readonly platform = new RunningPlatform(this.controllers);
  private answers = true;

  private constructor(
    readonly server: ApiServer,
    { operators = true, releases }: NewClusterOptions,
    private readonly shared: string | undefined,
  ) {
    process.env[serverFolderVariable] = server.folder;
    this.maas = new Maas();
    this.recorders = installRecorders(this.maas, server.kubeconfig);
    writeReleases(this.recorders.releases, releases, { bare: !operators });
    this.standIn = StandIn.start({
      isRunning: (deployment) =>
        !this.stalled.has(nameOf(deployment)) && (!operators || this.operators.isRunning(deployment)),
    });
  }

  static async start(options: NewClusterOptions = {}): Promise<NewCluster> {
    const shared = process.env[serverFolderVariable];
    return new NewCluster(await startApiServer(), options, shared);
  }

  /** Runs `maas` in the user's folder, against this cluster. */
  run(args: readonly string[], options: MaasOptions = {}): Promise<CommandResult> {
    return this.maas.run(args, { timeoutSeconds: LONGEST_COMMAND_SECONDS, ...options });
  }

  /** A line of the shell, as the user types it. */
  shell(line: string, options: MaasOptions = {}): Promise<CommandResult> {
    return this.maas.shell(line, { timeoutSeconds: LONGEST_COMMAND_SECONDS, ...options });
  }

  /** The environment of a user who has no cluster yet: the recorder of kind writes this kubeconfig. */
  get withoutCluster(): NodeJS.ProcessEnv {
    return { KUBECONFIG: join(this.maas.folder, 'kubeconfig') };
  }

  /**
   * Lets Envoy, and what is behind it, have what is in the cluster now; `kubectl port-forward` leads to it.
   *
   * @returns its port on the loopback interface; another after each time
   */
  async takeRequests(): Promise<number> {
    await this.platform.load();
    const { port } = this.platform;
    this.recorders.beforeKubectl(
      `case "$*" in *port-forward*) echo 'Forwarding from 127.0.0.1:${port} -> 80'; exec sleep 600 ;; esac`,
    );
    return port;
  }

  /** The controllers for what takes requests, once `install` has brought them. */
  private get controllers(): Controllers {
    const { operators } = this;
    return {
      get istiod() {
        if (operators.istiod === undefined) throw new Error('istiod does not run');
        return operators.istiod;
      },
      get authorinoPort() {
        return operators.authorinoPort;
      },
      stop: () => Promise.resolve(),
    };
  }

  /** What was not admitted as a pod, and which controllers did not start. */
  get problems(): string[] {
    return [...this.standIn.problems, ...[...this.operators.failures].map((failure) => failure.join(': '))];
  }

  /** The cluster answers no more. */
  async breakDown(): Promise<void> {
    this.answers = false;
    await this.standIn.stop();
    await this.server.end();
  }

  /** Ends everything; the shared server is the one again. */
  async stop(): Promise<void> {
    await this.platform.unload();
    if (this.answers) {
      await this.standIn.stop();
      await this.operators.stop();
    }
    await this.server.stop();
    process.env[serverFolderVariable] = this.shared;
  }
}
