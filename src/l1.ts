/* eslint-disable @typescript-eslint/no-require-imports -- loading late is the purpose of this file */

/**
 * L1 classes, one generated file at a time, loaded when the first object of it is made. Those of core kinds are not used:
 * see `addCoreObject`.
 *
 * A static import would load every file of imports/ (about 1 MiB of JavaScript) into each program that uses one
 * construct of this package. Types are imported with `import type`, which costs nothing.
 */
export const l1 = {
  get gatewayApi(): typeof import('../imports/gateway.networking.k8s.io') {
    return require('../imports/gateway.networking.k8s.io');
  },
  get kserve(): typeof import('../imports/serving.kserve.io') {
    return require('../imports/serving.kserve.io');
  },
  get kuadrant(): typeof import('../imports/kuadrant.io') {
    return require('../imports/kuadrant.io');
  },
  get limitador(): typeof import('../imports/limitador.kuadrant.io') {
    return require('../imports/limitador.kuadrant.io');
  },
  get istioNetworking(): typeof import('../imports/networking.istio.io') {
    return require('../imports/networking.istio.io');
  },
  get certManager(): typeof import('../imports/cert-manager.io') {
    return require('../imports/cert-manager.io');
  },
  get monitoring(): typeof import('../imports/monitoring.coreos.com') {
    return require('../imports/monitoring.coreos.com');
  },
  get keda(): typeof import('../imports/keda.sh') {
    return require('../imports/keda.sh');
  },
  get externalSecrets(): typeof import('../imports/external-secrets.io') {
    return require('../imports/external-secrets.io');
  },
  get openshiftRoute(): typeof import('../imports/route.openshift.io') {
    return require('../imports/route.openshift.io');
  },
};
