import { count, quote, showValue, type Finding, type Path } from '../problem';
import { createsGateway } from './facts';
import { atKey, atValue, isUnusable, type Rule } from './rule';
import { parseQuantity } from './units';

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
    const suffix = `-${gateway.className ?? 'istio'}`;
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
  check: ({ storage }) => {
    const size = storage?.minio?.size;
    if (size === undefined || (parseQuantity(size) ?? 0) >= 1) {
      return [];
    }
    return [atValue(['storage', 'minio', 'size'], quote(size), 'the size of a volume', 'for example "20Gi"')];
  },
};

/** Namespaces of Kubernetes, of the operators and of the demo's own servers. */
const OTHERS_NAMESPACES = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'],
  ...['istio-system', 'cert-manager', 'keycloak-system', 'minio-system'],
];

const ownNamespace: Rule = {
  id: 'own-namespace',
  check: (configuration) => {
    if (configuration.createNamespaces === false || isUnusable(configuration, 'createNamespaces')) {
      return [];
    }
    const { kserve, kuadrant, observability } = configuration;
    const taken = [...OTHERS_NAMESPACES, kserve?.namespace ?? 'kserve', kuadrant?.namespace ?? 'kuadrant-system'];
    const created: { path: Path; name: string }[] = [
      { path: ['namespace'], name: configuration.namespace ?? 'llm' },
      { path: ['observability', 'namespace'], name: observability?.namespace ?? 'llm-observability' },
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
export const INFRASTRUCTURE_RULES: readonly Rule[] = [existingGateway, gatewayName, minioSize, ownNamespace];
