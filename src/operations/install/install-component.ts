import { MAAS_LABELS } from '../../labels';
import type { Helm } from '../helm';
import { checkInterruption, type Session } from '../session';
import { tryAgain } from '../try-again';
import { describePart, type DeploymentName, type Part } from './components';
import type { Found } from './detection';
import { placeOf } from './downloads';
import { recordComponent } from './installation-record';
import { kserveController, WITHOUT_MARK } from './kserve-restart';
import type { ComponentPlan } from './plan';
import { waitUntilGood } from './wait-for-objects';

/** What installing a component works with. */
export interface InstallContext {
  readonly session: Session;
  readonly helm: Helm;
  /** Address or folder. @default - the projects' own places */
  readonly mirror?: string;
  /** Seconds that a Deployment may take to become available. */
  readonly timeoutSeconds: number;
}

/**
 * Who applies the manifests of components. Not the platform's own field manager: server-side apply takes what a manager no
 * longer names, and the platform sets two keys of a ConfigMap of which KServe's manifest sets all.
 */
export const COMPONENT_FIELD_MANAGER = 'cdk8s-maas-components';

/** What the history of a Helm release says of who installed it. */
export const RELEASE_DESCRIPTION = 'installed by cdk8s-maas';

/** Seconds for which what another part is not ready for is tried again: kinds that are new, webhooks that start. */
const PATIENCE_SECONDS = 180;

/**
 * Installs or upgrades a component and waits until it is good; the record says so before, so that a run that was ended in
 * between is gone on with.
 *
 * @param say what is waited for
 * @throws OperationError with what is the matter with the object that does not become good
 */
export async function installComponent(
  context: InstallContext,
  plan: ComponentPlan,
  say: (words: string) => void,
): Promise<void> {
  const { session } = context;
  const { component, version = '' } = plan;
  const entry = { step: component.name, version };
  await recordComponent(session, { ...entry, complete: false });
  await createNamespaces(session, component.namespaces(session.settings));
  for (const part of component.parts(version, session.settings)) {
    checkInterruption(session);
    say(describePart(part));
    await installPart(context, part, say);
  }
  if (component.name === 'kserve') await unmarkKServe(session);
  await waitForComponent(context, plan, say);
  await recordComponent(session, { ...entry, complete: true });
}

/** Waits until everything of a component that is waited for is there and good. */
export async function waitForComponent(
  { session, timeoutSeconds: seconds }: InstallContext,
  { component, found, isForeign }: ComponentPlan,
  say: (words: string) => void,
): Promise<void> {
  say(`waiting for the kinds of ${component.title}`);
  await waitForKinds(session, component.crds, seconds);
  const deployments = isForeign ? deploymentsOf(found) : component.deployments(session.settings);
  const references = deployments.map((name) => ({ apiVersion: 'apps/v1', kind: 'Deployment', ...name }));
  await waitUntilGood(session, references, { seconds }, say);
}

/** Of somebody else's it is only known where it was found. */
function deploymentsOf(found: Found | undefined): DeploymentName[] {
  const [, namespace, name] = /^Deployment (.+)\/(.+)$/.exec(found?.where ?? '') ?? [];
  return namespace === undefined || name === undefined ? [] : [{ namespace, name }];
}

/** Its manifest has all of its configuration and so has taken ours back: its controller has to start with ours once more. */
async function unmarkKServe({ kubectl, settings }: Session): Promise<void> {
  const controller = kserveController(settings.kserve.namespace);
  if ((await kubectl.get(controller)) !== undefined) await kubectl.patch(controller, WITHOUT_MARK);
}

/** Those that are there stay as they are: they may be somebody else's. Ours say so, and go with the component. */
async function createNamespaces({ kubectl }: Session, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: MAAS_LABELS } };
    const args = ['create', '--filename=-'];
    const result = await kubectl.attempt(args, { stdin: JSON.stringify(namespace) });
    if (result.exitCode !== 0 && !result.stderr.includes('AlreadyExists')) throw kubectl.failure(args, result);
  }
}

async function installPart(context: InstallContext, part: Part, say: (words: string) => void): Promise<void> {
  if (part.kind === 'chart') {
    await context.helm.upgrade(releaseOf(part, context.mirror));
  } else {
    await applyManifest(context.session, placeOf(part, context.mirror), say);
  }
}

/** A chart as helm is told of it: by its repository, or the archive on the mirror. */
export function releaseOf(
  part: Extract<Part, { kind: 'chart' }>,
  mirror: string | undefined,
): Parameters<Helm['upgrade']>[0] {
  const { release: name, chart, version, namespace, values } = part;
  const place = placeOf(part, mirror);
  const shared = { name, namespace, ...(values === undefined ? {} : { values }), description: RELEASE_DESCRIPTION };
  return mirror === undefined ? { ...shared, chart, version, repository: place } : { ...shared, chart: place };
}

/** The arguments with which kubectl applies a manifest. */
export function applyArguments(place: string): string[] {
  const manager = `--field-manager=${COMPONENT_FIELD_MANAGER}`;
  return ['apply', '--server-side', '--force-conflicts', manager, `--filename=${place}`];
}

/** A manifest may hold objects of kinds that it brings itself, or that a webhook judges which has just been started. */
async function applyManifest(session: Session, place: string, say: (words: string) => void): Promise<void> {
  const isPassing = (message: string) => {
    const [reason] = /no matches for kind|failed calling webhook/.exec(message) ?? [];
    if (reason === undefined || /forbidden/i.test(message)) return false;
    say(`${reason}: trying again`);
    return true;
  };
  const apply = () => session.kubectl.run(applyArguments(place));
  const failure = await tryAgain(session, apply, isPassing, { seconds: PATIENCE_SECONDS, pause: 2000 });
  if (failure !== undefined) throw failure;
}

async function waitForKinds(session: Session, names: readonly string[], seconds: number): Promise<void> {
  const resources = names.map((name) => `customresourcedefinitions.apiextensions.k8s.io/${name}`);
  const args = ['wait', '--for=condition=Established', '--timeout=10s', ...resources];
  const wait = async () => {
    const result = await session.kubectl.attempt(args, { signal: session.interruption });
    checkInterruption(session);
    if (result.exitCode !== 0) throw session.kubectl.failure(args, result);
  };
  // kubectl takes a kind that has no conditions yet for a mistake.
  const isPassing = (message: string) => /timed out waiting|NotFound|conditions accessor error/.test(message);
  const failure = await tryAgain(session, wait, isPassing, { seconds });
  if (failure !== undefined) throw failure;
}
