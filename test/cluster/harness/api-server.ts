import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import { makeKubectl, type Kubectl } from './kubectl';
import { root } from './manifests';
import { until } from './until';

/** A running kube-apiserver with its own etcd, in a temporary folder. */
export interface ApiServer {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** Ends the process; the kubeconfig stays, as it is for a user whose cluster has gone. */
  end(): Promise<void>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

/** @returns whether `npm run tools` has built what the cluster tests run. */
export function toolsAreBuilt(...furtherTools: string[]): boolean {
  return ['kasd', 'kubectl', ...furtherTools].every((name) => toolPath(name) !== undefined);
}

/**
 * Starts an API server on a free loopback port and waits until it is ready.
 *
 * @param etcd folder of an etcd that has ended, whose objects the server begins with @default - none but Kubernetes' own
 */
export async function startApiServer(etcd?: string): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-maas-cluster-'));
  if (etcd !== undefined) cpSync(etcd, join(folder, 'etcd'), { recursive: true });
  const log = join(folder, 'kasd.log');
  const output = openSync(log, 'a');
  // The pipe to its standard input closes with this process, however that ends, and the server goes with it.
  const child = spawn(toolPath('kasd')!, ['--dir', folder, '--until-stdin-closes'], {
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const kubeconfig = join(folder, 'kubeconfig');
  const kubectl = kubectlFor(folder);
  try {
    await until('the API server is ready', 60, async () => {
      if (child.exitCode !== null) throw new Error(`the API server ended with ${child.exitCode}`);
      if (!existsSync(kubeconfig)) return false;
      return (await kubectl(['get', '--raw', '/readyz'], { expectFailure: true })).exitCode === 0;
    });
  } catch (error) {
    const lastLines = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
    await stop();
    throw new Error(`${(error as Error).message}; the end of its log:\n${lastLines}`, { cause: error });
  }
  return { folder, kubeconfig, kubectl, end: () => end(child), stop };
}

/** @returns kubectl for the API server that keeps its state in this folder. */
export function kubectlFor(folder: string): Kubectl {
  const kubeconfig = join(folder, 'kubeconfig');
  const cacheFolder = join(folder, 'kubectl-cache');
  return makeKubectl({ binary: toolPath('kubectl')!, kubeconfig, cacheFolder, workingFolder: root });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(patience);
}
