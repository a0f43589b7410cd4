import { HUGGING_FACE, HUGGING_FACE_FORM, parseHuggingFace } from '../../models/hugging-face';
import { FORMATS } from '../formats';
import { isSameRepository } from '../model-figures';
import { quote, type Finding } from '../problem';
import { namedModelsOf, runtimeOf } from './facts';
import { atValue, type Rule } from './rule';

/** Page of a model in a browser, with the branch of its files; a single file is a source that KServe can load. */
const MODEL_PAGE = /^https:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([\w.-]+\/[\w.-]+?)(?:\/tree\/([\w.-]+))?\/?$/;

const huggingFaceSource: Rule = {
  id: 'hugging-face-source',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { source } = model.item;
      if (source === undefined || runtimeOf(model) === 'simulator') {
        return [];
      }
      const isPage = MODEL_PAGE.test(source);
      if (!isPage && (!source.startsWith(HUGGING_FACE) || parseHuggingFace(source) !== undefined)) {
        return [];
      }
      const expected = isPage ? `${HUGGING_FACE_FORM}: this is a page, and no file` : HUGGING_FACE_FORM;
      return [atValue(['models', model.index, 'source'], quote(source), expected, sourceFix(source))];
    }),
};

function sourceFix(source: string): string {
  const repaired = source
    .replace(
      MODEL_PAGE,
      (_, name: string, branch?: string) => `hf://${name}${branch === undefined ? '' : `:${branch}`}`,
    )
    .replace('@', ':')
    .replace(/[/:]+$/, '');
  return parseHuggingFace(repaired) === undefined
    ? 'for example "hf://Qwen/Qwen3-0.6B:main"'
    : `write ${JSON.stringify(repaired)}`;
}

/** KServe takes any name of a claim; its pods would wait for one that cannot be. */
const claimSource: Rule = {
  id: 'claim-source',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { source = '' } = model.item;
      const [, claim, rest = ''] = /^pvc:\/\/([^/]*)(.*)$/.exec(source) ?? [];
      const { pattern, expected, repair } = FORMATS.objectName;
      if (claim === undefined || pattern.test(claim) || runtimeOf(model) === 'simulator') {
        return [];
      }
      const repaired = repair(claim);
      const fix = pattern.test(repaired) ? `write "pvc://${repaired}${rest}"` : 'for example "pvc://weights/llama"';
      const form = `pvc://<claim>/<path>, the name of the claim in ${expected}`;
      return [atValue(['models', model.index, 'source'], quote(source), form, fix)];
    }),
};

/** What the catalog has of arguments is for its own weights: one of them runs code that lies beside the weights. */
const catalogArguments: Rule = {
  id: 'catalog-arguments',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, entry, index } = model;
      const { source } = item;
      const known = entry?.arguments ?? [];
      if (source === undefined || runtimeOf(model) !== 'vllm' || known.length === 0) {
        return [];
      }
      if (isSameRepository(source, entry?.source) || Object.hasOwn(item, 'arguments')) {
        return [];
      }
      const expected = "`arguments` beside it: the catalog's are for its own weights";
      const fix = `write those of \`arguments: [${known.join(', ')}]\` that these need, or \`arguments: []\``;
      return [atValue(['models', index, 'source'], quote(source), expected, fix)];
    }),
};

/** Where the weights of models come from. */
export const MODEL_SOURCE_RULES: readonly Rule[] = [huggingFaceSource, claimSource, catalogArguments];
