import { ApiKeyExternalSecret, type ApiKeyExternalSecretProps } from '../../src/identity/api-key-external-secret';
import { ApiKeySecret, type ApiKeySecretProps } from '../../src/identity/api-key-secret';
import { identify, synthesize } from '../support/synth';

const OWNER = { namespace: 'llm', user: 'alice', tier: 'free' };

/** Without `managed-by: authorino` Authorino does not watch the Secret, and a deleted key still works. */
const LABELS = {
  app: 'llm-gateway',
  'cdk8s-maas/platform': 'llm',
  'kuadrant.io/auth-secret': 'true',
  'authorino.kuadrant.io/managed-by': 'authorino',
};
const ANNOTATIONS = { 'secret.kuadrant.io/user-id': 'alice', 'kuadrant.io/groups': 'free' };

const secretWith = (props: Partial<ApiKeySecretProps> = {}) =>
  synthesize((chart) => new ApiKeySecret(chart, 'key', { ...OWNER, demoKey: 'alice_key', ...props })).manifests;

const externalSecretWith = (props: Partial<ApiKeyExternalSecretProps> = {}) =>
  synthesize(
    (chart) =>
      new ApiKeyExternalSecret(chart, 'key', { ...OWNER, storeName: 'vault', remoteKey: 'keys/alice', ...props }),
  ).manifests;

describe('ApiKeySecret with minimal props', () => {
  const manifests = secretWith();
  const [secret] = manifests;

  test('is one Secret under the name of its user', () => {
    expect(manifests.map(identify)).toEqual(['Secret llm/alice-apikey']);
    expect(secret).toMatchObject({ apiVersion: 'v1', type: 'Opaque', stringData: { api_key: 'alice_key' } });
  });

  test('is found, watched and read by Authorino', () => {
    expect(secret.metadata.labels).toMatchObject(LABELS);
    expect(secret.metadata.annotations).toMatchObject(ANNOTATIONS);
  });

  test('says that everybody knows it', () => {
    expect(secret.metadata.annotations).toMatchObject({
      'cdk8s-maas/demo-credentials': 'true',
      description: 'Well-known key of the local demo; never use it anywhere else.',
    });
  });
});

describe('ApiKeySecret with all props', () => {
  test('has its name', () => {
    expect(secretWith({ name: 'alice-apikey-2' }).map(identify)).toEqual(['Secret llm/alice-apikey-2']);
  });
});

describe('ApiKeyExternalSecret with minimal props', () => {
  const manifests = externalSecretWith();
  const [{ apiVersion, metadata, spec }] = manifests;

  test('is one ExternalSecret that makes a Secret of the same name', () => {
    expect(manifests.map(identify)).toEqual(['ExternalSecret llm/alice-apikey']);
    expect(apiVersion).toBe('external-secrets.io/v1');
    expect(spec.target.name).toBe('alice-apikey');
  });

  test('makes the Secret that ApiKeySecret would, but for the marks of the demo', () => {
    expect(spec.target.template.metadata).toEqual({ labels: LABELS, annotations: ANNOTATIONS });
    expect(spec.data.map(({ secretKey }: { secretKey: string }) => secretKey)).toEqual(
      Object.keys(secretWith()[0].stringData),
    );
  });

  test('is no key itself: Authorino would take it for one', () => {
    expect(Object.keys(metadata.labels)).not.toContain('app');
  });

  test('fetches the whole entry from a store of the cluster', () => {
    expect(spec.secretStoreRef).toEqual({ kind: 'ClusterSecretStore', name: 'vault' });
    expect(spec.data[0].remoteRef).toEqual({ key: 'keys/alice' });
  });
});

describe('ApiKeyExternalSecret with all props', () => {
  const manifests = externalSecretWith({ storeKind: 'SecretStore', remoteProperty: 'api', name: 'alice-2' });
  const [{ spec }] = manifests;

  test('uses them', () => {
    expect(manifests.map(identify)).toEqual(['ExternalSecret llm/alice-2']);
    expect(spec.target.name).toBe('alice-2');
    expect(spec.secretStoreRef.kind).toBe('SecretStore');
    expect(spec.data[0].remoteRef).toEqual({ key: 'keys/alice', property: 'api' });
  });
});
