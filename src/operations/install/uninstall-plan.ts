import { identityOf, referenceOf, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import type { Session } from '../session';
import { furtherUsers, isBroughtByInstall, releasesOf } from './component-removal';
import { COMPONENTS, type Component } from './components';
import {
  contentsOf,
  foreignIn,
  foreignPodsOfPriority,
  objectsOfGroups,
  sketched,
  strangersIn,
  type ObjectSketch,
  type OwnObjects,
} from './foreign-objects';
import { COMPONENT_FIELD_MANAGER } from './install-component';
import { otherRecords } from './installation-record';
import { knownRecords, namesOf, reasonToKeep } from './object-origin';
import type { KeptObject } from './platform-plan';
import type { InstallationRecord, InstalledComponent } from './record-format';

/** A component that goes. */
export interface LeavingComponent extends InstalledComponent {
  readonly component: Component;
}

/** A component that stays, and why. */
export interface StayingComponent extends InstalledComponent {
  readonly title: string;
  readonly reason: string;
}

/** What an uninstall does. */
export interface UninstallPlan {
  /** What goes, in the order in which it is deleted. */
  readonly leaving: readonly KubernetesObject[];
  /** Objects of others that get back what the platform has set. */
  readonly returned: readonly ObjectReference[];
  /** What install brought and stays, because others use it. */
  readonly used: readonly KeptObject[];
  /** What the record has and is not the platform's. */
  readonly foreign: readonly KeptObject[];
  readonly components: readonly LeavingComponent[];
  readonly stayingComponents: readonly StayingComponent[];
  readonly own: OwnObjects;
}

/** Finds out what an uninstall does; changes nothing. */
export async function planUninstall(session: Session, record: InstallationRecord): Promise<UninstallPlan> {
  const others = await otherRecords(session);
  const known = knownRecords(record, others);
  const { objects } = await session.kubectl.find(record.created);
  const judged = objects.map((object) => ({ object, reason: reasonToKeep(object, known) }));
  const ours = judged.filter(({ reason }) => reason === undefined).map(({ object }) => object);
  const users: { object: KubernetesObject; reason: string | undefined }[] = [];
  let own = ownObjects(ours);
  // Namespaces at the end: what stays keeps the one that it is in.
  for (const object of inOrder(ours)) {
    const reason = await usersOf(session, object, own, [...others.keys()]);
    users.push({ object, reason });
    if (reason !== undefined)
      own = ownObjects(ours.filter((each) => !users.some((user) => user.object === each && user.reason)));
  }
  const shared = await session.kubectl.find(record.shared);
  const components = await planComponents(session, record.components, own, [...others.keys()]);
  return {
    leaving: users.filter(({ reason }) => reason === undefined).map(({ object }) => object),
    returned: shared.objects.map(referenceOf),
    used: kept(users),
    foreign: kept(judged),
    components: components.filter((component) => 'component' in component),
    stayingComponents: components.filter((component) => 'reason' in component),
    own,
  };
}

function kept(list: readonly { object: KubernetesObject; reason: string | undefined }[]): KeptObject[] {
  return list.flatMap(({ object, reason }) => (reason === undefined ? [] : [{ object: referenceOf(object), reason }]));
}

function ownObjects(objects: readonly KubernetesObject[]): OwnObjects {
  return {
    identities: new Set(objects.map((object) => identityOf(object))),
    uids: new Set(objects.flatMap(({ metadata }) => metadata.uid ?? [])),
  };
}

/** The last first; but what protects the rest goes after it, and namespaces after what is in them. */
function inOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const rank = ({ kind }: KubernetesObject) =>
    kind === 'Namespace'
      ? 3
      : kind === 'CustomResourceDefinition'
        ? 2
        : kind.startsWith('ValidatingAdmissionPolicy')
          ? 1
          : 0;
  return objects.toReversed().sort((one, other) => rank(one) - rank(other));
}

/**
 * Who else uses an object of the platform.
 * @returns a reason to keep it; nothing when nobody does
 */
export async function usersOf(
  session: Session,
  object: KubernetesObject,
  own: OwnObjects,
  otherPlatforms: readonly string[],
): Promise<string | undefined> {
  const { kubectl } = session;
  const { kind, metadata } = object;
  try {
    if (kind === 'Namespace') {
      const foreign = foreignIn(await contentsOf(kubectl, metadata.name), own);
      return foreign.length > 0 ? `in it is ${namesOf(foreign.map(sketched), 5)}` : undefined;
    }
    if (kind === 'CustomResourceDefinition') {
      const all = await objectsOfGroups(kubectl, [object.spec.group as string]);
      const foreign = foreignIn(
        all.filter((each) => each.kind === object.spec.names.kind),
        own,
      );
      return foreign.length > 0 ? `of its kind is ${namesOf(foreign.map(sketched), 5)}` : undefined;
    }
    if (kind === 'Kuadrant') {
      if (otherPlatforms.length > 0) return `the platform of namespace ${otherPlatforms.join(', ')} may need it`;
      const policies = (await objectsOfGroups(kubectl, ['kuadrant.io'])).filter((each) => each.kind.endsWith('Policy'));
      const foreign = foreignIn(policies, own);
      return foreign.length > 0 ? `it enforces ${namesOf(foreign.map(sketched), 5)}` : undefined;
    }
    if (kind === 'PriorityClass') {
      const foreign = await foreignPodsOfPriority(kubectl, metadata.name, own);
      return foreign.length > 0 ? `it is the priority of ${namesOf(foreign, 5)}` : undefined;
    }
  } catch (error) {
    // Who may not look may not delete either.
    if (error instanceof OperationError) return error.message;
    throw error;
  }
  return undefined;
}

async function planComponents(
  session: Session,
  installed: readonly InstalledComponent[],
  own: OwnObjects,
  otherPlatforms: readonly string[],
): Promise<(LeavingComponent | StayingComponent)[]> {
  const planned: (LeavingComponent | StayingComponent)[] = [];
  const leaving: Component[] = [];
  for (const entry of installed.toReversed()) {
    const component = COMPONENTS.find(({ name }) => name === entry.step);
    if (component === undefined) {
      planned.push({ ...entry, title: entry.step, reason: 'this release does not know how it is removed' });
      continue;
    }
    const reason = await componentUsers(session, component, leaving, own, otherPlatforms);
    if (reason === undefined) {
      leaving.push(component);
      planned.push({ ...entry, component });
    } else {
      planned.push({ ...entry, title: component.title, reason });
    }
  }
  return planned;
}

/**
 * Who else uses a component.
 *
 * @param leaving components that go before it: what is in their namespaces goes with them
 * @returns a reason to keep it; nothing when nobody does
 */
export async function componentUsers(
  session: Session,
  component: Component,
  leaving: readonly Component[],
  own: OwnObjects,
  otherPlatforms: readonly string[],
): Promise<string | undefined> {
  if (otherPlatforms.length > 0) return `the platform of namespace ${otherPlatforms.join(', ')} needs it`;
  try {
    if (!(await isBroughtByInstall(session, component))) return 'the one in the cluster was not brought by install';
    const going = [...leaving, component];
    const namespaces = new Set(going.flatMap((each) => each.namespaces(session.settings)));
    const names = new Set(going.flatMap((each) => each.ownNames ?? []));
    const groups = [...component.apiGroups, ...(component.servedGroups ?? [])];
    const all = await objectsOfGroups(session.kubectl, groups);
    const foreign = foreignIn(all, own).filter(({ metadata: { name, namespace } }) =>
      namespace === undefined ? !names.has(name) : !namespaces.has(namespace),
    );
    const strangers = await strangersOf(session, component, own);
    const users = [
      ...strangers.map((object) => namesOf([sketched(object)])),
      ...foreign.map((object) => namesOf([sketched(object)])),
      ...(await furtherUsers(session, component)),
    ];
    if (users.length === 0) return undefined;
    const rest = users.length > 5 ? [`${users.length - 5} more`] : [];
    return `it is used by ${[...users.slice(0, 5), ...rest].join(', ')}`;
  } catch (error) {
    if (error instanceof OperationError) return error.message;
    throw error;
  }
}

/** What others have put into the namespaces that go with a component. */
async function strangersOf(
  { kubectl, settings }: Session,
  component: Component,
  own: OwnObjects,
): Promise<ObjectSketch[]> {
  const strangers: ObjectSketch[] = [];
  const installers = { managers: [COMPONENT_FIELD_MANAGER], releases: releasesOf(component, settings) };
  for (const namespace of component.namespaces(settings)) {
    strangers.push(...strangersIn(await contentsOf(kubectl, namespace), own, installers));
  }
  return strangers;
}
