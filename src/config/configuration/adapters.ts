/** A LoRA adapter of a model. */
export interface AdapterConfiguration {
  /** Model name in requests (OpenAI API field `model`); no other model or adapter has it. */
  readonly name: string;
  /** Repository at Hugging Face, `hf://org/adapter`; vLLM loads its main branch. */
  readonly source: string;
}
