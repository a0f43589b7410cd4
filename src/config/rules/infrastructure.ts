import { DEFAULT_GATEWAY_CLASS, DEFAULT_NAMESPACES } from '../defaults';
import { count, quote, showValue, type Finding, type Path } from '../problem';
import { createsGateway, monitoringOf } from './facts';
import { atKey, atValue, isUnusable, type Rule } from './rule';
import { volumeSize } from './volume-size';

const existingGateway: Rule = {
  id: 'existing-gateway',
  check: (configuration) => {
    if (createsGateway(configuration)) {
      return [];
    }
    const { serviceType, tls } = configuration.gateway ?? {};
    const ownersDecisions: [Path, unknown][] = [
      [['gateway', 'serviceType'], serviceType],
      [['gateway', 'tls', 'secretName'], tls?.secretName],
      [['gateway', 'tls', 'issuer'], tls?.issuer],
    ];
    return ownersDecisions.flatMap(([path, value]): Finding[] => {
      const expected = "nothing that its owner decides beside `create: false`: the Gateway is somebody else's";
      return value === undefined
        ? []
        : [atKey(path, showValue(value), expected, 'remove it, or remove `create: false`')];
    });
  },
};

const gatewayName: Rule = {
  id: 'gateway-name-length',
  check: (configuration) => {
    const { gateway } = configuration;
    if (gateway?.name === undefined || isUnusable(configuration, 'gateway', 'className')) {
      return [];
    }
    const suffix = `-${gateway.className ?? DEFAULT_GATEWAY_CLASS}`;
    if (gateway.name.length + suffix.length <= 63) {
      return [];
    }
    const expected = `at most ${Math.max(1, 63 - suffix.length)}, so that its Service <name>${suffix} has at most 63`;
    const got = count(gateway.name.length, 'character');
    return [atValue(['gateway', 'name'], got, expected, 'shorten it')];
  },
};

const minioSize: Rule = {
  id: 'minio-size',
  check: ({ storage }) => volumeSize(storage?.minio?.size, ['storage', 'minio', 'size'], '20Gi'),
};

/** `<name>-models-aas-observability` names a StatefulSet, with `prometheus-` in front and a hash behind in a label. */
const LONGEST_NAME_WITH_PROMETHEUS = 63 - 'prometheus--models-aas-observability-0123456789'.length;

const platformName: Rule = {
  id: 'platform-name-length',
  check: (configuration) => {
    const { name } = configuration;
    if (name === undefined || name.length <= LONGEST_NAME_WITH_PROMETHEUS) {
      return [];
    }
    if (monitoringOf(configuration)?.prometheus !== true) {
      return [];
    }
    const expected = `at most ${LONGEST_NAME_WITH_PROMETHEUS} while the platform has a Prometheus, whose pods it names`;
    const fix = 'shorten it, or write `prometheus: false` below `observability`';
    return [atValue(['name'], count(name.length, 'character'), expected, fix)];
  },
};

/** Namespaces of Kubernetes, of the operators and of the demo's own servers. */
const OTHERS_NAMESPACES = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'],
  ...['cert-manager', DEFAULT_NAMESPACES.istio, DEFAULT_NAMESPACES.keycloak, DEFAULT_NAMESPACES.minio],
];

const ownNamespace: Rule = {
  id: 'own-namespace',
  check: (configuration) => {
    if (configuration.createNamespaces === false || isUnusable(configuration, 'createNamespaces')) {
      return [];
    }
    const { kserve, kuadrant, observability } = configuration;
    const observes = monitoringOf(configuration)?.userWorkloadMonitoring !== true;
    const taken: string[] = [
      ...OTHERS_NAMESPACES,
      kserve?.namespace ?? DEFAULT_NAMESPACES.kserve,
      kuadrant?.namespace ?? DEFAULT_NAMESPACES.kuadrant,
    ];
    const created: { path: Path; name: string }[] = [
      { path: ['namespace'], name: configuration.namespace ?? DEFAULT_NAMESPACES.platform },
      ...(observes
        ? [{ path: ['observability', 'namespace'], name: observability?.namespace ?? DEFAULT_NAMESPACES.observability }]
        : []),
    ];
    return created.flatMap(({ path, name }): Finding[] => {
      if (!taken.includes(name)) {
        return [];
      }
      const expected = "a namespace of the platform's own: it is created with labels that would change this one";
      return [atValue(path, quote(name), expected, 'name another, or write `createNamespaces: false`')];
    });
  },
};

/** What the Gateway, the storage and the namespaces need. */
export const INFRASTRUCTURE_RULES: readonly Rule[] = [
  existingGateway,
  gatewayName,
  minioSize,
  platformName,
  ownNamespace,
];
