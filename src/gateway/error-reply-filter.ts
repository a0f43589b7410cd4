import type { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { addConnectionManagerPatch, type GatewayFilterProps } from './envoy-filter';
import { errorBody, type ApiError } from './error-body';

/** Props of `ErrorReplyFilter`. */
export interface ErrorReplyFilterProps extends GatewayFilterProps {
  /**
   * What `retry-after` says beside 503, in whole seconds: for models that come back once somebody has asked for them.
   * @default - no such header
   */
  readonly retryAfter?: Duration;
}

/** There is no route. */
const NO_ROUTE = request('Nothing is served at this host, path and method.', 'unknown_url');

/** What Envoy's own replies say, by status. */
const ERRORS: { readonly [status: number]: ApiError } = {
  400: request('The request is malformed.', 'bad_request'),
  403: request('The gateway knows no user for this request.', 'identity_required'),
  404: NO_ROUTE,
  408: request('The request did not arrive in time.', 'request_timeout'),
  413: request('The request is too large.', 'request_too_large'),
  429: { message: 'The limit of your tier is reached.', type: 'tokens', code: 'rate_limit_exceeded' },
  431: request('The headers of the request are too large.', 'headers_too_large'),
  500: server('The gateway failed.', 'internal_error'),
  502: server('The model gave no valid answer.', 'bad_gateway'),
  503: server('The model, or something on the way to it, is not available.', 'service_unavailable'),
  504: server('The model did not answer in time.', 'gateway_timeout'),
};

/** What every other status says: Envoy puts the number in. */
const OTHER_ERROR = request('The gateway refuses this request with status %RESPONSE_CODE%.', 'refused');

/**
 * Gives what the gateway's Envoy answers itself, plain text otherwise, the body that OpenAI's clients read
 * (networking.istio.io/v1alpha3 EnvoyFilter with Envoy's `local_reply_config`): no route, no identity, too large, no model
 * to reach.
 *
 * Untouched are answers of models, and replies of other filters that name a content type, which is how AuthPolicies and
 * our own scripts answer JSON. Where there is no route there is no AuthPolicy either, and `IdentityRequiredFilter` refuses:
 * the client is told 404, with a key or without.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export class ErrorReplyFilter extends Construct {
  constructor(scope: Construct, id: string, props: ErrorReplyFilterProps) {
    super(scope, id);
    addConnectionManagerPatch(this, props, {
      name: 'error-reply-filter',
      // Envoy takes the first mapper that fits; one of a policy for its own refusals stands before these.
      priority: 10,
      value: {
        local_reply_config: {
          mappers: [
            // What requires an identity comes before the router; no policy could have given one here.
            { ...replyMapper('response.code == 403 && !has(xds.route_name)', NO_ROUTE), status_code: 404 },
            ...errorReplyMappers(props.retryAfter),
          ],
        },
      },
    });
  }
}

/** What makes of Envoy's plain texts the bodies that OpenAI's clients read. */
export function errorReplyMappers(retryAfter?: Duration): object[] {
  return [
    ...Object.entries(ERRORS).map(([status, error]) => ({
      ...replyMapper(`response.code == ${status}`, error),
      ...(status === '503' && retryAfter && retryAfterHeader(retryAfter)),
    })),
    replyMapper('response.code >= 400', OTHER_ERROR),
  ];
}

function replyMapper(condition: string, error: ApiError) {
  return {
    filter: {
      extension_filter: {
        name: 'envoy.access_loggers.extension_filters.cel',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
          // Envoy names the type of a plain text only after this.
          expression: `${condition} && !("content-type" in response.headers)`,
        },
      },
    },
    body_format_override: {
      text_format_source: { inline_string: errorBody(error) },
      content_type: 'application/json',
    },
  };
}

function retryAfterHeader(retryAfter: Duration) {
  const header = { key: 'retry-after', value: String(retryAfter.toSeconds()) };
  return { headers_to_add: [{ header, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }] };
}

function request(message: string, code: string): ApiError {
  return { message, type: 'invalid_request_error', code };
}

function server(message: string, code: string): ApiError {
  return { message, type: 'server_error', code };
}
