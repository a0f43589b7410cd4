import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Kubectl } from '../../src/operations/kubectl';
import type { KubernetesObject } from '../../src/operations/kubernetes-object';
import { Terminal } from '../../src/operations/terminal';
import { Programs } from '../support/programs';

/** With a recorder in the place of kubectl. What it says of failures is what kubectl 1.34 has said, word for word. */

const programs = new Programs();
const terminal = new Terminal({ color: true, verbosity: 'normal' });
const kubectl = new Kubectl({}, terminal);

interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

function answers({ stdout = '', stderr = '', exitCode = 0 }: Answer): void {
  programs.write(
    'kubectl',
    `printf '%s\\n' "$@" > '${programs.file('arguments')}'; cat > '${programs.file('stdin')}'\n` +
      `cat <<'END'\n${stdout}\nEND\ncat >&2 <<'END'\n${stderr}\nEND\nexit ${exitCode}`,
  );
}

const argumentsGiven = () => readFileSync(programs.file('arguments'), 'utf8').trimEnd().split('\n');
const fails = (stderr: string) => answers({ stderr, exitCode: 1 });
const messageOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );

const secret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'alice-apikey', namespace: 'llm' },
  stringData: { api_key: 'maas_very_secret' },
  data: { other: Buffer.from('also_very_secret').toString('base64') },
};

describe('which cluster is meant', () => {
  test('stands in front of every command', async () => {
    answers({});
    await new Kubectl({ context: 'prod', kubeconfig: '/a b/config' }, terminal).run(['get', 'pods']);
    expect(argumentsGiven()).toEqual(['--kubeconfig=/a b/config', '--context=prod', 'get', 'pods']);
  });

  test('is left to kubectl where nothing is said', async () => {
    answers({});
    await kubectl.run(['version']);
    expect(argumentsGiven()).toEqual(['version']);
  });
});

describe('get', () => {
  const gateway = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name: 'g', namespace: 'llm' };

  test('asks for the kind with its group, and does not wait for ever', async () => {
    answers({ stdout: '{"kind":"Gateway"}' });
    expect(await kubectl.get(gateway)).toEqual({ kind: 'Gateway' });
    expect(argumentsGiven()).toEqual([
      ...['get', 'Gateway.v1.gateway.networking.k8s.io', 'g', '--namespace=llm', '--ignore-not-found'],
      ...['--output=json', '--request-timeout=30s'],
    ]);
  });

  test.each([
    ['there is none', { stdout: '' }],
    ['its kind is not known', { stderr: 'error: the server doesn\'t have a resource type "Gateway"', exitCode: 1 }],
  ])('is nothing when %s', async (_, answer) => {
    answers(answer);
    expect(await kubectl.get(gateway)).toBeUndefined();
  });
});

describe('find', () => {
  const references = [
    { apiVersion: 'foo.example.com/v1', kind: 'Foo', name: 'a', namespace: 'llm' },
    { apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 'llm' },
  ];
  const unknown = 'unable to recognize no matches for kind "Foo" in version "foo.example.com/v1"';

  test('tells the kinds that the cluster does not know, and what is there of others', async () => {
    answers({ stdout: '{"kind":"Secret"}', stderr: unknown, exitCode: 1 });
    expect(await kubectl.find(references)).toEqual({
      objects: [{ kind: 'Secret' }],
      unknownKinds: ['Foo (foo.example.com/v1)'],
    });
  });

  test('what may not be looked at is not taken for what is not there', async () => {
    fails(
      `${unknown}\nError from server (Forbidden): secrets "a" is forbidden: User "nobody" cannot get resource "secrets" ` +
        'in API group "" in the namespace "llm"',
    );
    expect(await messageOf(kubectl.find(references))).toMatch(
      /^kubectl get --filename=-: Error from server \(Forbidden\)/,
    );
  });
});

describe('list', () => {
  test('asks in a namespace, or in all', async () => {
    answers({ stdout: '{"items":[{"kind":"Pod"}]}' });
    expect(await kubectl.list('pods', { namespace: 'llm', selector: 'a=b' })).toEqual([{ kind: 'Pod' }]);
    expect(argumentsGiven().slice(0, 4)).toEqual(['get', 'pods', '--namespace=llm', '--selector=a=b']);
    await kubectl.list('pods');
    expect(argumentsGiven().slice(0, 3)).toEqual(['get', 'pods', '--all-namespaces']);
  });

  test('is empty when the kind is not known', async () => {
    fails('error: the server doesn\'t have a resource type "inferenceservices"');
    expect(await kubectl.list('inferenceservices')).toEqual([]);
  });
});

describe('apply', () => {
  test('gives kubectl the objects through its standard input, with a field manager of our own', async () => {
    answers({ stdout: JSON.stringify(secret) });
    expect(await kubectl.apply([secret])).toEqual([secret]);
    expect(argumentsGiven()).toEqual([
      ...['apply', '--server-side', '--field-manager=cdk8s-maas', '--force-conflicts', '--output=json'],
      ...['--request-timeout=30s', '--filename=-'],
    ]);
    expect(JSON.parse(readFileSync(programs.file('stdin'), 'utf8'))).toEqual(secret);
  });

  test('can ask only what would be', async () => {
    answers({ stdout: '{"kind":"List","items":[{"kind":"A"},{"kind":"B"}]}' });
    expect(await kubectl.apply([secret, secret], { dryRun: true })).toEqual([{ kind: 'A' }, { kind: 'B' }]);
    expect(argumentsGiven()).toContain('--dry-run=server');
  });

  test('of nothing asks nobody', async () => {
    rmSync(programs.file('arguments'), { force: true });
    expect(await kubectl.apply([])).toEqual([]);
    expect(existsSync(programs.file('arguments'))).toBe(false);
  });
});

describe('delete', () => {
  const reference = { apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 'llm' };

  test('takes what is not there for deleted', async () => {
    answers({});
    await kubectl.delete(reference);
    expect(argumentsGiven()).toEqual([
      'delete',
      'Secret',
      'a',
      '--namespace=llm',
      '--ignore-not-found',
      '--timeout=120s',
    ]);
    fails('error: the server doesn\'t have a resource type "Secret"');
    await kubectl.delete(reference);
  });

  test('says why it could not', async () => {
    fails('error: timed out waiting for the condition on secrets/a');
    expect(await messageOf(kubectl.delete(reference))).toBe(
      'kubectl delete Secret: error: timed out waiting for the condition on secrets/a',
    );
  });
});

const log = (reason: string) =>
  `E1127 05:54:11.769723    4299 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: ${reason}"\n`;

describe('what kubectl says is handed on, with what to try next', () => {
  test.each([
    [
      'a cluster that is off',
      `${log('dial tcp 127.0.0.1:1: connect: connection refused').repeat(5)}The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?`,
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
      'the cluster does not answer; see: kubectl cluster-info',
    ],
    [
      'a cluster whose name nobody knows',
      `${log('no such host')}Unable to connect to the server: dial tcp: lookup nosuch.invalid on 10.0.0.53:53: no such host`,
      'Unable to connect to the server: dial tcp: lookup nosuch.invalid on 10.0.0.53:53: no such host',
      'the cluster does not answer; see: kubectl cluster-info',
    ],
    [
      'a cluster that does not answer any more',
      'Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
      undefined,
      'the cluster does not answer; see: kubectl cluster-info',
    ],
    [
      'a context that there is not',
      'Error in configuration: context was not found for specified context: nope',
      undefined,
      'kubectl knows no such cluster; see: kubectl config get-contexts',
    ],
    [
      'a kubeconfig that there is not',
      'error: stat /home/me/none: no such file or directory',
      undefined,
      'kubectl cannot read its kubeconfig: give another with --kubeconfig <file>',
    ],
    [
      'a kubeconfig that is none',
      `error: error loading config file "/home/me/garbage": couldn't get version/kind; json parse error`,
      undefined,
      'kubectl cannot read its kubeconfig: give another with --kubeconfig <file>',
    ],
    [
      'a login helper that is not installed',
      `E1127 05:54:12.110059    4402 memcache.go:265] "Unhandled Error" err=<\n\tcouldn't get current server API group list: getting credentials: exec: executable gone not found\n\t\n\tIt looks like\n >\nUnable to connect to the server: getting credentials: exec: executable gone not found\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.`,
      'Unable to connect to the server: getting credentials: exec: executable gone not found\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.',
      'kubectl cannot log in: bring what it says in order, or use another account with --context <name>',
    ],
    [
      'a certificate of somebody else',
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      undefined,
      "the cluster's certificate is not one that the kubeconfig trusts; see: kubectl config view --minify",
    ],
    [
      'an account that may not',
      'Error from server (Forbidden): secrets is forbidden: User "nobody" cannot list resource "secrets" in API group "" in the namespace "default"',
      undefined,
      'what this account may do: kubectl auth can-i --list; another account: --context <name>',
    ],
    [
      'an account that nobody knows',
      'error: You must be logged in to the server (Unauthorized)',
      undefined,
      'the cluster does not know this account: log in again, or use another with --context <name>',
    ],
    [
      'the webhook of a component that is gone',
      'Error from server (InternalError): Internal error occurred: failed calling webhook "minferenceservice-v1beta1.odh-model-controller.opendatahub.io": failed to call webhook: Post "https://odh.svc:443/x?timeout=2s": dial tcp 10.0.0.1:443: connect: connection refused',
      undefined,
      'the webhook minferenceservice-v1beta1.odh-model-controller.opendatahub.io belongs to another component, which does not answer: ' +
        'bring that back, or delete what calls it; see: kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations',
    ],
  ])('%s', async (_, stderr, said, advice) => {
    fails(stderr);
    expect(await messageOf(kubectl.run(['get', 'pods', '--all-namespaces']))).toBe(
      `kubectl get pods: ${said ?? stderr}\n${advice}`,
    );
  });

  test.each([
    [
      'a field that cannot change',
      'The Secret "im" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    ],
    [
      'a pod that may not be',
      'Error from server (Forbidden): pods "x" is forbidden: violates PodSecurity "restricted:latest"',
    ],
    ['a namespace that is not there', 'Error from server (NotFound): namespaces "nope" not found'],
  ])('and nothing where it says everything: %s', async (_, stderr) => {
    fails(stderr);
    expect(await messageOf(kubectl.run(['apply', '--server-side']))).toBe(`kubectl apply --server-side: ${stderr}`);
  });

  test('names the cluster that was meant in the next command', async () => {
    fails('error: You must be logged in to the server (Unauthorized)\nThe connection was refused');
    const other = new Kubectl({ context: 'prod' }, terminal);
    expect(await messageOf(other.run(['get', 'pods']))).toContain('see: kubectl --context=prod cluster-info');
  });

  test('is the exit code where it says nothing', async () => {
    answers({ exitCode: 7 });
    expect(await messageOf(kubectl.run(['get', 'pods']))).toBe('kubectl get pods: exit code 7');
  });
});

describe('the values of a Secret', () => {
  const typed =
    'Error from server: failed to create typed patch object (default/x; /v1, Kind=Secret): .stringData: expected map, got &';

  test.each([
    ['text', `${typed}{maas_very_secret}`, `${typed}{***}`],
    ['data', `${typed}{${secret.data.other}}`, `${typed}{***}`],
    ['decoded data', `${typed}{also_very_secret}`, `${typed}{***}`],
  ])('are not said after a failure: %s', async (_, stderr, shown) => {
    fails(stderr);
    expect(await messageOf(kubectl.apply([secret]))).toBe(`kubectl apply --server-side: ${shown}`);
    const list = JSON.stringify({ kind: 'List', items: [{ kind: 'Namespace' }, secret] });
    const listed = kubectl.run(['create', '--filename=-'], { stdin: list });
    expect(await messageOf(listed)).toBe(`kubectl create --filename=-: ${shown}`);
    expect(await messageOf(kubectl.apply([{ ...secret, kind: 'ConfigMap' }, secret]))).toContain(shown);
  });

  test('leave the words of other objects alone, and input that is no JSON', async () => {
    fails('ConfigMap: very_public');
    const stdin = JSON.stringify({ ...secret, kind: 'ConfigMap', stringData: { a: 'very_public' } });
    expect(await messageOf(kubectl.run(['create', '-f'], { stdin }))).toContain('ConfigMap: very_public');
    expect(await messageOf(kubectl.run(['create', '-f'], { stdin: 'kind: "Secret"' }))).toContain('very_public');
  });

  test('are not among what --verbose shows', async () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      answers({ stdout: JSON.stringify(secret) });
      await new Kubectl({}, new Terminal({ color: false, verbosity: 'verbose' })).apply([secret]);
      const shown = write.mock.calls.map(([text]) => String(text)).join('');
      expect(shown).toBe(
        '$ kubectl apply --server-side --field-manager=cdk8s-maas --force-conflicts --output=json --request-timeout=30s --filename=-\n',
      );
    } finally {
      write.mockRestore();
    }
  });
});
