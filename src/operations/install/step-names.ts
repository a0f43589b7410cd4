/** Names of the components: in the record, as steps, in messages. */
export const COMPONENT_NAMES = [
  'gateway-api',
  'istio',
  'cert-manager',
  'kserve',
  'kuadrant',
  'prometheus-operator',
] as const;

/** Name of a component. */
export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** The steps of an installation, in their order. */
export const STEP_NAMES = ['cluster', ...COMPONENT_NAMES, 'platform'] as const;

/** Name of a step. */
export type StepName = (typeof STEP_NAMES)[number];
