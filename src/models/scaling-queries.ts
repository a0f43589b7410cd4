/** What tells how many replicas a model needs. */
export type ScalingMetric = 'queue' | 'cache' | 'tokens';

/** Longest cooldown in seconds: the autoscaler of Kubernetes takes no more. */
export const LONGEST_COOLDOWN = 3600;

/** Pods whose metrics are asked for, as Prometheus labels what it scrapes of their Service. */
export interface ScaledPods {
  /** Namespace of the Service. */
  readonly namespace: string;
  /** Service of the model. */
  readonly service: string;
}

/**
 * Time over which rates are taken, and for which a request is remembered: four scrapes of our monitors, so that one may fail.
 */
const WINDOW = '2m';

/**
 * What all replicas have to do together, in PromQL: waiting requests, percent of KV cache in use, tokens a second. It is a
 * sum, because what pods that still load their weights do not report must not count as if they were as busy as the others.
 *
 * @see https://docs.vllm.ai/en/stable/usage/metrics/
 */
export function loadQuery(metric: ScalingMetric, pods: ScaledPods): string {
  const of = (name: string) => `vllm:${name}${selector(pods)}`;
  switch (metric) {
    case 'queue':
      return `sum(${of('num_requests_waiting')})`;
    case 'cache':
      // The second name is that of vLLM up to 0.9.
      return `100 * sum(${of('kv_cache_usage_perc')} or ${of('gpu_cache_usage_perc')})`;
    case 'tokens':
      // A server that has written nothing yet may have no counter.
      return `sum(rate(${of('generation_tokens_total')}[${WINDOW}])) or 0 * sum(${of('num_requests_waiting')})`;
  }
}

/**
 * Whether anybody wants a model, in PromQL: 1 or 0; no answer where Prometheus does not see the gateway, because then nobody
 * knows. Pods say that they are busy; while there is none, the gateway still counts the requests that it has to refuse.
 *
 * A counter that has come up within the window counts as it is: of its first value `increase` would see nothing. Requests
 * that policies refuse (4xx), or whose client has left (0), wake nobody: those need no key.
 *
 * @param gatewayJob Prometheus' job of the gateway: `<namespace>/<PodMonitor>`
 * @see https://istio.io/latest/docs/reference/config/metrics/
 */
export function activityQuery(pods: ScaledPods, gatewayJob: string): string {
  const { namespace, service } = pods;
  // By its host: Istio knows the namespace of a service only from its pods.
  const host = `${service}[.]${namespace}[.]svc[.].+`;
  const requests = `istio_requests_total{reporter="source",destination_service=~"${host}",response_code=~"2..|5.."}`;
  const recent = `(${requests} unless ${requests} offset ${WINDOW}) or increase(${requests}[${WINDOW}])`;
  const busy = `{__name__=~"vllm:num_requests_(running|waiting)",namespace="${namespace}",service="${service}"}`;
  const wanted = `(sum(${recent}) or vector(0)) + (sum(${busy}) or vector(0)) > bool 0`;
  return `${wanted} and on() up{job="${gatewayJob}"} == 1`;
}

function selector({ namespace, service }: ScaledPods): string {
  return `{namespace="${namespace}",service="${service}"}`;
}
