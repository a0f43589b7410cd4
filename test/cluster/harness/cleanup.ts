import { ask } from './api';
import type { Kubectl } from './kubectl';
import { reference, type Manifest } from './manifests';
import { until } from './until';

const kubernetesNamespaces = /^(default|kube-.*)$/;

/**
 * Brings the API server back to what it was before anything was applied: deletes the given objects, all ConfigMaps,
 * Secrets and Deployments outside Kubernetes' own namespaces, and all other namespaces, in the place of the namespace controller.
 */
export async function removeAll(kubectl: Kubectl, manifests: readonly Manifest[]): Promise<void> {
  const policies = manifests.filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration.k8s.io/'));
  const others = manifests.filter((manifest) => !policies.includes(manifest) && manifest.kind !== 'Namespace');
  await deleteObjects(kubectl, policies);
  const namespaces = await foreignNamespaces(kubectl);
  // A policy holds for a moment after it is deleted.
  await until('nothing refuses to be deleted', 30, async () => {
    return (await deleteObjects(kubectl, others)) && (await deleteNamespaces(kubectl, namespaces));
  });
}

/** Takes away the finalizers of deleted objects: the controllers that would do so don't run, or run no more. */
async function release(kubectl: Kubectl, items: readonly Manifest[]): Promise<void> {
  const command = ['get', '--ignore-not-found', '--output=json', '-f', '-'];
  const { stdout } = await kubectl(command, { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  const found = stdout === '' ? [] : ((JSON.parse(stdout) as { items: Manifest[] }).items ?? [JSON.parse(stdout)]);
  for (const object of found.filter(({ metadata }) => 'finalizers' in metadata)) {
    const patch = ['--type=merge', '--patch={"metadata":{"finalizers":null}}'];
    await kubectl(['patch', ...reference(object), ...patch], { expectFailure: true });
  }
}

/** Deletes objects. @returns whether nothing refused */
async function deleteObjects(kubectl: Kubectl, items: readonly Manifest[]): Promise<boolean> {
  if (items.length === 0) return true;
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const command = ['delete', '--ignore-not-found', '--wait=false', '-f', '-'];
  const { exitCode } = await kubectl(command, { stdin, expectFailure: true });
  if (exitCode === 0) await release(kubectl, items);
  return exitCode === 0;
}

/** @returns the namespaces that Kubernetes itself has not made. */
export async function foreignNamespaces(kubectl: Kubectl): Promise<string[]> {
  const { stdout } = await kubectl(['get', 'namespaces', '--output=jsonpath={.items[*].metadata.name}']);
  return stdout.split(' ').filter((name) => name !== '' && !kubernetesNamespaces.test(name));
}

/** Deletes namespaces, each of which stays until its finalizer is taken away: the namespace controller's part.
 * @returns whether nothing refused
 */
export async function deleteNamespaces(kubectl: Kubectl, names: readonly string[]): Promise<boolean> {
  if (names.length === 0) return true;
  const contents = [
    'configmap,secret,deployment',
    '--all-namespaces',
    '--field-selector=metadata.namespace!=kube-system',
  ];
  for (const what of [contents, ['namespace', ...names, '--ignore-not-found']]) {
    const removed = await kubectl(['delete', ...what, '--wait=false'], { expectFailure: true });
    if (removed.exitCode !== 0) return false;
  }
  for (const name of await foreignNamespaces(kubectl)) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
    await ask('PUT', `/api/v1/namespaces/${name}/finalize`, namespace);
  }
  return (await foreignNamespaces(kubectl)).length === 0;
}
