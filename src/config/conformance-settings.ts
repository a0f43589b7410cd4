import { secretNameOfKey } from '../identity/api-key-secret-name';
import type { MaasPlatformProps, TierConfiguration, UserConfiguration } from './configuration';
import {
  CONFORMANCE_DEMO_KEY,
  CONFORMANCE_NAME,
  CONFORMANCE_TOKENS_PER_MINUTE,
  DEFAULT_MODELS,
  LEAST_CONFORMANCE_WEIGHT,
} from './defaults';
import { resolveWeights } from './model-weights';

/** The test of the running platform with everything decided. */
export interface ConformanceSettings {
  readonly model: string;
  readonly keySecretName: string;
  readonly tokensPerMinute: number;
}

/** A model whose tokens count more has more, so that a request leaves something of it. */
function conformanceLimit(props: MaasPlatformProps): number {
  const model = (props.models ?? DEFAULT_MODELS).find(({ name }) => name === conformanceModel(props));
  const { prompt, completion } = resolveWeights(model ?? {});
  return Math.ceil(CONFORMANCE_TOKENS_PER_MINUTE * Math.max(LEAST_CONFORMANCE_WEIGHT, prompt, completion));
}

function conformanceModel({ conformance, models = DEFAULT_MODELS }: MaasPlatformProps): string {
  return conformance?.model ?? models[0]?.name ?? '';
}

/**
 * The tier of the test. Each gateway pod gives it its whole limit, however those of others are divided.
 * @param shares what every token limit is divided by
 */
export function conformanceTiers(props: MaasPlatformProps, shares: number): TierConfiguration[] {
  const tokens = { minute: conformanceLimit(props) * shares };
  return props.conformance ? [{ name: CONFORMANCE_NAME, tokens, models: [conformanceModel(props)] }] : [];
}

/** The user of the test. */
export function conformanceUsers({ conformance }: MaasPlatformProps): UserConfiguration[] {
  const key = conformance?.key ?? { demo: CONFORMANCE_DEMO_KEY };
  return conformance ? [{ name: CONFORMANCE_NAME, tier: CONFORMANCE_NAME, keys: [key] }] : [];
}

/** Decides everything about the test; nothing where there is none. */
export function resolveConformance(props: MaasPlatformProps): ConformanceSettings | undefined {
  return (
    props.conformance && {
      model: conformanceModel(props),
      keySecretName: secretNameOfKey(CONFORMANCE_NAME, props.conformance.key ?? {}),
      tokensPerMinute: conformanceLimit(props),
    }
  );
}
