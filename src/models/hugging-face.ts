/** Beginning of a source that vLLM loads itself. */
export const HUGGING_FACE = 'hf://';

/** Form of a source at Hugging Face, in words. */
export const HUGGING_FACE_FORM = 'hf://<organization>/<model>, with a branch, tag or commit after ":"';

/** A model at Hugging Face. */
export interface HuggingFaceModel {
  /** Its name with the organization. */
  readonly name: string;
  /**
   * Branch, tag or commit.
   * @default - the main branch
   */
  readonly revision?: string;
}

/**
 * Reads `hf://organization/model:revision`; old models have no organization.
 * @returns undefined when the source has another form
 */
export function parseHuggingFace(source: string): HuggingFaceModel | undefined {
  const [, name, revision] = /^hf:\/\/((?:\w[\w.-]*\/)?\w[\w.-]*)(?::(\w[\w./-]*))?$/.exec(source) ?? [];
  return name === undefined ? undefined : { name, revision };
}
