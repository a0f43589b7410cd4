import { CommandsToCopy } from '../../../src/operations/commands-to-copy';
import { isRun, resumeCommand } from '../../../src/operations/install/steps';
import { COMPONENT_NAMES, STEP_NAMES } from '../../../src/operations/install/step-names';
import { COMPONENTS } from '../../../src/operations/install/components';

test('every component is a step, in the order in which they are installed', () => {
  expect(COMPONENTS.map(({ name }) => name)).toEqual(COMPONENT_NAMES);
  expect(STEP_NAMES).toEqual(['cluster', ...COMPONENT_NAMES, 'platform']);
});

test('the command that goes on names what the interrupted one did', () => {
  expect(resumeCommand(new CommandsToCopy([], 'maas.yaml'), 'kserve')).toBe('maas install --from-step kserve');
  const commands = new CommandsToCopy(['--kubeconfig=k', '--context=production'], 'a.yaml');
  expect(resumeCommand(commands, 'platform', 'https://mirror.example.com')).toBe(
    'maas install --from-step platform --mirror https://mirror.example.com --config a.yaml --kubeconfig=k --context=production',
  );
});

test('a step is run from the given one on', () => {
  expect(COMPONENT_NAMES.filter((name) => isRun(name, undefined))).toEqual(COMPONENT_NAMES);
  expect(COMPONENT_NAMES.filter((name) => isRun(name, 'kuadrant'))).toEqual(['kuadrant', 'prometheus-operator']);
});
