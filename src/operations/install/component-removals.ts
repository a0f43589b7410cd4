import { MAAS_LABELS } from '../../labels';
import { Helm } from '../helm';
import type { Session } from '../session';
import type { ComponentRemoval } from './component-removal';
import { componentOf, type ChartPart, type Part } from './components';
import { placeOf } from './downloads';
import { COMPONENT_FIELD_MANAGER, RELEASE_DESCRIPTION } from './install-component';
import type { ComponentName } from './step-names';

/** Seconds that a deletion may take. */
const DELETION_SECONDS = 300;

/** What istiod makes itself, and nobody deletes with it. */
const ISTIO_GATEWAY_CLASSES = ['istio', 'istio-remote', 'istio-waypoint'];

/** What a removal has beside what the component says of itself. */
type Knowledge = Pick<ComponentRemoval, 'groups' | 'ownNames' | 'furtherUsers'> & {
  /** Takes away what the release leaves behind. */
  readonly after?: (session: Session) => Promise<void>;
};

const KNOWLEDGE: Readonly<Record<ComponentName, Knowledge>> = {
  'gateway-api': { groups: ['gateway.networking.k8s.io'] },
  istio: {
    // Who has a Gateway uses Istio, unless somebody else serves its class.
    groups: ['istio.io', 'gateway.networking.k8s.io'],
    ownNames: ISTIO_GATEWAY_CLASSES,
    furtherUsers: injectedNamespaces,
    after: removeTracesOfIstio,
  },
  'cert-manager': { groups: ['cert-manager.io'] },
  kserve: { groups: ['serving.kserve.io'], ownNames: ['default'] },
  kuadrant: { groups: ['kuadrant.io'] },
  'prometheus-operator': { groups: ['monitoring.coreos.com'] },
};

/** How each component is taken away, by its step. */
export const COMPONENT_REMOVALS: readonly ComponentRemoval[] = (Object.keys(KNOWLEDGE) as ComponentName[]).map(
  (step) => {
    const component = componentOf(step);
    const { after, ...knowledge } = KNOWLEDGE[step];
    return {
      ...knowledge,
      step,
      title: component.title,
      namespaces: component.namespaces,
      releases: (settings) =>
        component
          .parts(component.version(settings), settings)
          .flatMap((part) => (part.kind === 'chart' ? [part.release] : [])),
      isOurs: async (session) => {
        const parts = component.parts(component.version(session.settings), session.settings);
        const chart = parts.find((part) => part.kind === 'chart');
        return chart === undefined ? isAppliedByUs(session, component.crds[0] ?? '') : isInstalledByUs(session, chart);
      },
      remove: async (session, version, mirror) => {
        const parts = component.parts(version, session.settings);
        for (const part of parts.toReversed()) await removePart(session, part, mirror);
        await after?.(session);
        for (const name of component.namespaces(session.settings)) await removeNamespace(session, name);
      },
    };
  },
);

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

async function removeTracesOfIstio({ kubectl }: Session): Promise<void> {
  // Gateway API may not be there.
  await kubectl.attempt([
    'delete',
    'gatewayclasses.gateway.networking.k8s.io',
    ...ISTIO_GATEWAY_CLASSES,
    '--ignore-not-found',
  ]);
  const certificates = ['--selector=istio.io/config=true', '--field-selector=metadata.name=istio-ca-root-cert'];
  await kubectl.run(['delete', 'configmaps', '--all-namespaces', ...certificates, '--ignore-not-found']);
}
