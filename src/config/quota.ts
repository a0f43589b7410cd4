import type { Accelerator } from '../models/accelerator';
import { parseQuantity } from '../quantity';
import { acceleratorOf, type AcceleratorConfigurations } from './accelerators';
import type { PriorityClassConfiguration, QuotaConfiguration } from './configuration';
import { GATEWAY_REQUESTS } from './defaults';
import type { ModelSettings } from './model-settings';

/** A quota whose accelerators are extended resources. */
export interface QuotaSettings {
  readonly accelerators: Readonly<Record<string, number>>;
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: number;
}

/** A PriorityClass with its quota. */
export interface PriorityClassSettings extends Omit<PriorityClassConfiguration, 'quota'> {
  readonly quota?: QuotaSettings;
}

/** Pods that are alike, and what each of them asks for. */
export interface QuotaConsumer {
  readonly name: string;
  /** At most. */
  readonly pods: number;
  readonly accelerators: Readonly<Record<string, number>>;
  readonly cpu: string;
  readonly memory: string;
  /** Whether an update ends an old pod before it starts a new one. */
  readonly givesWay?: boolean;
  readonly priorityClass?: string;
}

/** A limit of a quota, and what is asked for at most. */
export interface QuotaUse {
  /** Extended resource, `cpu`, `memory` or `pods`. */
  readonly resource: string;
  readonly limit: number;
  readonly used: number;
  /** What a rolling update of one model takes beside that, at most. */
  readonly update: number;
  /** Who asks for it. */
  readonly parts: QuotaPart[];
}

/** What pods that are alike ask for of one resource. */
export interface QuotaPart {
  readonly name: string;
  readonly pods: number;
  /** Of one pod. */
  readonly each: number;
}

/** KServe's Deployments replace a quarter of their pods at once, begun with the new ones: below four nothing goes before. */
const PODS_THAT_GIVE_WAY = 4;

/** Replaces names of accelerators by their extended resources. */
export function resolveQuota(
  { accelerators = {}, ...others }: QuotaConfiguration,
  configurations: AcceleratorConfigurations,
): QuotaSettings {
  const resourceOf = (name: string) => (name.includes('/') ? name : acceleratorOf(name, configurations).resourceName);
  const entries = Object.entries(accelerators).map(([name, most]) => [resourceOf(name) ?? name, most]);
  return { accelerators: Object.fromEntries(entries), ...others };
}

/** The same of every PriorityClass. */
export function resolvePriorityClass(
  { quota, ...others }: PriorityClassConfiguration,
  configurations: AcceleratorConfigurations,
): PriorityClassSettings {
  return { ...others, quota: quota && resolveQuota(quota, configurations) };
}

/** What a version of a model asks for. */
export function modelConsumer(
  { name, replicas = {}, gpus, resources, rollout, priorityClass }: ModelSettings,
  accelerator: Accelerator | undefined,
): QuotaConsumer {
  const { min = 1, max = min } = replicas;
  const { cpu = '0', memory = '0' } = resources.requests;
  const resourceName = accelerator?.resourceName;
  const accelerators = resourceName === undefined ? {} : { [resourceName]: gpus };
  return { name, pods: max, accelerators, cpu, memory, givesWay: rollout === 'replace', priorityClass };
}

/** What the Gateway's pods ask for. */
export function gatewayConsumer(pods: number): QuotaConsumer {
  return { name: 'gateway', pods, accelerators: {}, ...GATEWAY_REQUESTS };
}

/** What all of them ask for at most, of each resource that the quota limits. */
export function quotaUses(quota: QuotaSettings, consumers: readonly QuotaConsumer[]): QuotaUse[] {
  const { accelerators, cpu, memory, pods } = quota;
  const use = (resource: string, limit: number, eachOf: (consumer: QuotaConsumer) => number): QuotaUse => {
    const parts = consumers
      .map((consumer) => ({ name: consumer.name, pods: consumer.pods, each: eachOf(consumer) }))
      .filter(({ each }) => each > 0);
    const surges = consumers.filter((each) => each.givesWay !== true && each.pods < PODS_THAT_GIVE_WAY);
    const update = Math.max(0, ...surges.map(eachOf));
    return { resource, limit, used: exact(parts.reduce((sum, part) => sum + part.pods * part.each, 0)), update, parts };
  };
  return [
    ...Object.entries(accelerators).map(([name, limit]) => use(name, limit, (each) => each.accelerators[name] ?? 0)),
    ...(cpu === undefined ? [] : [use('cpu', quantityOf(cpu), (each) => quantityOf(each.cpu))]),
    ...(memory === undefined ? [] : [use('memory', quantityOf(memory), (each) => quantityOf(each.memory))]),
    ...(pods === undefined ? [] : [use('pods', pods, () => 1)]),
  ];
}

/** An amount as one would write it: memory in Mi or Gi. */
export function amountWords(resource: string, amount: number): string {
  if (resource !== 'memory') {
    return String(exact(amount));
  }
  return amount % 2 ** 30 === 0 ? `${amount / 2 ** 30}Gi` : `${Math.ceil(amount / 2 ** 20)}Mi`;
}

/** `granite 3 × 2, nomic 1 × 1`. */
export function partWords({ resource, parts }: QuotaUse): string {
  return parts.map(({ name, pods, each }) => `${name} ${pods} × ${amountWords(resource, each)}`).join(', ');
}

function quantityOf(text: string): number {
  return parseQuantity(text) ?? 0;
}

/** Quantities have at most three digits behind the point; sums of doubles have more. */
function exact(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}
