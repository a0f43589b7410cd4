import { send, type Reply } from '../client';
import { Envoy } from '../envoy';
import { ModelServer } from '../model-server';
import { runnable, TIER_HEADER, USER_HEADER } from './runnable';
import type { Translation } from './translation';

/** An Envoy that runs a translation in front of a model server. */
export class Gateway {
  private constructor(
    readonly envoy: Envoy,
    readonly model: ModelServer,
  ) {}

  static async start(binary: string, translation: Translation, concurrency?: number): Promise<Gateway> {
    const model = await ModelServer.start();
    try {
      return new Gateway(await Envoy.startFrom(binary, runnable(translation, model.port), concurrency), model);
    } catch (error) {
      await model.stop(); // else Jest would wait for it for ever
      throw error;
    }
  }

  ask(user: string, tier: string, headers: object = {}): Promise<Reply> {
    return send(this.envoy.port, { headers: { [USER_HEADER]: user, [TIER_HEADER]: tier, ...headers } });
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    await this.model.stop();
  }
}
