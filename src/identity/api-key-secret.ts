import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { DEMO_ANNOTATION, objectMetadata, type ObjectMetadataOptions } from '../labels';

/** Label that selects the API keys of the platform; `GatewayAuthPolicy` looks for it. */
export const API_KEY_SELECTOR: Readonly<Record<string, string>> = { app: 'llm-gateway' };

/** Annotation of an API key Secret that names its user. */
export const USER_ANNOTATION = 'secret.kuadrant.io/user-id';

/** Annotation of an API key Secret that names its user's tier. */
export const TIER_ANNOTATION = 'kuadrant.io/groups';

/** Whose key it is. */
export interface ApiKeyOwner {
  /** Name of the user. */
  readonly user: string;
  /** Name of the user's tier. */
  readonly tier: string;
}

/**
 * Labels and annotations that make a Secret an API key.
 *
 * Without `managed-by: authorino` Authorino does not watch the Secret: a new key is not seen and a deleted one still works.
 */
export function apiKeyMetadata(owner: ApiKeyOwner): Required<Pick<ObjectMetadataOptions, 'labels' | 'annotations'>> {
  return {
    labels: {
      ...API_KEY_SELECTOR,
      'kuadrant.io/auth-secret': 'true',
      'authorino.kuadrant.io/managed-by': 'authorino',
    },
    annotations: { [USER_ANNOTATION]: owner.user, [TIER_ANNOTATION]: owner.tier },
  };
}

/** Props of `ApiKeySecret`. */
export interface ApiKeySecretProps extends ApiKeyOwner {
  /** Namespace of the platform; a key in any other namespace is refused. */
  readonly namespace: string;

  /** The key. It ends up in the synthesized YAML, so it must be one that everybody may know. */
  readonly demoKey: string;

  /**
   * Name of the Secret.
   * @default - `<user>-apikey`
   */
  readonly name?: string;
}

/**
 * An API key for the local demo (core/v1 Secret): its value stands in the YAML and is marked as well known.
 *
 * @see https://docs.kuadrant.io/latest/authorino/docs/user-guides/api-key-authentication/
 */
export class ApiKeySecret extends Construct {
  constructor(scope: Construct, id: string, props: ApiKeySecretProps) {
    super(scope, id);
    const { labels, annotations } = apiKeyMetadata(props);
    addCoreObject(this, 'Resource', 'Secret', {
      metadata: objectMetadata(props.name ?? `${props.user}-apikey`, {
        namespace: props.namespace,
        labels,
        annotations: {
          ...annotations,
          [DEMO_ANNOTATION]: 'true',
          description: 'Well-known key of the local demo; never use it anywhere else.',
        },
      }),
      type: 'Opaque',
      stringData: { api_key: props.demoKey },
    });
  }
}
