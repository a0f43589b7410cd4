import { MAAS_LABELS } from '../../labels';
import type { KubernetesObject } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import type { Session } from '../session';
import { shellCommand } from '../shell';
import { hasOurLabels } from './object-origin';
import {
  EMPTY_RECORD,
  formatRecord,
  parseRecord,
  type InstallationRecord,
  type InstalledComponent,
} from './record-format';

export type { InstallationRecord, InstalledComponent } from './record-format';

/** Namespace of the records, which is ours: only who installs platforms needs any rights in it. */
export const RECORD_NAMESPACE = 'maas-system';

const PREFIX = 'installation-';

type RecordSession = Pick<Session, 'kubectl' | 'settings'>;

/** What the record of this platform is called: `ConfigMap maas-system/installation-llm`. */
export function recordTitle(platform: string): string {
  return `ConfigMap ${RECORD_NAMESPACE}/${PREFIX}${platform}`;
}

/**
 * What install brought for this platform.
 *
 * @returns nothing when no install of it has begun yet
 * @throws OperationError when somebody has spoiled it, or has the namespace of it
 */
export async function readRecord(session: RecordSession): Promise<InstallationRecord | undefined> {
  const found = await readConfigMap(session);
  if (found !== undefined) checkIsTrusted(await session.kubectl.get(NAMESPACE));
  return found && parse(found);
}

/** The records of other platforms in the cluster, by their namespaces. */
export async function otherRecords({ kubectl, settings }: RecordSession): Promise<Map<string, InstallationRecord>> {
  const found = await kubectl.list('ConfigMap', { namespace: RECORD_NAMESPACE });
  const others = found.filter(
    ({ metadata }) => metadata.name.startsWith(PREFIX) && metadata.name !== PREFIX + settings.namespace,
  );
  return new Map(others.map((configMap) => [configMap.metadata.name.slice(PREFIX.length), parse(configMap)]));
}

/**
 * Changes the record, before what it tells of is done: whatever ends the process, nothing that was brought is forgotten.
 *
 * @param change gets an empty record when there is none yet
 * @returns the record as it is now
 * @throws OperationError when somebody else changes it at the same time
 */
export async function changeRecord(
  session: RecordSession,
  change: (record: InstallationRecord) => InstallationRecord,
): Promise<InstallationRecord> {
  const { kubectl, settings } = session;
  const found = await readConfigMap(session);
  const record = change(found === undefined ? EMPTY_RECORD : parse(found));
  const data = formatRecord(record);
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: PREFIX + settings.namespace,
      namespace: RECORD_NAMESPACE,
      labels: MAAS_LABELS,
      // The API server refuses it when the record is another one by now.
      ...(found && { resourceVersion: found.metadata.resourceVersion }),
    },
    data,
  };
  if (found === undefined) await createNamespace(session);
  else if (JSON.stringify(parse(found)) === JSON.stringify(record)) return record;
  const { exitCode, stderr } = await kubectl.attempt([found === undefined ? 'create' : 'replace', '--filename=-'], {
    stdin: JSON.stringify(configMap),
  });
  if (exitCode === 0) return record;
  if (/AlreadyExists|the object has been modified/.test(stderr)) {
    throw new OperationError(
      `${recordTitle(settings.namespace)} has changed meanwhile: another install or uninstall of this platform is under way; ` +
        'let it end, then start again',
    );
  }
  throw new OperationError(`cannot write ${recordTitle(settings.namespace)}: ${stderr.trim()}`);
}

/** Notes that install brings a component, or brings it to another version; call it before that is done, and after. */
export async function recordComponent(session: RecordSession, component: InstalledComponent): Promise<void> {
  await changeRecord(session, (record) => {
    const { step } = component;
    const known = record.components.some((each) => each.step === step);
    const components = known
      ? record.components.map((each) => (each.step === step ? component : each))
      : [...record.components, component];
    return { ...record, components };
  });
}

/** Deletes the record of this platform. */
export async function deleteRecord({ kubectl, settings }: RecordSession): Promise<void> {
  const name = PREFIX + settings.namespace;
  await kubectl.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: RECORD_NAMESPACE, name });
}

function readConfigMap({ kubectl, settings }: RecordSession): Promise<KubernetesObject | undefined> {
  const name = PREFIX + settings.namespace;
  return kubectl.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: RECORD_NAMESPACE, name });
}

function parse(configMap: KubernetesObject): InstallationRecord {
  const platform = configMap.metadata.name.slice(PREFIX.length);
  return parseRecord((configMap.data ?? {}) as Record<string, string>, recordTitle(platform));
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: RECORD_NAMESPACE } as const;

async function createNamespace({ kubectl }: RecordSession): Promise<void> {
  const found = await kubectl.get(NAMESPACE);
  checkIsTrusted(found);
  if (found !== undefined) return;
  const { name, ...type } = NAMESPACE;
  await kubectl.run(['create', '--filename=-'], {
    stdin: JSON.stringify({ ...type, metadata: { name, labels: MAAS_LABELS } }),
  });
}

/** On OpenShift everybody may make a project, and has all rights in it: its records could have anything deleted that is ours. */
function checkIsTrusted(namespace: KubernetesObject | undefined): void {
  const requester = namespace?.metadata.annotations?.['openshift.io/requester'];
  if (namespace === undefined || requester === undefined || hasOurLabels(namespace)) return;
  const labels = Object.entries(MAAS_LABELS).map((label) => label.join('='));
  throw new OperationError(
    `namespace ${RECORD_NAMESPACE}, in which install writes down what it brings, was made by ${requester}, who may write there what ` +
      'uninstall then deletes; delete it, or, if that is an administrator: ' +
      shellCommand('kubectl', 'label', 'namespace', RECORD_NAMESPACE, ...labels),
  );
}
