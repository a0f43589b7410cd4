import type { ModelRuntime } from './catalog-entry';
import { DTYPES } from './vllm-serving';

/** An argument with which a model server would not serve what is rendered around it. */
export interface RefusedArgument {
  /** Its names, the usual one first. */
  readonly flags: readonly string[];
  /** What it would break. */
  readonly reason: string;
  /** What to do instead; where left out: remove it. */
  readonly fix?: string;
  /** Whether its value is a secret, which no message may show. */
  readonly isSecret?: boolean;
}

/** An argument of which not every value is right. */
export interface ArgumentValue {
  /** Its names, the usual one first. */
  readonly flags: readonly string[];
  /** Whether the server starts with a value. */
  readonly isRight: (value: string) => boolean;
  /** What is right, in words. */
  readonly expected: string;
  /** What to do. */
  readonly fix: string;
  /** Whether it is about GPUs, and free without one. */
  readonly isOfGpus?: boolean;
}

const PLAIN_HTTP = 'the gateway and the probes speak plain HTTP with it';

const ADDRESS = 'the gateway and the probes reach the pod by its address';

/** Arguments that move the server, close it, or tell everybody a secret. */
export const REFUSED_ARGUMENTS: Readonly<Record<ModelRuntime, readonly RefusedArgument[]>> = {
  vllm: [
    { flags: ['--host'], reason: ADDRESS },
    { flags: ['--uds'], reason: ADDRESS },
    {
      flags: [
        '--ssl-keyfile',
        '--ssl-certfile',
        '--ssl-ca-certs',
        '--ssl-cert-reqs',
        '--ssl-ciphers',
        '--enable-ssl-refresh',
      ],
      reason: PLAIN_HTTP,
    },
    { flags: ['--grpc'], reason: PLAIN_HTTP },
    { flags: ['--root-path'], reason: 'the gateway and the probes put no prefix before their paths' },
    { flags: ['--headless'], reason: 'nothing would answer' },
    { flags: ['--tokens-only'], reason: 'it closes the paths to which the gateway sends requests' },
    { flags: ['--nnodes'], reason: 'a replica is one pod, and others would be waited for' },
    {
      flags: ['--api-key'],
      reason: 'it would stand in dist/ for all to read, and the gateway sends no key to models',
      fix: 'remove it: `users` have the keys, which the gateway asks for',
      isSecret: true,
    },
    {
      flags: ['--hf-token'],
      reason: 'it would stand in dist/ for all to read',
      fix: 'remove it, and write `huggingFaceTokenSecret` instead',
      isSecret: true,
    },
  ],
  simulator: [{ flags: ['--ssl-keyfile', '--ssl-certfile', '--self-signed-certs'], reason: PLAIN_HTTP }],
};

const isOne = (value: string): boolean => Number(value) === 1;

const SPLIT = '1: a pod has as many GPUs as `gpus` says, over which tensor parallelism splits the model already';

/** Arguments of vLLM with values that it does not start with. Its version may know more of those that are not listed. */
export const ARGUMENT_VALUES: readonly ArgumentValue[] = [
  {
    flags: ['--gpu-memory-utilization'],
    isRight: (value) => Number(value) > 0 && Number(value) <= 1,
    expected: 'a part of the memory, above 0 and at most 1',
    fix: 'for example "--gpu-memory-utilization=0.9"',
  },
  {
    flags: ['--dtype'],
    isRight: (value) => Object.hasOwn(DTYPES, value),
    expected: `one of ${Object.keys(DTYPES).join(', ')}`,
    fix: 'write one of them, or remove it; fewer bits are for `--quantization`',
  },
  {
    flags: ['--pipeline-parallel-size', '-pp'],
    isRight: isOne,
    expected: SPLIT,
    fix: 'remove it, and raise `gpus` instead',
    isOfGpus: true,
  },
  {
    flags: ['--prefill-context-parallel-size', '-pcp'],
    isRight: isOne,
    expected: SPLIT,
    fix: 'remove it, and raise `gpus` instead',
    isOfGpus: true,
  },
  {
    flags: ['--data-parallel-size', '-dp'],
    isRight: isOne,
    expected: SPLIT,
    fix: 'remove it, and raise `replicas` instead',
    isOfGpus: true,
  },
];
