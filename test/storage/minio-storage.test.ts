import { Testing } from 'cdk8s';
import { MinioStorage, type MinioStorageProps } from '../../src/storage/minio-storage';

function synthesize(props: MinioStorageProps) {
  const chart = Testing.chart();
  const storage = new MinioStorage(chart, 'minio', props);
  const objects = Testing.synth(chart);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  return { storage, objects, find, pods: ['Deployment', 'Job'].map((kind) => find(kind).spec.template.spec) };
}

const identify = ({ kind, metadata }: { kind: string; metadata: { namespace: string; name: string } }) =>
  `${kind} ${metadata.namespace}/${metadata.name}`;

describe('MinioStorage with minimal props', () => {
  const { storage, objects, find, pods } = synthesize({ modelNamespace: 'llm' });

  test("has the seed's names", () => {
    expect(objects.map(identify).sort()).toEqual([
      'Deployment minio-system/minio',
      'Job minio-system/minio-setup',
      'NetworkPolicy minio-system/minio',
      'PersistentVolumeClaim minio-system/minio-pvc',
      'Secret llm/minio-credentials',
      'Secret minio-system/minio-credentials',
      'Service minio-system/minio',
    ]);
  });

  test('keeps its data on one volume of the default class, which one pod at a time mounts', () => {
    expect(find('PersistentVolumeClaim').spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '20Gi' } },
    });
    expect(find('Deployment').spec.strategy).toEqual({ type: 'Recreate' });
    expect(pods[0].volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'minio-pvc' } });
    expect(pods[0].containers[0].volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
    expect(pods[0].containers[0].args.slice(0, 2)).toEqual(['server', '/data']);
  });

  test('serves API and console', () => {
    const { spec } = find('Service');
    expect(spec.ports).toEqual([
      { name: 'api', port: 9000, targetPort: 'api' },
      { name: 'console', port: 9001, targetPort: 'console' },
    ]);
    expect(find('Deployment').spec.template.metadata.labels).toMatchObject(spec.selector);
    expect(find('Job').spec.template.metadata.labels).not.toMatchObject(spec.selector);
    expect(pods[0].containers[0].ports).toEqual([
      { name: 'api', containerPort: 9000 },
      { name: 'console', containerPort: 9001 },
    ]);
  });

  test('gives models the same credentials as the server, in the form that KServe reads', () => {
    const [server, models] = objects.filter(({ kind }) => kind === 'Secret');
    expect(server.stringData).toEqual(models.stringData);
    expect(models.stringData).toMatchObject({
      AWS_S3_ENDPOINT: 'http://minio.minio-system.svc.cluster.local:9000',
      AWS_DEFAULT_REGION: 'us-east-1',
    });
    expect(models.metadata.annotations).toMatchObject({
      'cdk8s-maas/demo-credentials': 'true',
      'serving.kserve.io/s3-endpoint': 'minio.minio-system.svc.cluster.local:9000',
      'serving.kserve.io/s3-usehttps': '0',
      'serving.kserve.io/s3-region': 'us-east-1',
    });
    expect(storage.secretName).toBe('minio-credentials');
    expect(storage.endpoint).toBe(models.stringData.AWS_S3_ENDPOINT);
  });

  test('no credential stands outside the Secrets', () => {
    const { stringData } = find('Secret');
    const others = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    expect(others).not.toContain(stringData.AWS_SECRET_ACCESS_KEY);
    expect(pods[0].containers[0].env).toEqual([
      {
        name: 'MINIO_ROOT_USER',
        valueFrom: { secretKeyRef: { name: 'minio-credentials', key: 'AWS_ACCESS_KEY_ID' } },
      },
      {
        name: 'MINIO_ROOT_PASSWORD',
        valueFrom: { secretKeyRef: { name: 'minio-credentials', key: 'AWS_SECRET_ACCESS_KEY' } },
      },
    ]);
  });

  test('a Job creates the bucket once, retries within bounds and stays', () => {
    const { spec } = find('Job');
    expect(spec.backoffLimit).toBe(6);
    expect(spec.ttlSecondsAfterFinished).toBeUndefined();
    expect(pods[1].restartPolicy).toBe('OnFailure');
    const [shell, flag, script] = pods[1].containers[0].command;
    expect([shell, flag]).toEqual(['/bin/sh', '-c']);
    expect(script).toContain('mc mb --ignore-existing storage/models');
    expect(script).toMatch(/-ge 60 \][^]*exit 1/);
  });

  test('passes Pod Security restricted, writes to volumes only and gets no token of the cluster', () => {
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: 1000,
        fsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(pod.containers[0].volumeMounts).toContainEqual({ name: 'scratch', mountPath: '/tmp' });
    }
    expect(pods[0].containers[0].args).toContain('--certs-dir=/tmp/certs');
    expect(pods[1].containers[0].env).toContainEqual({ name: 'HOME', value: '/tmp' });
  });
});

describe('MinioStorage with all props', () => {
  const { storage, objects, find, pods } = synthesize({
    modelNamespace: 'models',
    namespace: 'storage',
    size: '1.5Ti',
    storageClassName: 'fast',
    existingSecretName: 'own-keys',
    platform: 'openshift',
    image: 'mirror.example.com/minio/minio:1',
    clientImage: 'mirror.example.com/minio/mc:1',
  });

  test('renders no Secret, and everything uses the existing one', () => {
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    expect(storage.secretName).toBe('own-keys');
    const names = pods.flatMap((pod) =>
      pod.containers[0].env.flatMap((variable: { valueFrom?: { secretKeyRef: { name: string } } }) =>
        variable.valueFrom === undefined ? [] : [variable.valueFrom.secretKeyRef.name],
      ),
    );
    expect(names).toEqual(['own-keys', 'own-keys', 'own-keys', 'own-keys']);
  });

  test('moves to the namespace, and its endpoint with it', () => {
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['storage']));
    expect(storage.endpoint).toBe('http://minio.storage.svc.cluster.local:9000');
    expect(pods[1].containers[0].env).toContainEqual({ name: 'AWS_S3_ENDPOINT', value: storage.endpoint });
  });

  test('takes size, class and images', () => {
    expect(find('PersistentVolumeClaim').spec).toMatchObject({
      storageClassName: 'fast',
      resources: { requests: { storage: '1.5Ti' } },
    });
    expect(pods.map((pod) => pod.containers[0].image)).toEqual([
      'mirror.example.com/minio/minio:1',
      'mirror.example.com/minio/mc:1',
    ]);
  });

  test('leaves user and group ids to OpenShift', () => {
    expect(pods[0].securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  });
});

describe('MinioStorage with models in its own namespace', () => {
  test('renders the Secret once', () => {
    const { objects } = synthesize({ modelNamespace: 'minio-system' });
    expect(objects.filter(({ kind }) => kind === 'Secret').map(identify)).toEqual([
      'Secret minio-system/minio-credentials',
    ]);
  });
});

describe('MinioStorage fails', () => {
  test.each(['20 GB', '-1Gi', 'large', '', '500m', '0Gi'])('for the size "%s"', (size) => {
    expect(() => synthesize({ modelNamespace: 'llm', size })).toThrow(
      new Error(`minio size: got "${size}", expected a quantity such as 20Gi`),
    );
  });
});
