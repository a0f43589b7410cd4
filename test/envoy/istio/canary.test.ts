import * as http from 'node:http';
import { readConfiguration } from '../../../src/config/read';
import { manifestsOf } from '../../../src/platform/manifests';
import { send } from '../client';
import { Envoy } from '../envoy';
import { json, ModelServer, THIRTY_TOKENS } from '../model-server';
import { runnable, TIER_HEADER, USER_HEADER } from './runnable';
import { describeWithIstio } from './suite';
import { manifests, translate, type Json } from './translation';

jest.setTimeout(90_000);

const EXAMPLE = 'examples/canary';
const HOST = 'qwen3.maas.local';
const REQUESTS = 2000;
const VERSIONS = ['qwen3-0-6b-instruct', 'qwen3-0-6b-instruct-canary'] as const;

/** What istiod reads of the example with this weight of every canary, with what Kubernetes adds for its models. */
function objects(weight: number): Json[] {
  const props = readConfiguration(`${EXAMPLE}/maas.yaml`);
  const models = props.models?.map((each) => ({ ...each, canary: each.canary && { ...each.canary, weight } }));
  const routes: Json[] = manifestsOf({ ...props, models }).filter(({ kind }) => kind === 'HTTPRoute');
  const others = manifests(`${EXAMPLE}/dist`).filter(({ kind }) => kind !== 'HTTPRoute');
  const copies = VERSIONS.flatMap((version, index) =>
    others
      .filter(({ metadata }) => metadata.name.startsWith('vllm-simulator-predictor'))
      .map((object) =>
        JSON.parse(JSON.stringify(object).replaceAll('vllm-simulator', version).replaceAll('0.20', `0.3${index}`)),
      ),
  );
  return [...others, ...copies, ...routes];
}

describeWithIstio('two versions of a model behind a running Envoy', ({ envoy, translator }) => {
  const servers = new Map<string, ModelServer>();

  beforeAll(async () => {
    for (const version of VERSIONS) {
      const server = await ModelServer.start();
      server.answer = json({ ...THIRTY_TOKENS, system_fingerprint: version });
      servers.set(version, server);
    }
  });
  afterAll(async () => {
    for (const server of servers.values()) await server.stop();
  });

  function portOf(cluster: string): number {
    const version = /\|\|(.*)-predictor\./.exec(cluster)?.[1] ?? '';
    return servers.get(version)?.port ?? 1; // nobody listens there
  }

  /** How many requests each version has answered; each is of another user, so that no limit is met. */
  async function answeredAt(weight: number): Promise<Record<string, number>> {
    const gateway = await Envoy.startFrom(envoy, runnable(translate(translator, objects(weight)), portOf));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const answered: Record<string, number> = {};
    try {
      const ask = async (index: number) => {
        const headers = { [USER_HEADER]: `user-${index}`, [TIER_HEADER]: 'premium' };
        const { status, body } = await send(gateway.port, { host: HOST, headers, agent });
        const by = status === 200 ? (JSON.parse(body) as { system_fingerprint: string }).system_fingerprint : body;
        answered[by] = (answered[by] ?? 0) + 1;
      };
      await Promise.all(Array.from({ length: REQUESTS }, (_, index) => ask(index)));
    } finally {
      agent.destroy();
      await gateway.stop();
    }
    return answered;
  }

  test.each([10, 50])('a canary of %i of 100 answers as many, to five standard deviations', async (weight) => {
    const answered = await answeredAt(weight);
    const [stable, canary] = VERSIONS.map((version) => answered[version] ?? 0);
    expect(answered).toEqual({ [VERSIONS[0]]: stable, [VERSIONS[1]]: canary });
    expect(stable! + canary!).toBe(REQUESTS);
    const part = weight / 100;
    const tolerance = 5 * Math.sqrt(REQUESTS * part * (1 - part));
    expect(Math.abs(canary! - REQUESTS * part)).toBeLessThan(tolerance);
  });

  test('one of 0 answers none, and one of 100 all', async () => {
    expect(await answeredAt(0)).toEqual({ [VERSIONS[0]]: REQUESTS });
    expect(await answeredAt(100)).toEqual({ [VERSIONS[1]]: REQUESTS });
  });
});
