import { count, quote, type Finding } from '../problem';
import { domainOf, hostOf, isBelow, namedModelsOf, platformHostOf } from './facts';
import { atValue, type Rule } from './rule';

const PATH = ['gateway', 'platformHost'];

const platformHost: Rule = {
  id: 'platform-host',
  check: (configuration) => {
    const host = platformHostOf(configuration);
    const domain = domainOf(configuration);
    if (host === undefined || domain === undefined) {
      return [];
    }
    const isWritten = configuration.gateway?.platformHost !== undefined;
    if (host.length > 253 && !isWritten) {
      const got = `a domain that makes the host of the platform ${count(host.length, 'character')} long`;
      return [atValue(['domain'], got, 'at most 253', 'shorten it, or set `gateway.platformHost`')];
    }
    if (isBelow(host, domain)) {
      return [];
    }
    const expected = `one label below the domain ${domain}, as its wildcard certificate covers it`;
    return [atValue(PATH, quote(host), expected, `for example "api.${domain}"`)];
  },
};

const uniquePlatformHost: Rule = {
  id: 'unique-platform-host',
  check: (configuration) => {
    const host = platformHostOf(configuration);
    return namedModelsOf(configuration).flatMap((model): Finding[] => {
      if (host === undefined || hostOf(model, configuration) !== host) {
        return [];
      }
      if (configuration.gateway?.platformHost !== undefined) {
        const expected = `a host of its own (model ${model.name} has the same)`;
        return [atValue(PATH, quote(host), expected, 'set another `platformHost`')];
      }
      const [got, key] = model.item.host === undefined ? [`the host ${quote(host)}`, 'name'] : [quote(host), 'host'];
      const expected = 'a host of its own (the list of models has the same)';
      const fix = 'set another `host`, or `gateway.platformHost`';
      return [atValue(['models', model.index, key], got, expected, fix)];
    });
  },
};

/** Where the list of models is. */
export const PLATFORM_HOST_RULES: readonly Rule[] = [platformHost, uniquePlatformHost];
