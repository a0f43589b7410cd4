import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { commandsIn, followAdvice, untilFound, untilGreen, verifiedRows } from './harness/advice';
import { ask, patchStatus } from './harness/api';
import { ControlPlane, controlPlaneTools } from './harness/control-plane';
import { listed } from './harness/kuadrant';
import { Maas } from './harness/maas';
import { root } from './harness/manifests';
import { createPrerequisiteNamespaces } from './harness/prerequisites';
import { describeCluster, kubectl, serverFolderVariable } from './harness/suite';
import { until } from './harness/until';
import { createOperators, removePlugin } from './harness/workloads';

/** `maas verify` as the package ships it, on the real API server with the real controllers. */

const CONFIGURATION = [
  'users:',
  '  - { name: freeuser1, tier: free, keys: [{ demo: freeuser1_key }] }',
  '  - { name: alice, tier: premium, keys: [{ existingSecret: alice-key }] }',
  '',
].join('\n');

/** What `maas install` does with the objects of dist/, which is all that these tests need of it. */
const APPLY =
  'maas synth --quiet && ' +
  'kubectl apply --server-side --field-manager=cdk8s-maas --force-conflicts --filename=dist >/dev/null';

/** `maas install` in these tests: what fetches the components is not there. */
const INSTALL = { 'maas install': 'maas-apply' };

const KEY_LABELS = {
  app: 'llm-gateway',
  'cdk8s-maas/platform': 'llm',
  'kuadrant.io/auth-secret': 'true',
  'authorino.kuadrant.io/managed-by': 'authorino',
};

function keySecret(name: string, value: string, annotations: object = {}): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', stringData: { api_key: value } },
    metadata: { name, namespace: 'llm', labels: KEY_LABELS, annotations },
  };
}

async function create(object: object): Promise<void> {
  await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(object) });
}

async function patch(resource: string, name: string, change: object, ...options: string[]): Promise<void> {
  const type = Array.isArray(change) ? 'json' : 'merge';
  const args = ['patch', resource, name, '--namespace=llm', `--type=${type}`, `--patch=${JSON.stringify(change)}`];
  await kubectl([...args, ...options]);
}

describeCluster(
  'maas verify',
  () => {
    const maas = new Maas();
    let plane: ControlPlane;

    beforeAll(async () => {
      maas.program('maas-apply', APPLY);
      maas.write('maas.yaml', CONFIGURATION);
      plane = await ControlPlane.start();
      await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    }, 180_000);

    afterAll(async () => {
      await removePlugin();
      await kubectl(['delete', 'nodes,clusterissuers', '--all']);
      await plane?.stop();
    });

    /** Applies the configuration like `maas install`. */
    async function apply(): Promise<void> {
      expect(await maas.shell('maas-apply')).toMatchObject({ exitCode: 0 });
    }

    test('nothing is there: one row, and the advice is to install', async () => {
      const { stdout, exitCode } = await maas.run(['verify', '--quiet']);
      expect(exitCode).toBe(1);
      expect(stdout.split('\n')).toEqual([
        expect.stringMatching(
          /^✗ {2}platform {2}namespace llm {2}\d+ of the \d+ objects of the configuration are not there$/,
        ),
        '',
        'What to do:',
        '',
        '1. namespace llm:',
        '   nothing is installed here yet; if that is a surprise, it is another cluster than you think:',
        '     maas install',
        '',
        'Then verify again: what is left may come of these.',
        '',
        '0 good, 1 bad',
        '',
      ]);
    });

    describe('of a platform', () => {
      beforeAll(async () => {
        await apply();
        await createOperators();
        await create(keySecret('alice-key', 'a-key-that-nobody-prints'));
        await untilGreen(maas);
      }, 180_000);

      test('that is healthy: all good, in few lines, and it changes nothing', async () => {
        const versionOf = async () =>
          (await listed('gateways,envoyfilters,secrets,configmaps,inferenceservices', '--show-managed-fields'))
            .filter(({ metadata: { namespace } }) => namespace === 'llm')
            .map(({ metadata }) => JSON.stringify(metadata));
        const before = await versionOf();
        const { stdout, stderr, exitCode } = await maas.run(['verify']);
        expect(stdout).not.toMatch(/✗|\?|What to do/);
        expect(stdout.trim().split('\n').at(-1)).toMatch(/^\d+ good$/);
        expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^✓ looking at the cluster \(\d+ s\)\n$/)]);
        expect(await versionOf()).toEqual(before);
      });

      test('--verbose names every object', async () => {
        const { stdout } = await maas.run(['verify', '--verbose']);
        expect(stdout).toMatch(/^✓ {2}present +EnvoyFilter llm\/usage-ledger +there$/m);
        expect(stdout).toMatch(/^✓ {2}token counters +Pod llm\/inference-gateway-istio-\d+ +its Envoy keeps/m);
      });

      /** What is broken, the row that tells it, and what else the test does before it follows the advice. */
      const breakages: [
        what: string,
        breakIt: () => Promise<unknown>,
        row: [check: string, object: string, found: string | RegExp],
        advised: RegExp,
      ][] = [
        [
          'the route of a model leads to a Service that is not there',
          () =>
            patch('httproute', 'simulator-domain-route', [
              { op: 'replace', path: '/spec/rules/0/backendRefs/0/name', value: 'vllm-simulator' },
            ]),
          ['conditions', 'HTTPRoute llm/simulator-domain-route', 'ResolvedRefs is False \\(BackendNotFound'],
          /^maas install$/,
        ],
        [
          'the AuthPolicy is for another Gateway',
          () => patch('authpolicy', 'gateway-auth-policy', { spec: { targetRef: { name: 'inference-gatewy' } } }),
          ['conditions', 'AuthPolicy llm/gateway-auth-policy', 'TargetNotFound'],
          /^maas install$/,
        ],
        [
          'another AuthPolicy is in force in its place',
          async () => {
            const [policy] = await listed('authpolicies');
            const { apiVersion, kind, metadata, spec } = policy!;
            const named = (name: string) => ({ apiVersion, kind, metadata: { name, namespace: 'llm' }, spec });
            await kubectl(['delete', 'authpolicy', metadata.name, '--namespace=llm']);
            await create(named('an-older-policy'));
            // Which is older is told in whole seconds.
            const from = Date.now();
            await until('the next second', 5, async () => Date.now() - from > 1100);
            await apply();
          },
          ['conditions', 'AuthPolicy llm/gateway-auth-policy', /is overridden by \[llm\/an-older-policy\]/],
          /^kubectl delete AuthPolicy\.v1\.kuadrant\.io an-older-policy --namespace=llm$/,
        ],
        [
          'a key lacks the label by which Authorino watches it',
          () => kubectl(['label', 'secret', 'alice-key', '--namespace=llm', 'authorino.kuadrant.io/managed-by-']),
          [
            'API keys',
            'Secret llm/alice-key',
            /^lacks authorino\.kuadrant\.io\/managed-by=authorino: .*deleted key still works/,
          ],
          /^kubectl label secret alice-key --namespace=llm --overwrite authorino\.kuadrant\.io\/managed-by=authorino$/,
        ],
        [
          'the Secret of a key is not there',
          () => kubectl(['delete', 'secret', 'alice-key', '--namespace=llm']),
          ['API keys', 'Secret llm/alice-key', 'not there: the key of alice does not work'],
          /^maas keys create alice$/,
        ],
        [
          'a key ends with a line break',
          async () => {
            const data = { api_key: Buffer.from('a-key-that-nobody-prints\n').toString('base64') };
            await patch('secret', 'alice-key', { data });
          },
          ['API keys', 'Secret llm/alice-key', 'a blank or a line break'],
          /kubectl patch secret alice-key --namespace=llm --type=merge --patch-file=\/dev\/stdin$/,
        ],
        [
          'two Secrets hold one key',
          async () => {
            const { stdout } = await kubectl(['get', 'secret', 'alice-key', '--namespace=llm', '--output=json']);
            const value = Buffer.from(JSON.parse(stdout).data.api_key, 'base64').toString();
            const owner = { 'secret.kuadrant.io/user-id': 'alice', 'kuadrant.io/groups': 'premium' };
            await create(keySecret('z-copied-key', value, owner));
          },
          ['API keys', 'Secret llm/z-copied-key', 'holds the same key as Secret llm/alice-key'],
          /^kubectl delete secret z-copied-key --namespace=llm$/,
        ],
        [
          'a key is of a tier that the configuration does not have',
          () =>
            create(
              keySecret('bob-key', 'another-key', {
                'secret.kuadrant.io/user-id': 'bob',
                'kuadrant.io/groups': 'platinum',
              }),
            ),
          ['API keys', 'Secret llm/bob-key', 'is of tier platinum, which the configuration does not have'],
          /^kubectl delete secret bob-key --namespace=llm$/,
        ],
        [
          'the Gateway has lost the annotation of its statistics',
          () =>
            patch('gateway', 'inference-gateway', [
              { op: 'remove', path: '/spec/infrastructure/annotations/sidecar.istio.io~1statsInclusionRegexps' },
            ]).then(() =>
              until('istiod has made other pods', 30, async () => {
                const pods = await listed('pods', '--selector=gateway.networking.k8s.io/gateway-name');
                return pods.every(
                  ({ metadata }) => !('sidecar.istio.io/statsInclusionRegexps' in metadata.annotations!),
                );
              }),
            ),
          ['in sync', 'Gateway llm/inference-gateway', /^differs at spec\.infrastructure\.annotations\["sidecar/],
          /^maas install$/,
        ],
        [
          'an EnvoyFilter was deleted',
          () => kubectl(['delete', 'envoyfilter', 'token-rate-limit-filter', '--namespace=llm']),
          ['present', 'EnvoyFilter llm/token-rate-limit-filter', 'not there'],
          /^maas install$/,
        ],
        [
          'a NetworkPolicy was deleted',
          () => kubectl(['delete', 'networkpolicy', 'model-servers', '--namespace=llm']),
          ['present', 'NetworkPolicy llm/model-servers', 'not there'],
          /^maas install$/,
        ],
        [
          'somebody has edited a limit in the cluster',
          async () => {
            const [filter] = (await listed('envoyfilters')).filter(
              ({ metadata }) => metadata.name === 'token-rate-limit-filter',
            );
            const text = JSON.stringify(filter).replaceAll('= 200,', '= 200000,');
            expect(text).not.toBe(JSON.stringify(filter));
            await kubectl(['replace', '-f', '-'], { stdin: text });
          },
          [
            'in sync',
            'EnvoyFilter llm/token-rate-limit-filter',
            /^differs at spec\.configPatches\[0\]\.patch\.value\.typed_config\.default_source_code\.inline_string$/,
          ],
          /^maas install$/,
        ],
        [
          "KServe's configuration was reset: it would make routes of its own",
          () =>
            patch(
              'configmap',
              'inferenceservice-config',
              { data: { ingress: '{"disableIngressCreation": false}' } },
              '--namespace=kserve',
            ),
          ['in sync', 'ConfigMap kserve/inferenceservice-config', /^differs at data\.ingress$/],
          /^kubectl rollout restart deployment\/kserve-controller-manager --namespace=kserve$/,
        ],
        [
          'KServe has made a route of its own',
          async () => {
            const [service] = await listed('inferenceservices');
            const { apiVersion, kind, metadata } = service!;
            const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid };
            await create({
              ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
              metadata: { name: 'vllm-simulator', namespace: 'llm', ownerReferences: [owner] },
              spec: {
                parentRefs: [{ name: 'inference-gateway', namespace: 'llm' }],
                hostnames: ['vllm-simulator-llm.maas.local'],
                rules: [{ backendRefs: [{ name: 'vllm-simulator-predictor', port: 80 }] }],
              },
            });
          },
          ['ways around', 'HTTPRoute llm/vllm-simulator', 'KServe has made it for InferenceService vllm-simulator'],
          /^kubectl delete httproute vllm-simulator --namespace=llm$/,
        ],
        [
          'the image of a model cannot be pulled',
          () => failPods('serving.kserve.io/inferenceservice=vllm-simulator', 'ImagePullBackOff'),
          ['models', 'Deployment llm/vllm-simulator-predictor', /ImagePullBackOff/],
          /^kubectl delete pods --namespace=llm --selector=serving\.kserve\.io\/inferenceservice=vllm-simulator$/,
        ],
        [
          'the only gateway pod crashes, so that the Service has no endpoint',
          () => failPods('gateway.networking.k8s.io/gateway-name=inference-gateway', 'CrashLoopBackOff'),
          ['endpoints', 'Service llm/inference-gateway-istio', 'no pod behind it is ready'],
          /^kubectl delete pods --namespace=llm --selector=gateway\.networking\.k8s\.io\/gateway-name=inference-gateway$/,
        ],
        [
          'Pod Security refuses the gateway pod',
          async () => {
            const { stdout } = await kubectl([
              'get',
              'configmap',
              'inference-gateway-options',
              '--namespace=llm',
              '-ojson',
            ]);
            const deployment = JSON.parse(stdout).data.deployment.replace('RuntimeDefault', 'Unconfined');
            await patch('configmap', 'inference-gateway-options', { data: { deployment } });
          },
          [
            'gateway',
            'Deployment llm/inference-gateway-istio',
            /ReplicaFailure is True .*violates PodSecurity "restricted/,
          ],
          /^maas install$/,
        ],
        [
          'the instance of Kuadrant is gone, by somebody who took its protection away',
          async () => {
            await patch('kuadrant', 'kuadrant', { metadata: { labels: null } }, '--namespace=kuadrant-system');
            await kubectl(['delete', 'kuadrant', 'kuadrant', '--namespace=kuadrant-system']);
          },
          ['present', 'Kuadrant kuadrant-system/kuadrant', 'not there'],
          /^maas install$/,
        ],
      ];

      /** Plays kubelet and the Deployment controller with pods whose containers do not run. */
      async function failPods(selector: string, reason: string): Promise<void> {
        const pods = await listed('pods', `--selector=${selector}`);
        for (const { metadata, spec } of pods) {
          const [{ name, image }] = spec.containers;
          const waiting = { reason, message: 'played by the test' };
          const container = { name, image, imageID: '', restartCount: 1, ready: false, state: { waiting } };
          await patchStatus(`/api/v1/namespaces/llm/pods/${metadata.name}`, {
            conditions: [{ type: 'Ready', status: 'False' }],
            containerStatuses: [container],
          });
          const deployment = metadata.name.replace(/-\d+$/, '');
          await patchStatus(`/apis/apps/v1/namespaces/llm/deployments/${deployment}`, {
            conditions: [{ type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: '' }],
          });
        }
      }

      test.each(breakages)(
        'where %s: found, and its advice fixes it',
        async (_, breakIt, [check, object, found], advised) => {
          await breakIt();
          const rows = await untilFound(maas, check, object, found);
          expect(JSON.stringify(rows)).not.toContain('a-key-that-nobody-prints');
          const done = await followAdvice(maas, INSTALL);
          expect(done).toContainEqual(expect.stringMatching(advised));
        },
      );

      describe('of another configuration', () => {
        async function configure(more: string): Promise<void> {
          maas.write('maas.yaml', CONFIGURATION + more);
          await apply();
        }
        afterEach(async () => {
          await configure('');
          await untilGreen(maas);
        });

        test('a component has another version: the configuration can say so', async () => {
          const image = (version: string) =>
            kubectl(['set', 'image', 'deployment/istiod', '--namespace=istio-system', `main=istio/pilot:${version}`]);
          await image('1.30.5');
          await untilFound(maas, 'versions', 'Istio', '1.30.5, and the objects are rendered for 1.31.4');
          const { stdout } = await maas.run(['verify']);
          const [, line] = /`(versions: .*)`/.exec(stdout) ?? [];
          expect(line).toBe('versions: { istio: 1.30.5 }');
          maas.write('maas.yaml', `${CONFIGURATION}${line}\n`);
          expect(await followAdvice(maas, INSTALL)).toEqual([]);
          await image('1.31.4');
        });

        test('no node has the labels that a model selects', async () => {
          await ask('POST', '/api/v1/nodes', { metadata: { name: 'gpu-1' } });
          // The node controller's part, once a kubelet has said that it is ready.
          await kubectl(['taint', 'node', 'gpu-1', 'node.kubernetes.io/not-ready:NoSchedule-']);
          await patchStatus('/api/v1/nodes/gpu-1', { allocatable: { 'nvidia.com/gpu': '1' } });
          await configure('models: [{ name: simulator }, { name: qwen3, accelerator: nvidia-l4 }]\n');
          await untilFound(
            maas,
            'GPU nodes',
            'InferenceService llm/qwen3-0-6b-instruct',
            'gpu-1: nvidia.com/gpu.present is missing, not true, nvidia.com/gpu.product is missing, not NVIDIA-L4',
          );
          const done = await followAdvice(maas, INSTALL);
          expect(done).toContain(
            'kubectl label node gpu-1 nvidia.com/gpu.present=true nvidia.com/gpu.product=NVIDIA-L4',
          );
        });

        test('the certificate of the Gateway could not be issued', async () => {
          await configure('gateway: { tls: { issuer: { name: our-ca } } }\n');
          await untilFound(maas, 'issuer', 'ClusterIssuer our-ca', 'not there');
          await create({
            ...{ apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'our-ca' } },
            spec: { selfSigned: {} },
          });
          await untilGreen(maas);
          const [certificate] = await listed('certificates');
          const { name, generation: observedGeneration } = certificate!.metadata;
          const failed = { type: 'Ready', status: 'False', reason: 'Failed', message: 'no answer', observedGeneration };
          await patchStatus(`/apis/cert-manager.io/v1/namespaces/llm/certificates/${name}`, { conditions: [failed] });
          await untilFound(maas, 'conditions', `Certificate llm/${name}`, 'Ready is False \\(Failed: no answer\\)');
          const done = await followAdvice(maas, INSTALL);
          expect(done).toContain(`kubectl delete Certificate.v1.cert-manager.io ${name} --namespace=llm`);
        });
      });

      describe('for an account with few rights', () => {
        beforeAll(async () => {
          const page = readFileSync(join(root, 'docs/verify.md'), 'utf8');
          const [, rights] = /<!-- rights of verify -->\s+```yaml\n([^`]*)```/.exec(page) ?? [];
          await kubectl(['apply', '-f', '-'], { stdin: rights! });
        });

        const as = (user: string) => {
          const kubeconfig = readFileSync(join(process.env[serverFolderVariable]!, 'kubeconfig'), 'utf8');
          maas.write('kubeconfig', kubeconfig.replace('{token:', `{as: "${user}", token:`));
          return maas.run(['verify', '--kubeconfig', 'kubeconfig', '--quiet']);
        };

        test('those of docs/verify.md are enough', async () => {
          const { stdout, exitCode } = await as('system:serviceaccount:llm:maas-verify');
          expect(stdout.split('\n').filter((line) => !line.startsWith('✓'))).toEqual([
            expect.stringMatching(/^- {2}in sync +\d+ objects +compared here, the server was not asked/),
            '',
            expect.stringMatching(/^\d+ good, 1 skipped$/),
            '',
          ]);
          expect(exitCode).toBe(0);
        });

        test('what it may not read is unknown, with the right that is missing', async () => {
          await kubectl(['delete', 'rolebinding', 'maas-verify-keys', '--namespace=llm']);
          const { stdout, exitCode } = await as('system:serviceaccount:llm:maas-verify');
          expect(exitCode).toBe(1);
          const right = 'this account may not list secrets in namespace llm';
          expect(stdout).toMatch(new RegExp(`^\\? {2}present +Secret llm/freeuser1-apikey +${right}$`, 'm'));
          expect(stdout).toMatch(new RegExp(`^\\? {2}API keys +${right}$`, 'm'));
          expect(stdout).not.toContain('✗');
          expect(commandsIn(stdout)).toEqual(['kubectl --kubeconfig=kubeconfig auth can-i --list']);
        });

        test('without any, the cluster cannot be asked', async () => {
          const { stdout, stderr, exitCode } = await as('nobody');
          expect([exitCode, stdout]).toEqual([2, '']);
          expect(stderr).toMatch(/^this account may read nothing of the platform, not even list /);
        });
      });

      test('--json: rows and a summary, and nothing else on standard output', async () => {
        const { stdout, exitCode } = await maas.run(['verify', '--json']);
        const { rows, summary } = JSON.parse(stdout);
        expect([exitCode, summary]).toEqual([0, { good: rows.length, bad: 0, unknown: 0, skipped: 0 }]);
        expect(await verifiedRows(maas)).toContainEqual({
          check: 'present',
          object: 'Gateway llm/inference-gateway',
          verdict: 'good',
          found: 'there',
        });
      });
    });

    describe('of a cluster that accepts and never answers', () => {
      const silent = createServer();
      const connected = () => new Promise((resolve) => silent.once('connection', resolve));
      beforeAll(async () => {
        await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
        const { port } = silent.address() as AddressInfo;
        const kubeconfig = readFileSync(join(process.env[serverFolderVariable]!, 'kubeconfig'), 'utf8');
        maas.write('silent', kubeconfig.replace(/https:\/\/[^"]*/, `https://127.0.0.1:${port}`));
      });
      afterAll(() => silent.close());

      test('gives up, says so, and what to look at', async () => {
        const { stdout, stderr, exitCode } = await maas.run(['verify', '--kubeconfig', 'silent', '--quiet']);
        expect([exitCode, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(
          /^kubectl get --raw=\/version: .*\nthe cluster does not answer; see: kubectl --kubeconfig=silent cluster-info\n$/,
        );
      });

      test('ends at once with Ctrl-C', async () => {
        const { stdout, exitCode } = await maas.run(['verify', '--kubeconfig', 'silent'], {
          started: (child) => void connected().then(() => child.kill('SIGINT')),
          timeoutSeconds: 9, // before it would give up
        });
        expect([exitCode, stdout]).toEqual([130, '']);
      });
    });
  },
  ...controlPlaneTools,
);
