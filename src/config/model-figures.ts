import type { CatalogEntry } from '../models/catalog';
import { parseHuggingFace } from '../models/hugging-face';
import { parseParameters, type ModelFigures } from '../models/model-architecture';
import type { ModelConfiguration } from './configuration';

/** What maas.yaml says of a model's size. */
export type ModelSize = Pick<ModelConfiguration, 'source' | 'parameters' | 'architecture'>;

/**
 * Size and figures of a model, as far as they are known: what is written, over what the catalog has. Weights of another
 * model at Hugging Face under a name of the catalog have none of the catalog's figures.
 * @returns undefined where the size is not known
 */
export function resolveFigures(model: ModelSize, entry: CatalogEntry | undefined): ModelFigures | undefined {
  const known = isSameModel(model.source, entry) ? entry?.figures : undefined;
  const parameters = model.parameters === undefined ? known?.parameters : parseParameters(model.parameters);
  return parameters === undefined ? undefined : { ...known, ...model.architecture, parameters };
}

/** Whether weights are those of the catalog: they may lie elsewhere, or be another revision. */
export function isSameModel(source: string | undefined, entry: CatalogEntry | undefined): boolean {
  return isSameRepository(source, entry?.source);
}

/** Whether weights are those of another source, as far as its name tells: those elsewhere than at Hugging Face may be. */
export function isSameRepository(source: string | undefined, other: string | undefined): boolean {
  const written = source === undefined ? undefined : parseHuggingFace(source)?.name;
  return written === undefined || written === parseHuggingFace(other ?? '')?.name;
}
