import { KSERVE_CONTROLLER } from '../../install/kserve-restart';
import { nameOf, referenceOf, type KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, type Advice, type Finding } from '../row';
import type { Platform } from './check';
import { restart } from './conditions';
import { readable } from './objects';
import { workload } from './workload';

/** Label that KServe gives the pods of a model. */
const MODEL_LABEL = 'serving.kserve.io/inferenceservice';

/** Every model has a Deployment whose pods are ready. */
export function models(cluster: Cluster, { objects, settings, commands }: Platform): Finding[] {
  return inferenceServices(objects)
    .filter((service) => readable(cluster, service) !== undefined)
    .map((service) => {
      const { name, namespace = '' } = referenceOf(service);
      const deployment = cluster.find({ ...KINDS.deployment, name: `${name}-predictor`, namespace });
      if (deployment === undefined) {
        return bad(nameOf(service), 'KServe has made no Deployment of it', {
          text: 'if KServe runs and says nothing of the model, start its controller anew',
          commands: [restart(KSERVE_CONTROLLER, settings.kserve.namespace, commands)],
        });
      }
      const labels = { [MODEL_LABEL]: name };
      const pods = cluster
        .list(KINDS.pod, namespace)
        .filter((pod) => hasLabels(pod, labels) && pod.metadata.deletionTimestamp === undefined);
      return workload(deployment, pods, `${MODEL_LABEL}=${name}`, commands);
    });
}

function inferenceServices(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter(({ kind }) => kind === 'InferenceService');
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** What the pods of a model ask of a node. */
interface Demand {
  readonly labels: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** Extended resources: `nvidia.com/gpu: 1`. */
  readonly resources: Readonly<Record<string, number>>;
}

/** For every model that asks for accelerators there is a node that has them, with the labels that it selects. */
export function gpuNodes(cluster: Cluster, platform: Platform): Finding[] {
  return inferenceServices(platform.objects).flatMap((service) => {
    const demand = demandOf(service);
    if (Object.keys(demand.resources).length === 0) return [];
    const nodes = cluster.list(KINDS.node);
    const fitting = nodes.filter((node) => shortcomings(node, demand).length === 0);
    return [
      fitting.length > 0
        ? good(nameOf(service), `${fitting.length} nodes have what it asks for: ${fitting[0]?.metadata.name ?? ''}`)
        : noNode(service, demand, nodes, platform),
    ];
  });
}

function demandOf({ spec }: KubernetesObject): Demand {
  const { nodeSelector = {}, tolerations = [], model, containers = [] } = spec.predictor;
  const all = [...(model === undefined ? [] : [model]), ...containers].map(
    ({ resources }) => (resources?.limits ?? {}) as Record<string, string>,
  );
  const extended = all.flatMap((limits) => Object.entries(limits).filter(([name]) => name.includes('/')));
  return {
    labels: nodeSelector,
    tolerations,
    resources: Object.fromEntries(extended.map(([name, amount]) => [name, Number(amount)])),
  };
}

/** What a node lacks, in words. */
function shortcomings(node: KubernetesObject, { labels, tolerations, resources }: Demand): string[] {
  const allocatable = (node.status?.allocatable ?? {}) as Record<string, string>;
  const taints = ((node.spec?.taints ?? []) as Taint[]).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return [
    ...Object.entries(resources)
      .filter(([name, amount]) => Number(allocatable[name] ?? 0) < amount)
      .map(([name, amount]) => `has ${allocatable[name] ?? 0} of ${amount} ${name}`),
    ...Object.entries(labels)
      .filter(([label, value]) => node.metadata.labels?.[label] !== value)
      .map(([label, value]) => `${label} is ${node.metadata.labels?.[label] ?? 'missing'}, not ${value}`),
    ...(node.spec?.unschedulable === true ? ['takes no new pods (cordoned)'] : []),
    ...taints
      .filter((taint) => !tolerations.some((toleration) => isTolerated(taint, toleration)))
      .map(({ key, effect }) => `taint ${key}:${effect}`),
  ];
}

function isTolerated(taint: Taint, { key, operator = 'Equal', value, effect }: Toleration): boolean {
  return (
    (key === undefined || key === taint.key) &&
    (effect === undefined || effect === taint.effect) &&
    (operator === 'Exists' || (value ?? '') === (taint.value ?? ''))
  );
}

function noNode(
  service: KubernetesObject,
  demand: Demand,
  nodes: readonly KubernetesObject[],
  platform: Platform,
): Finding {
  const { commands } = platform;
  const resources = Object.keys(demand.resources);
  const withSome = nodes.filter((node) =>
    resources.some((name) => Number((node.status?.allocatable as Record<string, string> | undefined)?.[name] ?? 0) > 0),
  );
  const asked = Object.entries(demand.resources).map(([name, amount]) => `${amount} ${name}`);
  const selected = Object.entries(demand.labels).map((label) => label.join('='));
  const wanted = `no node has ${[...asked, ...selected].join(', ')}`;
  if (withSome.length === 0) {
    return bad(nameOf(service), `${wanted}; no node has any ${resources.join(', ')}`, {
      text: 'add such a node, with its device plugin and what labels it (the GPU operator of its vendor); or see what nodes have',
      commands: [
        commands.kubectl('get', 'nodes', '--output=custom-columns=NAME:.metadata.name,HAS:.status.allocatable'),
      ],
    });
  }
  const closest = [...withSome].sort(
    (one, other) => shortcomings(one, demand).length - shortcomings(other, demand).length,
  );
  const lacks = closest.map((node) => `${node.metadata.name}: ${shortcomings(node, demand).join(', ')}`);
  return bad(nameOf(service), `${wanted} (${lacks.slice(0, 3).join('; ')})`, accelerator(demand, closest[0], platform));
}

/** What makes the node that comes closest a fitting one, or the model one that fits. */
function accelerator(demand: Demand, node: KubernetesObject | undefined, { commands }: Platform): Advice {
  const lacks = node === undefined ? [] : shortcomings(node, demand);
  const name = node?.metadata.name ?? '';
  const unlabelled = Object.entries(demand.labels).filter(([label]) => node?.metadata.labels?.[label] === undefined);
  if (lacks.some((text) => text.startsWith('taint node.kubernetes.io/'))) {
    return commands.describe('Kubernetes keeps pods from the node: see in which condition it is', 'node', name);
  }
  if (lacks.length === 1 && node?.spec?.unschedulable === true) {
    return { text: 'let the node take pods again', commands: [commands.kubectl('uncordon', name)] };
  }
  if (lacks.length === unlabelled.length) {
    return {
      text: 'GPU feature discovery, or the cloud, writes these labels (`nodeLabels` in the configuration says who does); where nobody does, and the node has that GPU, write them',
      commands: [commands.kubectl('label', 'node', name, ...unlabelled.map((label) => label.join('=')))],
    };
  }
  return {
    text: 'choose an `accelerator` in the configuration that a node has (`nvidia` takes any), or fewer `gpus`; then',
    commands: [commands.maas('install')],
  };
}
