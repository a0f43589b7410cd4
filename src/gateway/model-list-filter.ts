import { Construct } from 'constructs';
import { addGatewayHttpFilters, type GatewayFilterProps } from './envoy-filter';
import { errorBody } from './error-body';
import { gatewayScript, luaHttpFilter, luaOfHost } from './lua-filter';
import { MODELS_PATH } from './model-paths';

/** A model that the list names. */
export interface ListedModel {
  /** Model name in requests (OpenAI API field `model`). */
  readonly name: string;
  /** Where a client of OpenAI's API finds it, for example `https://simulator.example.com/v1`. */
  readonly baseUrl: string;
}

/** What a tier is told of. */
export interface TierModels {
  /** Name of the tier. */
  readonly tier: string;
  /**
   * Names of the models that it may use.
   * @default - all
   */
  readonly models?: string[];
}

/** Props of `ModelListFilter`. */
export interface ModelListFilterProps extends GatewayFilterProps {
  /** Host whose `GET /v1/models` is answered, that of a `ModelListRoute`. */
  readonly host: string;
  /** Every model there is. */
  readonly models: ListedModel[];
  /** Every tier there is: a caller of another one sees no model. */
  readonly tiers: TierModels[];
}

const FILTER_NAME = 'maas.model-list';

/**
 * Answers `GET /v1/models` and `GET /v1/models/<name>` of the platform's own host with what the caller's tier may use
 * (networking.istio.io/v1alpha3 EnvoyFilter with Envoy's Lua filter, behind authentication).
 *
 * The script is part of that host's routes: requests to other hosts don't run it, and a change of the list leaves
 * connections and counters alone.
 *
 * @throws when a tier has a model that is not in the list
 * @see https://platform.openai.com/docs/api-reference/models/list
 */
export class ModelListFilter extends Construct {
  constructor(scope: Construct, id: string, props: ModelListFilterProps) {
    super(scope, id);
    addGatewayHttpFilters(this, props, {
      name: 'model-list-filter',
      position: 'afterIdentity',
      values: [luaHttpFilter(FILTER_NAME)],
      host: {
        name: props.host,
        configurations: { [FILTER_NAME]: luaOfHost(gatewayScript('model-list', scriptConfiguration(props))) },
      },
    });
  }
}

function scriptConfiguration({ models, tiers }: ModelListFilterProps): object {
  const names = models.map(({ name }) => name);
  for (const { tier, models = [] } of tiers) {
    const unknown = models.find((model) => !names.includes(model));
    if (unknown !== undefined) {
      const known = names.map((name) => `"${name}"`).join(', ');
      throw new Error(`list of models: got model "${unknown}" of tier "${tier}", expected one of ${known}`);
    }
  }
  return {
    path: MODELS_PATH,
    models: Object.fromEntries(models.map((model) => [model.name, modelObject(model)])),
    tiers: Object.fromEntries(tiers.map(({ tier, models = names }) => [tier, models])),
    notFound: errorBody({
      message: 'The model does not exist, or you may not use it.',
      type: 'invalid_request_error',
      code: 'model_not_found',
    }),
  };
}

/** OpenAI's object `model`; `created` is the same for ever, because equal configurations give equal bytes. */
function modelObject({ name, baseUrl }: ListedModel): string {
  return JSON.stringify({ id: name, object: 'model', created: 0, owned_by: 'maas', base_url: baseUrl });
}
