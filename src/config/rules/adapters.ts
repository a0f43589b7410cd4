import { ADAPTER_FORM, ADAPTER_RANKS, adapterRepository } from '../../models/model-adapter';
import { isEmbeddingsModel } from '../../models/vllm-serving';
import type { DraftConfiguration } from '../draft';
import { quote, type Finding, type Path } from '../problem';
import { argumentsOf, namedModelsOf, runtimeOf, type NamedModel } from './facts';
import { atKey, atValue, clashes, isUnusable, placed, type Claim, type Rule } from './rule';

function modelsWithAdapters(configuration: DraftConfiguration): NamedModel[] {
  return namedModelsOf(configuration).filter(({ item }) => item.adapters !== undefined);
}

const adapterModel: Rule = {
  id: 'adapter-model',
  check: (configuration) =>
    modelsWithAdapters(configuration).flatMap((model): Finding[] => {
      const path = ['models', model.index, 'adapters'];
      if (runtimeOf(model) === 'simulator') {
        const expected = 'none: the simulator loads no model';
        return [atKey(path, 'adapters', expected, 'remove them, or write `runtime: vllm`')];
      }
      return isEmbeddingsModel(argumentsOf(model))
        ? [atKey(path, 'adapters', 'none for a model that embeds texts', 'remove them')]
        : [];
    }),
};

const adapterSource: Rule = {
  id: 'adapter-source',
  check: (configuration) =>
    modelsWithAdapters(configuration).flatMap(({ item: { adapters }, index }) =>
      placed(adapters).flatMap(({ item: { source }, index: place }): Finding[] => {
        if (source === undefined || adapterRepository(source) !== undefined) {
          return [];
        }
        return [
          atValue(['models', index, 'adapters', place, 'source'], quote(source), ADAPTER_FORM, sourceFix(source)),
        ];
      }),
    ),
};

function sourceFix(source: string): string {
  const repaired = `hf://${source.replace(/^hf:\/\//, '').replace(/[:@].*$/, '')}`;
  return adapterRepository(repaired) === undefined
    ? 'for example "hf://acme/qwen3-sql-lora"'
    : `write ${JSON.stringify(repaired)}`;
}

const adapterRank: Rule = {
  id: 'adapter-rank',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap(({ item, index }): Finding[] => {
      const { adapterRank: rank, adapters } = item;
      const path = ['models', index, 'adapterRank'];
      if (rank === undefined) {
        return [];
      }
      if (!isUnusable(item, 'adapters') && (adapters ?? []).length === 0) {
        return [
          atKey(path, String(rank), 'nothing without adapters: it has no effect', 'remove it, or add `adapters`'),
        ];
      }
      const next = ADAPTER_RANKS.find((each) => each >= rank);
      return next === rank
        ? []
        : [atValue(path, String(rank), `one of ${ADAPTER_RANKS.join(', ')}`, `write ${String(next)}`)];
    }),
};

interface NameClaim extends Claim {
  readonly path: Path;
  readonly owner: string;
  readonly isAdapter: boolean;
}

/** Names of models come first, so that it is the adapter that has to give way. */
const uniqueAdapterName: Rule = {
  id: 'unique-adapter-name',
  check: (configuration) => {
    const models = namedModelsOf(configuration);
    const served = models.map(({ item, name, entry, index }): NameClaim => {
      const value = item.servedName ?? entry?.servedName ?? name;
      return { value, path: ['models', index], owner: `model ${name}`, isAdapter: false };
    });
    const adapters = models.flatMap(({ item, name, index }) =>
      placed(item.adapters).flatMap(({ item: adapter, index: place }): NameClaim[] => {
        const path = ['models', index, 'adapters', place, 'name'];
        return adapter.name === undefined
          ? []
          : [{ value: adapter.name, path, owner: `an adapter of model ${name}`, isAdapter: true }];
      }),
    );
    return clashes([...served, ...adapters]).flatMap(({ claim, first }) =>
      claim.isAdapter
        ? [atValue(claim.path, quote(claim.value), `a name of its own (${first.owner} has the same)`, 'rename it')]
        : [],
    );
  },
};

/** What adapters of models may be. */
export const ADAPTER_RULES: readonly Rule[] = [adapterModel, adapterSource, adapterRank, uniqueAdapterName];
