import { parseConfiguration } from '../../src/config/read';
import { resolveSettings } from '../../src/config/settings';
import { drawPlatform } from '../../src/explain/diagram';
import { EVERYTHING, POLICY } from './configurations';

/** The whole diagram, for the default and for configurations that use everything. */

function draw(yaml: string): string {
  return drawPlatform(resolveSettings(parseConfiguration(yaml, 'maas.yaml')));
}

test('the default', () => {
  expect(draw('{}')).toBe(
    `
flowchart TB
  subgraph clients["Clients"]
    client0["free<br/>2 users"]
    client1["premium<br/>2 users"]
    client2["enterprise<br/>1 user"]
  end
  subgraph hosts["Hosts"]
    api["api.maas.local<br/>list of models"]
    host0["simulator.maas.local<br/>model: simulator-model"]
  end
  subgraph gateway["Gateway llm/inference-gateway, HTTP, 1 gateway pod"]
    direction TB
    scrub["1 header scrub<br/>removes x-maas headers of clients"]
    slowdown["2 slow-down<br/>after 20 failures in a minute: a second"]
    kuadrant["3 Kuadrant<br/>key or token: user and tier"]
    identity["4 identity required<br/>nobody passes unknown"]
    list["5 list of models<br/>at api.maas.local only"]
    tokens["6 token limit<br/>overshoot: inflight"]
    scrub --> slowdown --> kuadrant --> identity --> list --> tokens
  end
  subgraph policies["Policies"]
    authpolicy["AuthPolicy gateway-auth-policy<br/>API keys: APIKEY, Bearer"]
  end
  subgraph limits["Limits of each user"]
    limit0["free<br/>tokens: 200 a minute, 5,000 an hour, 50,000 a day"]
    limit1["premium<br/>tokens: 1,000 a minute, 30,000 an hour, 500,000 a day"]
    limit2["enterprise<br/>tokens: 5,000 a minute, 150,000 an hour, 2,000,000 a day"]
  end
  subgraph models["Models in llm"]
    model0["simulator<br/>simulator, no accelerator<br/>replicas: 1"]
  end
  client0 --> hosts
  client1 --> hosts
  client2 --> hosts
  hosts --> scrub
  authpolicy -.-> kuadrant
  limit0 -.-> tokens
  limit1 -.-> tokens
  limit2 -.-> tokens
  tokens --> model0
`.slice(1),
  );
});

test('OIDC, request limits, a tier with a list of models', () => {
  expect(draw(EVERYTHING)).toBe(
    `
flowchart TB
  subgraph clients["Clients"]
    client0["shared<br/>1 user"]
    client1["trial<br/>0 users"]
    client2["open<br/>0 users"]
    tokenholders["whoever has a token of<br/>https://login.example.com/realms/maas"]
  end
  subgraph hosts["Hosts"]
    api["api.models.example.com<br/>list of models"]
    host0["simulator.models.example.com<br/>model: simulator-model"]
    host1["shared.models.example.com<br/>model: org/model #34;v1#34;"]
  end
  subgraph gateway["Gateway llm/inference-gateway, HTTPS, 3 gateway pods"]
    direction TB
    scrub["1 header scrub<br/>removes x-maas headers of clients"]
    slowdown["2 slow-down<br/>after 20 failures in a minute: a second"]
    kuadrant["3 Kuadrant<br/>key or token: user and tier"]
    identity["4 identity required<br/>nobody passes unknown"]
    list["5 list of models<br/>at api.models.example.com only"]
    tokens["6 token limit<br/>overshoot: none"]
    scrub --> slowdown --> kuadrant --> identity --> list --> tokens
  end
  subgraph policies["Policies"]
    authpolicy["AuthPolicy gateway-auth-policy<br/>API keys: Bearer<br/>tokens: audience maas"]
    ratelimitpolicy["RateLimitPolicy gateway-rate-limits"]
  end
  subgraph limits["Limits of each user"]
    limit0["shared<br/>tokens: 200 a minute, 1,000,000 a month<br/>requests: 1,500 in 1h30m"]
    limit1["trial<br/>tokens: 1,000 a day (counted only)"]
    limit2["open<br/>unlimited"]
  end
  subgraph models["Models in llm"]
    model0["simulator<br/>simulator, no accelerator<br/>replicas: 1"]
    model1["shared<br/>vllm on 2 nvidia-l4<br/>replicas: 4"]
  end
  tokenholders --> client0
  tokenholders --> client1
  client0 --> api
  client0 --> host0
  client0 --> host1
  client1 --> api
  client1 --> host0
  client2 --> hosts
  hosts --> scrub
  authpolicy -.-> kuadrant
  ratelimitpolicy -.-> kuadrant
  limit0 -.-> tokens
  limit0 -.-> ratelimitpolicy
  limit1 -.-> tokens
  tokens --> model0
  tokens --> model1
`.slice(1),
  );
});

test('the other engine on an existing Gateway, nobody slowed down', () => {
  expect(draw(POLICY)).toBe(
    `
flowchart TB
  subgraph clients["Clients"]
    client0["free<br/>1 user"]
    tokenholders["whoever has a token of<br/>http://keycloak.keycloak-system.svc.cluster.local:8080/realms/maas"]
  end
  subgraph hosts["Hosts"]
    api["api.maas.local<br/>list of models"]
    host0["simulator.maas.local<br/>model: simulator-model"]
    host1["spare.maas.local<br/>model: spare"]
  end
  subgraph gateway["Gateway infrastructure/shared, existing, HTTP, 2 gateway pods"]
    direction TB
    scrub["1 header scrub<br/>removes x-maas headers of clients"]
    kuadrant["2 Kuadrant<br/>key or token: user and tier"]
    identity["3 identity required<br/>nobody passes unknown"]
    list["4 list of models<br/>at api.maas.local only"]
    scrub --> kuadrant --> identity --> list
  end
  subgraph policies["Policies"]
    authpolicy["AuthPolicy gateway-auth-policy<br/>tokens: audience maas"]
    ratelimitpolicy["RateLimitPolicy gateway-rate-limits"]
    tokenratelimitpolicy["TokenRateLimitPolicy gateway-token-rate-limits"]
  end
  subgraph limits["Limits of each user"]
    limit0["free<br/>tokens: 200 a minute<br/>requests: 5 in 30s"]
  end
  subgraph models["Models in llm"]
    model0["simulator<br/>simulator, no accelerator<br/>replicas: 1"]
    model1["spare<br/>simulator, no accelerator<br/>replicas: 1"]
  end
  tokenholders --> client0
  client0 --> api
  client0 --> host0
  hosts --> scrub
  authpolicy -.-> kuadrant
  ratelimitpolicy -.-> kuadrant
  tokenratelimitpolicy -.-> kuadrant
  limit0 -.-> tokenratelimitpolicy
  limit0 -.-> ratelimitpolicy
  list --> model0
  list --> model1
`.slice(1),
  );
});

test('a platform with neither models nor users', () => {
  expect(draw('{ models: [], users: [] }')).toBe(
    `
flowchart TB
  subgraph clients["Clients"]
    client0["free<br/>0 users"]
    client1["premium<br/>0 users"]
    client2["enterprise<br/>0 users"]
  end
  subgraph gateway["Gateway llm/inference-gateway, HTTP, 1 gateway pod"]
    direction TB
    scrub["1 header scrub<br/>removes x-maas headers of clients"]
    slowdown["2 slow-down<br/>after 20 failures in a minute: a second"]
    kuadrant["3 Kuadrant<br/>key or token: user and tier"]
    identity["4 identity required<br/>nobody passes unknown"]
    tokens["5 token limit<br/>overshoot: inflight"]
    scrub --> slowdown --> kuadrant --> identity --> tokens
  end
  subgraph policies["Policies"]
    authpolicy["AuthPolicy gateway-auth-policy<br/>API keys: APIKEY, Bearer"]
  end
  subgraph limits["Limits of each user"]
    limit0["free<br/>tokens: 200 a minute, 5,000 an hour, 50,000 a day"]
    limit1["premium<br/>tokens: 1,000 a minute, 30,000 an hour, 500,000 a day"]
    limit2["enterprise<br/>tokens: 5,000 a minute, 150,000 an hour, 2,000,000 a day"]
  end
  clients --> scrub
  authpolicy -.-> kuadrant
  limit0 -.-> tokens
  limit1 -.-> tokens
  limit2 -.-> tokens
`.slice(1),
  );
});
