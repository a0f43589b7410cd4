import { checkConfiguration } from '../../../src/config/check';
import { resolveSettings } from '../../../src/config/settings';
import { COMPONENTS } from '../../../src/operations/install/components';
import { downloadCommand, mirrorPath, placeOf } from '../../../src/operations/install/downloads';

const settings = resolveSettings({});
const parts = COMPONENTS.flatMap((component) => component.parts(component.version(settings), settings));

test('the defaults are valid', () => {
  expect(checkConfiguration({})).toEqual([]);
});

test('every download has its place on a mirror: host and path of its address, for a chart those of its repository', () => {
  expect(parts.map(mirrorPath)).toEqual([
    'github.com/kubernetes-sigs/gateway-api/releases/download/v1.5.1/standard-install.yaml',
    'istio-release.storage.googleapis.com/charts/base-1.31.4.tgz',
    'istio-release.storage.googleapis.com/charts/istiod-1.31.4.tgz',
    'github.com/cert-manager/cert-manager/releases/download/v1.18.2/cert-manager.yaml',
    'github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml',
    'kuadrant.io/helm-charts/kuadrant-operator-1.5.2.tgz',
    'github.com/prometheus-operator/prometheus-operator/releases/download/v0.93.0/bundle.yaml',
  ]);
});

test.each([
  [undefined, 'https://istio-release.storage.googleapis.com/charts'],
  [
    'https://mirror.example.com/maas/',
    'https://mirror.example.com/maas/istio-release.storage.googleapis.com/charts/base-1.31.4.tgz',
  ],
  ['/srv/mirror', '/srv/mirror/istio-release.storage.googleapis.com/charts/base-1.31.4.tgz'],
  ['mirror', 'mirror/istio-release.storage.googleapis.com/charts/base-1.31.4.tgz'],
])('with the mirror %s a chart is at %s', (mirror, place) => {
  expect(placeOf(parts[1]!, mirror)).toBe(place);
});

test.each([
  [undefined, 'https://github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml'],
  ['http://10.0.0.1:8080', 'http://10.0.0.1:8080/github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml'],
  ['/srv/mirror', '/srv/mirror/github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml'],
])('with the mirror %s a manifest is at %s', (mirror, place) => {
  expect(placeOf(parts[4]!, mirror)).toBe(place);
});

test('the commands that fill a mirror', () => {
  expect(downloadCommand(parts[4]!)).toBe(
    'curl --fail --location --create-dirs --output ' +
      'mirror/github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml ' +
      'https://github.com/kserve/kserve/releases/download/v0.20.0/kserve.yaml',
  );
  expect(downloadCommand(parts[5]!)).toBe(
    'mkdir -p mirror/kuadrant.io/helm-charts && ' +
      'helm pull kuadrant-operator --repo https://kuadrant.io/helm-charts --version 1.5.2 --destination mirror/kuadrant.io/helm-charts',
  );
});
