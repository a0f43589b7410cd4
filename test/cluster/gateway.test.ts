import { load } from 'js-yaml';
import { toolPath } from '../../scripts/tool-table.cjs';
import { connectionManager, filterNames, translate, type Json, type Translation } from '../envoy/istio/translation';
import { list } from './harness/api';
import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { discover, gatewayPod } from './harness/discovery';
import { listed } from './harness/kuadrant';
import { manifestsOf, nameOf, readPlatformFolder, type Manifest } from './harness/manifests';
import { describeCluster } from './harness/suite';

const dist = readPlatformFolder('dist');
const deployed = 'inference-gateway-istio';

function found(name: string): Manifest {
  return manifestsOf(dist).find((manifest) => nameOf(manifest) === name)!;
}

/** All that istiod reads, but for what it has made of the Gateway: `istio-listeners` adds that as it would be. */
async function readByIstio(): Promise<Manifest[]> {
  const kinds = 'namespaces,configmaps,services,endpointslices,gateways,httproutes,envoyfilters';
  return (await listed(kinds)).filter(({ metadata }) => !metadata.name.startsWith(deployed));
}

/** In one order, which istiod leaves open. */
function byName(resources: readonly Json[] | null): Json[] {
  const name = (resource: Json) => resource.name ?? resource.cluster_name;
  return [...(resources ?? [])].sort((one, other) => name(one).localeCompare(name(other)));
}

describeCluster(
  'what istiod makes of the Gateway of dist/',
  () => {
    let plane: ControlPlane;
    let pod: Manifest;
    let sent: Translation;
    let translated: Translation;

    beforeAll(async () => {
      plane = await ControlPlane.start();
      await plane.apply(dist);
      await plane.untilGood(dist);
      pod = await gatewayPod('inference-gateway');
      sent = discover(plane.istiod.address, pod);
      translated = translate(toolPath('istio-listeners')!, await readByIstio());
    });
    afterAll(() => plane?.stop());

    test('the Deployment has what our options say, and what the Gateway says of its pods', async () => {
      const deployments = await list('/apis/apps/v1/namespaces/llm/deployments');
      const deployment = deployments.find(({ metadata }) => metadata.name === deployed)!;
      const options = load(found('ConfigMap llm/inference-gateway-options').data.deployment) as Manifest;
      expect(deployment.spec).toMatchObject(options.spec);
      const { annotations, labels } = found('Gateway llm/inference-gateway').spec.infrastructure;
      expect(deployment.spec.template.metadata.annotations).toMatchObject(annotations);
      expect(deployment.spec.template.metadata.labels).toMatchObject(labels ?? {});
    });

    test('the Service has the ports of the listeners, for the pods of the Gateway', async () => {
      const services = await list('/api/v1/namespaces/llm/services');
      const { spec } = services.find(({ metadata }) => metadata.name === deployed)!;
      const listeners = found('Gateway llm/inference-gateway').spec.listeners.map(({ port }: Json) => port);
      expect(spec.ports.map(({ port }: Json) => port)).toEqual([15021, ...listeners]);
      expect(pod.metadata.labels).toMatchObject(spec.selector);
      const { annotations } = found('Gateway llm/inference-gateway').metadata;
      expect(spec.type).toBe(annotations!['networking.istio.io/service-type']);
    });

    test('its pod was admitted by Pod Security "restricted"', async () => {
      const llm = (await list('/api/v1/namespaces')).find(({ metadata }) => metadata.name === 'llm')!;
      expect(llm.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
      expect(pod.spec.containers.map(({ name }: Json) => name)).toEqual(['istio-proxy']);
      expect(pod.status.phase).toBe('Running');
    });

    test('of the HTTP filters those that come first stand before Kuadrant, all others of ours right before the router', () => {
      const filters = filterNames(sent);
      const named = (operation: string) =>
        manifestsOf(dist)
          .filter(({ kind }) => kind === 'EnvoyFilter')
          .flatMap(({ spec }) => spec.configPatches as Json[])
          .filter(({ applyTo, patch }) => applyTo === 'HTTP_FILTER' && patch.operation === operation)
          .map(({ patch }) => patch.value.name as string);
      const [first, last] = [named('INSERT_FIRST'), named('INSERT_BEFORE')];
      expect(first.length).toBeGreaterThan(0);
      expect(filters.slice(0, first.length).sort()).toEqual(first.sort());
      const afterKuadrant = filters.slice(filters.indexOf('envoy.filters.http.wasm') + 1);
      expect(filters).toContain('envoy.filters.http.wasm');
      expect(afterKuadrant.sort()).toEqual([...last, 'envoy.filters.http.router'].sort());
      expect(filterNames(sent).at(-1)).toBe('envoy.filters.http.router');
    });

    test('every host of a model has its route, without a timeout, to an endpoint', () => {
      const hosts = manifestsOf(dist)
        .filter(({ kind, spec }) => kind === 'HTTPRoute' && spec.rules.some((rule: Json) => rule.backendRefs))
        .flatMap(({ spec }) => spec.hostnames as string[]);
      const virtualHosts = sent.routes.flatMap(({ virtual_hosts }) => virtual_hosts as Json[]);
      for (const host of hosts) {
        const { routes } = virtualHosts.find(({ domains }) => domains.includes(host));
        const forwarded = routes.filter(({ route }: Json) => route?.cluster !== undefined);
        expect(forwarded.length).toBeGreaterThan(0);
        for (const { route } of forwarded) {
          expect(route.timeout).toBe('0s');
          const endpoints = sent.endpoints.find(({ cluster_name }) => cluster_name === route.cluster);
          expect(endpoints.endpoints[0].lb_endpoints[0].health_status).toBe('HEALTHY');
        }
      }
      expect(connectionManager(sent).rds.route_config_name).toBe('http.80');
    });

    test('the start configuration lets the gauges of our Lua live', () => {
      const { patterns } = sent.bootstrap.stats_config.stats_matcher.inclusion_list;
      expect(patterns).toContainEqual({ safe_regex: expect.objectContaining({ regex: 'http\\..*lua\\..*' }) });
      expect(sent.bootstrap.node.metadata.ANNOTATIONS).toMatchObject(translated.bootstrap.node.metadata.ANNOTATIONS);
    });

    // Whose certificate a backend shows follows from its pods, and the translation is made without any but the Gateway's.
    const withoutPods = (key: string, value: unknown) => (key === 'match_subject_alt_names' ? undefined : value);

    test.each(['listeners', 'routes', 'clusters'] as const)(
      'the translation of test/envoy/istio gives the same %s',
      (kind) => {
        const [own, other] = [sent, translated].map((of) => JSON.parse(JSON.stringify(byName(of[kind])), withoutPods));
        expect(own).toEqual(other);
        expect(own.length).toBeGreaterThan(0);
      },
    );

    test('the translation of test/envoy/istio knows the same endpoints by name', () => {
      const names = ({ endpoints }: Translation) => byName(endpoints).map(({ cluster_name }) => cluster_name);
      expect(names(sent)).toEqual(names(translated));
    });

    test('the translation of test/envoy/istio gives the same start configuration, but for the name of the pod', () => {
      expect({ ...sent.bootstrap, node: undefined }).toEqual({ ...translated.bootstrap, node: undefined });
    });
  },
  ...controlPlaneTools,
);
