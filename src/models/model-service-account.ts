import type { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';

/** What a ServiceAccount of model pods is called and gives them. */
export interface ModelServiceAccountOptions {
  readonly name: string;
  readonly namespace: string;
  readonly storageSecretName?: string;
}

/** Adds a ServiceAccount without a token: KServe's webhook reads which Secrets it lists, the pods nothing. */
export function addModelServiceAccount(scope: Construct, options: ModelServiceAccountOptions): void {
  const { name, namespace, storageSecretName } = options;
  addCoreObject(scope, 'ServiceAccount', 'ServiceAccount', {
    metadata: objectMetadata(name, { namespace }),
    automountServiceAccountToken: false,
    secrets: storageSecretName === undefined ? undefined : [{ name: storageSecretName }],
  });
}
