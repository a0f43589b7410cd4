import { manifestsOf } from '../../src/platform/manifests';
import { describeWithPrometheus, Prometheus } from './prometheus';
import { INTERVAL, scraped, series, START, type Labels, type Recording } from './samples';

interface Manifest {
  kind: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- every kind has members of its own
  spec: any;
}

const model = { name: 'simulator', replicas: { min: 0, max: 2 }, scaling: { by: 'queue', target: 5 } } as const;
const [load, activity] = (manifestsOf({ models: [model] }) as unknown as Manifest[])
  .filter(({ kind }) => kind === 'ScaledObject')
  .flatMap(({ spec }) => spec.triggers.map(({ metadata }: { metadata: { query: string } }) => metadata.query)) as [
  string,
  string,
];

/** What the Prometheus operator makes of a gateway pod and of our PodMonitor. */
const gateway = {
  job: 'llm-observability/inference-gateway-stats',
  namespace: 'llm',
  pod: 'inference-gateway-istio-a',
};

/** Requests as Istio counts them in the gateway, while the model has no pod. */
const refused = {
  reporter: 'source',
  destination_service: 'vllm-simulator-predictor.llm.svc.cluster.local',
  destination_service_name: 'vllm-simulator-predictor',
  destination_service_namespace: 'unknown',
  response_code: '503',
  response_flags: 'UH',
  ...gateway,
};

const pod = { namespace: 'llm', service: 'vllm-simulator-predictor', job: 'vllm-simulator-predictor', pod: 'model-a' };

/** Twelve scrapes of the gateway: its counter, by default Istio's of refused requests. */
interface Story {
  readonly counter?: readonly (number | undefined)[];
  readonly labels?: Labels;
  readonly up?: readonly number[];
  readonly pods?: readonly (Recording | undefined)[];
}

const SCRAPES = 12;

async function answers(query: string, { counter = [], labels = {}, up, pods = [] }: Story) {
  const prometheus = await Prometheus.start([
    ...series('up', gateway, up ?? Array<number>(SCRAPES).fill(1)),
    ...series('istio_requests_total', { ...refused, ...labels }, counter),
    ...pods.flatMap((recording, scrape) => (recording === undefined ? [] : scraped(recording, pod, scrape))),
  ]);
  try {
    const all: (number | undefined)[] = [];
    for (let scrape = 0; scrape < SCRAPES; scrape++) {
      all.push(await prometheus.ask(query, START + scrape * INTERVAL));
    }
    return all;
  } finally {
    await prometheus.stop();
  }
}

const always = <Value>(value: Value) => Array<Value>(SCRAPES).fill(value);
const nothing = undefined;

describeWithPrometheus('whether anybody wants a model that may sleep, on the real Prometheus', () => {
  test('nobody: no work and no activity, without a pod as with an idle one', async () => {
    expect(await answers(load, {})).toEqual(always(0));
    expect(await answers(activity, {})).toEqual(always(0));
    expect(await answers(activity, { pods: always('idle') })).toEqual(always(0));
  });

  test('the very first request wakes it, for two minutes', async () => {
    const counter = [nothing, nothing, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    expect(await answers(activity, { counter })).toEqual([0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  test('a later one as well', async () => {
    const counter = [7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8];
    expect((await answers(activity, { counter })).slice(4)).toEqual([0, 1, 1, 1, 0, 0, 0, 0]);
  });

  test('one after the gateway has begun to count anew as well', async () => {
    const counter = [7, 7, 7, 7, 7, 7, 1, 1, 1, 1, 1, 1];
    expect((await answers(activity, { counter })).slice(5)).toEqual([0, 1, 1, 1, 0, 0, 0]);
  });

  test.each<[string, Labels, number]>([
    ['an answer', { response_code: '200', response_flags: '-' }, 1],
    ['a wrong key', { response_code: '401', response_flags: '-' }, 0],
    ['a spent limit', { response_code: '429', response_flags: '-' }, 0],
    ['a client that has left before anybody knew its key', { response_code: '0', response_flags: 'DC' }, 0],
    ['another model', { destination_service: 'qwen3-predictor.llm.svc.cluster.local' }, 0],
    [
      'a model of this name elsewhere',
      { destination_service: 'vllm-simulator-predictor.staging.svc.cluster.local' },
      0,
    ],
    ['another domain of the cluster', { destination_service: 'vllm-simulator-predictor.llm.svc.corp.example' }, 1],
    ['a sidecar at the other end', { reporter: 'destination' }, 0],
  ])('%s: whether it counts', async (_, labels, active) => {
    expect((await answers(activity, { labels, counter: [nothing, 5, 5] }))[2]).toBe(active);
  });

  test('a pod that is busy keeps it awake, however long its answers take', async () => {
    const counter = [nothing, 1, ...Array<number>(10).fill(1)];
    const pods: Recording[] = ['idle', ...Array<Recording>(9).fill('busy'), 'after', 'after'];
    expect(await answers(activity, { counter, pods })).toEqual([0, ...Array<number>(9).fill(1), 0, 0]);
    expect((await answers(load, { pods })).slice(0, 2)).toEqual([0, 4]);
  });

  test('no answer where the gateway is not seen: KEDA then takes nothing away', async () => {
    expect(await answers(activity, { up: always(0) })).toEqual(always(nothing));
    expect((await answers(activity, { up: [1, 0] })).slice(0, 2)).toEqual([0, nothing]);
  });
});
