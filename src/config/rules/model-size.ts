import { DEFAULT_RESOURCES } from '../../models/catalog';
import { sharedMemoryGibibytes } from '../../models/shared-memory';
import type { ComputeResources, RequestedResources } from '../../models/model-size';
import { parseQuantity } from '../../quantity';
import type { Draft } from '../draft';
import { quote, type Finding } from '../problem';
import { namedModelsOf, runtimeOf, type NamedModel } from './facts';
import { atValue, isUnusable, placed, type Rule } from './rule';

const replicasZero: Rule = {
  id: 'replicas-zero',
  check: ({ models }) =>
    placed(models).flatMap(({ item, index }): Finding[] => {
      if (item.replicas?.min !== 0 || 'scaling' in item) {
        return [];
      }
      const expected = 'at least 1 without `scaling`: KServe cannot scale a plain Deployment to zero';
      const fix = 'write 1, add `scaling`, or remove the model';
      return [atValue(['models', index, 'replicas', 'min'], '0', expected, fix)];
    }),
};

const replicaRange: Rule = {
  id: 'replica-range',
  check: ({ models }) =>
    placed(models).flatMap(({ item, index }): Finding[] => {
      const { min, max } = item.replicas ?? {};
      if (min === undefined || max === undefined || min <= max) {
        return [];
      }
      const path = ['models', index, 'replicas', 'max'];
      return [atValue(path, String(max), `at least min, which is ${min}`, 'raise max or lower min')];
    }),
};

/** A resource of a model that has a limit. */
type LimitedResource = keyof ComputeResources;

/** A resource of a model. */
type Resource = keyof RequestedResources;

const RESOURCES: readonly LimitedResource[] = ['cpu', 'memory'];

/** Every quantity of a model's `resources`. */
const QUANTITIES: readonly (readonly ['requests' | 'limits', Resource])[] = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['requests', 'ephemeralStorage'],
  ['limits', 'cpu'],
  ['limits', 'memory'],
];

const resourceUnit: Rule = {
  id: 'resource-unit',
  check: ({ models }) =>
    placed(models).flatMap(({ item, index }) =>
      QUANTITIES.flatMap(([part, resource]): Finding[] => {
        const quantity = (item.resources?.[part] as Draft<RequestedResources> | undefined)?.[resource];
        if (quantity === undefined || hasUsualUnit(quantity, resource)) {
          return [];
        }
        const expected =
          resource === 'cpu' ? 'a number of CPUs, or of thousandths with "m"' : 'at least 1Mi, in whole bytes';
        const path = ['models', index, 'resources', part, resource];
        return [atValue(path, quote(quantity), expected, unitFix(quantity, resource))];
      }),
    ),
};

/** CPUs have no unit or "m"; memory and disk without a unit is in bytes, of which no model server needs so few. */
function hasUsualUnit(quantity: string, resource: Resource): boolean {
  return resource === 'cpu'
    ? /^[0-9.]+m?$/.test(quantity)
    : !quantity.endsWith('m') && (parseQuantity(quantity) ?? 0) >= 2 ** 20;
}

function unitFix(quantity: string, resource: Resource): string {
  const number = Number.parseFloat(quantity);
  if (number <= 0 || number >= 2 ** 20) {
    return `for example ${quote(resource === 'cpu' ? '2' : '8Gi')}`;
  }
  const memoryUnit = number < 64 ? 'Gi' : 'Mi';
  return `did you mean ${quote(`${number}${resource === 'cpu' ? '' : memoryUnit}`)}?`;
}

const resourceRange: Rule = {
  id: 'resource-range',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model) => RESOURCES.flatMap((resource) => compareResource(model, resource))),
};

/** Compares what is written with what is written beside it, or comes from the catalog. */
function compareResource(model: NamedModel, resource: LimitedResource): Finding[] {
  const runtime = runtimeOf(model);
  const { resources } = model.item;
  if (runtime === undefined || resources === undefined) {
    return [];
  }
  if (isUnusable(resources, 'requests', resource) || isUnusable(resources, 'limits', resource)) {
    return [];
  }
  const defaults = model.entry?.resources ?? DEFAULT_RESOURCES[runtime === 'simulator' ? 'simulator' : 'vllm'];
  const request = resources.requests?.[resource] ?? defaults.requests?.[resource];
  const limit = resources.limits?.[resource] ?? defaults.limits?.[resource];
  const written = resources.requests?.[resource] === undefined ? 'limits' : 'requests';
  if (request === undefined || limit === undefined || resources[written]?.[resource] === undefined) {
    return [];
  }
  // With another unit the numbers mean something else: the rule above says so.
  if (![request, limit].every((quantity) => hasUsualUnit(quantity, resource))) {
    return [];
  }
  if ((parseQuantity(request) ?? 0) <= (parseQuantity(limit) ?? 0)) {
    return [];
  }
  const path = ['models', model.index, 'resources', written, resource];
  return written === 'requests'
    ? [atValue(path, quote(request), `at most the limit, ${limit}`, 'lower the request or raise the limit')]
    : [atValue(path, quote(limit), `at least the request, ${request}`, 'raise the limit or write a lower request')];
}

/** What processes write to /dev/shm is memory of the container. */
const sharedMemory: Rule = {
  id: 'shared-memory',
  check: (configuration) =>
    namedModelsOf(configuration).flatMap((model): Finding[] => {
      const { item, entry, index } = model;
      const gpus = item.gpus ?? entry?.gpus ?? 1;
      if (runtimeOf(model) !== 'vllm' || isUnusable(item, 'gpus') || gpus === 1) {
        return [];
      }
      const limit = isUnusable(item, 'resources', 'limits', 'memory')
        ? undefined
        : (item.resources?.limits?.memory ?? (entry?.resources ?? DEFAULT_RESOURCES.vllm).limits?.memory);
      const shared = sharedMemoryGibibytes(gpus);
      if (limit === undefined || !hasUsualUnit(limit, 'memory') || (parseQuantity(limit) ?? 0) > shared * 2 ** 30) {
        return [];
      }
      const expected = `more than ${shared}Gi, which its ${gpus} GPUs may share at /dev/shm`;
      return item.resources?.limits?.memory === undefined
        ? [atValue(['models', index, 'gpus'], `a memory limit of ${limit}`, expected, 'add `resources.limits.memory`')]
        : [atValue(['models', index, 'resources', 'limits', 'memory'], quote(limit), expected, 'raise the limit')];
    }),
};

/** How large a model is, and how often it runs. */
export const MODEL_SIZE_RULES: readonly Rule[] = [
  replicasZero,
  replicaRange,
  resourceUnit,
  resourceRange,
  sharedMemory,
];
