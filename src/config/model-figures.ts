import type { CatalogEntry } from '../models/catalog';
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

/** Sizes are written in round numbers: `20B` for 20.9 billion. */
const ROUNDED = 0.05;

/** Whether weights are those of the catalog: they may lie elsewhere, or be another revision, but are as large. */
export function isSameModel({ source, parameters }: ModelSize, entry: CatalogEntry | undefined): boolean {
  const written = parameters === undefined ? undefined : parseParameters(parameters);
  const known = entry?.figures?.parameters;
  const isAsLarge = written === undefined || known === undefined || Math.abs(written / known - 1) <= ROUNDED;
  return isAsLarge && isSameRepository(source, entry?.source);
}

/** Whether weights are those of another source, as far as its name tells: those elsewhere than at Hugging Face may be. */
export function isSameRepository(source: string | undefined, other: string | undefined): boolean {
  const written = source === undefined ? undefined : parseHuggingFace(source)?.name;
  return written === undefined || written === parseHuggingFace(other ?? '')?.name;
}
