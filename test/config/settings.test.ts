import type { MaasPlatformProps } from '../../src/config/configuration';
import { resolveSettings } from '../../src/config/settings';

describe('the limit of the conformance tier', () => {
  /** What its tier has in one gateway pod, and what the Job expects to be told. */
  const limits = (props: MaasPlatformProps) => {
    const {
      conformance,
      limits: { shares },
      tiers,
    } = resolveSettings({ conformance: {}, ...props });
    const tokens = tiers.find(({ name }) => name === 'conformance')!.tokens!.minute!;
    return [tokens / shares, conformance!.tokensPerMinute];
  };

  test.each<[string, number, MaasPlatformProps]>([
    ['500 tokens', 500, {}],
    ['500 in each of several gateway pods', 500, { gateway: { replicas: 3 }, limits: { perReplica: 'divide' } }],
    ['more for a model whose tokens count more', 1_000, { models: [{ name: 'simulator', weight: 2 }] }],
    [
      'as much as its dearest kind of token asks for',
      1_500,
      { models: [{ name: 'simulator', tokenWeights: { prompt: 0.5, completion: 3 } }] },
    ],
    ['not next to nothing where tokens count next to nothing', 50, { models: [{ name: 'simulator', weight: 0.001 }] }],
    [
      'that of the model which is asked',
      500,
      { models: [{ name: 'granite', weight: 9 }, { name: 'simulator' }], conformance: { model: 'simulator' } },
    ],
  ])('%s', (_, expected, props) => {
    expect(limits(props)).toEqual([expected, expected]);
  });
});

describe("the catalog's arguments, licence and figures are for its own weights", () => {
  const resolved = (source?: string) => {
    const { models } = resolveSettings({ models: [{ name: 'nomic', arguments: ['--max-num-seqs=8'], source }] });
    return models.map((model) => [model.arguments, model.licence, model.figures?.layers]);
  };

  test.each([undefined, 'hf://nomic-ai/nomic-embed-text-v1.5:e5cf08a', 's3://ours/nomic', 'pvc://weights/nomic'])(
    'those of %s may be',
    (source) => {
      expect(resolved(source)).toEqual([
        [['--runner=pooling', '--trust-remote-code', '--max-num-seqs=8'], 'Apache-2.0', 12],
      ]);
    },
  );

  test('others of Hugging Face have what is written, and no code is run that nobody has named', () => {
    expect(resolved('hf://else/where')).toEqual([[['--max-num-seqs=8'], undefined, undefined]]);
  });
});
