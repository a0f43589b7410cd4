import type { MaasPlatformProps } from '../../../src/config/configuration';
import { resolveSettings } from '../../../src/config/settings';
import { readingsFor } from '../../../src/operations/verify/kinds';

function kindsIn(place: string | undefined, props: MaasPlatformProps): string[] {
  return readingsFor(resolveSettings(props), [])
    .filter(({ namespace, everywhere, name }) => namespace === place && everywhere === undefined && name === undefined)
    .flatMap(({ kinds }) => kinds.map(({ kind }) => kind));
}

test('namespaces and the pods of user workload monitoring are read only where it scrapes', () => {
  const onOpenShift: MaasPlatformProps = { platform: 'openshift', domain: 'apps.example.com' };
  expect(kindsIn('openshift-user-workload-monitoring', onOpenShift)).toEqual(['Pod']);
  expect(kindsIn(undefined, onOpenShift)).toContain('Namespace');
  for (const other of [{}, { ...onOpenShift, observability: { prometheus: true } }]) {
    expect(kindsIn('openshift-user-workload-monitoring', other)).toEqual([]);
    expect(kindsIn(undefined, other)).not.toContain('Namespace');
  }
});
