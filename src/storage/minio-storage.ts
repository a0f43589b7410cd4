import { Construct } from 'constructs';
import { restrictedContainerSecurity, restrictedPodSecurity } from '../cluster/pod-security';
import { DEFAULT_MINIO_SECRET_NAME, DEFAULT_MINIO_SIZE, DEFAULT_NAMESPACES } from '../config/defaults';
import { imageName, IMAGES } from '../images';
import { addCoreObject } from '../core-object';
import { DEMO_CREDENTIALS_ANNOTATIONS, objectMetadata } from '../labels';
import { addNetworkPolicy, labelledPeer, podPeer } from '../network-policy';
import { MODEL_LABEL } from '../pods';
import { parseQuantity } from '../quantity';
import type { PlatformKind } from '../cluster/platform-kind';

/** Props of `MinioStorage`. */
export interface MinioStorageProps {
  /** Namespace of the models, which read from the storage with a Secret there. */
  readonly modelNamespace: string;

  /**
   * Namespace of the server.
   * @default minio-system
   */
  readonly namespace?: string;

  /**
   * Size of the volume (Kubernetes quantity).
   * @default 20Gi
   */
  readonly size?: string;

  /**
   * StorageClass of the volume.
   * @default - the cluster's default
   */
  readonly storageClassName?: string;

  /**
   * Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY that exists in both namespaces. The one of the models needs
   * KServe's annotations `serving.kserve.io/s3-endpoint: minio.minio-system.svc.cluster.local:9000`, `…/s3-usehttps: "0"`
   * and `…/s3-region: us-east-1`.
   * @default - `minio-credentials` with well-known demo credentials, rendered into both
   */
  readonly existingSecretName?: string;

  /**
   * Kubernetes distribution; OpenShift assigns user ids itself.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * Whether a NetworkPolicy lets nobody reach it but models, which download their weights, and the Job that creates the
   * bucket; `kubectl port-forward` passes it by.
   * @default true
   */
  readonly networkPolicy?: boolean;

  /**
   * MinIO image with its tag.
   * @default - the image table of docs/versions.md
   */
  readonly image?: string;

  /**
   * Image of MinIO's client `mc` with its tag.
   * @default - the image table of docs/versions.md
   */
  readonly clientImage?: string;
}

const NAME = 'minio';
const SETUP_NAME = 'minio-setup';
const CLAIM_NAME = 'minio-pvc';
const BUCKET = 'models';
const REGION = 'us-east-1';
const API_PORT = 9000;
const CONSOLE_PORT = 9001;
const DATA_DIRECTORY = '/data';
const SCRATCH_DIRECTORY = '/tmp';
const SCRATCH_MOUNT = { name: 'scratch', mountPath: SCRATCH_DIRECTORY };

/** MinIO's own well-known credentials, for a local cluster only. */
const DEMO_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'minioadmin', AWS_SECRET_ACCESS_KEY: 'minioadmin123' };

const SELECTOR = { app: NAME };
const SETUP_SELECTOR = { app: SETUP_NAME };

/** Creates the bucket as soon as the server answers, within five minutes; running it again changes nothing. */
const SETUP_SCRIPT = `set -eu
attempt=1
until mc alias set storage "$AWS_S3_ENDPOINT" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" &&
  mc mb --ignore-existing storage/${BUCKET}; do
  if [ "$attempt" -ge 60 ]; then
    echo "no bucket at $AWS_S3_ENDPOINT after $attempt attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 5
done
`;

/**
 * S3 storage for model weights inside the cluster: one MinIO server with one volume and the bucket `models`.
 *
 * KServe downloads from `s3://models/…` for a ServiceAccount that lists the Secret `secretName` (`ModelStorageAccess`).
 *
 * @throws when the size is no quantity of at least one byte
 * @see https://kserve.github.io/website/docs/model-serving/storage/providers/s3
 */
export class MinioStorage extends Construct {
  /** Endpoint inside the cluster. */
  public readonly endpoint: string;

  /** Secret with the credentials, in the server's and in the models' namespace. */
  public readonly secretName: string;

  constructor(scope: Construct, id: string, props: MinioStorageProps) {
    super(scope, id);
    const namespace = props.namespace ?? DEFAULT_NAMESPACES.minio;
    const size = props.size ?? DEFAULT_MINIO_SIZE;
    if ((parseQuantity(size) ?? 0) < 1) {
      throw new Error(`minio size: got "${size}", expected a quantity such as 20Gi`);
    }
    this.secretName = props.existingSecretName ?? DEFAULT_MINIO_SECRET_NAME;
    this.endpoint = `http://${NAME}.${namespace}.svc.cluster.local:${API_PORT}`;

    if (props.existingSecretName === undefined) {
      this.addCredentials('Credentials', namespace);
      if (props.modelNamespace !== namespace) {
        this.addCredentials('ModelCredentials', props.modelNamespace);
      }
    }
    addCoreObject(this, 'Volume', 'PersistentVolumeClaim', {
      metadata: objectMetadata(CLAIM_NAME, { namespace, labels: SELECTOR }),
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: props.storageClassName,
        resources: { requests: { storage: size } },
      },
    });
    this.addServer(namespace, props);
    this.addService(namespace);
    this.addSetup(namespace, props);
    if (props.networkPolicy ?? true) {
      addNetworkPolicy(this, 'NetworkPolicy', {
        name: NAME,
        namespace,
        labels: SELECTOR,
        pods: { matchLabels: SELECTOR },
        ingress: [
          {
            ports: [API_PORT],
            peers: [labelledPeer(props.modelNamespace, MODEL_LABEL), podPeer({ namespace, labels: SETUP_SELECTOR })],
          },
        ],
        egress: [],
      });
    }
  }

  /** The credentials, with the annotations that tell KServe where to use them. */
  private addCredentials(id: string, namespace: string): void {
    addCoreObject(this, id, 'Secret', {
      metadata: objectMetadata(DEFAULT_MINIO_SECRET_NAME, {
        namespace,
        labels: SELECTOR,
        annotations: {
          ...DEMO_CREDENTIALS_ANNOTATIONS,
          'serving.kserve.io/s3-endpoint': this.endpoint.replace('http://', ''),
          'serving.kserve.io/s3-usehttps': '0',
          'serving.kserve.io/s3-region': REGION,
        },
      }),
      type: 'Opaque',
      stringData: { ...DEMO_CREDENTIALS, AWS_S3_ENDPOINT: this.endpoint, AWS_DEFAULT_REGION: REGION },
    });
  }

  private addServer(namespace: string, props: MinioStorageProps): void {
    addCoreObject(this, 'Resource', 'Deployment', {
      metadata: objectMetadata(NAME, { namespace, labels: SELECTOR }),
      spec: {
        replicas: 1,
        // The volume can be mounted once: a second pod would wait for it forever.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: SELECTOR },
        template: {
          metadata: { labels: SELECTOR },
          spec: {
            ...podDefaults(props.platform),
            containers: [serverContainer(props.image ?? imageName(IMAGES.minio), this.secretName)],
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: CLAIM_NAME } },
              { name: 'scratch', emptyDir: {} },
            ],
          },
        },
      },
    });
  }

  private addService(namespace: string): void {
    addCoreObject(this, 'Service', 'Service', {
      metadata: objectMetadata(NAME, { namespace, labels: SELECTOR }),
      spec: {
        type: 'ClusterIP',
        selector: SELECTOR,
        ports: [
          { name: 'api', port: API_PORT, targetPort: 'api' },
          { name: 'console', port: CONSOLE_PORT, targetPort: 'console' },
        ],
      },
    });
  }

  /** No `ttlSecondsAfterFinished`: GitOps would create the finished Job again and again. */
  private addSetup(namespace: string, props: MinioStorageProps): void {
    const image = props.clientImage ?? imageName(IMAGES.minioClient);
    addCoreObject(this, 'Setup', 'Job', {
      metadata: objectMetadata(SETUP_NAME, { namespace, labels: SETUP_SELECTOR }),
      spec: {
        backoffLimit: 6,
        template: {
          metadata: { labels: SETUP_SELECTOR },
          spec: {
            ...podDefaults(props.platform),
            restartPolicy: 'OnFailure',
            containers: [setupContainer(image, this.secretName, this.endpoint)],
            volumes: [{ name: 'scratch', emptyDir: {} }],
          },
        },
      },
    });
  }
}

function podDefaults(platform: PlatformKind | undefined) {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPodSecurity({ platform, runAsUser: 1000, fsGroup: 1000 }),
  };
}

function serverContainer(image: string, secretName: string) {
  return {
    name: NAME,
    image,
    // MinIO creates its certificates' directory even without TLS, by default in a home that is read-only here.
    args: ['server', DATA_DIRECTORY, `--console-address=:${CONSOLE_PORT}`, `--certs-dir=${SCRATCH_DIRECTORY}/certs`],
    env: [
      fromSecret('MINIO_ROOT_USER', secretName, 'AWS_ACCESS_KEY_ID'),
      fromSecret('MINIO_ROOT_PASSWORD', secretName, 'AWS_SECRET_ACCESS_KEY'),
    ],
    ports: [
      { name: 'api', containerPort: API_PORT },
      { name: 'console', containerPort: CONSOLE_PORT },
    ],
    readinessProbe: healthProbe('ready'),
    livenessProbe: healthProbe('live'),
    resources: {
      requests: { cpu: '100m', memory: '256Mi' },
      limits: { cpu: '1', memory: '1Gi' },
    },
    securityContext: restrictedContainerSecurity(),
    volumeMounts: [{ name: 'data', mountPath: DATA_DIRECTORY }, SCRATCH_MOUNT],
  };
}

function setupContainer(image: string, secretName: string, endpoint: string) {
  return {
    name: SETUP_NAME,
    image,
    command: ['/bin/sh', '-c', SETUP_SCRIPT],
    env: [
      fromSecret('AWS_ACCESS_KEY_ID', secretName, 'AWS_ACCESS_KEY_ID'),
      fromSecret('AWS_SECRET_ACCESS_KEY', secretName, 'AWS_SECRET_ACCESS_KEY'),
      { name: 'AWS_S3_ENDPOINT', value: endpoint },
      // mc writes its configuration into the home directory.
      { name: 'HOME', value: SCRATCH_DIRECTORY },
    ],
    resources: {
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { cpu: '500m', memory: '256Mi' },
    },
    securityContext: restrictedContainerSecurity(),
    volumeMounts: [SCRATCH_MOUNT],
  };
}

function fromSecret(name: string, secretName: string, key: string) {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

function healthProbe(check: 'live' | 'ready') {
  return { httpGet: { path: `/minio/health/${check}`, port: 'api' }, periodSeconds: 10 };
}
