import type { PlatformSettings } from '../../config/settings';
import { MAAS_LABELS } from '../../labels';
import { Helm } from '../helm';
import type { Session } from '../session';
import type { Component, ChartPart, Part } from './components';
import { placeOf } from './downloads';
import { COMPONENT_FIELD_MANAGER, RELEASE_DESCRIPTION } from './install-component';

/** Seconds that a deletion may take. */
const DELETION_SECONDS = 300;

/** Helm releases that a component consists of. */
export function releasesOf(component: Component, settings: PlatformSettings): string[] {
  return charts(component, settings).map(({ release }) => release);
}

function charts(component: Component, settings: PlatformSettings): ChartPart[] {
  return component.parts(component.version(settings), settings).filter((part) => part.kind === 'chart');
}

/** Whether the one in the cluster says that install brought it: a record that somebody has edited is not enough. */
export function isBroughtByInstall(session: Session, component: Component): Promise<boolean> {
  const [chart] = charts(component, session.settings);
  return chart === undefined ? isAppliedByUs(session, component.crds[0] ?? '') : isInstalledByUs(session, chart);
}

/** Who uses a component beside who has objects of its kinds. */
export async function furtherUsers(session: Session, { name }: Component): Promise<string[]> {
  return name === 'istio' ? injectedNamespaces(session) : [];
}

/** Takes a component away; what is gone already is no mistake. */
export async function removeComponent(
  session: Session,
  component: Component,
  version: string,
  mirror?: string,
): Promise<void> {
  const parts = component.parts(version, session.settings);
  for (const part of parts.toReversed()) await removePart(session, part, mirror);
  if (component.name === 'istio') await removeTracesOfIstio(session, component);
  for (const name of component.namespaces(session.settings)) await removeNamespace(session, name);
}

/** The kinds of a component say who has applied them. */
async function isAppliedByUs({ kubectl }: Session, crd: string): Promise<boolean> {
  const managers = '--output=jsonpath={.metadata.managedFields[*].manager}';
  const args = ['get', 'customresourcedefinitions.apiextensions.k8s.io', crd, '--ignore-not-found'];
  const { stdout } = await kubectl.run([...args, '--show-managed-fields', managers]);
  return stdout.split(/\s+/).includes(COMPONENT_FIELD_MANAGER);
}

async function isInstalledByUs({ kubectl, terminal }: Session, { release, namespace }: ChartPart): Promise<boolean> {
  return (await new Helm(kubectl, terminal).descriptionOf({ name: release, namespace })) === RELEASE_DESCRIPTION;
}

async function removePart(session: Session, part: Part, mirror: string | undefined): Promise<void> {
  const { kubectl, terminal } = session;
  if (part.kind === 'manifest') {
    const args = [
      'delete',
      '--ignore-not-found',
      `--timeout=${DELETION_SECONDS}s`,
      `--filename=${placeOf(part, mirror)}`,
    ];
    await kubectl.run(args);
    return;
  }
  await new Helm(kubectl, terminal).uninstall({ name: part.release, namespace: part.namespace });
  await removeKeptKinds(session, part.release);
}

/** A chart may ask helm to leave its kinds; they say which release has brought them. */
async function removeKeptKinds({ kubectl }: Session, release: string): Promise<void> {
  const resource = 'customresourcedefinitions.apiextensions.k8s.io';
  const annotation = '.metadata.annotations.meta\\.helm\\.sh/release-name';
  const columns = `--output=custom-columns=NAME:.metadata.name,RELEASE:${annotation}`;
  const { stdout } = await kubectl.run(['get', resource, '--no-headers', columns]);
  const names = stdout.split('\n').flatMap((line) => {
    const [name = '', of] = line.trim().split(/\s+/);
    return of === release ? [name] : [];
  });
  if (names.length === 0) return;
  await kubectl.run(['delete', resource, ...names, '--ignore-not-found', `--timeout=${DELETION_SECONDS}s`]);
}

/** One that was there before us stays. */
async function removeNamespace({ kubectl }: Session, name: string): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', name };
  const labels = (await kubectl.get(reference))?.metadata.labels ?? {};
  const isOurs = Object.entries(MAAS_LABELS).every(([label, value]) => labels[label] === value);
  if (isOurs) await kubectl.delete(reference, { timeoutSeconds: DELETION_SECONDS });
}

async function injectedNamespaces({ kubectl }: Session): Promise<string[]> {
  const found = await Promise.all(
    ['istio-injection=enabled', 'istio.io/rev'].map((selector) => kubectl.list('namespaces', { selector })),
  );
  return found.flat().map(({ metadata }) => `the pods of namespace ${metadata.name}`);
}

async function removeTracesOfIstio({ kubectl }: Session, { ownNames = [] }: Component): Promise<void> {
  // Gateway API may not be there.
  await kubectl.attempt(['delete', 'gatewayclasses.gateway.networking.k8s.io', ...ownNames, '--ignore-not-found']);
  const certificates = ['--selector=istio.io/config=true', '--field-selector=metadata.name=istio-ca-root-cert'];
  await kubectl.run(['delete', 'configmaps', '--all-namespaces', ...certificates, '--ignore-not-found']);
}
