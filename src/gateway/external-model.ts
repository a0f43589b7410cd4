import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { addClusterPatch, type GatewayFilterProps } from './envoy-filter';
import { errorBody } from './error-body';
import { externalKeySource } from './external-keys';
import { gatewayScript, luaHttpFilter } from './lua-filter';
import type { IModelBackend } from './model-route';
import { REQUEST_REFUSALS, serverError } from './script-refusals';

/** Props of `ExternalModel`. */
export interface ExternalModelProps extends GatewayFilterProps {
  /** Name of the model (DNS label): what its objects and its host inside the gateway are named after. */
  readonly modelName: string;

  /** Base URL of the provider's API as OpenAI's clients take it, with https, for example `https://api.openai.com/v1`. */
  readonly baseUrl: string;

  /** Model name at the provider: requests have it, whatever the client wrote. */
  readonly providerModel: string;

  /** Secret in the Gateway's namespace whose key `api-key` is the provider's key; see `ExternalKeys`. */
  readonly keySecretName: string;

  /**
   * Namespace of the model's route.
   * @default - the Gateway's
   */
  readonly routeNamespace?: string;
}

/**
 * A model that somebody else serves, behind an API like OpenAI's (networking.istio.io/v1 ServiceEntry and DestinationRule,
 * and an EnvoyFilter): the backend of a `ModelRoute` in the place of a Service.
 *
 * What the provider gets, whatever leads there: content type and body of the request, with the provider's own name of the
 * model, and the platform's key. Nothing that tells who asks. What its streams used it has to say.
 *
 * @throws when the base URL is none of https
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/credential_injector_filter
 */
export class ExternalModel extends Construct implements IModelBackend {
  public readonly kind = 'Hostname';
  /** Host of the ServiceEntry, which only the gateway knows. */
  public readonly serviceName: string;
  public readonly servicePort: number;
  public readonly serviceNamespace: string;

  constructor(scope: Construct, id: string, props: ExternalModelProps) {
    super(scope, id);
    const { gateway, modelName, baseUrl, routeNamespace } = props;
    const { hostname, port, path } = parseBaseUrl(baseUrl);
    const namespace = gateway.gatewayNamespace;
    this.serviceName = externalHost(modelName, namespace);
    this.servicePort = port;
    this.serviceNamespace = routeNamespace ?? namespace;

    const metadata = objectMetadata(`${modelName}-external`, { namespace });
    const {
      ServiceEntry,
      ServiceEntrySpecLocation: Location,
      ServiceEntrySpecResolution: Resolution,
    } = l1.istioNetworking;
    new ServiceEntry(this, 'Resource', {
      metadata,
      spec: {
        hosts: [this.serviceName],
        location: Location.MESH_UNDERSCORE_EXTERNAL,
        resolution: Resolution.DNS,
        endpoints: [{ address: hostname }],
        // HTTP is what the gateway speaks; the DestinationRule wraps it.
        ports: [{ number: port, name: 'http', protocol: 'HTTP' }],
        exportTo: exportedTo(namespace, this.serviceNamespace),
      },
    });
    const { DestinationRule, DestinationRuleSpecTrafficPolicyTlsMode: Mode } = l1.istioNetworking;
    new DestinationRule(this, 'Tls', {
      metadata,
      spec: {
        host: this.serviceName,
        trafficPolicy: {
          tls: { mode: Mode.SIMPLE, sni: hostname, subjectAltNames: [hostname], caCertificates: 'system' },
        },
        exportTo: ['.'],
      },
    });
    const authority = port === HTTPS_PORT ? hostname : `${hostname}:${port}`;
    addClusterPatch(new Construct(this, 'Filters'), props, {
      name: `${modelName}-external`,
      service: this.serviceName,
      value: upstreamFilters(externalHttpFilters({ ...props, authority, path })),
    });
  }
}

const HTTPS_PORT = 443;

function parseBaseUrl(baseUrl: string): { hostname: string; port: number; path: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'https:' || url.username + url.password + url.search + url.hash !== '') {
    throw new Error(`external model: got another base URL than one like https://api.openai.com/v1`);
  }
  return {
    hostname: url.hostname,
    port: url.port === '' ? HTTPS_PORT : Number(url.port),
    path: url.pathname.replace(/\/+$/, ''),
  };
}

/** Host inside the gateway of an external model. */
export function externalHost(modelName: string, gatewayNamespace: string): string {
  return `${modelName}.${gatewayNamespace}.external.internal`;
}

/** Port of a base URL of https. */
export function portOf(baseUrl: string): number {
  return parseBaseUrl(baseUrl).port;
}

function exportedTo(own: string, routes: string): string[] {
  return own === routes ? ['.'] : ['.', routes];
}

/** Bodies of what the script answers itself. */
const REFUSALS = {
  ...REQUEST_REFUSALS,
  path: errorBody({
    message: 'The provider of this model is asked for chat completions, completions and embeddings only.',
    type: 'invalid_request_error',
    code: 'unknown_url',
  }),
  key: serverError(
    'The platform has no key for the provider of this model, or none that can be sent.',
    'provider_key_missing',
  ),
  provider: serverError('The provider of this model refuses the platform.', 'provider_refused'),
};

/** What the filters say. */
interface ExternalRequest {
  readonly authority: string;
  readonly path: string;
  readonly providerModel: string;
  readonly keySecretName: string;
}

/** The HTTP filters between the router and a provider, in the order in which a request meets them. */
function externalHttpFilters({ authority, path, providerModel, keySecretName }: ExternalRequest): object[] {
  return [
    {
      name: 'maas.external-without-key',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
        mutations: { request_mutations: [{ remove: 'authorization' }] },
      },
    },
    {
      name: 'maas.external-key',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.credential_injector.v3.CredentialInjector',
        // Envoy would say 401, as if the client had no key; the script says what is missing.
        allow_request_without_credential: true,
        credential: {
          name: 'envoy.http.injected_credentials.generic',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic',
            header_value_prefix: 'Bearer ',
            credential: externalKeySource(keySecretName),
          },
        },
      },
    },
    luaHttpFilter(
      'maas.external-model',
      gatewayScript('external-model', {
        authority,
        path,
        model: JSON.stringify(providerModel),
        refusals: REFUSALS,
      }),
    ),
  ];
}

/** Envoy's options of a cluster that speaks HTTP/1.1 and runs filters of its own. */
function upstreamFilters(filters: readonly object[]): object {
  const codec = 'type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec';
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http_protocol_options: {} },
        http_filters: [...filters, { name: 'envoy.filters.http.upstream_codec', typed_config: { '@type': codec } }],
      },
    },
  };
}
