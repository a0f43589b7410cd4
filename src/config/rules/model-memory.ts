import type { Accelerator } from '../../models/accelerator';
import { checkMemory, type MemoryAnswer, type MemoryQuestion } from '../../models/memory-check';
import { CONTEXT_BYTES } from '../../models/vllm-memory';
import { obstaclesTo } from '../../models/vllm-start';
import { gibibytes } from '../memory-question';
import { listNames, type Finding } from '../problem';
import { namedModelsOf, type NamedModel } from './facts';
import { fixOf, placeOf, questionOf } from './memory-facts';
import { atKey, atValue, isUnusable, type Rule } from './rule';

const modelSizeKnown: Rule = {
  id: 'model-parameters',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap(({ item, entry, index }): Finding[] => {
      const isKnown = Object.hasOwn(item, 'parameters') || entry?.figures !== undefined;
      if (isKnown || isUnusable(item, 'architecture') || item.architecture === undefined) {
        return [];
      }
      const expected = '`parameters` beside it: nothing is checked without the size';
      return [atKey(['models', index, 'architecture'], 'figures without a size', expected, 'add `parameters: 8B`')];
    }),
};

const modelConfigFile: Rule = {
  id: 'model-config-file',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap(({ item, index }): Finding[] => {
      if (item.configFile === undefined) {
        return [];
      }
      const path = ['models', index, 'configFile'];
      return Object.hasOwn(item, 'architecture')
        ? [atKey(path, 'configFile and architecture', 'one of the two', 'remove one of them')]
        : [atKey(path, 'a file', '`architecture`: only maas.yaml names files', 'write what the file says')];
    }),
};

const NOTHING_FITS = 'take a smaller model, a quantized one, or more and larger accelerators';

const modelMemory: Rule = {
  id: 'model-memory',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const question = questionOf(model, configuration);
      // Of what does not start anyway, the sum would be another.
      if (question === undefined || obstaclesTo(question).length > 0) {
        return [];
      }
      const answer = checkMemory(question);
      return typeof answer === 'string' || answer.misfit === undefined
        ? []
        : [describeMisfit(model, question, answer, fixOf(question, configuration, NOTHING_FITS))];
    }),
};

function describeMisfit(
  model: NamedModel,
  { accelerator }: MemoryQuestion,
  answer: MemoryAnswer,
  fix: string,
): Finding {
  const { plan, serving, misfit } = answer;
  if (misfit === 'utilization') {
    const got = `--gpu-memory-utilization ${serving.gpuMemoryUtilization} of ${gibibytes(plan.memory)}`;
    const pods = accelerator.sharedBy > 1 ? ` for each of ${accelerator.sharedBy} pods` : '';
    const expected = `room for CUDA beside it, ${gibibytes(CONTEXT_BYTES)}${pods}: vLLM would not start`;
    return atValue(placeOf(model, 'arguments'), got, expected, fix);
  }
  const isContext = plan.cache > 0 && plan.sequence !== undefined;
  return atValue(
    placeOf(model, isContext ? 'maxModelLength' : 'accelerator'),
    sumWords(answer),
    limitWords(answer, accelerator),
    fix,
  );
}

function sumWords({ plan }: MemoryAnswer): string {
  const { weights, activations, libraries, sequence = 0, maxModelLength } = plan;
  const tokens = maxModelLength === undefined ? '' : ` for ${maxModelLength.toLocaleString('en-US')} tokens`;
  const parts = [
    `${gibibytes(weights)} of weights`,
    `${gibibytes(activations)} of activations`,
    `${gibibytes(libraries)} of libraries`,
    ...(sequence === 0 ? [] : [`${gibibytes(sequence)} of KV cache${tokens}`]),
  ];
  return `${listNames(parts)}, together ${gibibytes(weights + activations + libraries + sequence)}`;
}

function limitWords({ plan, serving }: MemoryAnswer, { name, family }: Accelerator): string {
  if (family === 'cpu') {
    return `at most the ${gibibytes(plan.budget)} of the container, with 4 GiB for the KV cache: vLLM would not start`;
  }
  const part = `${serving.gpuMemoryUtilization} of its ${gibibytes(plan.memory)}`;
  return `at most ${gibibytes(plan.budget)} on each ${name}, ${part}: vLLM would not start`;
}

/** Whether models fit what they run on. */
export const MODEL_MEMORY_RULES: readonly Rule[] = [modelSizeKnown, modelConfigFile, modelMemory];
