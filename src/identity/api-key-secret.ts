import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { DEMO_ANNOTATION, objectMetadata, type ObjectMetadataOptions } from '../labels';
import { apiKeySecretName } from './api-key-secret-name';

/** Label of an API key Secret that names the namespace of its platform. */
export const PLATFORM_LABEL = 'cdk8s-maas/platform';

/**
 * Labels that select the API keys of a platform; `GatewayAuthPolicy` looks for them.
 *
 * The platform's namespace is one of them: Authorino finds a key by its value alone, and of two platforms in one cluster
 * that know the same value, one would otherwise refuse it.
 *
 * @param namespace namespace of the platform
 */
export function apiKeySelector(namespace: string): { [label: string]: string } {
  return { app: 'llm-gateway', [PLATFORM_LABEL]: namespace };
}

/** Annotation of an API key Secret that names its user. */
export const USER_ANNOTATION = 'secret.kuadrant.io/user-id';

/** Annotation of an API key Secret that names its user's tier. */
export const TIER_ANNOTATION = 'kuadrant.io/groups';

/**
 * Annotation of an API key Secret that ends it: a day (`2027-01-31`, to its end in UTC) or an instant
 * (`2027-01-31T12:00:00Z`); anything else refuses the key.
 */
export const EXPIRES_ANNOTATION = 'cdk8s-maas/expires';

/** Whose key it is. */
export interface ApiKeyOwner {
  /** Namespace of the platform; a key in any other namespace is refused. */
  readonly namespace: string;
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
      ...apiKeySelector(owner.namespace),
      'kuadrant.io/auth-secret': 'true',
      'authorino.kuadrant.io/managed-by': 'authorino',
    },
    annotations: { [USER_ANNOTATION]: owner.user, [TIER_ANNOTATION]: owner.tier },
  };
}

/** Props of `ApiKeySecret`. */
export interface ApiKeySecretProps extends ApiKeyOwner {
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
      metadata: objectMetadata(props.name ?? apiKeySecretName(props.user), {
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
