import type { Kubectl } from './kubectl';
import { OperationError } from './operation-error';
import { printedJson } from './printed-json';
import { runProgram, type ProgramResult } from './program';
import { shellCommand } from './shell';
import type { Terminal } from './terminal';

/** A release of a chart. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  /** The chart: its name in a repository, or the place of its archive. */
  readonly chart: string;
  /** Address of the repository. @default - none: the chart is an archive */
  readonly repository?: string;
  /** @default - that of the archive */
  readonly version?: string;
  /** @default - the chart's */
  readonly values?: Readonly<Record<string, string>>;
  /** What the history of the release says of this change. @default - helm's words */
  readonly description?: string;
}

/** The user's helm, for the same cluster as kubectl. */
export class Helm {
  /** @param kubectl whose cluster is meant */
  constructor(
    private readonly kubectl: Pick<Kubectl, 'cluster'>,
    private readonly terminal: Terminal,
  ) {}

  private get cluster(): string[] {
    return this.kubectl.cluster.map((flag) => flag.replace(/^--context=/, '--kube-context='));
  }

  /**
   * The arguments that install a release or upgrade it. Without --wait: a helm that is ended while it waits leaves the release
   * locked, and then refuses every further upgrade.
   */
  upgradeArguments({ name, namespace, chart, repository, version, values = {}, description }: HelmRelease): string[] {
    return [
      ...['upgrade', '--install', name, chart],
      ...(repository === undefined ? [] : [`--repo=${repository}`]),
      ...(version === undefined ? [] : [`--version=${version}`]),
      `--namespace=${namespace}`,
      ...Object.entries(values).map(([key, value]) => `--set=${key}=${value}`),
      ...(description === undefined ? [] : [`--description=${description}`]),
      ...this.cluster,
    ];
  }

  /**
   * Installs a release or upgrades it, without waiting for what it starts.
   * @throws OperationError that says what helm said
   */
  async upgrade(release: HelmRelease): Promise<void> {
    const { name, namespace } = release;
    const unlock = shellCommand('helm', 'rollback', name, `--namespace=${namespace}`, ...this.cluster);
    await this.run(this.upgradeArguments(release), (said) =>
      said.includes('another operation (install/upgrade/rollback) is in progress')
        ? `\nan earlier helm was ended before it was done; unlock the release: ${unlock}; then try again`
        : '',
    );
  }

  /** The arguments that take a release away; one that is not there is no mistake. */
  uninstallArguments({ name, namespace }: Pick<HelmRelease, 'name' | 'namespace'>): string[] {
    return ['uninstall', name, `--namespace=${namespace}`, '--ignore-not-found', ...this.cluster];
  }

  /** Takes a release away. @throws OperationError that says what helm said */
  async uninstall(release: Pick<HelmRelease, 'name' | 'namespace'>): Promise<void> {
    await this.run(this.uninstallArguments(release));
  }

  /** What the history of a release says of its last change; nothing when there is no such release. */
  async descriptionOf({ name, namespace }: Pick<HelmRelease, 'name' | 'namespace'>): Promise<string | undefined> {
    const args = ['status', name, `--namespace=${namespace}`, '--output=json', ...this.cluster];
    const { exitCode, stdout, stderr } = await this.attempt(args);
    if (exitCode === 0) {
      const asked = { command: 'helm status', trial: shellCommand('helm', ...args) };
      return printedJson<{ info?: { description?: string } }>(stdout, asked).info?.description;
    }
    if (stderr.includes('not found')) return undefined;
    throw failure(args, { exitCode, stderr });
  }

  /** Finds out whether there is a helm at all. @throws OperationError that says where it comes from */
  async check(): Promise<void> {
    await this.run(['version', '--short']);
  }

  private async run(args: readonly string[], advice: (said: string) => string = () => ''): Promise<void> {
    const result = await this.attempt(args);
    if (result.exitCode !== 0) throw failure(args, result, advice);
  }

  private attempt(args: readonly string[]): Promise<ProgramResult> {
    this.terminal.detail(`$ ${shellCommand('helm', ...args)}`);
    return runProgram('helm', args);
  }
}

function failure(
  args: readonly string[],
  { exitCode, stderr }: Pick<ProgramResult, 'exitCode' | 'stderr'>,
  advice: (said: string) => string = () => '',
): OperationError {
  const said = stderr.trim() === '' ? `exit code ${exitCode}` : stderr.trim();
  return new OperationError(`helm ${args[0]}: ${said}${advice(said)}`);
}
