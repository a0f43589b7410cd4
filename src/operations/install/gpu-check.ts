import { acceleratorOf } from '../../config/accelerators';
import { versionsOf } from '../../config/model-settings';
import type { PlatformSettings } from '../../config/settings';
import { Accelerator } from '../../models/accelerator';
import type { KubernetesObject } from '../kubernetes-object';

/**
 * Which models no node has the GPUs for: one node has to have all that a replica asks for, with the labels that it selects.
 *
 * @param nodes of the cluster
 * @returns problems, with what the nodes have
 */
export function gpuProblems(settings: PlatformSettings, nodes: readonly KubernetesObject[]): string[] {
  const demands = settings.models.flatMap(versionsOf).flatMap(({ name, accelerator, gpus }) => {
    const { nodeSelector = {}, resourceName } = accelerator === undefined ? {} : acceleratorOf(accelerator, settings);
    return resourceName === undefined ? [] : [{ name, gpus, nodeSelector, resourceName }];
  });
  const lacking = demands.filter(
    ({ gpus, nodeSelector, resourceName }) =>
      !nodes.some(
        (node) =>
          amountOf(node, resourceName) >= gpus &&
          Object.entries(nodeSelector).every(([label, value]) => node.metadata.labels?.[label] === value),
      ),
  );
  if (lacking.length === 0) return [];
  const resources = [...new Set(demands.map(({ resourceName }) => resourceName))];
  return [
    ...lacking.map(({ name, gpus, nodeSelector, resourceName }) => {
      const labels = Object.entries(nodeSelector).map(([label, value]) => `${label}=${value}`);
      const selected = labels.length === 0 ? '' : ` and the labels ${labels.join(', ')}`;
      return `model ${name} needs a node with ${gpus} ${resourceName}${selected}; no node has them`;
    }),
    nodes.length === 0
      ? 'the cluster has no nodes'
      : `the nodes have:\n${nodes.map((node) => describeNode(node, resources)).join('\n')}`,
    'add such a node, choose another accelerator in `models`, or take the model out',
  ];
}

function amountOf({ status }: KubernetesObject, resource: string): number {
  return Number(status?.allocatable?.[resource] ?? 0);
}

function describeNode(node: KubernetesObject, resources: readonly string[]): string {
  const { name, labels = {} } = node.metadata;
  const product = labels['nvidia.com/gpu.product'];
  const present = labels['nvidia.com/gpu.present'] === 'true';
  const amounts = resources.flatMap((resource) => {
    const amount = amountOf(node, resource);
    return amount === 0 ? [] : [`${amount} ${resource}`];
  });
  const isNvidia = amounts.some((amount) => amount.includes(' nvidia.com/'));
  const unlabelled = isNvidia && !present ? ', no label nvidia.com/gpu.present=true' : '';
  const label = product === undefined ? unlabelled : ` (${product}${acceleratorWords(product)})`;
  return `  ${name}: ${amounts.length === 0 ? 'no GPU' : amounts.join(', ')}${label}`;
}

/** By which name a model would be placed there. */
function acceleratorWords(product: string): string {
  const names = [...Accelerator.names, ...Accelerator.migNames.map((name) => `${name}-single`)];
  const fitting = names.find((name) => Accelerator.fromName(name).nodeSelector['nvidia.com/gpu.product'] === product);
  return fitting === undefined ? '' : `: accelerator ${fitting}`;
}
