import type { CatalogEntry } from '../models/catalog-entry';
import { parseHuggingFace } from '../models/hugging-face';
import { parseParameters, type ModelFigures } from '../models/model-architecture';
import type { ModelConfiguration } from './configuration';

/** What maas.yaml says of a model's size. */
export type ModelSize = Pick<ModelConfiguration, 'source' | 'parameters' | 'architecture'>;

/**
 * Size and figures of a model, as far as they are known: what is written, over what the catalog has. A size with figures
 * is all of them, as a `config.json` is. Weights of another model under a name of the catalog have none of the catalog's.
 * @returns undefined where the size is not known
 */
export function resolveFigures(model: ModelSize, entry: CatalogEntry | undefined): ModelFigures | undefined {
  const isAll = model.parameters !== undefined && model.architecture !== undefined;
  const known = !isAll && isSameModel(model, entry) ? entry?.figures : undefined;
  const parameters = model.parameters === undefined ? known?.parameters : parseParameters(model.parameters);
  return parameters === undefined ? undefined : { ...known, ...model.architecture, parameters };
}

/** Sizes are written in round numbers: `20B` for 20.9 billion, `0.6B` for 568 million. */
const ROUNDED = 0.1;

/**
 * Whether weights are those of the catalog. They may be another revision, or lie elsewhere: then they are as large, where
 * somebody says how large they are.
 */
export function isSameModel(
  { source, parameters }: Pick<ModelSize, 'source' | 'parameters'>,
  entry: CatalogEntry | undefined,
): boolean {
  const known = entry?.figures?.parameters;
  const written = parameters === undefined ? undefined : parseParameters(parameters);
  const isElsewhere = source !== undefined && parseHuggingFace(source) === undefined;
  const isOther =
    isElsewhere && written !== undefined && known !== undefined && Math.abs(written / known - 1) > ROUNDED;
  return !isOther && isSameRepository(source, entry?.source);
}

/** Whether weights are those of another source, as far as its name tells: those elsewhere than at Hugging Face may be. */
export function isSameRepository(source: string | undefined, other: string | undefined): boolean {
  const written = source === undefined ? undefined : parseHuggingFace(source)?.name;
  return written === undefined || written === parseHuggingFace(other ?? '')?.name;
}
