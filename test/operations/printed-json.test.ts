import { resolveSettings } from '../../src/config/settings';
import { CommandsToCopy } from '../../src/operations/commands-to-copy';
import { keepToCurrentCluster } from '../../src/operations/current-cluster';
import { Helm } from '../../src/operations/helm';
import { detect, isOpenShift } from '../../src/operations/install/detection';
import { Kubectl } from '../../src/operations/kubectl';
import { OperationError } from '../../src/operations/operation-error';
import { printedJson } from '../../src/operations/printed-json';
import type { Session } from '../../src/operations/session';
import { Terminal } from '../../src/operations/terminal';
import { readObjects } from '../../src/operations/verify/read-cluster';
import { Programs } from '../support/programs';

const programs = new Programs();
const terminal = new Terminal({ color: false, verbosity: 'normal' });
const kubectl = new Kubectl({ context: 'production' }, terminal);
const helm = new Helm(kubectl, terminal);
const secret = { apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 'llm' };
const asked = { command: 'kubectl get pods', trial: 'kubectl version' };

describe('a wrapper that greets in front of what kubectl and helm print', () => {
  const session = {
    kubectl,
    commands: new CommandsToCopy([], 'maas.yaml'),
    interruption: new AbortController().signal,
  } as unknown as Session;
  const kubectlTrial = 'kubectl --context=production version --output=json';

  beforeEach(() => {
    for (const program of ['kubectl', 'helm']) programs.write(program, `echo 'Welcome to production'; echo '{}'`);
  });

  test.each<[command: string, ask: () => Promise<unknown>, trial?: string]>([
    ['kubectl get Secret', () => kubectl.get(secret)],
    ['kubectl get pods', () => kubectl.list('pods')],
    ['kubectl get --filename=-', () => kubectl.find([secret])],
    ['kubectl apply --server-side', () => kubectl.apply([{ ...secret, metadata: { name: 'a' } }])],
    ['kubectl config view', () => keepToCurrentCluster(kubectl)],
    ['kubectl get --raw=/apis', () => isOpenShift(kubectl)],
    ['kubectl version --output=json', () => detect(kubectl, resolveSettings({}))],
    ['kubectl get --raw=/version', () => readObjects(session, [])],
    [
      'helm status',
      () => helm.descriptionOf({ name: 'istiod', namespace: 'istio-system' }),
      'helm status istiod --namespace=istio-system --output=json --kube-context=production',
    ],
  ])('%s: says what it was, and how to see it', async (command, ask, trial = kubectlTrial) => {
    const error: unknown = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperationError);
    expect((error as Error).message).toBe(
      `${command}: got "Welcome to production", expected a map of JSON\nis there a wrapper of ${command.split(' ')[0]} ` +
        `that prints words of its own? see: ${trial}`,
    );
  });
});

test('a map of JSON is handed on', () => {
  expect(printedJson(' {"kind": "Pod"}\n', asked)).toEqual({ kind: 'Pod' });
});

test.each([
  ['nothing', ' \n', 'nothing'],
  ['no map', 'null', '"null"'],
  ['what is too long', 'x'.repeat(100), expect.stringMatching(/^"x{50,60}…$/)],
  ['a part of a Secret', '{"kind": "Secret", "data": {"api_key": "maas_very_secret"', 'a text that begins with {'],
  ['a list with a Secret', '[{"api_key": "maas_very_secret"}]', 'a text that begins with ['],
])('%s is told as such', (_, printed, told) => {
  let got: string | undefined;
  try {
    printedJson(printed, asked);
  } catch (error) {
    [, got] = /got (.*), expected/.exec((error as Error).message) ?? [];
  }
  expect(got).toEqual(told);
});
