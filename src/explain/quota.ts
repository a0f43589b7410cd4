import { acceleratorOf } from '../config/accelerators';
import {
  amountWords,
  gatewayConsumer,
  modelConsumer,
  partWords,
  quotaUses,
  type QuotaConsumer,
  type QuotaSettings,
} from '../config/quota';
import { versionsOf, type ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';

/** A limit of the namespace's quota that a model takes a part of. */
export interface QuotaExplanation {
  /** Extended resource, `cpu`, `memory` (bytes) or `pods`. */
  readonly resource: string;
  readonly limit: number;
  /** What everything in the namespace asks for at most. */
  readonly used: number;
  readonly words: string;
}

/** What of the namespace's quota, and of that of its PriorityClass, a model takes a part of; nothing without one. */
export function explainQuota(settings: PlatformSettings, model: ModelSettings): QuotaExplanation[] {
  const { models, gateway, namespace, quota } = settings;
  const consumers = models
    .flatMap(versionsOf)
    .map((each) =>
      modelConsumer(each, each.accelerator === undefined ? undefined : acceleratorOf(each.accelerator, settings)),
    );
  const beside = gateway.create && gateway.namespace === namespace ? [gatewayConsumer(gateway.replicas)] : [];
  const ofClass = settings.priorityClasses.find(({ name }) => name === model.priorityClass);
  const own = versionsOf(model).map(({ name }) => name);
  return [
    ...usesOf(quota, [...consumers, ...beside], own),
    ...usesOf(
      ofClass?.quota,
      consumers.filter(({ priorityClass }) => priorityClass === ofClass?.name),
      own,
      `${ofClass?.name}: `,
    ),
  ];
}

/** What these pods take of a quota, as far as some of them are the model's own. */
function usesOf(
  quota: QuotaSettings | undefined,
  consumers: readonly QuotaConsumer[],
  own: readonly string[],
  whose = '',
): QuotaExplanation[] {
  return quota === undefined
    ? []
    : quotaUses(quota, consumers)
        .filter(({ parts }) => parts.some(({ name }) => own.includes(name)))
        .map((use) => {
          const { resource, limit, used, update } = use;
          const words = (amount: number) => amountWords(resource, amount);
          const lacking = used + update - limit;
          const sum = `${whose}${resource}: up to ${words(used)} of ${words(limit)}: ${partWords(use)}`;
          const room = lacking > 0 ? `; a rolling update waits: it would need ${words(lacking)} more` : '';
          return { resource, limit, used, words: `${sum}${room}` };
        });
}
