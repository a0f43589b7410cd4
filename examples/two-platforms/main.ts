import { MaasPlatform, synthesize } from 'cdk8s-maas';

synthesize((app) => {
  new MaasPlatform(app, 'maas', {
    namespace: 'llm',
    domain: 'maas.local',
  });

  // The second one shares KServe and Kuadrant with the first.
  new MaasPlatform(app, 'research', {
    name: 'research',
    namespace: 'llm-research',
    domain: 'research.local',
    kserve: { configure: false },
    kuadrant: { create: false },
    observability: { namespace: 'research-observability' },
    users: [{ name: 'dave', tier: 'premium', keys: [{ demo: 'dave_key' }] }],
  });
});
