import type { ModelRuntime } from './catalog-entry';

/** An argument of a model server that the platform decides. */
export interface RenderedArgument {
  /** Its names, the usual one first. */
  readonly flags: readonly string[];
  /** Key of a model in maas.yaml that says it; none where it is fixed. */
  readonly key?: 'source' | 'servedName' | 'maxModelLength' | 'gpus' | 'adapters' | 'adapterRank';
  /** Why it is not free. */
  readonly reason: string;
  /** Whether it is rendered only where its key has a value. */
  readonly onlyWithValue?: boolean;
}

const SHARED: readonly RenderedArgument[] = [
  { flags: ['--port'], reason: 'probes and Services expect 8080' },
  { flags: ['--served-model-name'], key: 'servedName', reason: '`servedName` renders it' },
];

/**
 * Arguments that would take the place of what the platform renders: of two, the model servers believe the last.
 *
 * Free are the others of the ServingRuntime, which a model may tune (`--gpu-memory-utilization`).
 */
export const RENDERED_ARGUMENTS: Readonly<Record<ModelRuntime, readonly RenderedArgument[]>> = {
  vllm: [
    ...SHARED,
    { flags: ['--model'], key: 'source', reason: '`source` renders it' },
    { flags: ['--revision'], key: 'source', reason: '`source: hf://<model>:<revision>` renders it' },
    { flags: ['--max-model-len'], key: 'maxModelLength', reason: '`maxModelLength` renders it', onlyWithValue: true },
    { flags: ['--tensor-parallel-size', '-tp'], key: 'gpus', reason: '`gpus` renders it, and asks for as many' },
    { flags: ['--enable-lora', '--no-enable-lora'], key: 'adapters', reason: '`adapters` renders it' },
    { flags: ['--lora-modules'], key: 'adapters', reason: '`adapters` renders it, and lists their names' },
    { flags: ['--max-lora-rank'], key: 'adapterRank', reason: '`adapterRank` renders it' },
    {
      flags: ['--enable-force-include-usage', '--no-enable-force-include-usage'],
      reason: 'token limits need the usage in every stream',
    },
  ],
  simulator: [
    ...SHARED,
    { flags: ['--model'], key: 'servedName', reason: '`servedName` renders it' },
    { flags: ['--max-model-len'], key: 'maxModelLength', reason: '`maxModelLength` renders it' },
    { flags: ['--mode'], reason: 'the simulator answers with random text' },
    { flags: ['--force-dummy-tokenizer'], reason: 'without it the simulator asks Hugging Face for a tokenizer' },
  ],
};
