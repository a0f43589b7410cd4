import type { VersionsConfiguration } from '../configuration';
import { quote } from '../problem';
import { atValue, type Rule } from './rule';
import { isAtLeast } from './units';

function minimumVersion(
  id: string,
  component: keyof VersionsConfiguration,
  minimum: string,
  reason: string,
  name: string,
): Rule {
  return {
    id,
    check: ({ versions }) => {
      const version = versions?.[component];
      if (version === undefined || isAtLeast(version, minimum)) {
        return [];
      }
      const expected = `${minimum} or newer: ${reason}`;
      return [atValue(['versions', component], quote(version), expected, `upgrade ${name}`)];
    },
  };
}

/** Which versions can do what is rendered in any case. */
export const VERSION_RULES: readonly Rule[] = [
  minimumVersion(
    'gateway-api-version',
    'gatewayApi',
    '1.2.0',
    'the first whose Gateway has `infrastructure.parametersRef`, which sizes and secures its pods',
    'Gateway API',
  ),
  minimumVersion(
    'kuadrant-version',
    'kuadrant',
    '1.4.2',
    'before it clients can forge the headers that name user and tier',
    'Kuadrant',
  ),
  minimumVersion('kserve-version', 'kserve', '0.15.0', 'the first that knows what is rendered here', 'KServe'),
];
