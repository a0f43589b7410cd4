import { Accelerator } from '../../src/models/accelerator';
import { defaultUtilization, readServing } from '../../src/models/vllm-serving';

const L4 = Accelerator.nvidia('l4');

function serving(args: string[], accelerator = L4) {
  return readServing({ gpus: 1, arguments: args }, accelerator);
}

test('without arguments it is what the ServingRuntime and vLLM say', () => {
  expect(serving([])).toEqual({
    tensorParallelSize: 1,
    gpuMemoryUtilization: 0.8,
    maxNumSeqs: 32,
    maxNumBatchedTokens: 2048,
    maxModelLength: undefined,
    bytes: 2,
    cacheBytes: 2,
    weightBits: undefined,
  });
  expect(serving([], Accelerator.nvidia('h100'))).toMatchObject({ maxNumBatchedTokens: 8192 });
  expect(readServing({ gpus: 4, maxModelLength: 10, arguments: [] }, L4)).toMatchObject({
    tensorParallelSize: 4,
    maxModelLength: 10,
  });
});

test.each([
  [['--max-num-seqs=8'], { maxNumSeqs: 8 }],
  [['--max-num-seqs', '8'], { maxNumSeqs: 8 }],
  [['--max_num_seqs=8', '--max-num-seqs=9'], { maxNumSeqs: 9 }],
  [['--max-num-batched-tokens=4k'], { maxNumBatchedTokens: 4000 }],
  [['--max-num-batched-tokens=4K'], { maxNumBatchedTokens: 4096 }],
  [['--gpu-memory-utilization=.9'], { gpuMemoryUtilization: 0.9 }],
  [['--tensor-parallel-size=2'], { tensorParallelSize: 2 }],
  [['-tp', '2'], { tensorParallelSize: 2 }],
  [['--max-model-len=8192'], { maxModelLength: 8192 }],
  [['--max-model-len=auto'], { maxModelLength: 'auto' }],
  [['--max-model-len=-1'], { maxModelLength: 'auto' }],
  [['--dtype=float32'], { bytes: 4, cacheBytes: 4 }],
  [['--dtype=half', '--kv-cache-dtype=fp8_e4m3'], { bytes: 2, cacheBytes: 1 }],
  [['--quantization=fp8'], { weightBits: 8 }],
  [['-q', 'awq_marlin'], { weightBits: 4.25 }],
  [['--quantization=compressed-tensors'], { weightBits: undefined }],
  [['--enable-lora', '--trust-remote-code'], { maxNumSeqs: 32 }],
])('reads %j', (args, expected) => {
  expect(serving(args)).toMatchObject(expected);
});

test.each([
  ['bfloat16', [], 2],
  ['float32', [], 2],
  ['float32', ['--dtype=auto'], 2],
  ['float32', ['--dtype=float32'], 4],
  ['bfloat16', ['--dtype=float'], 4],
] as const)('takes weights published as %s, with %j, for %d bytes', (dtype, args, bytes) => {
  expect(readServing({ gpus: 1, arguments: args, figures: { dtype } }, L4)).toMatchObject({ bytes, cacheBytes: bytes });
});

test.each([
  [['--max-num-seqs=many'], 'the value of --max-num-seqs is not understood'],
  [['--max-num-seqs'], 'the value of --max-num-seqs is not understood'],
  [['--max-num-seqs=0'], 'the value of --max-num-seqs is not understood'],
  [['--gpu-memory-utilization=80'], 'the value of --gpu-memory-utilization is not understood'],
  [['--dtype=bfloat8'], 'the value of --dtype is not understood'],
  [['--kv-cache-dtype=turbo'], 'the value of --kv-cache-dtype is not understood'],
  [['--quantization=toString'], 'the value of --quantization is not understood'],
  [['--max-model-len=x'], 'the value of --max-model-len is not understood'],
  [['--cpu-offload-gb=10'], '--cpu-offload-gb changes it'],
  [['--pipeline_parallel_size', '2'], '--pipeline-parallel-size changes it'],
])('says of %j: %s', (args, reason) => {
  expect(serving(args)).toBe(reason);
});

test.each([
  [1, 0.8],
  [2, 0.4],
  [3, 0.26],
  [4, 0.2],
])('of a GPU that %d pods share, each takes %d', (replicas, part) => {
  const accelerator = replicas === 1 ? L4 : L4.timeSliced({ replicas });
  expect(defaultUtilization(accelerator)).toBe(part);
  expect(serving([], accelerator)).toMatchObject({ gpuMemoryUtilization: part });
});
