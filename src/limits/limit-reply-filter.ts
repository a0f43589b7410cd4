import { Construct } from 'constructs';
import { addConnectionManagerPatch, type GatewayFilterProps } from '../gateway/envoy-filter';
import { errorBody } from '../gateway/error-body';

/** Props of `LimitReplyFilter`. */
export interface LimitReplyFilterProps extends GatewayFilterProps {
  /** What `retry-after` says, in whole seconds: the length of the shortest window, because nobody knows which refused. */
  readonly retryAfterSeconds: number;
}

/**
 * Gives Kuadrant's plain-text 429 the body that OpenAI's clients read, and a `retry-after`
 * (networking.istio.io/v1alpha3 EnvoyFilter with Envoy's `local_reply_config`).
 *
 * It touches only what Envoy itself answers: a 429 of a model server passes as it is. Limitador tells neither the limit
 * nor the window that refused, so there are no `x-ratelimit-*` headers.
 *
 * @throws when `retryAfterSeconds` is no whole number above 0
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export class LimitReplyFilter extends Construct {
  constructor(scope: Construct, id: string, props: LimitReplyFilterProps) {
    super(scope, id);
    const { retryAfterSeconds: seconds } = props;
    if (!Number.isInteger(seconds) || seconds < 1) {
      throw new Error(`retry after: got ${seconds} seconds, expected a whole number above 0`);
    }
    addConnectionManagerPatch(this, props, {
      name: 'limit-reply-filter',
      value: { local_reply_config: { mappers: [replyMapper(seconds)] } },
    });
  }
}

function replyMapper(seconds: number) {
  const message = `the limit of your tier is reached; its shortest window lasts ${seconds} seconds`;
  return {
    filter: {
      status_code_filter: {
        // Envoy wants a key of its runtime beside every number; nobody sets this one.
        comparison: { op: 'EQ', value: { default_value: 429, runtime_key: 'maas.limit_reply' } },
      },
    },
    headers_to_add: [
      { header: { key: 'retry-after', value: String(seconds) }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    ],
    body_format_override: {
      text_format_source: { inline_string: errorBody({ message, type: 'tokens', code: 'rate_limit_exceeded' }) },
      content_type: 'application/json',
    },
  };
}
