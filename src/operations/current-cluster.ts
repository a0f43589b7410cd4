import type { Kubectl } from './kubectl';

/** The cluster that kubectl means, as its kubeconfig has it. */
interface View {
  readonly 'current-context'?: string;
  readonly clusters?: readonly { readonly cluster: { readonly server?: string } }[] | null;
}

/**
 * Keeps kubectl to the cluster that it means now: who asks, waits and changes for minutes must not end in another one
 * because somebody switches contexts in the next terminal.
 *
 * @returns the cluster in words: `context kind-llm-maas, https://127.0.0.1:6443`
 * @throws OperationError when there is none
 */
export async function keepToCurrentCluster(kubectl: Kubectl): Promise<string> {
  const args = ['config', 'view', '--minify', '--output=json'];
  const result = await kubectl.attempt(args);
  // In a pod there is no kubeconfig: kubectl takes the pod's account.
  if (/current-context must exist/.test(result.stderr)) return 'the cluster of this pod';
  if (result.exitCode !== 0) throw kubectl.failure(args, result);
  const { 'current-context': context = '', clusters } = kubectl.parse<View>(args, result.stdout);
  if (context === '') return 'the cluster of this pod';
  kubectl.keepTo(context);
  return `context ${context}, ${clusters?.[0]?.cluster.server ?? 'without an address'}`;
}
