import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';
import { apiKeyMetadata, type ApiKeyOwner } from './api-key-secret';
import { apiKeySecretName } from './api-key-secret-name';

/** Kind of a secret store. */
export type SecretStoreKind = 'ClusterSecretStore' | 'SecretStore';

/** Props of `ApiKeyExternalSecret`. */
export interface ApiKeyExternalSecretProps extends ApiKeyOwner {
  /** Name of the SecretStore or ClusterSecretStore. */
  readonly storeName: string;

  /**
   * Kind of the store.
   * @default ClusterSecretStore
   */
  readonly storeKind?: SecretStoreKind;

  /** Key of the entry in the store. */
  readonly remoteKey: string;

  /**
   * Property inside the entry.
   * @default - the whole entry
   */
  readonly remoteProperty?: string;

  /**
   * Name of the Secret and of the ExternalSecret.
   * @default - `<user>-apikey`
   */
  readonly name?: string;
}

/**
 * An API key that the External Secrets Operator fetches from a store (external-secrets.io/v1 ExternalSecret): no key
 * material in Git.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export class ApiKeyExternalSecret extends Construct {
  constructor(scope: Construct, id: string, props: ApiKeyExternalSecretProps) {
    super(scope, id);
    const { ExternalSecret, ExternalSecretSpecSecretStoreRefKind: StoreKind } = l1.externalSecrets;
    const name = props.name ?? apiKeySecretName(props.user);
    const { labels, annotations } = apiKeyMetadata(props);
    new ExternalSecret(this, 'Resource', {
      metadata: objectMetadata(name, { namespace: props.namespace }),
      spec: {
        secretStoreRef: {
          name: props.storeName,
          kind: props.storeKind === 'SecretStore' ? StoreKind.SECRET_STORE : StoreKind.CLUSTER_SECRET_STORE,
        },
        target: { name, template: { metadata: { labels: { ...labels }, annotations: { ...annotations } } } },
        data: [{ secretKey: 'api_key', remoteRef: { key: props.remoteKey, property: props.remoteProperty } }],
      },
    });
  }
}
