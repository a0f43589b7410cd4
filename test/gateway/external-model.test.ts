import { load } from 'js-yaml';
import { ExternalKeys } from '../../src/gateway/external-keys';
import { ExternalModel, type ExternalModelProps } from '../../src/gateway/external-model';
import { GatewayNetworkPolicy } from '../../src/gateway/gateway-network-policy';
import { MaasGateway } from '../../src/gateway/maas-gateway';
import { ModelRoute } from '../../src/gateway/model-route';
import { identify, synthesize, textsOf } from '../support/synth';

const GATEWAY = MaasGateway.fromName('front', 'edge');
const PROPS: ExternalModelProps = {
  gateway: GATEWAY,
  modelName: 'assistant',
  baseUrl: 'https://api.example.com/openai/v1',
  providerModel: 'large-2',
  keySecretName: 'provider',
};

/** What the options of a Gateway have of its pods. */
interface Deployment {
  spec: { template: { spec: { containers: { volumeMounts: object[] }[]; volumes: object[] } } };
}

/** Authority, path and model, as the script of an EnvoyFilter has them. */
function configured(filter: object): (string | undefined)[] {
  const [{ text: script } = { text: '' }] = textsOf(filter).filter(({ path }) => path.endsWith('inline_string'));
  return ['authority', 'path', 'model'].map((key) => new RegExp(`\\["${key}"\\] = (.*),$`, 'm').exec(script)?.[1]);
}

describe('ExternalModel', () => {
  let model: ExternalModel | undefined;
  const { manifests, find } = synthesize((chart) => {
    model = new ExternalModel(chart, 'model', { ...PROPS, routeNamespace: 'llm' });
    new ModelRoute(chart, 'route', { name: 'route', gateway: GATEWAY, host: 'a.maas.local', backend: model });
  });

  test('is a host of its own, with TLS to the provider, for the Gateway and the route', () => {
    expect(manifests.map(identify)).toEqual([
      'ServiceEntry edge/assistant-external',
      'DestinationRule edge/assistant-external',
      'EnvoyFilter edge/assistant-external',
      'HTTPRoute llm/route',
    ]);
    expect(find('ServiceEntry').spec).toEqual({
      hosts: ['assistant.edge.external.internal'],
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      endpoints: [{ address: 'api.example.com' }],
      ports: [{ number: 443, name: 'http', protocol: 'HTTP' }],
      exportTo: ['.', 'llm'],
    });
    expect(find('DestinationRule').spec).toEqual({
      host: 'assistant.edge.external.internal',
      trafficPolicy: {
        tls: {
          mode: 'SIMPLE',
          sni: 'api.example.com',
          subjectAltNames: ['api.example.com'],
          caCertificates: 'system',
        },
      },
      exportTo: ['.'],
    });
  });

  test('has its filters on its own cluster, the key after all of the client has been taken away', () => {
    const [patch] = find('EnvoyFilter').spec.configPatches;
    expect(patch.match).toEqual({ context: 'GATEWAY', cluster: { service: 'assistant.edge.external.internal' } });
    const [options] = Object.values<{ http_filters: { name: string }[] }>(
      patch.patch.value.typed_extension_protocol_options,
    );
    expect(options?.http_filters.map(({ name }) => name)).toEqual([
      'maas.external-without-key',
      'maas.external-key',
      'maas.external-model',
      'envoy.filters.http.upstream_codec',
    ]);
    expect(configured(find('EnvoyFilter'))).toEqual(['"api.example.com"', '"/openai/v1"', '"\\"large-2\\""']);
  });

  test('is the backend of a route, which offers what always tells its tokens', () => {
    const [rule] = find('HTTPRoute').spec.rules;
    expect(rule.backendRefs).toEqual([
      {
        group: 'networking.istio.io',
        kind: 'Hostname',
        name: 'assistant.edge.external.internal',
        port: 443,
        weight: 100,
      },
    ]);
    const offered = rule.matches.map(({ method, path }: { method: string; path: { value: string } }) => [
      method,
      path.value,
    ]);
    expect(offered).toEqual([
      ['POST', '/v1/chat/completions'],
      ['POST', '/v1/completions'],
      ['POST', '/v1/embeddings'],
    ]);
  });

  test('names another port to the provider, and stays in its namespace where the route does', () => {
    const { find } = synthesize(
      (chart) => new ExternalModel(chart, 'model', { ...PROPS, baseUrl: 'https://api.example.com:8443' }),
    );
    expect(find('ServiceEntry').spec).toMatchObject({ ports: [{ number: 8443 }], exportTo: ['.'] });
    expect(configured(find('EnvoyFilter')).slice(0, 2)).toEqual(['"api.example.com:8443"', '""']);
  });

  test.each([
    'http://api.example.com/v1',
    'api.example.com',
    'https://a:b@api.example.com/v1',
    'https://a.example/?k=v',
    '',
  ])('refuses %p', (baseUrl) => {
    expect(() => synthesize((chart) => new ExternalModel(chart, 'model', { ...PROPS, baseUrl }))).toThrow(
      'external model: got another base URL than one like https://api.openai.com/v1',
    );
  });
});

describe('the keys of providers', () => {
  const secretNames = ['first', 'second'];
  const { find } = synthesize((chart) => {
    const gateway = new MaasGateway(chart, 'gateway', {
      namespace: 'edge',
      name: 'front',
      domain: 'maas.local',
      externalKeySecretNames: secretNames,
    });
    new ExternalKeys(chart, 'keys', { gateway, secretNames });
  });

  test('are files of Envoy beside the Secrets, in one volume', () => {
    const { data } = find('ConfigMap', 'front-external-keys');
    expect(Object.keys(data)).toEqual(['first.discovery.json', 'second.discovery.json']);
    expect(JSON.parse(data['first.discovery.json'])).toEqual({
      resources: [
        {
          '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
          name: 'first',
          generic_secret: { secret: { filename: '/etc/maas/external-keys/first.key' } },
        },
      ],
    });
    const { template } = (load(find('ConfigMap', 'front-options').data.deployment) as Deployment).spec;
    expect(template.spec.containers[0]?.volumeMounts).toEqual([
      { name: 'external-keys', mountPath: '/etc/maas/external-keys', readOnly: true },
    ]);
    const secret = (name: string) => ({
      secret: { name, optional: true, items: [{ key: 'api-key', path: `${name}.key` }] },
    });
    expect(template.spec.volumes).toEqual([
      {
        name: 'external-keys',
        projected: { sources: [{ configMap: { name: 'front-external-keys' } }, ...secretNames.map(secret)] },
      },
    ]);
  });

  test('need a way out of the gateway, and only then there is one', () => {
    const egress = (externalPorts?: number[]) =>
      synthesize(
        (chart) =>
          new GatewayNetworkPolicy(chart, 'policy', {
            gateway: GATEWAY,
            listenerPorts: [80],
            modelNamespace: 'llm',
            modelPort: 8080,
            scrapers: [],
            externalPorts,
          }),
      ).find('NetworkPolicy').spec.egress;
    const out = { ports: [443, 8443].map((port) => ({ port, protocol: 'TCP' })) };
    expect(egress([443, 8443])).toEqual([...egress(), out]);
    expect(egress([])).toEqual(egress());
  });
});
