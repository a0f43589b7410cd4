import type { ModelSettings } from './model-settings';
import type { PlatformSettings } from './settings';

/** How models are told apart. */
type Routing = Pick<PlatformSettings['gateway'], 'routing' | 'platformHost'>;

type Model = Pick<ModelSettings, 'name' | 'host'>;

/** Where clients reach a model. */
export interface ModelAddress {
  readonly host: string;
  /** What comes before the paths of the model's API: `/<model>` at the host of the platform, nothing at one of its own. */
  readonly prefix: string;
}

/** Whether models have hosts of their own. */
export function routesByHost({ routing }: Pick<Routing, 'routing'>): boolean {
  return routing !== 'path';
}

/** Whether models have paths at the host of the platform. */
export function routesByPath({ routing }: Pick<Routing, 'routing'>): boolean {
  return routing !== 'host';
}

/** What comes before the paths of a model's API at the host of the platform. */
export function pathPrefix(model: Pick<Model, 'name'>): string {
  return `/${model.name}`;
}

/** The address that clients are told: the model's own host where it has one. */
export function addressOf(model: Model, gateway: Routing): ModelAddress {
  return routesByHost(gateway)
    ? { host: model.host, prefix: '' }
    : { host: gateway.platformHost, prefix: pathPrefix(model) };
}

/** Every address of a model, that of `addressOf` first. */
export function addressesOf(model: Model, gateway: Routing): ModelAddress[] {
  return gateway.routing === 'both'
    ? [addressOf(model, gateway), addressOf(model, { ...gateway, routing: 'path' })]
    : [addressOf(model, gateway)];
}
