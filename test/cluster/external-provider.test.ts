import { join, relative } from 'node:path';
import { toolPath } from '../../scripts/tool-table.cjs';
import { MaasPlatform, writeManifests, type MaasPlatformProps } from '../../src';
import { readConfiguration } from '../../src/config/read';
import { translate, type Json, type Translation } from '../envoy/istio/translation';
import { temporaryFolder } from '../support/folder';
import { list } from './harness/api';
import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { discover, gatewayPod } from './harness/discovery';
import { listed } from './harness/kuadrant';
import { manifestsOf, nameOf, readPlatformFolder, root } from './harness/manifests';
import { describeCluster } from './harness/suite';
import { actionSetFor, actionSets } from './harness/wasm';

const folder = readPlatformFolder('examples/fallback/dist');
const deployed = 'inference-gateway-istio';
const HOST = 'api.maas.local';
const KINDS =
  'namespaces,configmaps,services,endpointslices,gateways.gateway.networking.k8s.io,httproutes,envoyfilters,serviceentries,destinationrules';

describeCluster(
  'what istiod makes of examples/fallback: a provider, and models that answer for others',
  () => {
    let plane: ControlPlane;
    let sent: Translation;

    beforeAll(async () => {
      plane = await ControlPlane.start('examples/fallback/dist');
      await plane.apply(folder);
      await plane.untilGood(folder);
      sent = discover(plane.istiod.address, await gatewayPod('inference-gateway'));
    });
    afterAll(() => plane?.stop());

    const routes = () => sent.routes.flatMap(({ virtual_hosts }) => virtual_hosts.flatMap((host: Json) => host.routes));

    test('each model is one cluster with its fallback', () => {
      const clusters = sent.clusters.filter(({ name }) => name.startsWith('maas.model.'));
      const parts = clusters.map(({ name, cluster_type }) => [name, ...cluster_type.typed_config.clusters]);
      expect(parts.sort()).toEqual([
        ['maas.model.assistant', 'maas.first.assistant', 'maas.fallback.assistant'],
        [
          'maas.model.simulator',
          'outbound|80||vllm-simulator-predictor.llm.svc.cluster.local',
          'maas.fallback.simulator',
        ],
        ['maas.model.small', 'outbound|80||small-predictor.llm.svc.cluster.local', 'maas.fallback.small'],
      ]);
      const known = sent.clusters.map(({ name }) => name);
      expect(parts.flat().filter((name) => !known.includes(name))).toEqual([]);
      const led = routes().flatMap(({ route }: Json) => route?.cluster ?? []);
      expect(new Set(led)).toEqual(new Set(clusters.map(({ name }) => name)));
    });

    test('its listeners inside of Envoy lead to clusters that there are', () => {
      const inner = sent.listeners.filter(({ internal_listener }) => internal_listener !== undefined);
      expect(inner).toHaveLength(4);
      const led = [...JSON.stringify(inner).matchAll(/"cluster":\s*"([^"]+)"/g)].map(([, name]) => name);
      const known = sent.clusters.map(({ name }) => name);
      expect(led.length).toBeGreaterThan(10);
      expect(led.filter((name) => !known.includes(name))).toEqual([]);
    });

    const expectAskedOnce = () => {
      const withWasm = sent.listeners.filter((listener) =>
        JSON.stringify(listener).includes('envoy.filters.http.wasm'),
      );
      expect(withWasm.map(({ internal_listener }) => internal_listener)).toEqual([undefined]);
    };

    test("what Kuadrant's wasm asks and counts of a request, it does once: not behind a fallback", expectAskedOnce);

    test('the provider has its filters, and the pods of the gateway what they read', async () => {
      const provider = sent.clusters.find(({ name }) => name === 'outbound|443||assistant.llm.external.internal');
      expect(JSON.stringify(provider)).toContain('maas.external-key');
      expect(provider.transport_socket.typed_config.sni).toBe('api.openai.com');
      const deployments = await list('/apis/apps/v1/namespaces/llm/deployments');
      const { spec } = deployments.find(({ metadata }) => metadata.name === deployed)!.spec.template;
      const proxy = spec.containers.find(({ name }: Json) => name === 'istio-proxy');
      expect(proxy.volumeMounts).toContainEqual({
        ...{ name: 'external-keys', mountPath: '/etc/maas/external-keys', readOnly: true },
      });
      const volume = spec.volumes.find(({ name }: Json) => name === 'external-keys');
      const sources = volume.projected.sources.map((source: Json) => Object.keys(source));
      expect(sources).toEqual([['configMap'], ['secret']]);
    });

    test('the routes of the provider and of the models are resolved', async () => {
      const wanted = manifestsOf(folder).filter(({ kind }) => kind === 'HTTPRoute');
      const found = (await listed('httproutes')).filter((route) =>
        wanted.some((each) => nameOf(each) === nameOf(route)),
      );
      expect(found).toHaveLength(wanted.length);
      for (const { metadata, status } of found) {
        const resolved = status.parents[0].conditions.find(({ type }: Json) => type === 'ResolvedRefs');
        expect([metadata.name, resolved.status, resolved.message]).toEqual([metadata.name, 'True', expect.any(String)]);
      }
    });

    test.each(['listeners', 'routes', 'clusters'] as const)('test/envoy/istio runs the same %s', async (kind) => {
      const read = (await listed(KINDS)).filter(({ metadata }) => !metadata.name.startsWith(deployed));
      const translated = translate(toolPath('istio-listeners')!, read);
      // Whose certificate a backend shows follows from its pods, and the translation is made without any but the Gateway's.
      const withoutPods = (key: string, value: unknown) => (key === 'match_subject_alt_names' ? undefined : value);
      const [own, other] = [sent, translated].map((of) =>
        JSON.parse(
          JSON.stringify(
            [...of[kind]].sort((one, two) => one.name.localeCompare(two.name)),
            withoutPods,
          ),
        ),
      );
      expect(own).toEqual(other);
    });

    describe('with tokens that Kuadrant counts', () => {
      beforeAll(async () => {
        const configuration = readConfiguration(join(root, 'examples/fallback/maas.yaml'));
        const props: MaasPlatformProps = {
          ...configuration,
          gateway: { routing: 'path' },
          limits: { engine: 'tokenRateLimitPolicy' },
        };
        const written = temporaryFolder();
        writeManifests((app) => void new MaasPlatform(app, 'maas', props), written);
        const second = readPlatformFolder(relative(root, written));
        await plane.empty();
        await plane.apply(second);
        await plane.untilGood(second);
        sent = discover(plane.istiod.address, await gatewayPod('inference-gateway'));
      });

      test('it counts where the request comes in, once', expectAskedOnce);

      test.each(['simulator', 'small', 'assistant'])(
        'whoever answers for %s, its tokens are asked for and reported as those of the models',
        async (model) => {
          const path = `/${model}/v1/chat/completions`;
          const { actions } = actionSetFor(await actionSets(), { host: HOST, path });
          const counted = actions.map(({ service, scope }) => [service, scope]);
          expect(counted).toContainEqual(['ratelimit-check-service', 'llm/models-path-route']);
          expect(counted).toContainEqual(['ratelimit-report-service', 'llm/models-path-route']);
          const led = routes().filter(({ match }: Json) => JSON.stringify(match).includes(`"/${model}/v1`));
          expect(new Set(led.map(({ route }: Json) => route?.cluster))).toEqual(new Set([`maas.model.${model}`]));
        },
      );
    });
  },
  ...controlPlaneTools,
);
