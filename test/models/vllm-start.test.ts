import { Accelerator } from '../../src/models/accelerator';
import type { ModelFigures } from '../../src/models/model-architecture';
import { isDividedBy, obstaclesTo, type StartQuestion } from '../../src/models/vllm-start';

const FIGURES: ModelFigures = { parameters: 8e9, attentionHeads: 32, keyValueHeads: 8, maxModelLength: 8192 };

const QUESTION: StartQuestion = { figures: FIGURES, accelerator: Accelerator.nvidia(), gpus: 1, arguments: [] };

const T4 = Accelerator.nvidia('t4');

test.each<[string, number, number, number[]]>([
  ['Llama-3.1-8B', 32, 8, [1, 2, 4, 8, 16, 32]],
  ['Phi-4, which vllm-project/vllm#16021 could not split over 4', 40, 10, [1, 2, 5, 10, 20, 40]],
  ['Qwen2.5-7B', 28, 4, [1, 2, 4, 28]],
  ['one head for keys and values', 16, 1, [1, 2, 4, 8, 16]],
  ['an encoder, which has no cache to split', 12, 0, [1, 2, 3, 4, 6, 12]],
])('%s is split over', (_, attentionHeads, keyValueHeads, expected) => {
  const numbers = Array.from({ length: 40 }, (__, index) => index + 1);
  expect(numbers.filter((gpus) => isDividedBy({ attentionHeads, keyValueHeads }, gpus))).toEqual(expected);
});

test.each<[string, Partial<StartQuestion>, string[]]>([
  ['nothing', {}, []],
  ['nothing that is known', { figures: undefined, gpus: 3, maxModelLength: 1e6 }, []],
  ['no heads that are known', { figures: { parameters: 8e9 }, gpus: 3 }, []],
  ['heads', { gpus: 3 }, ['heads']],
  ['heads for keys and values', { figures: { ...FIGURES, keyValueHeads: 10, attentionHeads: 40 }, gpus: 4 }, ['heads']],
  ['the whole context', { maxModelLength: 8192 }, []],
  ['a longer one', { maxModelLength: 8193 }, ['context']],
  ['a longer one by an argument', { arguments: ['--max-model-len', '9k'] }, ['context']],
  ['what fits', { arguments: ['--max-model-len=auto'] }, []],
  ['scaled positions', { maxModelLength: 16_384, arguments: ['--hf-overrides={}'] }, []],
  ['scaled positions, as vLLM had them', { maxModelLength: 16_384, arguments: ['--rope_scaling', '{}'] }, []],
  ['a file of arguments', { maxModelLength: 16_384, arguments: ['--config=/a.yaml'] }, []],
  ['all at once', { gpus: 3, maxModelLength: 8193 }, ['heads', 'context']],
  ['MXFP4 on the T4', { accelerator: T4, arguments: ['-q', 'mxfp4'] }, ['quantization']],
  ['weights of MXFP4', { accelerator: T4, figures: { ...FIGURES, quantization: 'mxfp4' } }, ['quantization']],
  ['weights of MXFP4 on any GPU', { figures: { ...FIGURES, quantization: 'mxfp4' } }, []],
  ['FP8 by its own name on the T4', { accelerator: T4, arguments: ['--quantization=fp8'] }, []],
  [
    'FP8 of FBGEMM on the T4',
    { accelerator: T4, figures: { ...FIGURES, quantization: 'fbgemm_fp8' } },
    ['quantization'],
  ],
  [
    'FP8 of ModelOpt on a slice of the A100',
    { accelerator: Accelerator.mig('a100-80gb', '3g.40gb'), figures: { ...FIGURES, quantization: 'modelopt' } },
    ['quantization'],
  ],
  ['FP8 of ModelOpt on the L4', { accelerator: Accelerator.nvidia('l4'), arguments: ['-q=modelopt'] }, []],
  ['bfloat16 on the T4', { accelerator: T4, arguments: ['--dtype=bfloat16'] }, ['dtype']],
  ['bfloat16 on the A100', { accelerator: Accelerator.nvidia('a100-40gb'), arguments: ['--dtype=bfloat16'] }, []],
])('in the way: %s', (_, change, expected) => {
  expect(obstaclesTo({ ...QUESTION, ...change })).toEqual(expected);
});
