import { MAAS_LABELS } from '../../labels';
import { quote, type Finding } from '../problem';
import { atKey, atValue, type Rule } from './rule';

/** A name or value of a label. */
const WORD = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const WORD_FORM = 'up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends';

/** What may stand before the "/" of a key. */
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Beginning of the platform's own keys. */
const OWN_PREFIX = 'cdk8s-maas/';

const monitorLabel: Rule = {
  id: 'monitor-label',
  check: ({ observability }) =>
    Object.entries(observability?.monitorLabels ?? {}).flatMap(([key, value]): Finding[] => {
      const path = ['observability', 'monitorLabels', key];
      if (Object.hasOwn(MAAS_LABELS, key) || key.startsWith(OWN_PREFIX)) {
        return [atKey(path, quote(key), "none of the platform's own labels", 'remove it')];
      }
      if (!isLabelKey(key)) {
        const expected = `${WORD_FORM}; before them at most a DNS name with "/"`;
        return [atKey(path, quote(key), expected, 'for example "release"')];
      }
      return typeof value !== 'string' || value === '' || WORD.test(value)
        ? []
        : [atValue(path, quote(value), WORD_FORM, 'for example "kube-prometheus-stack"')];
    }),
};

function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  return WORD.test(key.slice(slash + 1)) && (slash === -1 || PREFIX.test(key.slice(0, slash)));
}

/** What labels Kubernetes takes. */
export const MONITOR_LABEL_RULES: readonly Rule[] = [monitorLabel];
