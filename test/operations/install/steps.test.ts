import { isRun, resumeCommand } from '../../../src/operations/install/steps';
import { COMPONENT_NAMES, STEP_NAMES } from '../../../src/operations/install/step-names';
import { COMPONENTS } from '../../../src/operations/install/components';

test('every component is a step, in the order in which they are installed', () => {
  expect(COMPONENTS.map(({ name }) => name)).toEqual(COMPONENT_NAMES);
  expect(STEP_NAMES).toEqual(['cluster', ...COMPONENT_NAMES, 'platform']);
});

test('the command that goes on names what the interrupted one did', () => {
  expect(resumeCommand('kserve', { config: 'maas.yaml' })).toBe('maas install --from-step kserve');
  const options = { config: 'a.yaml', context: 'production', kubeconfig: 'k', mirror: 'https://mirror.example.com' };
  expect(resumeCommand('platform', options)).toBe(
    'maas install --from-step platform --config a.yaml --context production --kubeconfig k --mirror https://mirror.example.com',
  );
});

test('a step is run from the given one on', () => {
  expect(COMPONENT_NAMES.filter((name) => isRun(name, undefined))).toEqual(COMPONENT_NAMES);
  expect(COMPONENT_NAMES.filter((name) => isRun(name, 'kuadrant'))).toEqual(['kuadrant', 'prometheus-operator']);
});
