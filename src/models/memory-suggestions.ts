import { Accelerator } from './accelerator';
import { NVIDIA_PROFILES, type NodeLabels } from './accelerator-profiles';
import { checkMemory, isFit, type MemoryAnswer, type MemoryQuestion } from './memory-check';
import { argumentOf } from './vllm-serving';
import { obstaclesTo } from './vllm-start';
import { CONTEXT_BYTES, CPU_CACHE_GIBIBYTES, GIBIBYTE, longestContext } from './vllm-memory';

/** A change with which a model fits. */
export interface MemorySuggestion {
  /** The change, as maas.yaml has it. */
  readonly change: string;
  /** The model with the change. */
  readonly question: MemoryQuestion;
}

/** Below this a context is of little use, and not suggested. */
const SHORTEST_CONTEXT = 1024;

/** Most GPUs of one node. */
const MOST_GPUS = 8;

/** Numbers of GPUs that the heads of most models are split over, where those of a model are not known. */
const USUAL_GPUS = [1, 2, 4, MOST_GPUS];

/**
 * What a model that does not fit would fit with: each change has been computed to be enough by itself.
 * @param nodeLabels who labels the nodes, so that only what can be selected is suggested
 */
export function suggestFits(question: MemoryQuestion, nodeLabels: NodeLabels = 'gpuOperator'): MemorySuggestion[] {
  const answer = checkMemory(question);
  // What is not known of a model no change makes known.
  if (typeof answer === 'string') {
    return [];
  }
  const numbers = otherGpus(question);
  return [
    ...shorterContext(question, answer),
    ...otherUtilization(question, answer),
    ...moreMemory(question, answer),
    ...fp8(question),
    ...fp8Cache(question),
    ...numbers,
    ...otherAccelerator(question, answer, nodeLabels, numbers.length > 0),
  ].filter((suggestion) => isFit(suggestion.question));
}

function shorterContext(question: MemoryQuestion, { serving, plan }: MemoryAnswer): MemorySuggestion[] {
  if (question.figures === undefined || argumentOf(question, '--max-model-len') !== undefined) {
    return [];
  }
  const longest = longestContext(question.figures, serving, plan);
  const tokens = Math.floor(longest / SHORTEST_CONTEXT) * SHORTEST_CONTEXT;
  return tokens === 0 || (plan.maxModelLength ?? Infinity) <= tokens
    ? []
    : [{ change: `maxModelLength: ${tokens}`, question: { ...question, maxModelLength: tokens } }];
}

function otherUtilization(question: MemoryQuestion, { serving, plan, misfit }: MemoryAnswer): MemorySuggestion[] {
  const { accelerator } = question;
  if (accelerator.family === 'cpu') {
    return [];
  }
  const most = Math.floor((1 / accelerator.sharedBy - CONTEXT_BYTES / plan.memory) * 100) / 100;
  const candidates = misfit === 'utilization' ? [most] : [0.85, 0.9, 0.95].filter((part) => part <= most);
  const better = candidates.find(
    (part) =>
      (misfit === 'utilization' || part > serving.gpuMemoryUtilization) &&
      isFit(withArgument(question, `--gpu-memory-utilization=${part}`)),
  );
  return better === undefined ? [] : [addition(question, `--gpu-memory-utilization=${better}`)];
}

/** A container without an accelerator may have more memory. */
function moreMemory(question: MemoryQuestion, { plan }: MemoryAnswer): MemorySuggestion[] {
  if (question.accelerator.family !== 'cpu') {
    return [];
  }
  const { weights, activations, libraries } = plan;
  const needed = Math.ceil((weights + activations + libraries) / GIBIBYTE) + CPU_CACHE_GIBIBYTES;
  return [
    {
      change: `resources: { limits: { memory: ${needed}Gi } }`,
      question: { ...question, containerBytes: needed * GIBIBYTE },
    },
  ];
}

function fp8(question: MemoryQuestion): MemorySuggestion[] {
  const { figures, accelerator } = question;
  const isQuantized = (figures?.weightBits ?? 16) < 16 || figures?.quantization !== undefined;
  const isTold = argumentOf(question, '--quantization', '-q') !== undefined;
  return isQuantized || isTold || !accelerator.servesFp8 ? [] : [addition(question, '--quantization=fp8')];
}

/** A KV cache of half the size, on GPUs that compute in 8 bit themselves; not every kernel of vLLM reads one on others. */
function fp8Cache(question: MemoryQuestion): MemorySuggestion[] {
  const { computeCapability = 0 } = question.accelerator;
  const isTold = argumentOf(question, '--kv-cache-dtype') !== undefined;
  return isTold || computeCapability < 8.9 ? [] : [addition(question, '--kv-cache-dtype=fp8')];
}

/** The next number of GPUs, else the next smaller one; both where only the number is wrong. */
function otherGpus(question: MemoryQuestion): MemorySuggestion[] {
  const { accelerator, gpus, figures } = question;
  if (accelerator.isPart || accelerator.family === 'cpu') {
    return [];
  }
  const every = Array.from({ length: MOST_GPUS }, (_, index) => index + 1);
  const counts = figures?.attentionHeads === undefined ? USUAL_GPUS : every;
  const fitting = counts.filter((count) => isFit({ ...question, gpus: count }));
  const [more, less] = [fitting.find((count) => count > gpus), fitting.filter((count) => count < gpus).at(-1)];
  const isWrong = obstaclesTo(question).includes('heads');
  const best = isWrong ? [less, more] : [more ?? less];
  return best.flatMap((count) =>
    count === undefined ? [] : [{ change: `gpus: ${count}`, question: { ...question, gpus: count } }],
  );
}

/** The smallest other GPU of NVIDIA that serves the model, or slice where it has one; several where one is not enough. */
function otherAccelerator(
  question: MemoryQuestion,
  { misfit }: MemoryAnswer,
  nodeLabels: NodeLabels,
  fitsOtherGpus: boolean,
): MemorySuggestion[] {
  const { accelerator, gpus } = question;
  const isOther = accelerator.family === 'rocm' || accelerator.family === 'gaudi';
  const isNeeded = obstaclesTo(question).includes('quantization');
  if (isOther || (misfit !== 'memory' && !isNeeded)) {
    return [];
  }
  const counts = fitsOtherGpus ? [gpus] : [gpus, ...USUAL_GPUS.filter((count) => count > gpus)];
  const others = [
    ...Object.keys(NVIDIA_PROFILES).map((product) => `nvidia-${product}`),
    ...(accelerator.isPart ? Accelerator.migNames : []),
  ]
    .filter((name) => Accelerator.labellersOf(name).includes(nodeLabels))
    .map((name) => Accelerator.fromName(name, { nodeLabels }))
    .sort((left, right) => (left.memoryMebibytes ?? 0) - (right.memoryMebibytes ?? 0));
  for (const count of counts) {
    const fitting = others.find((other) => isFit({ ...question, accelerator: other, gpus: count }));
    if (fitting !== undefined) {
      const more = count === gpus ? '' : ` with gpus: ${count}`;
      return [
        {
          change: `accelerator: ${fitting.name}${more}`,
          question: { ...question, accelerator: fitting, gpus: count },
        },
      ];
    }
  }
  return [];
}

function addition(question: MemoryQuestion, argument: string): MemorySuggestion {
  return { change: `arguments: [${argument}]`, question: withArgument(question, argument) };
}

function withArgument(question: MemoryQuestion, argument: string): MemoryQuestion {
  return { ...question, arguments: [...question.arguments, argument] };
}
