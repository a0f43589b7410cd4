import type { PlatformSettings } from '../../config/settings';
import { Accelerator } from '../../models/accelerator';
import type { KubernetesObject } from '../kubernetes-object';

/**
 * Which models no node has the GPUs for: one node has to have all that a replica asks for, with the labels that it selects.
 *
 * @param nodes of the cluster
 * @returns problems, with what the nodes have
 */
export function gpuProblems({ models }: PlatformSettings, nodes: readonly KubernetesObject[]): string[] {
  const lacking = models.filter(({ accelerator, gpus }) => {
    if (accelerator === undefined) return false;
    const { nodeSelector, resourceName } = Accelerator.fromName(accelerator);
    return !nodes.some(
      (node) =>
        gpusOf(node, resourceName) >= gpus &&
        Object.entries(nodeSelector).every(([label, value]) => node.metadata.labels?.[label] === value),
    );
  });
  if (lacking.length === 0) return [];
  return [
    ...lacking.map(({ name, accelerator = '', gpus }) => {
      const { nodeSelector, resourceName } = Accelerator.fromName(accelerator);
      const labels = Object.entries(nodeSelector).map(([label, value]) => `${label}=${value}`);
      return `model ${name} needs a node with ${gpus} ${resourceName} and the labels ${labels.join(', ')}; no node has them`;
    }),
    nodes.length === 0 ? 'the cluster has no nodes' : `the nodes have:\n${nodes.map(describeNode).join('\n')}`,
    'add such a node, choose another accelerator in `models`, or take the model out',
  ];
}

function gpusOf({ status }: KubernetesObject, resource: string): number {
  return Number(status?.allocatable?.[resource] ?? 0);
}

function describeNode(node: KubernetesObject): string {
  const { name, labels = {} } = node.metadata;
  const product = labels['nvidia.com/gpu.product'];
  const present = labels['nvidia.com/gpu.present'] === 'true';
  const count = gpusOf(node, 'nvidia.com/gpu');
  const label = product === undefined ? (present ? '' : ', no label nvidia.com/gpu.present=true') : ` (${product})`;
  return `  ${name}: ${count === 0 ? 'no GPU' : `${count} nvidia.com/gpu`}${count > 0 || product !== undefined ? label : ''}`;
}
