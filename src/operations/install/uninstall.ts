import { DELETION_PROTECTION_LABEL } from '../../labels';
import { confirm } from '../confirm';
import { keepToCurrentCluster } from '../current-cluster';
import { nameOf, referenceOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { Interrupted, OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { checkInterruption, objectsOf, type Session, type SessionOptions } from '../session';
import { gone } from './apply-platform';
import { removeComponent } from './component-removal';
import { foreignIn, contentsOf } from './foreign-objects';
import {
  changeRecord,
  deleteRecord,
  otherRecords,
  readRecord,
  RECORD_NAMESPACE,
  recordTitle,
} from './installation-record';
import { CONFIGURATION, kserveController, STARTED_WITH, WITHOUT_MARK } from './kserve-restart';
import { isHeldByUs, isProtected, hasOurLabels, namesOf } from './object-origin';
import { beginDeletions, deletionStages } from './ordered-deletion';
import type { InstallationRecord } from './record-format';
import { giveBack } from './shared-objects';
import { componentUsers, planUninstall, usersOf, type UninstallPlan } from './uninstall-plan';
import { describeUninstall } from './uninstall-words';

/** What `maas uninstall` is told. */
export interface UninstallOptions extends SessionOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** Address or folder from which components were taken. @default - the projects' own places */
  readonly mirror?: string;
}

/** `maas uninstall`. Sets the exit code. */
export async function uninstall(options: UninstallOptions): Promise<void> {
  await runOperation(options, (session) => uninstallFrom(session, options));
}

async function uninstallFrom(session: Session, options: UninstallOptions): Promise<number> {
  const { terminal, settings } = session;
  const where = await keepToCurrentCluster(session.kubectl);
  const record = await readRecord(session);
  if (record === undefined) return withoutRecord(session);
  const plan = await planUninstall(session, record);
  terminal.note(`on ${where}:`);
  terminal.print(describeUninstall(settings.namespace, plan));
  if (options.dryRun) return 0;
  checkInterruption(session, 'nothing was changed');
  if (!(await confirm(session, `Take this away from ${where}?`, { yes: options.yes === true }))) {
    terminal.note('nothing was changed');
    return 1;
  }
  try {
    await finishRecord(session, await takeAway(session, plan, options.mirror));
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(`to go on: maas uninstall --config ${options.config}`) : error;
  }
  return 0;
}

/** Nothing was brought by install, or all of it has been taken away. */
async function withoutRecord({ kubectl, terminal, settings, ...session }: Session): Promise<number> {
  const { objects } = await kubectl.find(objectsOf(session).map(referenceOf));
  const ours = objects.filter((object) => hasOurLabels(object) && !isProtected(object));
  if (ours.length === 0) {
    terminal.note(`there is nothing to take away: no ${recordTitle(settings.namespace)}, and nothing of the platform`);
    return 0;
  }
  throw new OperationError(
    [
      `there is no ${recordTitle(settings.namespace)}, so install has not brought ${namesOf(ours.map(referenceOf), 3)}, and uninstall leaves it.`,
      'What was applied by hand is taken away by hand: kubectl delete -f dist/ (README says what that keeps); or run install first, ' +
        'which takes the platform over',
    ].join('\n'),
  );
}

/** @returns what stays of what install brought */
async function takeAway(
  session: Session,
  plan: UninstallPlan,
  mirror: string | undefined,
): Promise<InstallationRecord> {
  const { terminal } = session;
  const others = [...(await otherRecords(session)).keys()];
  const staying: ObjectReference[] = plan.used.map(({ object }) => object);
  const stages = [
    ...deletionStages(plan.leaving.filter(({ kind }) => !isLast(kind))),
    plan.leaving.filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy')),
    ...plan.leaving
      .filter(({ kind }) => kind === 'Namespace' || kind === 'CustomResourceDefinition')
      .map((object) => [object]),
  ];
  for (const objects of stages.filter(({ length }) => length > 0)) {
    checkInterruption(session);
    staying.push(...(await deleteUnused(session, objects, plan, others)));
  }
  for (const reference of plan.returned) {
    checkInterruption(session);
    await giveBack(session, reference);
    terminal.note(`${namesOf([reference])} has back what stood there before the platform`);
    if (reference.kind === 'ConfigMap' && reference.name === CONFIGURATION)
      await restartWithoutMark(session, reference);
  }
  const components = [...plan.stayingComponents.map(({ step, version, complete }) => ({ step, version, complete }))];
  const leaving = plan.components.map(({ component }) => component);
  for (const { step, version, complete, component } of plan.components) {
    checkInterruption(session);
    // Who looks at the list for long may find others there by then.
    const reason = await componentUsers(session, component, leaving, plan.own, others);
    if (reason === undefined)
      await terminal.progress(`taking ${component.title} away`, () =>
        removeComponent(session, component, version, mirror),
      );
    else {
      terminal.note(`${component.title} stays: ${reason}`);
      components.push({ step, version, complete });
    }
  }
  return { components: components.toReversed(), created: staying, shared: [] };
}

function isLast(kind: string): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition' || kind.startsWith('ValidatingAdmissionPolicy');
}

/** @returns those that others use by now */
async function deleteUnused(
  session: Session,
  objects: readonly KubernetesObject[],
  plan: UninstallPlan,
  others: readonly string[],
): Promise<ObjectReference[]> {
  const { kubectl, terminal } = session;
  const staying: ObjectReference[] = [];
  const title = objects.length === 1 ? objects.map(nameOf).join() : `${objects.length} objects`;
  await terminal.progress(`deleting ${title}`, async (say) => {
    const leaving: ObjectReference[] = [];
    for (const object of objects) {
      const reference = referenceOf(object);
      const reason = await usersOf(session, object, plan.own, others);
      if (reason === undefined) leaving.push(reference);
      else {
        staying.push(reference);
        terminal.note(`${nameOf(object)} stays: ${reason}`);
        continue;
      }
      // On purpose, and only for what goes: this is how the protection says that it wants to be asked.
      if (isProtected(object))
        await kubectl.patch(reference, { metadata: { labels: { [DELETION_PROTECTION_LABEL]: null } } });
      if (isHeldByUs(object)) await kubectl.patch(reference, { metadata: { finalizers: null } });
    }
    await beginDeletions(session, leaving, say);
    await gone(session, leaving);
  });
  return staying;
}

/** KServe's controller reads its configuration at start only. */
async function restartWithoutMark({ kubectl }: Session, { namespace = '' }: ObjectReference): Promise<void> {
  const reference = kserveController(namespace);
  const controller = await kubectl.get(reference);
  if (controller?.spec?.template?.metadata?.annotations?.[STARTED_WITH] === undefined) return;
  await kubectl.patch(reference, WITHOUT_MARK);
}

/** What stays, because others use it, stays on record: uninstall takes it away once they don't. */
async function finishRecord(session: Session, staying: InstallationRecord): Promise<void> {
  const { kubectl, terminal, settings } = session;
  if (staying.components.length + staying.created.length > 0) {
    await changeRecord(session, () => staying);
    terminal.note(
      `what stays is still in ${recordTitle(settings.namespace)}: once nobody uses it, uninstall takes it away`,
    );
    return;
  }
  await deleteRecord(session);
  const reference = { apiVersion: 'v1', kind: 'Namespace', name: RECORD_NAMESPACE };
  const namespace = await kubectl.get(reference);
  if (namespace === undefined || !hasOurLabels(namespace)) return;
  const left = foreignIn(await contentsOf(kubectl, RECORD_NAMESPACE), { identities: new Set(), uids: new Set() });
  if (left.length > 0) return;
  await kubectl.beginDeletion([reference]);
  await gone(session, [reference]);
}
