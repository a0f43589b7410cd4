import type { DraftConfiguration } from '../draft';
import { showValue, type Finding } from '../problem';
import { monitoringOf, platformOf } from './facts';
import { atValue, type Rule } from './rule';

/** Label by which user workload monitoring leaves out a namespace, a monitor or a rule. */
const EXCLUDING_LABEL = 'openshift.io/user-monitoring';

function isSaid({ observability }: DraftConfiguration): boolean {
  return observability?.userWorkloadMonitoring === true;
}

const onOpenShift: Rule = {
  id: 'user-workload-monitoring-platform',
  check: (configuration) =>
    isSaid(configuration) && platformOf(configuration) === 'kubernetes'
      ? [
          atValue(
            ['observability', 'userWorkloadMonitoring'],
            'true',
            'a platform with user workload monitoring: it is a part of OpenShift',
            'remove it, or write `platform: openshift`',
          ),
        ]
      : [],
};

const onlyScraper: Rule = {
  id: 'user-workload-monitoring-only',
  check: (configuration) => {
    if (!isSaid(configuration)) {
      return [];
    }
    const { prometheus, serviceMonitors } = configuration.observability ?? {};
    const expected =
      'nothing else beside `userWorkloadMonitoring: true`, which scrapes by monitors and needs no Prometheus';
    const refuse = (key: string, value: boolean): Finding =>
      atValue(['observability', key], showValue(value), expected, 'remove one of the two');
    return [
      ...(prometheus === true ? [refuse('prometheus', true)] : []),
      ...(serviceMonitors === false ? [refuse('serviceMonitors', false)] : []),
    ];
  },
};

const excludingLabel: Rule = {
  id: 'user-workload-monitoring-label',
  check: (configuration) =>
    monitoringOf(configuration)?.userWorkloadMonitoring === true &&
    configuration.observability?.monitorLabels?.[EXCLUDING_LABEL] === 'false'
      ? [
          atValue(
            ['observability', 'monitorLabels', EXCLUDING_LABEL],
            '"false"',
            'no label by which user workload monitoring leaves the monitors out',
            'remove it, or write `userWorkloadMonitoring: false`',
          ),
        ]
      : [],
};

/** What OpenShift's monitoring of user workloads needs. */
export const USER_WORKLOAD_MONITORING_RULES: readonly Rule[] = [onOpenShift, onlyScraper, excludingLabel];
