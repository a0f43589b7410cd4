import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { restrictedContainerSecurity, restrictedPodSecurity } from '../cluster/pod-security';
import { DEFAULT_NAMESPACES } from '../config/defaults';
import { imageName, IMAGES } from '../images';
import { addCoreObject } from '../core-object';
import { DEMO_CREDENTIALS_ANNOTATIONS, objectMetadata } from '../labels';
import { addNetworkPolicy, podPeer } from '../network-policy';
import { AUTHORINO_LABELS } from '../pods';
import { CLIENT_SECRET_VARIABLE, keycloakRealm, REALM_NAME, type RealmUser, USER_PASSWORD_VARIABLE } from './realm';
import type { PlatformKind } from '../cluster/platform-kind';
import type { TierGroup } from './tier-group';

/** Props of `KeycloakDemo`. */
export interface KeycloakDemoProps {
  /** Names of the tiers. */
  readonly tiers: string[];

  /** Users of the realm; each joins the first group of its tier. All have the same well-known password. */
  readonly users: RealmUser[];

  /**
   * Groups of the realm, each with the tier that it stands for.
   * @default - `<tier>-users` for every tier
   */
  readonly groups?: TierGroup[];

  /**
   * Namespace of every object.
   * @default keycloak-system
   */
  readonly namespace?: string;

  /**
   * Audience (`aud`) of every token.
   * @default maas
   */
  readonly audience?: string;

  /**
   * Claim that lists a user's groups.
   * @default groups
   */
  readonly groupsClaim?: string;

  /**
   * Kubernetes distribution; OpenShift assigns user ids itself.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * Whether a NetworkPolicy lets nobody but Authorino reach it; `kubectl port-forward` passes it by.
   * @default true
   */
  readonly networkPolicy?: boolean;

  /**
   * Namespace of Authorino.
   * @default kuadrant-system
   */
  readonly kuadrantNamespace?: string;

  /**
   * Keycloak image with its tag.
   * @default - the image table of docs/versions.md
   */
  readonly image?: string;
}

/** Name of the Deployment and of the Service. */
export const KEYCLOAK_NAME = 'keycloak';

const REALM_CONFIG_NAME = 'maas-realm-config';
const REALM_FILE = 'maas-realm.json';

/** Secret with the credentials, under the keys of `KeycloakCredential`. */
export const KEYCLOAK_CREDENTIALS_NAME = 'keycloak-credentials';

/** Port of the Service. */
export const KEYCLOAK_PORT = 8080;
const MANAGEMENT_PORT = 9000;

/** The seed's credentials: known to everybody who reads this, for a local cluster only. */
const DEMO_CREDENTIALS = {
  'admin-username': 'admin',
  'admin-password': 'admin123',
  'user-password': 'password123',
  'client-secret': 'maas-client-secret',
};

/** A key of the Secret with the credentials. */
export type KeycloakCredential = keyof typeof DEMO_CREDENTIALS;

/** Secret key behind each environment variable of the container. */
const CREDENTIAL_VARIABLES: Readonly<Record<string, KeycloakCredential>> = {
  KC_BOOTSTRAP_ADMIN_USERNAME: 'admin-username',
  KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin-password',
  [USER_PASSWORD_VARIABLE]: 'user-password',
  [CLIENT_SECRET_VARIABLE]: 'client-secret',
};

/**
 * A Keycloak for the local demo, with a realm of the platform's tiers and users.
 *
 * It runs in development mode, over plain HTTP, without a database and with well-known passwords: every restart
 * imports the realm anew, and nobody outside a local cluster should reach it. Tokens carry `issuerUrl` however
 * Keycloak is reached; its admin console works under the same host name only (with a port-forward: an entry in
 * /etc/hosts).
 *
 * @throws when a user's tier does not exist, or a name is unfit or occurs twice
 * @see https://www.keycloak.org/server/containers
 */
export class KeycloakDemo extends Construct {
  /** Issuer of the tokens, as seen inside the cluster. */
  public readonly issuerUrl: string;

  constructor(scope: Construct, id: string, props: KeycloakDemoProps) {
    super(scope, id);
    const namespace = props.namespace ?? DEFAULT_NAMESPACES.keycloak;
    const baseUrl = `http://${KEYCLOAK_NAME}.${namespace}.svc.cluster.local:${KEYCLOAK_PORT}`;
    this.issuerUrl = `${baseUrl}/realms/${REALM_NAME}`;
    const realm = `${JSON.stringify(keycloakRealm(props), null, 2)}\n`;
    const labels = { app: KEYCLOAK_NAME };

    addCoreObject(this, 'Credentials', 'Secret', {
      metadata: objectMetadata(KEYCLOAK_CREDENTIALS_NAME, {
        namespace,
        labels,
        annotations: DEMO_CREDENTIALS_ANNOTATIONS,
      }),
      type: 'Opaque',
      stringData: DEMO_CREDENTIALS,
    });

    addCoreObject(this, 'Realm', 'ConfigMap', {
      metadata: objectMetadata(REALM_CONFIG_NAME, { namespace, labels }),
      data: { [REALM_FILE]: realm },
    });

    addCoreObject(this, 'Resource', 'Deployment', {
      metadata: objectMetadata(KEYCLOAK_NAME, { namespace, labels }),
      spec: {
        replicas: 1,
        // Two pods would sign tokens with two sets of keys.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { 'cdk8s-maas/realm-sha256': sha256(realm) } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity({ platform: props.platform, runAsUser: 1000 }),
            containers: [keycloakContainer(baseUrl, props.image ?? imageName(IMAGES.keycloak))],
            volumes: [{ name: 'realm', configMap: { name: REALM_CONFIG_NAME } }],
          },
        },
      },
    });

    addCoreObject(this, 'Service', 'Service', {
      metadata: objectMetadata(KEYCLOAK_NAME, { namespace, labels }),
      spec: {
        type: 'ClusterIP',
        selector: labels,
        ports: [{ name: 'http', port: KEYCLOAK_PORT, targetPort: 'http' }],
      },
    });

    if (props.networkPolicy ?? true) {
      allowAuthorino(this, namespace, props.kuadrantNamespace ?? DEFAULT_NAMESPACES.kuadrant);
    }
  }
}

/** Authorino asks for the keys of the issuer; Keycloak itself connects to nobody. */
function allowAuthorino(scope: Construct, namespace: string, kuadrantNamespace: string): void {
  const labels = { app: KEYCLOAK_NAME };
  addNetworkPolicy(scope, 'NetworkPolicy', {
    name: KEYCLOAK_NAME,
    namespace,
    labels,
    pods: { matchLabels: labels },
    ingress: [{ ports: [KEYCLOAK_PORT], peers: [podPeer({ namespace: kuadrantNamespace, labels: AUTHORINO_LABELS })] }],
    egress: [],
  });
}

function keycloakContainer(baseUrl: string, image: string) {
  return {
    name: KEYCLOAK_NAME,
    image,
    args: ['start-dev', '--import-realm'],
    env: [
      // The issuer of every token, whatever host name a client used.
      { name: 'KC_HOSTNAME', value: baseUrl },
      { name: 'KC_HTTP_ENABLED', value: 'true' },
      { name: 'KC_HEALTH_ENABLED', value: 'true' },
      ...Object.entries(CREDENTIAL_VARIABLES).map(([name, key]) => ({
        name,
        valueFrom: { secretKeyRef: { name: KEYCLOAK_CREDENTIALS_NAME, key } },
      })),
    ],
    ports: [
      { name: 'http', containerPort: KEYCLOAK_PORT },
      { name: 'management', containerPort: MANAGEMENT_PORT },
    ],
    // The first start compiles Keycloak's configuration, which takes minutes on a slow machine.
    startupProbe: healthProbe('started', 90),
    readinessProbe: healthProbe('ready', 3),
    livenessProbe: healthProbe('live', 3),
    resources: {
      requests: { cpu: '250m', memory: '768Mi' },
      limits: { cpu: '1', memory: '1536Mi' },
    },
    // Writable: that compilation replaces files under /opt/keycloak/lib/quarkus, which an empty volume would hide.
    securityContext: restrictedContainerSecurity({ readOnlyRootFilesystem: false }),
    volumeMounts: [{ name: 'realm', mountPath: '/opt/keycloak/data/import', readOnly: true }],
  };
}

function healthProbe(check: 'started' | 'ready' | 'live', failureThreshold: number) {
  return {
    httpGet: { path: `/health/${check}`, port: 'management' },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
