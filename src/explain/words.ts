import type { RequestLimitConfiguration, TierConfiguration, TokenLimitsConfiguration } from '../config/configuration';
import { count } from '../config/problem';
import { maySleep, type ModelSettings } from '../config/model-settings';
import { TOKEN_WINDOWS, type TokenWindow } from '../limits/token-window';

/** A number with commas between thousands, whatever the machine's language. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

const A_WINDOW: Readonly<Record<TokenWindow, string>> = {
  minute: 'a minute',
  hour: 'an hour',
  day: 'a day',
  month: 'a month',
};

/** `200 a minute, 5,000 an hour`; `unlimited` without a limit. */
export function tokenWords(tokens: TokenLimitsConfiguration = {}): string {
  const words = TOKEN_WINDOWS.flatMap((window) => {
    const limit = tokens[window];
    return limit === undefined ? [] : `${formatNumber(limit)} ${A_WINDOW[window]}`;
  });
  return words.length === 0 ? 'unlimited' : words.join(', ');
}

/** `5 in 2m`; `unlimited` without a limit. */
export function requestWords(requests: RequestLimitConfiguration | undefined): string {
  return requests === undefined ? 'unlimited' : `${formatNumber(requests.limit)} in ${requests.window}`;
}

/** Both limits of a tier in one phrase: `200 tokens a minute …; 5 requests in 2m`. */
export function limitWords({ tokens, requests, enforce }: TierConfiguration): string {
  const tokenPart = tokenWords(tokens);
  const parts = [
    ...(tokenPart === 'unlimited' ? [] : [`tokens: ${tokenPart}${enforce === false ? ' (counted only)' : ''}`]),
    ...(requests === undefined ? [] : [`requests: ${requestWords(requests)}`]),
  ];
  return parts.length === 0 ? 'unlimited' : parts.join('; ');
}

/** What a token of a model counts: `a token counts 2`. */
export function weightWords({ tokenWeights: { prompt, completion, cached } }: ModelSettings): string {
  if (prompt === completion && prompt === cached) {
    return `a token counts ${formatNumber(prompt)}`;
  }
  const cachedPart = cached === prompt ? '' : `, a cached one ${formatNumber(cached)}`;
  return `a token of the prompt counts ${formatNumber(prompt)}, of the answer ${formatNumber(completion)}${cachedPart}`;
}

/** `vllm on 2 nvidia-l4`; `simulator, no accelerator`. */
export function runtimeWords({ runtime, accelerator, gpus }: ModelSettings): string {
  return accelerator === undefined
    ? `${runtime}, no accelerator`
    : `${runtime} on ${formatNumber(gpus)} ${accelerator}`;
}

/** `Apache-2.0`; nothing for weights that are not the catalog's. */
export function licenceWords({ licence, gated }: ModelSettings): string | undefined {
  return gated === true && licence !== undefined
    ? `${licence}; Hugging Face gives the weights to who has accepted it, by HF_TOKEN`
    : licence;
}

/** `1`, `2`, `1 to 3`. */
export function replicaWords({ replicas = {} }: ModelSettings): string {
  const { min = 1, max = min } = replicas;
  return min === max ? formatNumber(min) : `${formatNumber(min)} to ${formatNumber(max)}`;
}

/** `KEDA: a replica for every 5 requests that wait`, and when one goes; nothing for a model that KEDA does not scale. */
export function scalingWords(model: ModelSettings): string[] {
  const { scaling } = model;
  if (scaling === undefined) {
    return [];
  }
  const { by, target, cooldown } = scaling;
  const amounts: Readonly<Record<typeof by, string>> = {
    queue: `${formatNumber(target)} ${target === 1 ? 'request that waits' : 'requests that wait'}`,
    cache: `${formatNumber(target)} % of one KV cache in use`,
    tokens: `${formatNumber(target)} ${target === 1 ? 'token' : 'tokens'} a second`,
  };
  return [
    `by KEDA: a replica for every ${amounts[by]}; one goes once less is enough for ${cooldown}`,
    ...(maySleep(model)
      ? [
          `none once nobody has asked for ${cooldown}; then requests get 503 with retry-after until its weights are loaded`,
        ]
      : []),
  ];
}

/** Who loads the weights of a model, and how often; nothing for the simulator. */
export function loadingWords({ source, cache, runtime }: ModelSettings): string[] {
  if (runtime === 'simulator' || source === undefined) {
    return [];
  }
  if (cache?.nodeGroup !== undefined) {
    return [`loaded ahead, once for each node of ${cache.nodeGroup}`];
  }
  const scheme = source.slice(0, source.indexOf('://'));
  if (scheme === 'hf' && cache?.existingClaim !== undefined) {
    const claim = `claim ${cache.existingClaim}`;
    return [cache.offline === true ? `read from ${claim}, without Hugging Face` : `loaded once, into ${claim}`];
  }
  const words: Readonly<Record<string, string>> = { pvc: 'mounted', oci: 'loaded once for each node, as an image' };
  return [words[scheme] ?? 'loaded by each new pod'];
}

/** `1 gateway pod`, `3 gateway pods`. */
export function podWords(pods: number): string {
  return count(pods, 'gateway pod');
}
