import { MaasGateway } from '../../src/gateway/maas-gateway';
import { usageAccessLog, UsageLedger } from '../../src/limits/usage-ledger';
import { identify, synthesize } from '../support/synth';

const gateway = MaasGateway.fromName('inference-gateway', 'llm');

test('UsageLedger appends the access log that runs on a real Envoy (test/envoy/ledger.test.ts)', () => {
  const { manifests, find } = synthesize((chart) => new UsageLedger(chart, 'ledger', { gateway }));
  expect(manifests.map(identify)).toEqual(['EnvoyFilter llm/usage-ledger']);
  expect(find('EnvoyFilter').spec.configPatches[0].patch.value.typed_config.access_log).toEqual([usageAccessLog()]);
});

test('UsageLedger stands where it is told', () => {
  const place = { namespace: 'istio-system', name: 'mine' };
  const { manifests } = synthesize((chart) => new UsageLedger(chart, 'ledger', { gateway, ...place }));
  expect(manifests.map(identify)).toEqual(['EnvoyFilter istio-system/mine']);
});

test('a line has no key and no text: nothing but these is written', () => {
  const text = JSON.stringify(usageAccessLog());
  expect(text.match(/%[A-Z_]+(\([^)]*\))?%/g)).toEqual([
    '%START_TIME%',
    '%REQ(X-REQUEST-ID)%',
    ...['user', 'tier', 'model', 'path'].map((field) => `%DYNAMIC_METADATA(maas:request:${field})%`),
    '%RESPONSE_CODE%',
    '%RESPONSE_FLAGS%',
    '%DYNAMIC_METADATA(maas:request:refused)%',
    ...['prompt', 'completion', 'total', 'charged'].map((field) => `%DYNAMIC_METADATA(maas:usage:${field})%`),
    '%DURATION%',
  ]);
});
