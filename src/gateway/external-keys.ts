import { Construct } from 'constructs';
import { EXTERNAL_KEY } from '../config/defaults';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';
import type { IMaasGateway } from './gateway-reference';

/** Where the gateway pods have the keys of external providers. */
const FOLDER = '/etc/maas/external-keys';

/** Props of `ExternalKeys`. */
export interface ExternalKeysProps {
  /** Gateway whose pods use the keys. */
  readonly gateway: IMaasGateway;

  /** Secrets in the Gateway's namespace, whose key `api-key` is that of a provider. */
  readonly secretNames: string[];
}

/**
 * Says where Envoy finds the keys of external providers (core/v1 ConfigMap with a file of Envoy's secret discovery for each
 * Secret); the keys themselves are in Secrets only. `MaasGatewayProps.externalKeySecretNames` mounts both.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/security/secret
 */
export class ExternalKeys extends Construct {
  constructor(scope: Construct, id: string, { gateway, secretNames }: ExternalKeysProps) {
    super(scope, id);
    addCoreObject(this, 'Resource', 'ConfigMap', {
      metadata: objectMetadata(externalKeysName(gateway.gatewayName), { namespace: gateway.gatewayNamespace }),
      data: Object.fromEntries(secretNames.map((name) => [discoveryFile(name), discoveryDocument(name)])),
    });
  }
}

/** Patch of the gateway's pods that brings the keys of these Secrets to Envoy. */
export function externalKeyVolume(gatewayName: string, secretNames: readonly string[]) {
  const name = 'external-keys';
  return {
    volume: {
      name,
      // One volume, because it is replaced as a whole: Envoy watches this folder and sees a new key without a restart.
      projected: {
        sources: [
          { configMap: { name: externalKeysName(gatewayName) } },
          ...secretNames.map((secret) => ({
            // Without the Secret one model fails, and not every pod of the gateway.
            secret: { name: secret, optional: true, items: [{ key: EXTERNAL_KEY, path: keyFile(secret) }] },
          })),
        ],
      },
    },
    mount: { name, mountPath: FOLDER, readOnly: true },
  };
}

/** Envoy's source of the key in a Secret. */
export function externalKeySource(secretName: string): object {
  return {
    name: secretName,
    sds_config: {
      path_config_source: { path: `${FOLDER}/${discoveryFile(secretName)}`, watched_directory: { path: FOLDER } },
    },
  };
}

function externalKeysName(gatewayName: string): string {
  return `${gatewayName}-external-keys`;
}

function discoveryFile(secretName: string): string {
  return `${secretName}.discovery.json`;
}

function keyFile(secretName: string): string {
  return `${secretName}.key`;
}

function discoveryDocument(secretName: string): string {
  const secret = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
    name: secretName,
    generic_secret: { secret: { filename: `${FOLDER}/${keyFile(secretName)}` } },
  };
  return JSON.stringify({ resources: [secret] });
}
