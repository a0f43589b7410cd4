import { Accelerator } from '../../models/accelerator';
import { vendorOf } from '../../models/accelerator-parts';
import { DEFAULT_NODE_LABELS } from '../defaults';
import type { DraftConfiguration } from '../draft';
import { quote, type Finding } from '../problem';
import { isShareable, misfitOfSharing, type DraftAccelerator } from './accelerator-facts';
import { atKey, atValue, isUnusable, placed, type Placed, type Rule } from './rule';

const own = ({ accelerators }: DraftConfiguration): Placed<DraftAccelerator>[] => placed(accelerators);

/** Only NVIDIA's device plugin shares GPUs like that. */
export const timeSlicedGpu: Rule = {
  id: 'time-sliced-gpu',
  check: (configuration) =>
    own(configuration).flatMap(({ item: { like, resourceName, timeSlicing }, index }): Finding[] => {
      if (timeSlicing === undefined || !Accelerator.isKnown(like ?? 'nvidia')) {
        return [];
      }
      const expected = 'a whole GPU of NVIDIA, which its device plugin can share';
      if (like !== undefined && !isShareable(like)) {
        return [atValue(['accelerators', index, 'like'], quote(like), expected, 'remove `timeSlicing`')];
      }
      const isOther = like === undefined && ![undefined, 'nvidia.com'].includes(vendorOf(resourceName));
      return isOther
        ? [
            atValue(
              ['accelerators', index, 'resourceName'],
              quote(resourceName ?? ''),
              expected,
              'remove `timeSlicing`',
            ),
          ]
        : [];
    }),
};

/** Pods would wait for ever for nodes that nobody labels so, or for a resource that nodes have not. */
export const timeSlicedNodes: Rule = {
  id: 'time-sliced-nodes',
  check: (configuration) => {
    const { nodeLabels = DEFAULT_NODE_LABELS } = configuration;
    return own(configuration).flatMap(({ item, index }): Finding[] => {
      const isKnown = ['like', 'nodeSelector', 'timeSlicing'].every((key) => !isUnusable(item, key));
      const misfit =
        isKnown && !isUnusable(configuration, 'nodeLabels') ? misfitOfSharing(item, nodeLabels) : undefined;
      const path = ['accelerators', index, 'timeSlicing'];
      if (misfit === 'labels') {
        const expected = `a \`nodeSelector\` beside it, because ${WHY_UNLABELLED[nodeLabels] ?? 'nobody labels shares'}`;
        const fix = 'write the labels of the nodes whose device plugin shares their GPUs, or remove `timeSlicing`';
        return [atKey(path, `time slicing with \`nodeLabels: ${nodeLabels}\``, expected, fix)];
      }
      const expected = 'false with `nodeLabels: gke`, whose device plugin calls shares nvidia.com/gpu';
      const fix = 'remove it, or write the `nodeSelector` of nodes with a device plugin of your own';
      return misfit === undefined ? [] : [atValue([...path, 'renameByDefault'], 'true', expected, fix)];
    });
  },
};

/** Why labels of shares cannot be known. */
const WHY_UNLABELLED: Readonly<Partial<Record<NonNullable<DraftConfiguration['nodeLabels']>, string>>> = {
  eksAutoMode: 'the device plugin of Auto Mode shares no GPU: only other nodes of the cluster may',
  karpenter: 'Karpenter brings no node for labels of shares: those of your NodePool it knows',
  aks: 'AKS labels no shares',
};
