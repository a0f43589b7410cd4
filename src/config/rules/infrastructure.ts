import { count, quote, showValue } from '../problem';
import { createsGateway } from './facts';
import { atKey, atValue, isUnusable, type Rule } from './rule';
import { parseQuantity } from './units';

const OWN_GATEWAY_KEYS = ['className', 'replicas', 'serviceType', 'tls'] as const;

const existingGateway: Rule = {
  id: 'existing-gateway',
  check: (configuration) => {
    const { gateway } = configuration;
    if (gateway === undefined || createsGateway(configuration)) {
      return [];
    }
    return OWN_GATEWAY_KEYS.filter((key) => Object.hasOwn(gateway, key)).map((key) =>
      atKey(
        ['gateway', key],
        showValue(gateway[key]),
        "only name and namespace beside `create: false`: the Gateway is somebody else's",
        'remove it, or remove `create: false`',
      ),
    );
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

/** What the Gateway and the storage need. */
export const INFRASTRUCTURE_RULES: readonly Rule[] = [existingGateway, gatewayName, minioSize];
