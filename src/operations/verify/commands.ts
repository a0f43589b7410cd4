import { shellCommand } from '../shell';
import type { Advice } from './row';

/** Commands that a person can copy: they mean the cluster and the configuration that were looked at. */
export class Commands {
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

  /** What brings the cluster to what the configuration says. */
  install(text = 'bring the cluster to what the configuration says'): Advice {
    return { text, commands: [this.maas('install')] };
  }

  /** What shows more of an object. */
  describe(text: string, resource: string, name: string, namespace?: string): Advice {
    const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
    return { text, commands: [this.kubectl('describe', resource, name, ...where)], looksOnly: true };
  }
}
