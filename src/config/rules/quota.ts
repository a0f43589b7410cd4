import { Accelerator } from '../../models/accelerator';
import { canaryVersion } from '../canary-version';
import type { ModelConfiguration, PriorityClassConfiguration } from '../configuration';
import { DEFAULT_DOMAIN, DEFAULT_NAMESPACES } from '../defaults';
import type { Draft, DraftConfiguration } from '../draft';
import { FORMATS } from '../formats';
import { quote, showValue, type Finding, type Path } from '../problem';
import {
  amountWords,
  gatewayConsumer,
  modelConsumer,
  partWords,
  quotaUses,
  type QuotaConsumer,
  type QuotaSettings,
} from '../quota';
import { canaryName, resolveModel } from '../model-settings';
import { didYouMean } from '../suggest';
import { acceleratorNamesOf, acceleratorOfModel, acceleratorOfName } from './accelerator-facts';
import { createsGateway, gatewayNamespaceOf, namedModelsOf, runtimeOf, type NamedModel } from './facts';
import { atKey, atValue, clashes, isUnusable, placed, type Rule } from './rule';

/** A quota, with its place, and whose pods it counts. */
interface PlacedQuota {
  readonly quota: NonNullable<DraftConfiguration['quota']>;
  readonly path: Path;
  /** All pods where it is not of a PriorityClass. */
  readonly priorityClass?: string;
}

function quotasOf({ quota, priorityClasses }: DraftConfiguration): PlacedQuota[] {
  return [
    ...(quota === undefined ? [] : [{ quota, path: ['quota'] }]),
    ...placed<Draft<PriorityClassConfiguration>>(priorityClasses).flatMap(({ item, index }) =>
      item.quota === undefined || item.name === undefined
        ? []
        : [{ quota: item.quota, path: ['priorityClasses', index, 'quota'], priorityClass: item.name }],
    ),
  ];
}

/** Extended resource of each name that a quota has for accelerators, as far as there is one. */
function resourcesOf({ quota }: PlacedQuota, configuration: DraftConfiguration): { name: string; resource?: string }[] {
  return Object.keys(quota.accelerators ?? {}).map((name) => ({
    name,
    resource: FORMATS.extendedResource.pattern.test(name) ? name : acceleratorOfName(name, configuration)?.resourceName,
  }));
}

const quotaAccelerator: Rule = {
  id: 'quota-accelerator',
  check: (configuration) => {
    const own = acceleratorNamesOf(configuration);
    if (own === undefined || isUnusable(configuration, 'nodeLabels')) {
      return [];
    }
    const names = [...own, ...Accelerator.migNames];
    return quotasOf(configuration).flatMap((quota) =>
      resourcesOf(quota, configuration).flatMap(({ name, resource }): Finding[] => {
        const isOwn = configuration.accelerators?.some((each) => each?.name === name) === true;
        // What is wrong with an own one, another rule says.
        if (resource !== undefined || (isOwn && acceleratorOfName(name, configuration) === undefined)) {
          return [];
        }
        const expected = 'an accelerator that pods ask for, or its extended resource';
        const otherwise = 'for example `nvidia.com/gpu`';
        const fix = Accelerator.isKnown(name) || isOwn ? otherwise : didYouMean(name, names, otherwise);
        return [atKey([...quota.path, 'accelerators', name], quote(name), expected, fix)];
      }),
    );
  },
};

const quotaTwice: Rule = {
  id: 'quota-twice',
  check: (configuration) =>
    quotasOf(configuration).flatMap((quota) => {
      const claims = resourcesOf(quota, configuration).flatMap(({ name, resource }) =>
        resource === undefined ? [] : [{ name, value: resource }],
      );
      return clashes(claims).map(({ claim, first }) => {
        const expected = `${claim.value} only once: a ResourceQuota cannot tell it from ${first.name}`;
        const fix = `remove both, and write \`${claim.value}\` with their sum`;
        return atKey([...quota.path, 'accelerators', claim.name], quote(claim.name), expected, fix);
      });
    }),
};

const quotaEmpty: Rule = {
  id: 'quota-empty',
  check: (configuration) =>
    quotasOf(configuration).flatMap(({ quota, path }) => {
      const limits = [...Object.keys(quota.accelerators ?? {}), ...Object.keys(quota)];
      return limits.every((key) => key === 'accelerators')
        ? [atKey(path, showValue(quota), 'at least one limit', 'write one, or remove it')]
        : [];
    }),
};

const quotaFit: Rule = {
  id: 'quota-fit',
  check: (configuration) => {
    const consumers = consumersOf(configuration);
    return consumers === undefined
      ? []
      : quotasOf(configuration).flatMap((quota) => {
          const { priorityClass } = quota;
          const counted = consumers.filter(
            (each) => priorityClass === undefined || each.priorityClass === priorityClass,
          );
          return isWhole(quota.quota) ? lackOf(quota, counted, configuration) : [];
        });
  },
};

/** What a quota lacks for these pods. */
function lackOf(
  placedQuota: PlacedQuota,
  consumers: readonly QuotaConsumer[],
  configuration: DraftConfiguration,
): Finding[] {
  const { quota, path } = placedQuota;
  const names = resourcesOf(placedQuota, configuration);
  const accelerators = Object.fromEntries(
    names.flatMap(({ name, resource }) => (resource === undefined ? [] : [[resource, quota.accelerators?.[name]]])),
  );
  return quotaUses({ ...quota, accelerators } as QuotaSettings, consumers).flatMap((use): Finding[] => {
    const { resource, used, update, limit } = use;
    if (used <= limit) {
      return [];
    }
    const name = names.find((each) => each.resource === resource)?.name;
    const words = (amount: number) => amountWords(resource, amount);
    const room = update > 0 ? `${words(used + update)}, which leaves room for a rolling update` : words(used);
    return [
      atValue(
        [...path, ...(name === undefined ? [resource] : ['accelerators', name])],
        words(limit),
        `at least ${words(used)} for all replicas: ${partWords(use)}`,
        `write ${room}, or lower \`replicas\``,
      ),
    ];
  });
}

/** All pods of the namespace that are known; undefined where some cannot be. */
function consumersOf(configuration: DraftConfiguration): QuotaConsumer[] | undefined {
  const { gateway, namespace = DEFAULT_NAMESPACES.platform } = configuration;
  if (isUnusable(configuration, 'models') || !isWhole(gateway)) {
    return undefined;
  }
  const models = namedModelsOf(configuration);
  const consumers = models.flatMap(versionsOf).map((model) => consumerOf(model, configuration));
  const isKnown = models.length === (configuration.models ?? models).length;
  const isBeside = createsGateway(configuration) && gatewayNamespaceOf(configuration) === namespace;
  return isKnown && consumers.every((each) => each !== undefined)
    ? [...consumers, ...(isBeside ? [gatewayConsumer(gateway?.replicas ?? 1)] : [])]
    : undefined;
}

function versionsOf(model: NamedModel): NamedModel[] {
  if (runtimeOf(model) === 'external') {
    return [];
  }
  const { canary, ...item } = model.item;
  const alone = { ...model, item };
  return canary === undefined
    ? [alone]
    : [alone, { ...model, name: canaryName(model.name), item: canaryVersion(item, canary) }];
}

function consumerOf(model: NamedModel, configuration: DraftConfiguration): QuotaConsumer | undefined {
  const accelerator = acceleratorOfModel(model, configuration);
  if (!isWhole(model.item) || (accelerator === undefined && runtimeOf(model) !== 'simulator')) {
    return undefined;
  }
  // Host and platform decide nothing here.
  const settings = resolveModel(model.item as ModelConfiguration, 'kubernetes', DEFAULT_DOMAIN);
  return { ...modelConsumer(settings, accelerator), name: model.name };
}

/** Whether nothing is missing because nobody can use it. */
function isWhole(value: unknown): boolean {
  return typeof value !== 'object' || value === null
    ? true
    : Object.values(value).every((each) => each !== undefined && isWhole(each));
}

/** What all pods of the models' namespace may ask for together. */
export const QUOTA_RULES: readonly Rule[] = [quotaAccelerator, quotaTwice, quotaEmpty, quotaFit];
