import { OperationError } from './operation-error';
import { adviceFor, DOCUMENT_END, withoutLog, withoutSecrets } from './kubectl-advice';
import { resourceOf, type KubernetesObject, type ObjectReference } from './kubernetes-object';
import { printedJson } from './printed-json';
import { runProgram, type ProgramOptions, type ProgramResult } from './program';
import { shellCommand } from './shell';
import type { Terminal } from './terminal';

/** Which cluster is meant, as kubectl is told. */
export interface KubectlOptions {
  /** @default - the current one */
  readonly context?: string;
  /** @default - as kubectl finds it */
  readonly kubeconfig?: string;
}

/** Who applies: what others have set of a shared object stays. */
export const FIELD_MANAGER = 'cdk8s-maas';

/** How the objects of a platform are applied, but for which. */
export const APPLY_ARGUMENTS = ['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--force-conflicts'];

/** Objects of one call of kubectl: what is longer shows no progress and cannot be interrupted. */
const BATCH = 500;

/** Seconds that a single request may take. */
const REQUEST_SECONDS = 30;

/** The user's kubectl, with the user's credentials. */
export class Kubectl {
  /** What every command begins with. */
  readonly prefix: readonly string[];
  private context: readonly string[] = [];

  constructor(
    { context, kubeconfig }: KubectlOptions,
    private readonly terminal: Terminal,
  ) {
    this.prefix = [
      ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
      ...(context === undefined ? [] : [`--context=${context}`]),
    ];
  }

  /** What names the cluster in every command. */
  get cluster(): readonly string[] {
    return [...this.prefix, ...this.context];
  }

  /** From now on means this context, whichever becomes the current one meanwhile; not where the user has said which. */
  keepTo(context: string): void {
    if (!this.prefix.some((flag) => flag.startsWith('--context='))) this.context = [`--context=${context}`];
  }

  /**
   * Runs a command, whatever becomes of it.
   * @param args without what names the cluster
   */
  async attempt(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const all = [...this.prefix, ...args, ...this.context];
    this.terminal.detail(`$ ${shellCommand('kubectl', ...all)}`);
    return runProgram('kubectl', all, options);
  }

  /**
   * Runs a command that must succeed.
   * @throws OperationError that says what kubectl said
   */
  async run(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
    const result = await this.attempt(args, options);
    if (result.exitCode !== 0) throw this.failure(args, result, options.stdin);
    return result;
  }

  /** @returns the object, nothing when there is none, or nothing of its kind. */
  async get(reference: ObjectReference): Promise<KubernetesObject | undefined> {
    const { namespace, name } = reference;
    const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
    return this.read<KubernetesObject>(['get', resourceOf(reference), name, ...where, '--ignore-not-found']);
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
    const found = await this.read<{ items: KubernetesObject[] }>([
      'get',
      resource,
      where,
      ...(selector === undefined ? [] : [`--selector=${selector}`]),
    ]);
    return found === undefined ? [] : found.items;
  }

  private async read<Content extends object>(args: readonly string[]): Promise<Content | undefined> {
    const asked = [...args, '--output=json', `--request-timeout=${REQUEST_SECONDS}s`];
    const result = await this.attempt(asked);
    if (result.exitCode === 0) return result.stdout.trim() === '' ? undefined : this.parse(asked, result.stdout);
    if (/the server doesn't have a resource type|no matches for kind/.test(result.stderr)) return undefined;
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
    const args = [...APPLY_ARGUMENTS, '--output=json'];
    const patience = `--request-timeout=${REQUEST_SECONDS}s`;
    const { stdout } = await this.run([...args, patience, ...(dryRun ? ['--dry-run=server'] : []), '--filename=-'], {
      // No List: kubectl checks that itself, not the server, and refuses a part of an object that others have made.
      stdin: objects.map((object) => JSON.stringify(object)).join(DOCUMENT_END),
    });
    return this.itemsOf(args, stdout);
  }

  /**
   * Finds objects by their names, with who has set which of their fields.
   *
   * @returns those that are there, in the order in which they were asked for; and the kinds that the cluster does not know
   */
  async find(references: readonly ObjectReference[]): Promise<{ objects: KubernetesObject[]; unknownKinds: string[] }> {
    const objects: KubernetesObject[] = [];
    const unknown = new Set<string>();
    for (let start = 0; start < references.length; start += BATCH) {
      const args = ['get', '--filename=-', '--ignore-not-found', '--show-managed-fields', '--output=json'];
      const stdin = listOf(references.slice(start, start + BATCH).map(objectOf));
      const result = await this.attempt([...args, `--request-timeout=${REQUEST_SECONDS}s`], { stdin });
      const kinds = [...result.stderr.matchAll(/no matches for kind "([^"]+)" in version "([^"]+)"/g)];
      // What may not be looked at, or gave no answer, must not pass for what is not there.
      const left = withoutUnknownKinds(result.stderr);
      if (result.exitCode !== 0 && (kinds.length === 0 || left !== '')) {
        throw this.failure(args, { ...result, stderr: left });
      }
      kinds.forEach(([, kind, version]) => unknown.add(`${kind} (${version})`));
      objects.push(...this.itemsOf(args, result.stdout));
    }
    return { objects, unknownKinds: [...unknown] };
  }

  /**
   * Begins to delete objects, those that are there.
   * @throws OperationError that says which were refused, and why
   */
  async beginDeletion(references: readonly ObjectReference[]): Promise<void> {
    if (references.length === 0) return;
    const args = ['delete', '--filename=-', '--ignore-not-found', '--wait=false'];
    const result = await this.attempt(args, { stdin: listOf(references.map(objectOf)) });
    const left = withoutUnknownKinds(result.stderr);
    if (result.exitCode !== 0 && left !== '') throw this.failure(args, { ...result, stderr: left });
  }

  /**
   * Changes an object.
   * @param patch `null` takes a field away; it stands in the arguments of a program: nothing secret
   */
  async patch(reference: ObjectReference, patch: object, type: 'strategic' | 'merge' = 'merge'): Promise<void> {
    const { namespace, name } = reference;
    const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
    const how = [`--type=${type}`, `--field-manager=${FIELD_MANAGER}`, `--patch=${JSON.stringify(patch)}`];
    await this.run(['patch', resourceOf(reference), name, ...where, ...how]);
  }

  /**
   * Creates an object, which must not be there yet, or replaces one as it was read.
   *
   * kubectl gets it through its standard input: nothing of it is in arguments or files. It is not asked to load the schema
   * of the whole API first, because the server checks what it gets.
   * @throws OperationError when it is there already, or was changed since it was read
   */
  async write(verb: 'create' | 'replace', object: KubernetesObject): Promise<void> {
    const args = [verb, '--filename=-', '--output=name', '--validate=false', `--request-timeout=${REQUEST_SECONDS}s`];
    await this.run(args, { stdin: JSON.stringify(object) });
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

  /** What kubectl prints of no, one and several objects. */
  private itemsOf(args: readonly string[], text: string): KubernetesObject[] {
    if (text.trim() === '') return [];
    const printed = this.parse<KubernetesObject & { items?: KubernetesObject[] }>(args, text);
    return printed.kind === 'List' ? (printed.items ?? []) : [printed];
  }

  /**
   * Reads the JSON that a command has printed.
   * @throws OperationError that says what it has printed instead
   */
  parse<Content extends object>(args: readonly string[], stdout: string): Content {
    const trial = shellCommand('kubectl', ...this.prefix, 'version', '--output=json');
    return printedJson(stdout, { command: `kubectl ${args.slice(0, 2).join(' ')}`, trial });
  }

  /**
   * What the user is told of a command that has failed: what kubectl said, and the next command to try.
   * @param stdin what the command was given; no value of a Secret in it is said
   */
  failure(
    args: readonly string[],
    { stderr, exitCode }: Pick<ProgramResult, 'stderr' | 'exitCode'>,
    stdin = '',
  ): OperationError {
    const said = withoutSecrets(withoutLog(stderr), stdin);
    const reason = said === '' ? `exit code ${exitCode}` : said;
    const advice = adviceFor(said, shellCommand('kubectl', ...this.prefix));
    return new OperationError([`kubectl ${args.slice(0, 2).join(' ')}: ${reason}`, ...advice].join('\n'));
  }
}

/** What kubectl has said beside warnings and that the cluster does not know a kind. */
function withoutUnknownKinds(stderr: string): string {
  const lines = withoutLog(stderr).split('\n');
  return lines.filter((line) => line !== '' && !/no matches for kind|^Warning:/.test(line)).join('\n');
}

function listOf(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function objectOf({ apiVersion, kind, name, namespace }: ObjectReference): object {
  return { apiVersion, kind, metadata: { name, namespace } };
}
