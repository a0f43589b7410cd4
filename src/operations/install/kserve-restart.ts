import { createHash } from 'node:crypto';
import type { KubernetesObject, ObjectReference } from '../kubernetes-object';
import type { Session } from '../session';
import { sharedFieldsOf } from './shared-fields';
import { waitForObjects } from './wait-for-objects';

/** On the pods of KServe's controller: the configuration with which they were started last by us. */
export const STARTED_WITH = 'cdk8s-maas/kserve-configuration';

/** Name of the ConfigMap that KServe's controller reads at start. */
export const CONFIGURATION = 'inferenceservice-config';

/** Name of the Deployment of KServe's controller, as its release has it. */
export const KSERVE_CONTROLLER = 'kserve-controller-manager';

/** Seconds for its new pod. */
const ROLLOUT_SECONDS = 300;

/** KServe's controller. */
export function kserveController(namespace: string): ObjectReference {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: KSERVE_CONTROLLER };
}

/** The ConfigMap that KServe's controller reads, among the objects of a platform. */
export function isKServeConfiguration({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): boolean {
  return kind === 'ConfigMap' && metadata.name === CONFIGURATION;
}

/**
 * Whether KServe's controller runs with another configuration than this.
 *
 * Its pods carry what they were last started with, so that an interruption between configuration and restart is made up for. Without that
 * mark they read what was there before us, which may be the same.
 */
export function needsRestart(
  controller: KubernetesObject,
  manifest: KubernetesObject,
  live: KubernetesObject,
  platform: string,
): boolean {
  const started = controller.spec?.template?.metadata?.annotations?.[STARTED_WITH];
  if (started !== undefined) return started !== hashOf(manifest);
  const before = sharedFieldsOf(live, platform)?.before.data;
  return before === undefined || hashOf({ ...manifest, data: before }) !== hashOf(manifest);
}

function hashOf({ data }: KubernetesObject): string {
  const sorted = Object.entries((data ?? {}) as Record<string, unknown>).sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** Restarts KServe's controller when it runs with another configuration than the platform's, and waits for it. */
export async function restartKServe(session: Session, manifest: KubernetesObject): Promise<void> {
  const { kubectl, terminal, settings } = session;
  const reference = kserveController(manifest.metadata.namespace ?? settings.kserve.namespace);
  const [controller, live] = [
    await kubectl.get(reference),
    await kubectl.get({ ...reference, apiVersion: 'v1', kind: 'ConfigMap', name: CONFIGURATION }),
  ];
  if (controller === undefined) {
    terminal.warn(
      `there is no Deployment ${reference.namespace}/${reference.name}: restart KServe's controller by hand, it reads its configuration at start`,
    );
    return;
  }
  if (live === undefined || !needsRestart(controller, manifest, live, settings.namespace)) return;
  await kubectl.patch(reference, {
    spec: { template: { metadata: { annotations: { [STARTED_WITH]: hashOf(manifest) } } } },
  });
  await waitForObjects(session, [reference], {
    title: "restarting KServe's controller, whose configuration has changed",
    seconds: ROLLOUT_SECONDS,
  });
}

/** The patch that has KServe's controller start once more, without our mark: after its configuration was given back. */
export const WITHOUT_MARK = { spec: { template: { metadata: { annotations: { [STARTED_WITH]: null } } } } };
