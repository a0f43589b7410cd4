import { parseGatewayApiDuration } from '../../limits/gateway-api-duration';
import { LONGEST_COOLDOWN } from '../../models/scaling-queries';
import type { DraftConfiguration } from '../draft';
import { quote, showValue, type Finding } from '../problem';
import { acceleratorOfModel } from './accelerator-facts';
import { embedsTexts, monitoringOf, namedModelsOf, type DraftModel } from './facts';
import { atKey, atValue, isUnusable, placed, type Placed, type Rule } from './rule';

interface ScaledModel extends Placed<DraftModel> {
  readonly scaling: NonNullable<DraftModel['scaling']>;
}

function scaledModelsOf({ models }: DraftConfiguration): ScaledModel[] {
  return placed<DraftModel>(models).flatMap((model) => {
    const { scaling } = model.item;
    return scaling === undefined ? [] : [{ ...model, scaling }];
  });
}

const scalingRange: Rule = {
  id: 'scaling-range',
  check: (configuration) =>
    scaledModelsOf(configuration).flatMap(({ item, index }): Finding[] => {
      const { min = 1, max = min } = item.replicas ?? {};
      if (isUnusable(item, 'replicas', 'min') || isUnusable(item, 'replicas', 'max') || min !== max) {
        return [];
      }
      const expected = 'a range of replicas to choose from';
      const fix = `for example \`replicas: { min: ${min}, max: ${min + 2} }\`, or remove \`scaling\``;
      return [atKey(['models', index, 'scaling'], `always ${min}`, expected, fix)];
    }),
};

const scalingTarget: Rule = {
  id: 'scaling-target',
  check: (configuration) =>
    scaledModelsOf(configuration).flatMap(({ index, scaling: { by, target } }): Finding[] => {
      if (by !== 'cache' || target === undefined || target <= 100) {
        return [];
      }
      const expected = 'at most 100: percent of the KV cache of one replica';
      return [atValue(['models', index, 'scaling', 'target'], showValue(target), expected, 'for example 70')];
    }),
};

const scalingMetric: Rule = {
  id: 'scaling-metric',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { by } = model.item.scaling ?? {};
      if (by === undefined || by === 'queue' || embedsTexts(model) !== true) {
        return [];
      }
      const expected = 'queue for a model that embeds texts: it generates no token and keeps no KV cache';
      return [atValue(['models', model.index, 'scaling', 'by'], quote(by), expected, 'write `by: queue`')];
    }),
};

/** With one request the engine of vLLM keeps a CPU as busy as with many. */
const scalingByCpu: Rule = {
  id: 'scaling-by-cpu',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, index } = model;
      const { min = 1, max = min } = item.replicas ?? {};
      const isKnown = ['min', 'max'].every((key) => !isUnusable(item, 'replicas', key));
      // Less than one and an empty range are other rules' problems.
      if (!isKnown || isUnusable(item, 'scaling') || item.scaling !== undefined || min < 1 || max <= min) {
        return [];
      }
      if (acceleratorOfModel(model, configuration)?.resourceName === undefined) {
        return [];
      }
      const expected =
        'one number, or `scaling` beside the range: KServe would choose by CPU, which says nothing of a GPU';
      const fix = `write \`replicas: { min: ${max} }\`, or add \`scaling: { by: queue, target: 5 }\`, which needs KEDA`;
      return [atKey(['models', index, 'replicas'], `${min} to ${max} replicas`, expected, fix)];
    }),
};

const scalingCooldown: Rule = {
  id: 'scaling-cooldown',
  check: (configuration) =>
    scaledModelsOf(configuration).flatMap(({ index, scaling: { cooldown } }): Finding[] => {
      const seconds = cooldown === undefined ? 1 : parseGatewayApiDuration(cooldown).toMilliseconds() / 1000;
      if (cooldown === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_COOLDOWN)) {
        return [];
      }
      const path = ['models', index, 'scaling', 'cooldown'];
      return [atValue(path, quote(cooldown), 'whole seconds, from 1s to 1h', 'for example "5m"')];
    }),
};

/** KEDA asks somebody who scrapes as our monitors say. */
const scalingMetrics: Rule = {
  id: 'scaling-metrics',
  check: (configuration) => {
    const monitoring = monitoringOf(configuration);
    if (monitoring?.prometheus !== false || isUnusable(configuration, 'observability', 'prometheusAddress')) {
      return [];
    }
    const lacking = [
      ...(configuration.observability?.prometheusAddress === undefined ? ['prometheusAddress: http://…'] : []),
      ...(monitoring.serviceMonitors ? [] : ['serviceMonitors: true']),
    ];
    const expected = 'a Prometheus that KEDA can ask, which scrapes what the monitors say';
    const fix = `write \`observability: { ${lacking.join(', ')} }\`, or let one be rendered`;
    return lacking.length === 0
      ? []
      : scaledModelsOf(configuration).map(({ index }) =>
          atKey(['models', index, 'scaling'], 'no metrics to scale by', expected, fix),
        );
  },
};

/** What KEDA needs to scale a model. */
export const SCALING_RULES: readonly Rule[] = [
  scalingRange,
  scalingTarget,
  scalingMetric,
  scalingByCpu,
  scalingCooldown,
  scalingMetrics,
];
