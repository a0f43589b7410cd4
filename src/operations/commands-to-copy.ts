import { shellCommand } from './shell';

/** Commands that a person can copy: they mean the cluster and the configuration of the command that prints them. */
export class CommandsToCopy {
  /**
   * @param cluster what kubectl and maas are told of the cluster: `--context=kind`
   * @param config configuration file
   */
  constructor(
    private readonly cluster: readonly string[],
    private readonly config: string,
  ) {}

  /** A command of kubectl. */
  kubectl(...args: readonly string[]): string {
    return shellCommand('kubectl', ...this.cluster, ...args);
  }

  /** A command of ours. */
  maas(...args: readonly string[]): string {
    const config = this.config === 'maas.yaml' ? [] : ['--config', this.config];
    return shellCommand('maas', ...args, ...config, ...this.cluster);
  }
}
