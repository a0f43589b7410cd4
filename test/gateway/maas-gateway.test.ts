import { parse } from 'yaml';
import { MaasGateway, type MaasGatewayProps } from '../../src/gateway/maas-gateway';
import { identify, synthesize } from '../support/synth';

function gatewayWith(props: MaasGatewayProps) {
  let gateway: MaasGateway | undefined;
  const { manifests, find } = synthesize((chart) => {
    gateway = new MaasGateway(chart, 'gateway', props);
  });
  const options = find('ConfigMap');
  const { metadata, spec } = find('Gateway');
  return { gateway, manifests, options, metadata, spec, deployment: parse(options.data.deployment) };
}

const MINIMAL = { namespace: 'llm', domain: 'maas.local' };

describe('MaasGateway with minimal props', () => {
  const { gateway, manifests, options, metadata, spec, deployment } = gatewayWith(MINIMAL);

  test("is the seed's Gateway and the ConfigMap of its pods", () => {
    expect(manifests.map(identify)).toEqual([
      'ConfigMap llm/inference-gateway-options',
      'Gateway llm/inference-gateway',
    ]);
    expect(spec.gatewayClassName).toBe('istio');
  });

  test('listens to plain HTTP, for every host one label below the domain, and routes of its own namespace', () => {
    expect(spec.listeners).toEqual([
      {
        name: 'http',
        port: 80,
        protocol: 'HTTP',
        hostname: '*.maas.local',
        allowedRoutes: { namespaces: { from: 'Same' } },
      },
    ]);
  });

  test('lets the gauges of the token limit through the stats matcher of Istio', () => {
    const matcher = new RegExp(`^${spec.infrastructure.annotations['sidecar.istio.io/statsInclusionRegexps']}$`);
    expect('http.outbound_0.0.0.0_80;.lua.maas.user=.=alice;.;tokens_used').toMatch(matcher);
    expect('http.outbound_0.0.0.0_80;.downstream_rq_total').not.toMatch(matcher);
  });

  test('is a Service inside the cluster: Programmed does not wait for a load balancer', () => {
    // istiod reads it from the Gateway itself, not from what the Gateway hands on to generated objects.
    expect(metadata.annotations).toEqual({ 'networking.istio.io/service-type': 'ClusterIP' });
    expect(spec.infrastructure.annotations).not.toHaveProperty('networking.istio.io/service-type');
  });

  test('shapes its pods by the ConfigMap beside it', () => {
    expect(spec.infrastructure.parametersRef).toEqual({ group: '', kind: 'ConfigMap', name: options.metadata.name });
    expect(Object.keys(options.data)).toEqual(['deployment']);
  });

  test('passes Pod Security restricted and has resources', () => {
    const pod = deployment.spec.template.spec;
    expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    expect(pod.containers).toHaveLength(1);
    // A strategic merge patch finds the container by its name; another one would be added.
    expect(pod.containers[0].name).toBe('istio-proxy');
    expect(Object.keys(pod.containers[0].resources)).toEqual(['requests', 'limits']);
  });

  test('runs one pod: token counters are not shared', () => {
    expect(deployment.spec.replicas).toBe(1);
  });

  test('can be named by routes and policies', () => {
    expect(gateway).toMatchObject({
      gatewayName: 'inference-gateway',
      gatewayNamespace: 'llm',
      gatewayServiceName: 'inference-gateway-istio',
    });
  });
});

describe('MaasGateway with all props', () => {
  const { gateway, manifests, options, metadata, spec, deployment } = gatewayWith({
    namespace: 'edge',
    domain: 'models.example.com',
    name: 'front',
    className: 'openshift-default',
    replicas: 3,
    serviceType: 'LoadBalancer',
    tlsSecretName: 'front-tls',
    routeNamespaces: ['llm', 'team-a'],
    userLabel: true,
  });

  test('names everything after itself', () => {
    expect(manifests.map(identify)).toEqual(['ConfigMap edge/front-options', 'Gateway edge/front']);
    expect(spec.infrastructure.parametersRef.name).toBe(options.metadata.name);
    expect(spec.gatewayClassName).toBe('openshift-default');
    expect(gateway?.gatewayServiceName).toBe('front-openshift-default');
  });

  test('listens to HTTPS and to nothing else: a key sent over plain HTTP is a leaked key', () => {
    expect(spec.listeners).toHaveLength(1);
    expect(spec.listeners[0]).toMatchObject({
      name: 'https',
      port: 443,
      protocol: 'HTTPS',
      hostname: '*.models.example.com',
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'front-tls' }] },
    });
  });

  test('takes routes of the named namespaces only', () => {
    expect(spec.listeners[0].allowedRoutes.namespaces).toEqual({
      from: 'Selector',
      selector: {
        matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['llm', 'team-a'] }],
      },
    });
  });

  test('has the replicas and the Service that were asked for', () => {
    expect(deployment.spec.replicas).toBe(3);
    expect(metadata.annotations).toEqual({ 'networking.istio.io/service-type': 'LoadBalancer' });
    expect(spec.infrastructure.annotations).toEqual({
      'sidecar.istio.io/statsInclusionRegexps': expect.stringContaining('lua'),
      'sidecar.istio.io/extraStatTags': 'tier,model,window,user',
    });
  });
});

describe('MaasGateway.fromName', () => {
  test.each([
    [undefined, 'front-istio'],
    ['openshift-default', 'front-openshift-default'],
  ])('with the class %s', (className, gatewayServiceName) => {
    expect(MaasGateway.fromName('front', 'edge', className)).toEqual({
      gatewayName: 'front',
      gatewayNamespace: 'edge',
      gatewayServiceName,
    });
  });
});

describe('MaasGateway fails', () => {
  test('when a chart has two under one id', () => {
    expect(() =>
      synthesize((chart) => [new MaasGateway(chart, 'gateway', MINIMAL), new MaasGateway(chart, 'gateway', MINIMAL)]),
    ).toThrow("There is already a Construct with name 'gateway' in Chart [team]");
  });
});
