import { OperationError } from '../operation-error';
import { runProgram } from '../program';
import type { Terminal } from '../terminal';

/** Name of the kind cluster, as in the seed. */
export const KIND_CLUSTER = 'llm-maas';

/** Context that kind writes for it. */
export const KIND_CONTEXT = `kind-${KIND_CLUSTER}`;

/** The arguments with which kind makes it. */
export const CREATE_KIND_CLUSTER: readonly string[] = ['create', 'cluster', '--name', KIND_CLUSTER];

/** Whether it is there. @throws OperationError when kind cannot say */
export async function hasKindCluster(terminal: Terminal): Promise<boolean> {
  const { stdout } = await kind(terminal, ['get', 'clusters']);
  return stdout.split('\n').includes(KIND_CLUSTER);
}

/** Makes it. @throws OperationError that says what kind said */
export async function createKindCluster(terminal: Terminal): Promise<void> {
  await kind(terminal, CREATE_KIND_CLUSTER);
}

async function kind(terminal: Terminal, args: readonly string[]): Promise<{ stdout: string }> {
  terminal.detail(`$ kind ${args.join(' ')}`);
  const result = await runProgram('kind', args);
  if (result.exitCode !== 0) {
    throw new OperationError(
      `kind ${args.slice(0, 2).join(' ')}: ${result.stderr.trim()}\nkind needs a running Docker or Podman; see: docker info`,
    );
  }
  return result;
}
