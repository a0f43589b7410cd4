import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { Construct } from 'constructs';
import type { PlatformKind } from '../cluster/platform-kind';
import { restrictedContainerSecurity, restrictedPodSecurity } from '../cluster/pod-security';
import { addCoreObject } from '../core-object';
import { gatewayPods, type IMaasGateway } from '../gateway/gateway-reference';
import { LISTENER_PORTS } from '../gateway/maas-gateway';
import { imageName, IMAGES } from '../images';
import { objectMetadata } from '../labels';
import { addNetworkPolicy, DNS_CONNECTIONS, labelledPeer, podPeer } from '../network-policy';
import { MODEL_LABEL } from '../pods';

/** A model past the Gateway. */
export interface DirectModel {
  /** URLs at the model's own Service: a headless one leads to the pods, and so to their own port. */
  readonly urls: string[];
  /** Port of its pods. */
  readonly podPort: number;
}

/** Props of `ConformanceJob`. */
export interface ConformanceJobProps {
  /** Namespace of every object, and of the key's Secret. */
  readonly namespace: string;

  /** Gateway that is asked, at its Service inside the cluster. */
  readonly gateway: IMaasGateway;

  /**
   * Whether the Gateway terminates TLS. The certificate itself is not checked.
   * @default false
   */
  readonly tls?: boolean;

  /** Host of the model; it has to answer chat completions. */
  readonly host: string;

  /**
   * What comes before the paths of the model, for example `/simulator`.
   * @default - nothing
   */
  readonly prefix?: string;

  /** A host of the domain that no model has. */
  readonly unknownHost: string;

  /** Name under which the engine serves the model. */
  readonly servedModel: string;

  /**
   * The model past the Gateway, where nobody else may get an answer.
   * @default - not checked
   */
  readonly directModel?: DirectModel;

  /**
   * Whether a NetworkPolicy lets the test connect to the Gateway, DNS and the model past the Gateway only, and nobody to it.
   * @default true
   */
  readonly networkPolicy?: boolean;

  /** Secret with the key `api_key`, of a user who does nothing else and has little to lose. */
  readonly keySecretName: string;

  /** Word before the key in the Authorization header. */
  readonly keyPrefix: string;

  /**
   * Limit of the key's tier in tokens a minute: some five hundred, which the test uses up.
   * @default - clients are not told: the checks of the limit headers and of streams are left out
   */
  readonly tokensPerMinute?: number;

  /** Another tier, which the test tries to forge. */
  readonly otherTier: string;

  /**
   * Kubernetes distribution; OpenShift assigns user ids itself.
   * @default kubernetes
   */
  readonly platform?: PlatformKind;

  /**
   * Image with curl and a POSIX shell.
   * @default - the image table of docs/versions.md
   */
  readonly image?: string;
}

/** Name of ConfigMap, ServiceAccount and NetworkPolicy; the Job's begins with it. */
const NAME = 'maas-conformance';

const SCRIPT_FILE = 'conformance.sh';
const SCRIPT_DIRECTORY = '/conformance';
const SCRATCH_DIRECTORY = '/tmp';
const CHAT_PATH = '/v1/chat/completions';
const READY_SECONDS = 1_200;
const DEADLINE_SECONDS = 1_800;
const KEPT_SECONDS = 86_400;

/** User of the image `curlimages/curl`. */
const CURL_USER = 100;

/** A new Job for every sync; Flux needs no such word, because a changed Job has another name. */
const HOOK_ANNOTATIONS = {
  'argocd.argoproj.io/hook': 'PostSync',
  'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
};

/**
 * Asks the platform, once it runs, what it promises: who is refused, which headers there are, that streams count and limits
 * hold (batch/v1 Job with its script in a ConfigMap). The Job fails when a check fails; its log has a line for each.
 *
 * A Job cannot be changed, so its name ends with a hash of all that it is made of: another configuration is another Job, and
 * `kubectl apply` never meets one that it would have to change. A finished one goes after a day.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export class ConformanceJob extends Construct {
  /** Name of the Job. */
  public readonly jobName: string;

  constructor(scope: Construct, id: string, props: ConformanceJobProps) {
    super(scope, id);
    const { namespace } = props;
    const labels = { app: NAME };
    const metadata = objectMetadata(NAME, { namespace, labels });
    const script = readScript();
    addCoreObject(this, 'Script', 'ConfigMap', { metadata, data: { [SCRIPT_FILE]: script } });
    addCoreObject(this, 'ServiceAccount', 'ServiceAccount', { metadata, automountServiceAccountToken: false });

    if (props.networkPolicy ?? true) {
      addTestNetworkPolicy(this, props, labels);
    }

    const spec = jobSpec(props, labels);
    this.jobName = `${NAME}-${hashOf(script, JSON.stringify(spec))}`;
    addCoreObject(this, 'Resource', 'Job', {
      metadata: objectMetadata(this.jobName, { namespace, labels, annotations: HOOK_ANNOTATIONS }),
      spec,
    });
  }
}

/** The model is among what the test may reach: otherwise its own policy would refuse it there, and not the model's. */
function addTestNetworkPolicy(scope: Construct, props: ConformanceJobProps, labels: Record<string, string>): void {
  const { namespace, gateway, tls, directModel } = props;
  addNetworkPolicy(scope, 'NetworkPolicy', {
    name: NAME,
    namespace,
    labels,
    pods: { matchLabels: labels },
    ingress: [],
    egress: [
      DNS_CONNECTIONS,
      { ports: [gatewayPort(tls)], peers: [podPeer(gatewayPods(gateway))] },
      ...(directModel ? [{ ports: [directModel.podPort], peers: [labelledPeer(namespace, MODEL_LABEL)] }] : []),
    ],
  });
}

function gatewayPort(tls: boolean | undefined): number {
  return tls ? LISTENER_PORTS.https : LISTENER_PORTS.http;
}

function jobSpec(props: ConformanceJobProps, labels: Record<string, string>) {
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    ttlSecondsAfterFinished: KEPT_SECONDS,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: NAME,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: restrictedPodSecurity({ platform: props.platform, runAsUser: CURL_USER }),
        containers: [container(props)],
        volumes: [
          { name: 'script', configMap: { name: NAME } },
          { name: 'scratch', emptyDir: {} },
        ],
      },
    },
  };
}

function container(props: ConformanceJobProps) {
  return {
    name: 'conformance',
    image: props.image ?? imageName(IMAGES.curl),
    command: ['/bin/sh', `${SCRIPT_DIRECTORY}/${SCRIPT_FILE}`],
    env: [
      ...Object.entries(variables(props)).map(([name, value]) => ({ name, value })),
      { name: 'API_KEY', valueFrom: { secretKeyRef: { name: props.keySecretName, key: 'api_key' } } },
    ],
    resources: {
      requests: { cpu: '50m', memory: '32Mi' },
      limits: { cpu: '500m', memory: '128Mi' },
    },
    securityContext: restrictedContainerSecurity(),
    volumeMounts: [
      { name: 'script', mountPath: SCRIPT_DIRECTORY, readOnly: true },
      { name: 'scratch', mountPath: SCRATCH_DIRECTORY },
    ],
  };
}

/** What the script reads, but for the key. */
function variables(props: ConformanceJobProps): Record<string, string> {
  const { gatewayServiceName, gatewayNamespace } = props.gateway;
  const url = (host: string, prefix = '') => `${props.tls ? 'https' : 'http'}://${host}${prefix}${CHAT_PATH}`;
  return {
    GATEWAY: `${gatewayServiceName}.${gatewayNamespace}.svc.cluster.local:${gatewayPort(props.tls)}`,
    MODEL_URL: url(props.host, props.prefix),
    UNKNOWN_URL: url(props.unknownHost),
    DIRECT_URLS: (props.directModel?.urls ?? []).join(' '),
    CHAT: chat(props.servedModel, 8),
    STREAM: chat(props.servedModel, 8, { stream: true, stream_options: { include_usage: true } }),
    LONG_CHAT: chat(props.servedModel, 100),
    KEY_PREFIX: props.keyPrefix,
    TOKENS_PER_MINUTE: props.tokensPerMinute === undefined ? '' : String(props.tokensPerMinute),
    OTHER_TIER: props.otherTier,
    READY_SECONDS: String(READY_SECONDS),
  };
}

function chat(model: string, tokens: number, more: object = {}): string {
  return JSON.stringify({ model, messages: [{ role: 'user', content: 'Count.' }], max_tokens: tokens, ...more });
}

function hashOf(...texts: string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 8);
}

function readScript(): string {
  return readFileSync(path.join(__dirname, SCRIPT_FILE), 'utf8');
}
