import { Accelerator } from '../../models/accelerator';
import { familyOf, vendorOf } from '../../models/accelerator-parts';
import type { DraftConfiguration } from '../draft';
import { quote, type Finding } from '../problem';
import type { DraftAccelerator } from './accelerator-facts';
import { atValue, placed, type Rule } from './rule';

/** What a pod asks for has to be what its build of vLLM is for. */
export const acceleratorResource: Rule = {
  id: 'accelerator-resource',
  check: ({ accelerators }: DraftConfiguration) =>
    placed<DraftAccelerator>(accelerators).flatMap(({ item: { like, resourceName }, index }): Finding[] => {
      if (like === undefined || resourceName === undefined || !Accelerator.isKnown(like)) {
        return [];
      }
      const path = ['accelerators', index, 'resourceName'];
      const whole = Accelerator.fromName(like);
      const vendor = vendorOf(whole.resourceName);
      if (vendor === undefined) {
        const expected = `none beside \`like: ${like}\`, whose models compute on the CPU`;
        return [atValue(path, quote(resourceName), expected, 'remove it, or write the `like` of what it is')];
      }
      // A name that nobody knows may be that of a device plugin of one's own.
      const family = familyOf(resourceName);
      if (family === undefined || family === whole.family) {
        return [];
      }
      const expected = `a resource of ${vendor}, as \`like: ${like}\` says`;
      return [atValue(path, quote(resourceName), expected, 'remove it, or write the `like` of what it is')];
    }),
};
