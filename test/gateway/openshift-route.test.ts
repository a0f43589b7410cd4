import { MaasGateway } from '../../src/gateway/maas-gateway';
import { OpenShiftRoute } from '../../src/gateway/openshift-route';
import { identify, synthesize } from '../support/synth';

const GATEWAY = { namespace: 'edge', domain: 'apps.example.com', name: 'front', className: 'openshift-default' };

function routeOf(props: { passthrough?: boolean } = {}, tlsSecretName?: string) {
  const { manifests, find } = synthesize((chart) => {
    const gateway = new MaasGateway(chart, 'gateway', { ...GATEWAY, tlsSecretName });
    new OpenShiftRoute(chart, 'route', {
      name: 'simulator-route',
      host: 'simulator-llm.apps.example.com',
      gateway,
      ...props,
    });
  });
  return { manifests, route: find('Route'), listener: find('Gateway').spec.listeners[0] };
}

describe('OpenShiftRoute with minimal props', () => {
  const { manifests, route, listener } = routeOf();

  test('leads its host to the Service of the Gateway, beside which it lives', () => {
    expect(manifests.map(identify)).toContain('Route edge/simulator-route');
    expect(route.spec).toMatchObject({
      host: 'simulator-llm.apps.example.com',
      to: { kind: 'Service', name: 'front-openshift-default', weight: 100 },
      wildcardPolicy: 'None',
    });
  });

  test('ends TLS at the router, never takes a key over plain HTTP, and leads to the listener of plain HTTP', () => {
    expect(route.spec.tls).toEqual({ termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' });
    expect(route.spec.port.targetPort).toBe(listener.name);
  });
});

test('OpenShiftRoute waits for an answer that says nothing for longer than the 30 seconds of the router', () => {
  expect(routeOf().route.metadata.annotations).toEqual({ 'haproxy.router.openshift.io/timeout': '3600s' });
});

describe('OpenShiftRoute with all props', () => {
  const { route, listener } = routeOf({ passthrough: true }, 'front-tls');

  test('passes TLS through to the HTTPS listener', () => {
    expect(route.spec.tls).toEqual({ termination: 'passthrough', insecureEdgeTerminationPolicy: 'Redirect' });
    expect(route.spec.port.targetPort).toBe(listener.name);
    expect(listener.protocol).toBe('HTTPS');
  });
});
