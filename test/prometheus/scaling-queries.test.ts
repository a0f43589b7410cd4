import { manifestsOf } from '../../src/platform/manifests';
import type { ScalingMetric } from '../../src/models/scaling-queries';
import { describeWithPrometheus, Prometheus } from './prometheus';
import { INTERVAL, scraped, START, type Recording } from './samples';

interface Manifest {
  kind: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

/** The query of a model as it is rendered. */
function queryOf(by: ScalingMetric): string {
  const models = [{ name: 'simulator', replicas: { min: 1, max: 4 }, scaling: { by, target: 5 } }];
  const manifests = manifestsOf({ models }) as unknown as Manifest[];
  return manifests.find(({ kind }) => kind === 'ScaledObject')?.spec.triggers[0].metadata.query;
}

/** What the Prometheus operator makes of a pod behind a Service, and of our ServiceMonitor. */
function pod(name: string, model = 'vllm-simulator', namespace = 'llm') {
  const service = `${model}-predictor`;
  return { namespace, service, job: service, endpoint: 'http', pod: `${service}-${name}` };
}

/** What each pod answers at its scrapes. */
const HISTORY: Readonly<Record<string, readonly (Recording | undefined)[]>> = {
  // Four minutes, one scrape every 30 seconds; the second pod loads its weights first.
  a: ['idle', 'busy', 'busy', 'busy', 'after', 'after', 'later', 'later', 'later'],
  b: [undefined, undefined, undefined, 'busy', 'busy', 'busy', 'after', 'later', 'later'],
};

const others = [pod('x', 'qwen3-0-6b-instruct'), pod('x', 'vllm-simulator', 'staging')];

function history(): string[] {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((scrape) => [
    ...Object.entries(HISTORY).flatMap(([name, recordings]) => {
      const recording = recordings[scrape];
      return recording === undefined ? [] : scraped(recording, pod(name), scrape);
    }),
    ...others.flatMap((labels) => scraped(scrape < 5 ? 'busy' : 'later', labels, scrape)),
  ]);
}

describeWithPrometheus('what KEDA asks about a model, on the real Prometheus', () => {
  let prometheus: Prometheus;
  const answer = (by: ScalingMetric, scrape: number) => prometheus.ask(queryOf(by), START + scrape * INTERVAL);

  beforeAll(async () => {
    prometheus = await Prometheus.start(history());
  }, 60_000);
  afterAll(() => prometheus?.stop());

  test.each([
    [0, 0],
    [1, 4],
    [3, 8],
    [4, 4],
    [8, 0],
  ])('queue: at scrape %i, %i requests wait at all pods together', async (scrape, waiting) => {
    expect(await answer('queue', scrape)).toBe(waiting);
  });

  test.each([
    [0, 0],
    [2, 7.8125],
    [3, 15.625],
  ])('cache: at scrape %i, %f percent of one KV cache are in use', async (scrape, percent) => {
    expect(await answer('cache', scrape)).toBe(percent);
  });

  test('tokens: a second, over two minutes; 0 while no pod has written one', async () => {
    expect(await answer('tokens', 2)).toBe(0);
    // Of the first pod: 200 in the minute between its first and its last scrape of the window, and what Prometheus adds at its edges.
    const tokens = await answer('tokens', 8);
    expect(tokens).toBeGreaterThan(200 / 120);
    expect(tokens).toBeLessThan((2 * 200) / 60);
  });

  test.each<ScalingMetric>(['queue', 'cache', 'tokens'])('%s: no answer where no pod is seen', async (by) => {
    expect(await answer(by, 60)).toBeUndefined();
  });
});

describeWithPrometheus('what KEDA asks about a vLLM of another age', () => {
  test('cache: the older name, and each pod once where there are both', async () => {
    const labels = (name: string) =>
      Object.entries(pod(name))
        .map(([key, value]) => `${key}="${value}"`)
        .join();
    const prometheus = await Prometheus.start([
      `vllm:gpu_cache_usage_perc{${labels('old')}} 0.5 ${START}`,
      `vllm:gpu_cache_usage_perc{${labels('both')}} 0.25 ${START}`,
      `vllm:kv_cache_usage_perc{${labels('both')}} 0.25 ${START}`,
    ]);
    try {
      expect(await prometheus.ask(queryOf('cache'), START)).toBe(75);
    } finally {
      await prometheus.stop();
    }
  }, 60_000);
});
