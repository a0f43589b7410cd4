import { checkConfiguration } from '../../../src/config/check';
import type { AcceleratorConfiguration, MaasPlatformProps } from '../../../src/config/configuration';
import { acceleratorOf } from '../../../src/config/accelerators';
import { Accelerator } from '../../../src/models/accelerator';
import type { NodeLabels } from '../../../src/models/accelerator-profiles';

/** Prefixes of the labels that somebody sets. */
const LABELS: Readonly<Record<NodeLabels, RegExp>> = {
  gpuOperator: /^(nvidia\.com|amd\.com|feature\.node\.kubernetes\.io)\//,
  gke: /^cloud\.google\.com\//,
  eksAutoMode: /^eks\.amazonaws\.com\//,
  karpenter: /^karpenter\.k8s\.aws\//,
  aks: /^kubernetes\.azure\.com\//,
};

const NODE_LABELS = Object.keys(LABELS) as NodeLabels[];
const likes = [...Accelerator.names, ...Accelerator.migNames];

/** Every way to write an accelerator like a built-in one, shared or not. */
function waysOf(like: string): AcceleratorConfiguration[] {
  const own = { name: 'own', like };
  const timeSlicing = { replicas: 2 };
  return [own, { ...own, timeSlicing }, { ...own, timeSlicing: { ...timeSlicing, renameByDefault: true } }];
}

describe.each(NODE_LABELS)('with nodeLabels %s, an accelerator that is accepted', (nodeLabels) => {
  const ways = likes.flatMap(waysOf);
  const accepted = ways.filter((own) => {
    const configuration: MaasPlatformProps = { nodeLabels, accelerators: [own] };
    return checkConfiguration(configuration).length === 0;
  });

  test('asks for labels that are set there, and for a resource that nodes there have', () => {
    expect(accepted.length).toBeGreaterThan(0);
    for (const own of accepted) {
      const { nodeSelector, resourceName } = acceleratorOf('own', { accelerators: [own], nodeLabels });
      const foreign = Object.keys(nodeSelector).filter((label) => !LABELS[nodeLabels].test(label));
      expect([own, foreign]).toEqual([own, []]);
      const isNvidia = own.like?.startsWith('nvidia') === true;
      if (nodeLabels !== 'gpuOperator' && isNvidia) {
        expect([own, resourceName]).toEqual([own, 'nvidia.com/gpu']);
      }
    }
  });

  test('with a nodeSelector has just that, and keeps its taints', () => {
    const nodeSelector = { pool: 'own' };
    for (const own of ways.filter(({ timeSlicing }) => timeSlicing === undefined)) {
      expect(checkConfiguration({ nodeLabels, accelerators: [{ ...own, nodeSelector }] })).toEqual([]);
      const accelerator = acceleratorOf('own', { accelerators: [{ ...own, nodeSelector }], nodeLabels });
      expect(accelerator.nodeSelector).toEqual(nodeSelector);
      const hasGpu = accelerator.family === 'cuda';
      expect([own, accelerator.tolerations.some(({ key }) => key === 'sku')]).toEqual([
        own,
        hasGpu && nodeLabels === 'aks',
      ]);
    }
  });
});
