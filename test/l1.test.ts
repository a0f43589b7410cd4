import { l1 } from '../src/l1';
import { runInChild } from './support/child';

/** Files with L1 classes that a Node of its own has loaded after it ran `body`. */
function l1FilesLoadedBy(body: string): unknown {
  return runInChild(`${body}; return loaded().filter((file) => /^imports.|cdk8s-plus.*.k8s\\.js$/.test(file)).sort();`);
}

const MAKE = `
  const { App, Chart, Testing } = require('cdk8s');
  const library = load('src/index.ts');
  const chart = new Chart(new App(), 'team');
`;

test('loading the package loads no L1', () => {
  expect(l1FilesLoadedBy("load('src/index.ts')")).toEqual([]);
});

test.each([
  ['new library.MaasGateway(chart, "x", { namespace: "llm", domain: "d" })', ['imports/gateway.networking.k8s.io.ts']],
  ['new library.SimulatedModel(chart, "x", { namespace: "llm", name: "m" })', ['imports/serving.kserve.io.ts']],
  ['new library.MaasNamespace(chart, "x", { name: "llm" })', []],
  ['new library.ApiKeySecret(chart, "x", { namespace: "llm", user: "u", tier: "t", demoKey: "k" })', []],
])('%s loads just what it is made of', (expression, files) => {
  expect(l1FilesLoadedBy(`${MAKE} ${expression}; Testing.synth(chart)`)).toEqual(files);
});

test('the default platform loads no L1 that it has no object of, and not the 3 MB of core kinds', () => {
  const synth = 'const app = new App(); new library.MaasPlatform(app, "maas"); app.synthYaml()';
  expect(l1FilesLoadedBy(`${MAKE} ${synth}`)).toEqual([
    'imports/gateway.networking.k8s.io.ts',
    'imports/kuadrant.io.ts',
    'imports/monitoring.coreos.com.ts',
    'imports/networking.istio.io.ts',
    'imports/serving.kserve.io.ts',
  ]);
});

const CLASSES = [
  ['gatewayApi', 'Gateway', 'gateway.networking.k8s.io/v1', 'Gateway'],
  ['gatewayApi', 'HttpRoute', 'gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['kserve', 'InferenceService', 'serving.kserve.io/v1beta1', 'InferenceService'],
  ['kserve', 'ServingRuntime', 'serving.kserve.io/v1alpha1', 'ServingRuntime'],
  ['kuadrant', 'AuthPolicy', 'kuadrant.io/v1', 'AuthPolicy'],
  ['kuadrant', 'RateLimitPolicy', 'kuadrant.io/v1', 'RateLimitPolicy'],
  ['kuadrant', 'TokenRateLimitPolicy', 'kuadrant.io/v1alpha1', 'TokenRateLimitPolicy'],
  ['kuadrant', 'Kuadrant', 'kuadrant.io/v1beta1', 'Kuadrant'],
  ['limitador', 'Limitador', 'limitador.kuadrant.io/v1alpha1', 'Limitador'],
  ['istioNetworking', 'EnvoyFilter', 'networking.istio.io/v1alpha3', 'EnvoyFilter'],
  ['certManager', 'Certificate', 'cert-manager.io/v1', 'Certificate'],
  ['monitoring', 'ServiceMonitor', 'monitoring.coreos.com/v1', 'ServiceMonitor'],
  ['keda', 'ScaledObject', 'keda.sh/v1alpha1', 'ScaledObject'],
  ['externalSecrets', 'ExternalSecret', 'external-secrets.io/v1', 'ExternalSecret'],
  ['openshiftRoute', 'Route', 'route.openshift.io/v1', 'Route'],
] as const;

test.each(CLASSES)('l1.%s.%s is %s %s', (group, className, apiVersion, kind) => {
  const classes: Readonly<Record<string, unknown>> = { ...l1[group] };
  expect(classes[className]).toHaveProperty('GVK', { apiVersion, kind });
});

test('every getter is in that table', () => {
  expect([...new Set(CLASSES.map(([group]) => group))].sort()).toEqual(Object.keys(l1).sort());
});
