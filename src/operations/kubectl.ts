import { OperationError } from './operation-error';
import { resourceOf, type KubernetesObject, type ObjectReference } from './kubernetes-object';
import { runProgram, type ProgramOptions, type ProgramResult } from './program';
import type { Terminal } from './terminal';

/** Which cluster is meant, as kubectl is told. */
export interface KubectlOptions {
  /** @default - the current one */
  readonly context?: string;
  /** @default - as kubectl finds it */
  readonly kubeconfig?: string;
}

/** Who applies: what others have set of a shared object stays. */
const FIELD_MANAGER = 'cdk8s-maas';

/** Seconds that a single request may take. */
const REQUEST_SECONDS = 30;

/** The user's kubectl, with the user's credentials. */
export class Kubectl {
  /** What every command begins with. */
  readonly prefix: readonly string[];

  constructor(
    { context, kubeconfig }: KubectlOptions,
    private readonly terminal: Terminal,
  ) {
    this.prefix = [
      ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
      ...(context === undefined ? [] : [`--context=${context}`]),
    ];
  }

  /**
   * Runs a command, whatever becomes of it.
   * @param args without what names the cluster
   */
  async attempt(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    this.terminal.detail(`$ kubectl ${[...this.prefix, ...args].join(' ')}`);
    return runProgram('kubectl', [...this.prefix, ...args], options);
  }

  /**
   * Runs a command that must succeed.
   * @throws OperationError that says what kubectl said
   */
  async run(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const result = await this.attempt(args, options);
    if (result.exitCode !== 0) throw this.failure(args, result);
    return result;
  }

  /** @returns the object, nothing when there is none, or nothing of its kind. */
  async get(reference: ObjectReference): Promise<KubernetesObject | undefined> {
    const { namespace, name } = reference;
    const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
    const text = await this.read(['get', resourceOf(reference), name, ...where, '--ignore-not-found']);
    return text === '' ? undefined : (JSON.parse(text) as KubernetesObject);
  }

  /**
   * Lists objects of a kind.
   * @param resource as kubectl takes it
   * @param options.namespace nothing for all namespaces
   * @returns nothing when the cluster does not know the kind
   */
  async list(
    resource: string,
    { namespace, selector }: { namespace?: string; selector?: string } = {},
  ): Promise<KubernetesObject[]> {
    const where = namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`;
    const text = await this.read([
      'get',
      resource,
      where,
      ...(selector === undefined ? [] : [`--selector=${selector}`]),
    ]);
    return text === '' ? [] : (JSON.parse(text) as { items: KubernetesObject[] }).items;
  }

  private async read(args: readonly string[]): Promise<string> {
    const asked = [...args, '--output=json', `--request-timeout=${REQUEST_SECONDS}s`];
    const result = await this.attempt(asked);
    if (result.exitCode === 0) return result.stdout.trim();
    if (/the server doesn't have a resource type|no matches for kind/.test(result.stderr)) return '';
    throw this.failure(asked, result);
  }

  /**
   * Applies objects, server-side: all of them, even after one was refused.
   *
   * @param options.dryRun whether the server only says what it would do
   * @returns the objects as the server has them now
   * @throws OperationError that says which were refused, and why
   */
  async apply(objects: readonly KubernetesObject[], { dryRun = false } = {}): Promise<KubernetesObject[]> {
    if (objects.length === 0) return [];
    const args = ['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--force-conflicts', '--output=json'];
    const { stdout } = await this.run([...args, ...(dryRun ? ['--dry-run=server'] : []), '--filename=-'], {
      // No List: kubectl checks that itself, not the server, and refuses a part of an object that others have made.
      stdin: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    });
    const applied = JSON.parse(stdout) as KubernetesObject & { items?: KubernetesObject[] };
    return applied.kind === 'List' ? (applied.items ?? []) : [applied];
  }

  /** Deletes an object and waits until it is gone; one that is not there is no mistake. */
  async delete(reference: ObjectReference, { timeoutSeconds = 120 } = {}): Promise<void> {
    const { namespace, name } = reference;
    const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
    const args = [
      'delete',
      resourceOf(reference),
      name,
      ...where,
      '--ignore-not-found',
      `--timeout=${timeoutSeconds}s`,
    ];
    const result = await this.attempt(args);
    if (result.exitCode !== 0 && !/the server doesn't have a resource type/.test(result.stderr)) {
      throw this.failure(args, result);
    }
  }

  /** The mistake that a command has ended with: what kubectl said, and what to try next. */
  failure(args: readonly string[], { stderr, exitCode }: ProgramResult): OperationError {
    const said = stderr.trim() === '' ? `exit code ${exitCode}` : stderr.trim();
    return new OperationError([`kubectl ${args.slice(0, 2).join(' ')}: ${said}`, ...this.advice(said)].join('\n'));
  }

  private advice(said: string): string[] {
    const check = ['kubectl', ...this.prefix].join(' ');
    if (
      /connection refused|was refused|no such host|i\/o timeout|deadline exceeded|unable to connect|Client\.Timeout/i.test(
        said,
      )
    ) {
      return [`the cluster does not answer; see: ${check} cluster-info`];
    }
    if (/context .* does not exist|no configuration has been provided/i.test(said)) {
      return [`kubectl knows no such cluster; see: ${check} config get-contexts`];
    }
    if (/forbidden/i.test(said)) {
      return [`what this account may do: ${check} auth can-i --list; another account: --context <name>`];
    }
    if (/unauthorized|must be logged in/i.test(said)) {
      return [`the cluster does not know this account: log in again, or use another with --context <name>`];
    }
    return [];
  }
}
