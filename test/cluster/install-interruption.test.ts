import type { ChildProcess } from 'node:child_process';
import { componentCalls, occupyPlatform, quickStart, recordedComponents } from './harness/installing';
import type { CommandResult } from './harness/kubectl';
import { NewCluster } from './harness/new-cluster';
import { describeCluster } from './harness/suite';
import { until } from './harness/until';

jest.setTimeout(240_000); // most of an installation, on a slow machine

/** Runs `maas` and sends SIGINT once something is so. */
async function interrupted(
  cluster: NewCluster,
  args: readonly string[],
  when: () => Promise<boolean>,
  then: () => void = () => undefined,
): Promise<CommandResult> {
  let child: ChildProcess | undefined;
  let printed = '';
  const result = cluster.run(args, {
    started: (process) => {
      child = process;
      process.stderr!.on('data', (text: string) => (printed += text));
    },
  });
  await until('the moment to interrupt', 60, when);
  child!.kill('SIGINT');
  await until('the interruption is noticed', 30, async () => printed.includes('interrupted: '));
  then();
  return result;
}

/** Says of Kuadrant, once it is there, what its operator would: install waits for that before its policies. */
async function declareKuadrantReady({ server }: NewCluster): Promise<void> {
  const time = '2030-01-01T00:00:00Z';
  const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: time };
  const patch = `--patch=${JSON.stringify({ status: { conditions: [ready] } })}`;
  const kuadrant = ['patch', 'kuadrant', 'kuadrant', '--namespace=kuadrant-system'];
  await server.kubectl([...kuadrant, '--subresource=status', '--type=merge', patch], { expectFailure: true });
}

/** No controller runs, a Deployment counts as rolled out at once. */
describeCluster('install is interrupted (helm and downloads: recorders)', () => {
  let cluster: NewCluster;

  beforeEach(async () => {
    cluster = await NewCluster.start({ operators: false });
  });
  afterEach(() => cluster?.stop());

  describe('Ctrl-C ends it at once, with nothing half-done, and it can be gone on with', () => {
    const recorded = (text: string) => async () => cluster.recorders.calls().some((call) => call.includes(text));

    test('while a manifest is applied: that is let finish', async () => {
      const goOn = cluster.recorders.hold('cert-manager.yaml');
      const { exitCode, stderr } = await interrupted(cluster, quickStart, recorded('cert-manager.yaml'), goOn);
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(/interrupted at step cert-manager; go on with: maas install --from-step cert-manager\n$/);
      const found = await cluster.server.kubectl(['get', 'deployments', '--namespace=cert-manager', '--output=name']);
      expect(found.stdout.split('\n')).toHaveLength(4);
      expect(await recordedComponents(cluster)).toMatch(/\ncert-manager 1.18.2 unfinished\n$/);
      cluster.recorders.forget();
      await occupyPlatform(cluster);
      await cluster.run(['install', '--yes']);
      const again = componentCalls(cluster).map((call) => /[\w-]+\.yaml|upgrade --install [\w-]+/.exec(call)?.[0]);
      expect(again.filter((call) => call !== undefined)).toEqual([
        'cert-manager.yaml',
        'kserve.yaml',
        'kserve.yaml',
        'upgrade --install kuadrant-operator',
        'bundle.yaml',
      ]);
    });

    test('while helm runs: it is let finish, or its release would be locked', async () => {
      const goOn = cluster.recorders.hold('upgrade --install istio-base');
      const when = recorded('upgrade --install istio-base');
      const { exitCode, stderr } = await interrupted(cluster, quickStart, when, goOn);
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(/interrupted at step istio; go on with: maas install --from-step istio\n$/);
      expect(componentCalls(cluster).filter((call) => call.startsWith('helm'))).toHaveLength(1);
      const base = await cluster.server.kubectl(['get', 'crd', 'envoyfilters.networking.istio.io', '--output=name']);
      expect(base.stdout).toBe('customresourcedefinition.apiextensions.k8s.io/envoyfilters.networking.istio.io\n');
    });

    test('while a Deployment is waited for', async () => {
      cluster.stalled.add('Deployment kserve/kserve-controller-manager');
      const { exitCode, stderr } = await interrupted(
        cluster,
        quickStart,
        recorded('"cdk8s-maas/kserve-configuration":null'),
      );
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(/interrupted at step kserve; go on with: maas install --from-step kserve\n$/);
      expect(componentCalls(cluster).filter((call) => call.includes('kuadrant-operator'))).toEqual([]);
    });

    test('while the platform is applied', async () => {
      const text = '"deploy":';
      const goOn = cluster.recorders.hold(text);
      const { exitCode, stderr } = await interrupted(cluster, quickStart, recorded(text), goOn);
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(/interrupted at step platform; go on with: maas install --from-step platform\n$/);
    });

    test('while the platform is waited for', async () => {
      const applied = async () => {
        await declareKuadrantReady(cluster);
        const { stdout } = await cluster.server.kubectl(['get', 'validatingadmissionpolicybindings', '--output=name']);
        return stdout.includes('llm-');
      };
      const { exitCode, stderr } = await interrupted(cluster, quickStart, applied);
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(/interrupted at step platform; go on with: maas install --from-step platform\n$/);
    });
  });

  test('a cluster that stops answering', async () => {
    const goOn = cluster.recorders.hold('cert-manager.yaml');
    const running = cluster.run(quickStart);
    await until('cert-manager comes', 60, async () =>
      cluster.recorders.calls().some((call) => call.includes('cert-manager.yaml')),
    );
    await cluster.breakDown();
    goOn();
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /step cert-manager: kubectl apply --server-side: .*\n[\s\S]*the cluster does not answer; see: kubectl cluster-info\n\nwhat is done stays; go on with: maas install --from-step cert-manager\n$/,
    );
  });
});
