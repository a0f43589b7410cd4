import { Accelerator } from '../../models/accelerator';
import { DEFAULT_RUNTIME_NAME } from '../../models/accelerator-parts';
import { parseQuantity } from '../../quantity';
import { DEFAULT_NODE_LABELS } from '../defaults';
import type { DraftConfiguration } from '../draft';
import { listNames, quote, type Finding } from '../problem';
import { didYouMean } from '../suggest';
import { acceleratorNameOf, acceleratorOfModel, isLabelled, type DraftAccelerator } from './accelerator-facts';
import { namedModelsOf } from './facts';
import { timeSlicedGpu, timeSlicedNodes } from './time-slicing';
import { acceleratorResource } from './accelerator-resource';
import { atKey, atValue, isUnusable, placed, type Placed, type Rule } from './rule';

const own = ({ accelerators }: DraftConfiguration): Placed<DraftAccelerator>[] => placed(accelerators);

const acceleratorName: Rule = {
  id: 'accelerator-name',
  check: (configuration) =>
    own(configuration).flatMap(({ item: { name }, index }): Finding[] => {
      const path = ['accelerators', index, 'name'];
      if (name === undefined) {
        return [];
      }
      if (`vllm-${name}` === DEFAULT_RUNTIME_NAME) {
        const expected = `a name whose ServingRuntime is not ${DEFAULT_RUNTIME_NAME}, that of all without an \`image\``;
        return [atValue(path, quote(name), expected, 'rename it')];
      }
      const expected = 'a name that no built-in accelerator has';
      const fix = `rename it, and write \`like: ${name}\` for what is the same`;
      return Accelerator.isKnown(name) ? [atValue(path, quote(name), expected, fix)] : [];
    }),
};

const acceleratorLike: Rule = {
  id: 'accelerator-like',
  check: (configuration) =>
    own(configuration).flatMap(({ item: { like }, index }): Finding[] => {
      if (like === undefined || Accelerator.isKnown(like)) {
        return [];
      }
      const fix = didYouMean(like, [...Accelerator.names, ...Accelerator.migNames], 'write one of them');
      const expected = `a built-in accelerator: ${Accelerator.names.join(', ')}, or a slice`;
      return [atValue(['accelerators', index, 'like'], quote(like), expected, fix)];
    }),
};

const acceleratorComplete: Rule = {
  id: 'accelerator-complete',
  check: (configuration) =>
    own(configuration).flatMap(({ item, index }): Finding[] => {
      const missing = (['memory', 'resourceName'] as const).filter((key) => !Object.hasOwn(item, key));
      if (Object.hasOwn(item, 'like') || missing.length === 0 || item.name === undefined) {
        return [];
      }
      const got = `${quote(item.name)} without ${listNames(missing)}`;
      const expected = 'both, or a built-in accelerator that it is `like`';
      const fix = 'add what is missing, for example `memory: 22Gi` and `resourceName: nvidia.com/gpu`';
      return [atValue(['accelerators', index, 'name'], got, expected, fix)];
    }),
};

const acceleratorMemory: Rule = {
  id: 'accelerator-memory',
  check: (configuration) =>
    own(configuration).flatMap(({ item: { memory }, index }): Finding[] => {
      if (memory === undefined || (parseQuantity(memory) ?? 0) >= 2 ** 30) {
        return [];
      }
      const fix = /^[0-9.]+$/.test(memory) ? `did you mean ${quote(`${memory}Gi`)}?` : 'for example "22Gi"';
      return [atValue(['accelerators', index, 'memory'], quote(memory), 'at least 1Gi', fix)];
    }),
};

const tolerationValue: Rule = {
  id: 'toleration-value',
  check: (configuration) =>
    own(configuration).flatMap(({ item, index }) =>
      placed(item.tolerations).flatMap(({ item: toleration, index: position }): Finding[] => {
        if (
          isUnusable(toleration, 'operator') ||
          toleration.operator !== 'Exists' ||
          !Object.hasOwn(toleration, 'value')
        ) {
          return [];
        }
        const path = ['accelerators', index, 'tolerations', position, 'value'];
        return [atKey(path, 'a value', 'none beside `operator: Exists`', 'remove it, or write `operator: Equal`')];
      }),
    ),
};

const acceleratorLabels: Rule = {
  id: 'accelerator-labels',
  check: (configuration) => {
    if (isUnusable(configuration, 'nodeLabels')) {
      return [];
    }
    const { nodeLabels = DEFAULT_NODE_LABELS } = configuration;
    const unlabelled = (name: string | undefined, item: DraftAccelerator): name is string =>
      name !== undefined && Accelerator.isKnown(name) && !isLabelled(name, nodeLabels, item);
    const finding = (path: (string | number)[], name: string): Finding => {
      const labellers = Accelerator.labellersOf(name);
      const expected = `one whose nodes ${nodeLabels} labels: ${name} is labelled by ${listNames(labellers)}`;
      return atValue(
        path,
        quote(name),
        expected,
        `use one of \`accelerators\` with \`like: ${name}\` and a \`nodeSelector\``,
      );
    };
    return [
      ...own(configuration).flatMap(({ item, index }) =>
        unlabelled(item.like, item) && !isUnusable(item, 'nodeSelector')
          ? [finding(['accelerators', index, 'like'], item.like)]
          : [],
      ),
      ...namedModelsOf(configuration).flatMap((model) => {
        const name = acceleratorNameOf(model);
        const key = model.item.accelerator === undefined ? 'name' : 'accelerator';
        return unlabelled(name, {}) ? [finding(['models', model.index, key], name)] : [];
      }),
    ];
  },
};

const acceleratorImage: Rule = {
  id: 'accelerator-image',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const accelerator = acceleratorOfModel(model, configuration);
      if (accelerator === undefined || accelerator.imageName() !== undefined) {
        return [];
      }
      const { name } = accelerator;
      const expected = 'an accelerator with an `image` of vLLM: for this one none is pinned here';
      const fix = Accelerator.isKnown(name)
        ? `use one of \`accelerators\` with \`like: ${name}\` and an \`image\``
        : `add the \`image\` of vLLM's build for it to \`accelerators\``;
      return [atValue(['models', model.index, 'accelerator'], quote(name), expected, fix)];
    }),
};

const acceleratorGpus: Rule = {
  id: 'accelerator-gpus',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const accelerator = acceleratorOfModel(model, configuration);
      const gpus = isUnusable(model.item, 'gpus') ? 1 : (model.item.gpus ?? model.entry?.gpus ?? 1);
      if (accelerator === undefined || gpus === 1 || !(accelerator.isPart || accelerator.family === 'cpu')) {
        return [];
      }
      const key = model.item.gpus === undefined ? 'name' : 'gpus';
      const expected = `1: vLLM splits no model over several ${accelerator.name}`;
      return [atValue(['models', model.index, key], `${gpus} GPUs`, expected, 'write `gpus: 1`, or name a whole GPU')];
    }),
};

/** What models run on. */
export const ACCELERATOR_RULES: readonly Rule[] = [
  acceleratorName,
  acceleratorLike,
  acceleratorComplete,
  acceleratorMemory,
  acceleratorResource,
  tolerationValue,
  timeSlicedGpu,
  timeSlicedNodes,
  acceleratorLabels,
  acceleratorImage,
  acceleratorGpus,
];
