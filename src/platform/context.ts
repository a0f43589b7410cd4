import { DEFAULT_NAMESPACES } from '../config/defaults';
import { addressOf } from '../config/model-address';
import type { ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import type { IMaasGateway } from '../gateway/gateway-reference';
import type { IModelBackend } from '../gateway/model-route';
import { imageName, type ImageReference } from '../images';

/** What the files of a platform share. */
export interface PlatformContext {
  /** The configuration with every default filled in. */
  readonly settings: PlatformSettings;
  /** The Gateway in front of all models, created or existing. */
  readonly gateway: IMaasGateway;
  /** The models by name; filled by the file of the models, read by that of the routes. */
  readonly models: Map<string, IModelBackend>;
}

/** Name of an image, from the platform's registry where it has one. */
export function platformImage({ settings }: PlatformContext, image: ImageReference): string {
  return imageName(image, settings.registry);
}

/** A name in a space that platforms share (files, cluster-scoped objects, others' namespaces): the platform's name prefixes it. */
export function prefixedName({ name: platform }: PlatformSettings, name: string): string {
  return platform === undefined ? name : `${platform}-${name}`;
}

/** PriorityClass of a model's pods: one of the platform's, else as the cluster has it. */
export function priorityClassName(settings: PlatformSettings, { priorityClass }: ModelSettings): string | undefined {
  const isOwn = settings.priorityClasses.some(({ name }) => name === priorityClass);
  return priorityClass === undefined || !isOwn ? priorityClass : prefixedName(settings, priorityClass);
}

/** Where an EnvoyFilter of this name goes; in the root namespace the platform's name keeps it from another platform's. */
export function filterPlacement(
  { settings }: Pick<PlatformContext, 'settings'>,
  name: string,
): { namespace: string; name: string } {
  const { namespace, filterPlacement } = settings.gateway;
  return filterPlacement === 'rootNamespace'
    ? // Istio's root namespace, whose EnvoyFilters count for every namespace.
      { namespace: DEFAULT_NAMESPACES.istio, name: prefixedName(settings, name) }
    : { namespace, name };
}

/** Scheme with which clients reach the platform; OpenShift's router ends TLS where the Gateway does not. */
export function clientScheme({ platform, gateway }: PlatformSettings): 'http' | 'https' {
  return platform === 'openshift' || gateway.tls !== undefined ? 'https' : 'http';
}

/** Base URL of a model for clients of OpenAI's API. */
export function modelUrl(model: ModelSettings, settings: PlatformSettings): string {
  const { host, prefix } = addressOf(model, settings.gateway);
  return `${clientScheme(settings)}://${host}${prefix}/v1`;
}
