import { setTimeout as sleep } from 'node:timers/promises';
import { ask, list } from './api';
import { finalizeNamespace, namespacedPaths } from './eraser';

const pause = 200;

/** Plays the namespace controller: empties namespaces that are deleted, and lets go of them. */
export class NamespaceController {
  private readonly work: Promise<void>;
  private running = true;

  private constructor() {
    this.work = this.goOn();
  }

  static start(): NamespaceController {
    return new NamespaceController();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.work;
  }

  private async goOn(): Promise<void> {
    while (this.running) {
      for (const { metadata } of await list('/api/v1/namespaces')) {
        if ('deletionTimestamp' in metadata) await finish(metadata.name);
      }
      await sleep(pause);
    }
  }
}

async function finish(name: string): Promise<void> {
  let left = 0;
  for (const path of await namespacedPaths()) {
    const at = path.lastIndexOf('/');
    const collection = `${path.slice(0, at)}/namespaces/${name}/${path.slice(at + 1)}`;
    const { status, body } = await ask('GET', collection);
    for (const { metadata } of status === 200 ? body.items : []) {
      left += 1;
      await ask('DELETE', `${collection}/${metadata.name}`, { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
    }
  }
  if (left === 0) await finalizeNamespace(name);
}
