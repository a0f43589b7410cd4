import { Accelerator } from '../../models/accelerator';
import { CATALOG } from '../../models/catalog';
import { count, listNames, quote, showValue, type Finding } from '../problem';
import { closest, didYouMean } from '../suggest';
import { acceleratorNamesOf, isAccelerator } from './accelerator-facts';
import { domainOf, hostOf, isBelow, namedModelsOf, runtimeOf, type NamedModel } from './facts';
import { atKey, atValue, isUnusable, placed, type Rule } from './rule';

/** `<name>-domain-route` is the longest of the names that a model's name goes into. */
const LONGEST_NAME = 63 - '-domain-route'.length;

const modelName: Rule = {
  id: 'model-name-length',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap(({ name, index }): Finding[] => {
      if (name.length <= LONGEST_NAME) {
        return [];
      }
      const expected = `at most ${LONGEST_NAME}, so that <name>-domain-route has at most 63`;
      return [atValue(['models', index, 'name'], count(name.length, 'character'), expected, 'shorten it')];
    }),
};

const modelHost: Rule = {
  id: 'model-host',
  check: (configuration) => {
    const domain = domainOf(configuration);
    return namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, index, name } = model;
      const host = hostOf(model, configuration);
      if (host === undefined || domain === undefined) {
        return [];
      }
      if (host.length > 253 && item.host === undefined) {
        const got = `a domain that makes the host of model ${name} ${count(host.length, 'character')} long`;
        return [atValue(['domain'], got, 'at most 253', 'shorten the domain or the name')];
      }
      if (isBelow(host, domain)) {
        return [];
      }
      const expected = `one label below the domain ${domain}, as its wildcard certificate covers it`;
      const fix = `for example "${name}.${domain}"`;
      return [atValue(['models', index, 'host'], quote(host), expected, fix)];
    });
  },
};

const modelSource: Rule = {
  id: 'model-source',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, index, name, entry } = model;
      if (runtimeOf(model) !== 'vllm' || isUnusable(item, 'source')) {
        return [];
      }
      if (item.source !== undefined || entry?.source !== undefined) {
        return [];
      }
      const catalog = Object.keys(CATALOG);
      const expected = `a \`source\`, or a name of the catalog: ${listNames(catalog)}`;
      const fix = didYouMean(name, catalog, 'add its source, for example `source: hf://Qwen/Qwen3-0.6B`');
      return [atValue(['models', index, 'name'], `${quote(name)} without a source`, expected, fix)];
    }),
};

const modelAccelerator: Rule = {
  id: 'model-accelerator',
  check: (configuration) => {
    const names = acceleratorNamesOf(configuration) ?? Accelerator.names;
    const listed = `${names.join(', ')}, or a slice like nvidia-h100-mig-1g.10gb`;
    return namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, index, name, entry } = model;
      if (runtimeOf(model) !== 'vllm' || isUnusable(item, 'accelerator')) {
        return [];
      }
      if (item.accelerator !== undefined) {
        if (isAccelerator(item.accelerator, configuration)) {
          return [];
        }
        const fix = didYouMean(item.accelerator, [...names, ...Accelerator.migNames], 'write one of them');
        const path = ['models', index, 'accelerator'];
        return [atValue(path, quote(item.accelerator), `one of ${listed}`, fix)];
      }
      if (entry?.accelerator !== undefined || isUnusable(item, 'accelerator') || isMisspeltCatalogName(model)) {
        return [];
      }
      const expected = `\`accelerator\`, one of ${listed}`;
      return [
        atValue(['models', index, 'name'], `${quote(name)} without a GPU`, expected, 'add `accelerator: nvidia`'),
      ];
    });
  },
};

/** Then the other rule's suggestion solves this, too. */
function isMisspeltCatalogName({ item, name, entry }: NamedModel): boolean {
  return entry === undefined && item.source === undefined && closest(name, Object.keys(CATALOG)) !== undefined;
}

const simulatorKeys: Rule = {
  id: 'simulator-keys',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      if (runtimeOf(model) !== 'simulator') {
        return [];
      }
      const keys = (['source', 'accelerator', 'gpus', 'huggingFaceTokenSecret'] as const).filter((key) =>
        Object.hasOwn(model.item, key),
      );
      return keys.map((key) => {
        const got = showValue(model.item[key]);
        const expected = 'no source, accelerator, gpus and huggingFaceTokenSecret: the simulator loads no model';
        const fix =
          model.entry?.runtime === 'simulator'
            ? 'remove it, or name another model'
            : 'remove it, or write `runtime: vllm`';
        return atKey(['models', model.index, key], got, expected, fix);
      });
    }),
};

const modelWeights: Rule = {
  id: 'model-weights',
  check: ({ models }) =>
    placed(models).flatMap(({ item, index }): Finding[] => {
      if (item.weight === undefined || item.tokenWeights === undefined) {
        return [];
      }
      const expected = 'either weight, for every token, or tokenWeights, by kind';
      return [atKey(['models', index, 'tokenWeights'], 'weight and tokenWeights', expected, 'remove one of them')];
    }),
};

/** What a model needs. */
export const MODEL_RULES: readonly Rule[] = [
  modelName,
  modelHost,
  modelSource,
  modelAccelerator,
  simulatorKeys,
  modelWeights,
];
