import type { MemoryQuestion } from '../../models/memory-check';
import { BFLOAT16_CAPABILITY, leastCapabilityOf } from '../../models/quantization';
import { argumentOf, askedLength } from '../../models/vllm-serving';
import { isDividedBy, obstaclesTo, quantizationOf, type Obstacle } from '../../models/vllm-start';
import type { DraftConfiguration } from '../draft';
import type { Finding } from '../problem';
import { namedModelsOf, type NamedModel } from './facts';
import { fixOf, placeOf, questionOf } from './memory-facts';
import { atValue, type Rule } from './rule';

/** What a finding is made of. */
interface Refused {
  readonly model: NamedModel;
  readonly question: MemoryQuestion;
  readonly configuration: DraftConfiguration;
}

const modelStart: Rule = {
  id: 'model-start',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const question = questionOf(model, configuration);
      return question === undefined
        ? []
        : obstaclesTo(question).map((obstacle) => DESCRIBE[obstacle]({ model, question, configuration }));
    }),
};

const DESCRIBE: Readonly<Record<Obstacle, (refused: Refused) => Finding>> = {
  heads: describeHeads,
  context: describeContext,
  quantization: describeQuantization,
  dtype: ({ model, question }) => {
    const expected = `one that it computes with: bfloat16 needs ${capability(BFLOAT16_CAPABILITY)}, vLLM would not start`;
    const got = `--dtype bfloat16 on ${capabilityOf(question)}`;
    return atValue(placeOf(model, 'arguments'), got, expected, 'write "--dtype=half"');
  },
};

function describeHeads({ model, question, configuration }: Refused): Finding {
  const { gpus, figures: { attentionHeads = 0, keyValueHeads = 0 } = {} } = question;
  const heads =
    attentionHeads % gpus === 0
      ? `divides its ${keyValueHeads} heads for keys and values, or is a multiple of them`
      : `divides its ${attentionHeads} attention heads`;
  const fix = fixOf(question, configuration, `write ${numbersBeside(question).join(' or ')}`);
  return atValue(placeOf(model, 'gpus'), `${gpus} GPUs`, `a number that ${heads}: vLLM would not start`, fix);
}

/** The next numbers of GPUs that heads can be split over, where nobody knows whether the model fits. */
function numbersBeside({ gpus, figures }: MemoryQuestion): string[] {
  const isRight = (number: number) => isDividedBy(figures ?? {}, number);
  const less = Array.from({ length: gpus - 1 }, (_, index) => gpus - 1 - index).find(isRight);
  const more = Array.from({ length: gpus }, (_, index) => gpus + 1 + index).find(isRight);
  return [less, more].flatMap((number) => (number === undefined ? [] : [`\`gpus: ${number}\``]));
}

function describeContext({ model, question }: Refused): Finding {
  const most = question.figures?.maxModelLength ?? 0;
  const got = `${(askedLength(question) ?? 0).toLocaleString('en-US')} tokens`;
  const expected = `at most the ${most.toLocaleString('en-US')} of the model: vLLM would not start`;
  const key = argumentOf(question, '--max-model-len') === undefined ? 'maxModelLength' : 'arguments';
  const fix = `write ${most} or less, or scale its positions by \`arguments: [--hf-overrides=…]\``;
  return atValue(placeOf(model, key), got, expected, fix);
}

function describeQuantization({ model, question, configuration }: Refused): Finding {
  const method = quantizationOf(question) ?? '';
  const isArgument = argumentOf(question, '--quantization', '-q') !== undefined;
  const expected = `${capability(leastCapabilityOf(method) ?? 0)} for it: vLLM would not start`;
  return atValue(
    placeOf(model, isArgument ? 'arguments' : 'accelerator'),
    `weights of ${method} on ${capabilityOf(question)}`,
    expected,
    fixOf(question, configuration, 'name another accelerator'),
  );
}

function capabilityOf({ accelerator: { name, computeCapability = 0 } }: MemoryQuestion): string {
  return `${name}, whose compute capability is ${computeCapability.toFixed(1)}`;
}

function capability(least: number): string {
  return `at least ${least.toFixed(1)}`;
}

/** Whether models start on what they run on, however much memory it has. */
export const MODEL_START_RULES: readonly Rule[] = [modelStart];
