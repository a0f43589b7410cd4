import { freePort } from '../../support/free-port';
import { untilGood } from './conditions';
import { eraseAll } from './eraser';
import { envoyFilterWarning, startIstiod, type Istiod } from './istio';
import { startKServe } from './kserve';
import { runAuthorino, startAuthorinoOperator, startOperator } from './kuadrant';
import { manifestsOf, type PlatformFolder } from './manifests';
import { adopted, adoptionWarning, othersNamespaces, othersObjects, platformOf } from './others';
import { createPrerequisiteNamespaces } from './prerequisites';
import { StandIn } from './stand-in';
import { kubectl } from './suite';

/** The tools without which there is no control plane. */
export const controlPlaneTools = [
  'istiod',
  'istio-installation',
  'istio-listeners',
  'kuadrant-operator',
  'authorino-operator',
  'authorino',
  'kserve-manager-0.20',
];

/** The arguments with which authorino-operator runs the Authorino of Kuadrant's operator. */
export const authorinoArguments = ['--allow-superseding-host-subsets'];

/** All controllers that a platform meets in a cluster, and what plays the rest of it. */
export class ControlPlane {
  private readonly stops: (() => Promise<void>)[] = [];
  istiod!: Istiod;
  /** Where Authorino takes Envoy's questions. */
  authorinoPort = 0;

  private constructor(readonly standIn: StandIn) {
    this.stops.push(() => standIn.stop());
  }

  /** @param folder a platform whose configuration of KServe is there when KServe's manager starts */
  static async start(folder = 'dist'): Promise<ControlPlane> {
    const plane = new ControlPlane(StandIn.start());
    try {
      await createPrerequisiteNamespaces(kubectl, 'kubernetes');
      await kubectl(['apply', '-f', `${folder}/00-namespaces.k8s.yaml`, '-f', `${folder}/10-kserve.k8s.yaml`]);
      plane.authorinoPort = await freePort();
      const programs = [
        startOperator(),
        await startAuthorinoOperator(),
        runAuthorino(plane.authorinoPort, authorinoArguments),
      ];
      plane.stops.push(...programs.map((program) => () => program.stop()));
      plane.istiod = await startIstiod();
      plane.stops.push(() => plane.istiod.stop());
      const kserve = await startKServe('kserve-manager-0.20');
      plane.stops.push(() => kserve.stop());
      await plane.empty();
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /**
   * Applies a folder, as a user types it, to an empty cluster with the operators and whatever others have made.
   *
   * @returns warnings, but for those that say nothing of the objects
   */
  async apply(folder: PlatformFolder): Promise<string[]> {
    await createPrerequisiteNamespaces(kubectl, platformOf(folder), othersNamespaces(folder));
    const items = othersObjects(folder);
    if (items.length > 0) {
      await kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
    }
    const { stderr } = await kubectl(['apply', '--validate=strict', '-f', folder.name]);
    // Kuadrant's operator may have made the Limitador by then.
    const alreadyThere = [...adopted(folder), ...manifestsOf(folder).filter(({ kind }) => kind === 'Limitador')];
    const harmless = ['', envoyFilterWarning, ...alreadyThere.map(adoptionWarning)];
    return stderr.split('\n').filter((line) => !harmless.includes(line));
  }

  /** Waits until every controller is content with a folder that was applied. */
  async untilGood(folder: PlatformFolder): Promise<void> {
    await untilGood([...othersObjects(folder), ...manifestsOf(folder)], () => this.standIn.problems);
  }

  /** Takes everything away, so that the next platform finds an empty cluster. */
  async empty(): Promise<void> {
    await eraseAll();
    this.standIn.refusals.clear();
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.reverse()) await stop();
  }
}
