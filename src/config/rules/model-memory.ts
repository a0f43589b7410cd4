import type { Accelerator } from '../../models/accelerator';
import { checkMemory, type MemoryAnswer, type MemoryQuestion } from '../../models/memory-check';
import { suggestFits } from '../../models/memory-suggestions';
import { CONTEXT_BYTES } from '../../models/vllm-memory';
import type { ModelConfiguration } from '../configuration';
import { DEFAULT_DOMAIN, DEFAULT_NODE_LABELS } from '../defaults';
import { gibibytes, memoryQuestion } from '../memory-question';
import { listNames, type Finding } from '../problem';
import { resolveModel } from '../model-settings';
import { acceleratorOfModel } from './accelerator-facts';
import { namedModelsOf, type DraftModel, type NamedModel } from './facts';
import { atKey, atValue, isComplete, isUnusable, type Rule } from './rule';

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

const modelMemory: Rule = {
  id: 'model-memory',
  check: (configuration) => {
    const nodeLabels = configuration.nodeLabels ?? DEFAULT_NODE_LABELS;
    return namedModelsOf(configuration).flatMap((model): Finding[] => {
      const accelerator = acceleratorOfModel(model, configuration);
      if (accelerator === undefined || !isWhole(model.item)) {
        return [];
      }
      // Host and platform decide nothing here.
      const settings = resolveModel(model.item as ModelConfiguration, 'kubernetes', DEFAULT_DOMAIN);
      const question = memoryQuestion(settings, accelerator);
      const answer = checkMemory(question);
      if (typeof answer === 'string' || answer.misfit === undefined) {
        return [];
      }
      const changes = suggestFits(question, nodeLabels).map(({ change }) => `\`${change}\``);
      return [describeMisfit(model, question, answer, changes)];
    });
  },
};

/** Whether nothing of a model is missing because nobody can use it. */
function isWhole({ arguments: args = [], resources = {}, ...item }: DraftModel): boolean {
  const maps = [item, item.architecture, resources, resources.requests, resources.limits];
  return !args.includes(undefined) && maps.every(isComplete);
}

function describeMisfit(
  model: NamedModel,
  question: MemoryQuestion,
  answer: MemoryAnswer,
  changes: readonly string[],
): Finding {
  const { accelerator, gpus, figures } = question;
  const { plan, serving, misfit } = answer;
  const enough = changes.length === 1 ? `${changes.join('')} fits` : `each of these fits: ${changes.join(', ')}`;
  const fix = changes.length > 0 ? enough : 'take a smaller model, a quantized one, or more and larger accelerators';
  if (misfit === 'heads') {
    const heads = figures?.attentionHeads ?? 0;
    const expected = `a number that divides its ${heads} attention heads: vLLM would not start`;
    return atValue(placeOf(model, 'gpus'), `${gpus} GPUs`, expected, fix);
  }
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

function placeOf({ item, index }: NamedModel, key: 'gpus' | 'arguments' | 'maxModelLength' | 'accelerator') {
  return ['models', index, Object.hasOwn(item, key) ? key : 'name'];
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
