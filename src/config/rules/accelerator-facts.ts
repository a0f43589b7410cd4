import { Accelerator } from '../../models/accelerator';
import { SHARE_LABELLERS } from '../../models/accelerator-profiles';
import { acceleratorOf } from '../accelerators';
import type { AcceleratorConfiguration } from '../configuration';
import { DEFAULT_NODE_LABELS } from '../defaults';
import type { Draft, DraftConfiguration } from '../draft';
import { runtimeOf, type NamedModel } from './facts';
import { isComplete, isUnusable, placed } from './rule';

/** An own accelerator as far as it can be used. */
export type DraftAccelerator = Draft<AcceleratorConfiguration>;

/** Names that a model may have for its accelerator; undefined when an own one cannot be known. */
export function acceleratorNamesOf(configuration: DraftConfiguration): string[] | undefined {
  const { accelerators = [] } = configuration;
  if (isUnusable(configuration, 'accelerators') || accelerators.some((own) => own?.name === undefined)) {
    return undefined;
  }
  return [...Accelerator.names, ...accelerators.flatMap((own) => own?.name ?? [])];
}

/** Whether a name is that of a built-in accelerator, or of an own one. */
export function isAccelerator(name: string, configuration: DraftConfiguration): boolean {
  return Accelerator.isKnown(name) || acceleratorNamesOf(configuration)?.includes(name) !== false;
}

/** Name of a model's accelerator; undefined for the simulator, and where it cannot be known. */
export function acceleratorNameOf(model: NamedModel): string | undefined {
  return runtimeOf(model) === 'vllm' && !isUnusable(model.item, 'accelerator')
    ? (model.item.accelerator ?? model.entry?.accelerator)
    : undefined;
}

/** The accelerator of a model; undefined where it cannot be known, or is another rule's problem. */
export function acceleratorOfModel(model: NamedModel, configuration: DraftConfiguration): Accelerator | undefined {
  const name = acceleratorNameOf(model);
  return name === undefined ? undefined : acceleratorOfName(name, configuration);
}

/** The accelerator of a name; undefined where there is none, or it cannot be known, or is another rule's problem. */
export function acceleratorOfName(name: string, configuration: DraftConfiguration): Accelerator | undefined {
  if (isUnusable(configuration, 'accelerators') || isUnusable(configuration, 'nodeLabels')) {
    return undefined;
  }
  const own = placed<DraftAccelerator>(configuration.accelerators).find(({ item }) => item.name === name)?.item;
  const { nodeLabels = DEFAULT_NODE_LABELS } = configuration;
  if (own !== undefined) {
    const builtIn = own.like;
    const isUsable =
      isComplete(own) &&
      isComplete(own.timeSlicing) &&
      misfitOfSharing(own, nodeLabels) === undefined &&
      (builtIn === undefined ? own.memory !== undefined : isLabelled(builtIn, nodeLabels, own));
    return isUsable ? acceleratorOf(name, { accelerators: [own as AcceleratorConfiguration], nodeLabels }) : undefined;
  }
  return isLabelled(name, nodeLabels, {}) ? acceleratorOf(name, { accelerators: [], nodeLabels }) : undefined;
}

/** Whether a built-in accelerator is a whole GPU of NVIDIA, which its device plugin can share. */
export function isShareable(like: string): boolean {
  return like.startsWith('nvidia') && !like.includes('-mig-');
}

/** What keeps pods from nodes whose GPUs are time-sliced: no labels for those, or the name of their resource. */
export function misfitOfSharing(
  { like, nodeSelector, timeSlicing }: DraftAccelerator,
  nodeLabels: NonNullable<DraftConfiguration['nodeLabels']>,
): 'labels' | 'resource' | undefined {
  if (timeSlicing === undefined || nodeSelector !== undefined || like === undefined || !isShareable(like)) {
    return undefined;
  }
  if (!SHARE_LABELLERS.includes(nodeLabels)) {
    return 'labels';
  }
  return nodeLabels === 'gke' && timeSlicing.renameByDefault === true ? 'resource' : undefined;
}

/** Whether a built-in accelerator can be told by somebody's labels, or needs none. */
export function isLabelled(
  name: string,
  nodeLabels: NonNullable<DraftConfiguration['nodeLabels']>,
  { nodeSelector }: DraftAccelerator,
): boolean {
  return (
    Accelerator.isKnown(name) && (nodeSelector !== undefined || Accelerator.labellersOf(name).includes(nodeLabels))
  );
}
