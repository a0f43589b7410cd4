import { Construct } from 'constructs';
import { restrictedContainerSecurity, restrictedPodSecurity } from '../cluster/pod-security';
import type { PlatformKind } from '../cluster/platform-kind';
import { addCoreObject } from '../core-object';
import { imageName, IMAGES } from '../images';
import { DEMO_CREDENTIALS_ANNOTATIONS, objectMetadata } from '../labels';
import { addNetworkPolicy, podPeer } from '../network-policy';
import { LIMITADOR_LABELS } from '../pods';

/** Props of `LimitadorRedis`. */
export interface LimitadorRedisProps {
  /** Namespace of Kuadrant, where Limitador reads the Secret. */
  readonly namespace: string;

  /**
   * Size of the volume (Kubernetes quantity).
   * @default 1Gi
   */
  readonly size?: string;

  /**
   * StorageClass of the volume.
   * @default - the cluster's default
   */
  readonly storageClassName?: string;

  /**
   * Secret with `password` and `URL`, which is `redis://:<password>@limitador-redis:6379`.
   * @default - `limitador-redis` with a well-known password for a local cluster
   */
  readonly existingSecretName?: string;

  /**
   * Kubernetes distribution; OpenShift assigns user ids itself.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * Whether a NetworkPolicy lets nobody but Limitador reach it.
   * @default true
   */
  readonly networkPolicy?: boolean;

  /**
   * Redis image with its tag.
   * @default - the image table of docs/versions.md
   */
  readonly image?: string;
}

const NAME = 'limitador-redis';
const PORT = 6379;
const SELECTOR = { app: NAME };

/** For a local cluster only. */
const DEMO_PASSWORD = 'limitador-demo';

/** The user `redis` of the image. */
const IMAGE_USER = 999;

/**
 * One Redis server for Limitador's counters, with a password and a volume.
 *
 * Every change is written to the volume within a second: what a crash loses is at most the use of one second.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
 */
export class LimitadorRedis extends Construct {
  /** Secret with `URL` and `password`. */
  public readonly secretName: string;

  constructor(scope: Construct, id: string, props: LimitadorRedisProps) {
    super(scope, id);
    this.secretName = props.existingSecretName ?? NAME;
    const metadata = objectMetadata(NAME, { namespace: props.namespace, labels: SELECTOR });
    if (props.existingSecretName === undefined) {
      addCoreObject(this, 'Credentials', 'Secret', {
        metadata: objectMetadata(NAME, {
          namespace: props.namespace,
          labels: SELECTOR,
          annotations: DEMO_CREDENTIALS_ANNOTATIONS,
        }),
        type: 'Opaque',
        stringData: { password: DEMO_PASSWORD, URL: `redis://:${DEMO_PASSWORD}@${NAME}:${PORT}` },
      });
    }
    addCoreObject(this, 'Volume', 'PersistentVolumeClaim', {
      metadata,
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: props.storageClassName,
        resources: { requests: { storage: props.size ?? '1Gi' } },
      },
    });
    this.addServer(props);
    addCoreObject(this, 'Service', 'Service', {
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: SELECTOR,
        ports: [{ name: 'redis', port: PORT, targetPort: 'redis' }],
      },
    });
    if (props.networkPolicy ?? true) {
      addNetworkPolicy(this, 'NetworkPolicy', {
        name: NAME,
        namespace: props.namespace,
        labels: SELECTOR,
        pods: { matchLabels: SELECTOR },
        ingress: [{ ports: [PORT], peers: [podPeer({ namespace: props.namespace, labels: LIMITADOR_LABELS })] }],
        egress: [],
      });
    }
  }

  private addServer(props: LimitadorRedisProps): void {
    addCoreObject(this, 'Resource', 'Deployment', {
      metadata: objectMetadata(NAME, { namespace: props.namespace, labels: SELECTOR }),
      spec: {
        replicas: 1,
        // The volume can be mounted once, and two servers must never write to it.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: SELECTOR },
        template: {
          metadata: { labels: SELECTOR },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity({
              platform: props.platform,
              runAsUser: IMAGE_USER,
              fsGroup: IMAGE_USER,
            }),
            containers: [serverContainer(props.image ?? imageName(IMAGES.redis), this.secretName)],
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: NAME } }],
          },
        },
      },
    });
  }
}

function serverContainer(image: string, secretName: string) {
  return {
    name: 'redis',
    image,
    // Not the image's entry point, which would change owners and user.
    command: ['redis-server'],
    args: ['--dir', '/data', '--appendonly', 'yes', '--save', '', '--requirepass', '$(REDIS_PASSWORD)'],
    env: [{ name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: secretName, key: 'password' } } }],
    ports: [{ name: 'redis', containerPort: PORT }],
    readinessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 5 },
    livenessProbe: { tcpSocket: { port: 'redis' }, periodSeconds: 10 },
    resources: {
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { cpu: '500m', memory: '256Mi' },
    },
    securityContext: restrictedContainerSecurity(),
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
}
