import { ModelStorageAccess, type ModelStorageAccessProps } from '../../src/models/model-storage-access';
import { identify, synthesize } from '../support/synth';

function accessWith(props: ModelStorageAccessProps) {
  let name: string | undefined;
  const { manifests, find } = synthesize((chart) => {
    name = new ModelStorageAccess(chart, 'access', props).serviceAccountName;
  });
  return { name, names: manifests.map(identify), account: find('ServiceAccount') };
}

describe('ModelStorageAccess', () => {
  test('with minimal props is a ServiceAccount without a token that lists the Secret', () => {
    const { name, names, account } = accessWith({ namespace: 'llm', secretName: 'minio-credentials' });
    expect([name, names]).toEqual(['model-storage', ['ServiceAccount llm/model-storage']]);
    expect(account.secrets).toEqual([{ name: 'minio-credentials' }]);
    expect(account.automountServiceAccountToken).toBe(false);
  });

  test('with all props has the name that it was given', () => {
    const { name, names } = accessWith({ namespace: 'models', secretName: 'keys', serviceAccountName: 'reader' });
    expect([name, names]).toEqual(['reader', ['ServiceAccount models/reader']]);
  });
});
