import { Accelerator } from '../models/accelerator';
import type { NodeLabels } from '../models/accelerator-profiles';
import { parseQuantity } from '../quantity';
import type { AcceleratorConfiguration } from './configuration';

/** What maas.yaml says of accelerators. */
export interface AcceleratorConfigurations {
  readonly accelerators: readonly AcceleratorConfiguration[];
  readonly nodeLabels: NodeLabels;
}

/**
 * The accelerator of a name: an own one, or a built-in one.
 * @throws when there is none, or nobody labels it
 */
export function acceleratorOf(name: string, { accelerators, nodeLabels }: AcceleratorConfigurations): Accelerator {
  const own = accelerators.find((each) => each.name === name);
  return own === undefined ? Accelerator.fromName(name, { nodeLabels }) : ownAccelerator(own, nodeLabels);
}

/** What one accelerator costs an hour, where maas.yaml says so. */
export function priceOf(
  name: string,
  { accelerators }: Pick<AcceleratorConfigurations, 'accelerators'>,
): number | undefined {
  return accelerators.find((each) => each.name === name)?.pricePerHour;
}

function ownAccelerator(configuration: AcceleratorConfiguration, nodeLabels: NodeLabels) {
  const { like, memory, timeSlicing, name, resourceName, nodeSelector, tolerations, image } = configuration;
  const memoryMebibytes = memory === undefined ? undefined : (parseQuantity(memory) ?? 0) / 2 ** 20;
  const props = { name, resourceName, nodeSelector, tolerations, image, memoryMebibytes };
  const known =
    like === undefined ? Accelerator.own(props) : Accelerator.fromName(like, { nodeLabels, nodeSelector }).like(props);
  return timeSlicing === undefined ? known : known.timeSliced(timeSlicing).like({ name });
}
