import { CommandsToCopy } from '../commands-to-copy';
import type { Advice } from './row';

/** As they stand in an advice. */
export class Commands extends CommandsToCopy {
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
