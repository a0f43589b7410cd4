import { ErrorReplyFilter, FailedAuthenticationFilter, MaasGateway, ModelListFilter, ModelListRoute } from '../../src';
import { identify, synthesize } from '../support/synth';

const gateway = MaasGateway.fromName('inference-gateway', 'llm');

describe('ErrorReplyFilter', () => {
  test('is appended after what others say of their own refusals', () => {
    const { manifests, find } = synthesize((chart) => new ErrorReplyFilter(chart, 'reply', { gateway }));
    expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/error-reply-filter']);
    expect(find('EnvoyFilter').spec.priority).toBe(10);
  });

  test('every body is an error as OpenAI tells it', () => {
    const { find } = synthesize((chart) => new ErrorReplyFilter(chart, 'reply', { gateway }));
    const { mappers } = find('EnvoyFilter').spec.configPatches[0].patch.value.typed_config.local_reply_config;
    for (const { body_format_override } of mappers) {
      const { error } = JSON.parse(body_format_override.text_format_source.inline_string);
      expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code']);
    }
    expect(mappers.length).toBeGreaterThan(10);
  });
});

describe('FailedAuthenticationFilter', () => {
  test('puts what counts before what waits, both behind the header scrub', () => {
    const { manifests, find } = synthesize((chart) => new FailedAuthenticationFilter(chart, 'slow', { gateway }));
    expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/failed-authentication-filter']);
    const { priority, configPatches } = find('EnvoyFilter').spec;
    expect(priority).toBeLessThan(10);
    // Each is inserted first of all.
    expect(
      configPatches.map(({ patch }: { patch: { operation: string; value: { name: string } } }) => [
        patch.operation,
        patch.value.name,
      ]),
    ).toEqual([
      ['INSERT_FIRST', 'maas.failed-authentication-delay'],
      ['INSERT_FIRST', 'maas.failed-authentication'],
    ]);
  });

  test('takes a number of failures', () => {
    const { find } = synthesize(
      (chart) => new FailedAuthenticationFilter(chart, 'slow', { gateway, slowDownAfter: 7 }),
    );
    const [, { patch }] = find('EnvoyFilter').spec.configPatches;
    expect(patch.value.typed_config.default_source_code.inline_string).toContain('["failures"] = 7,');
  });

  test.each([0, -1, 1.5, Number.NaN])('fails for %d', (slowDownAfter) => {
    expect(() =>
      synthesize((chart) => new FailedAuthenticationFilter(chart, 'slow', { gateway, slowDownAfter })),
    ).toThrow(`slow down after: got ${slowDownAfter} failures, expected a whole number above 0`);
  });
});

describe('ModelListFilter', () => {
  const models = [{ name: 'tiny', baseUrl: 'https://tiny.example.com/v1' }];

  test('runs for its host only', () => {
    const { manifests, find } = synthesize(
      (chart) => new ModelListFilter(chart, 'list', { gateway, host: 'api.example.com', models, tiers: [] }),
    );
    expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/model-list-filter']);
    const [filter, host] = find('EnvoyFilter').spec.configPatches;
    expect(filter.patch.value.typed_config).not.toHaveProperty('default_source_code');
    expect(host.match).toEqual({
      context: 'GATEWAY',
      routeConfiguration: { vhost: { domainName: 'api.example.com' } },
    });
    expect(Object.keys(host.patch.value.typed_per_filter_config)).toEqual([filter.patch.value.name]);
  });

  test('fails for a model that nobody knows', () => {
    expect(() =>
      synthesize(
        (chart) =>
          new ModelListFilter(chart, 'list', {
            gateway,
            host: 'api.example.com',
            models,
            tiers: [{ tier: 'free', models: ['huge'] }],
          }),
      ),
    ).toThrow('list of models: got model "huge" of tier "free", expected one of "tiny"');
  });
});

test('ModelListRoute leads nowhere: a filter answers', () => {
  const { manifests, find } = synthesize(
    (chart) => new ModelListRoute(chart, 'route', { gateway, namespace: 'models', host: 'api.example.com' }),
  );
  expect(manifests.map(identify)).toEqual(['HTTPRoute models/model-list-route']);
  expect(find('HTTPRoute').spec).toEqual({
    parentRefs: [{ name: 'inference-gateway', namespace: 'llm' }],
    hostnames: ['api.example.com'],
    rules: [{ matches: [{ method: 'GET', path: { type: 'PathPrefix', value: '/v1/models' } }] }],
  });
});
