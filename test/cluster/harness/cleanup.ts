import type { Kubectl } from './kubectl';
import type { Manifest } from './manifests';
import { until } from './until';

const ownNamespaces = /^(default|kube-.*)$/;

/**
 * Brings the API server back to what it was before anything was applied: deletes the given objects, all ConfigMaps and
 * Secrets in namespaces that do not belong to Kubernetes, and these namespaces, in the place of the namespace controller.
 */
export async function removeAll(kubectl: Kubectl, manifests: readonly Manifest[]): Promise<void> {
  const policies = manifests.filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration.k8s.io/'));
  const others = manifests.filter((manifest) => !policies.includes(manifest) && manifest.kind !== 'Namespace');
  await deleteObjects(kubectl, policies);
  const namespaces = await foreignNamespaces(kubectl);
  // A policy holds for a moment after it is deleted.
  await until('nothing refuses to be deleted', 30, async () => {
    if (!(await deleteObjects(kubectl, others))) return false;
    for (const namespace of namespaces) {
      const everything = ['delete', 'configmap,secret', '--all', '--namespace', namespace, '--wait=false'];
      const removed = await kubectl(everything, { expectFailure: true });
      if (removed.exitCode !== 0 || !(await removeNamespace(kubectl, namespace))) return false;
    }
    return (await foreignNamespaces(kubectl)).length === 0;
  });
}

async function deleteObjects(kubectl: Kubectl, items: readonly Manifest[]): Promise<boolean> {
  if (items.length === 0) return true;
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const command = ['delete', '--ignore-not-found', '--wait=false', '-f', '-'];
  return (await kubectl(command, { stdin, expectFailure: true })).exitCode === 0;
}

async function foreignNamespaces(kubectl: Kubectl): Promise<string[]> {
  const { stdout } = await kubectl(['get', 'namespaces', '--output=jsonpath={.items[*].metadata.name}']);
  return stdout.split(' ').filter((name) => name !== '' && !ownNamespaces.test(name));
}

/** A deleted namespace stays until its finalizer is taken away, which is the namespace controller's part. */
async function removeNamespace(kubectl: Kubectl, name: string): Promise<boolean> {
  const removed = await kubectl(['delete', 'namespace', name, '--ignore-not-found', '--wait=false'], {
    expectFailure: true,
  });
  if (removed.exitCode !== 0) return false;
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } });
  const finalize = ['replace', '--raw', `/api/v1/namespaces/${name}/finalize`, '-f', '-'];
  await kubectl(finalize, { stdin, expectFailure: true });
  return true;
}
