import { ask, list } from './api';
import { until } from './until';

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Events tell of what has been; the others come back as long as istiod and Kuadrant's operator run. */
const left = ['events', 'configmaps/istio-ca-', 'configmaps/topology'];

/**
 * Deletes every namespaced object, the namespaces and admission policies, in the place of the namespace controller and the
 * garbage collector. The operators run meanwhile, and take their finalizers away themselves.
 */
export async function eraseAll(): Promise<void> {
  for (const policies of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies']) {
    const path = `/apis/admissionregistration.k8s.io/v1/${policies}`;
    for (const { metadata } of await list(path)) {
      await ask('DELETE', `${path}/${metadata.name}`);
      // Nobody else would take it away: it is there to outlast `kubectl delete -f dist/`.
      await ask(
        'PATCH',
        `${path}/${metadata.name}`,
        { metadata: { finalizers: null } },
        'application/merge-patch+json',
      );
    }
  }
  // KServe lets go of a model only while its configuration is there.
  await erase(['/apis/serving.kserve.io/v1beta1/inferenceservices']);
  await erase(await namespacedPaths());
  await until('all namespaces are deleted', 30, deleteNamespaces);
}

async function erase(paths: readonly string[]): Promise<void> {
  let remaining: string[] = [];
  await until('all objects are deleted', 30, async () => {
    const found = await Promise.all(paths.map((path) => objectsAt(path)));
    remaining = found.flat();
    // A Job would wait for the garbage collector to make orphans of its pods.
    const how = { gracePeriodSeconds: 0, propagationPolicy: 'Background' };
    await Promise.all(remaining.map((object) => ask('DELETE', object, how)));
    return remaining.length === 0;
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${remaining.join(', ')}`);
  });
}

/** @returns where all objects of a namespaced resource are: `/apis/apps/v1/deployments`. */
export async function namespacedPaths(): Promise<string[]> {
  const { body } = await ask('GET', '/apis');
  const groups: { versions: { groupVersion: string }[] }[] = body.groups;
  const versions = groups.map((group) => group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`));
  return (await Promise.all([['/api/v1'], ...versions].map(pathsOfGroup))).flat();
}

/** Each resource in one of the versions that have it. */
async function pathsOfGroup(versions: readonly string[]): Promise<string[]> {
  const byName = new Map<string, string>();
  for (const version of versions) {
    const resources = ((await ask('GET', version)).body.resources ?? []) as Resource[];
    for (const { name, namespaced, verbs } of resources) {
      const deletable = namespaced && ['list', 'delete'].every((verb) => verbs.includes(verb));
      if (deletable && !byName.has(name)) byName.set(name, `${version}/${name}`);
    }
  }
  return [...byName.values()];
}

async function objectsAt(path: string): Promise<string[]> {
  const resource = path.split('/').at(-1)!;
  const version = path.slice(0, -resource.length - 1);
  const objects = (await list(path)).filter(({ metadata: { name, namespace } }) => {
    return isForeign(namespace!) && !left.some((known) => `${resource}/${name}`.startsWith(known));
  });
  return objects.map(({ metadata: { name, namespace } }) => `${version}/namespaces/${namespace}/${resource}/${name}`);
}

/** Deletes the namespaces that Kubernetes itself has not made. @returns whether none is left */
async function deleteNamespaces(): Promise<boolean> {
  const names = (await list('/api/v1/namespaces')).map(({ metadata }) => metadata.name).filter(isForeign);
  for (const name of names) {
    await ask('DELETE', `/api/v1/namespaces/${name}`);
    await finalizeNamespace(name);
  }
  return names.length === 0;
}

/** Lets go of a namespace that is deleted, which else the namespace controller would do. */
export async function finalizeNamespace(name: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
  await ask('PUT', `/api/v1/namespaces/${name}/finalize`, namespace);
}

function isForeign(namespace: string): boolean {
  return !/^(default|kube-.*)$/.test(namespace);
}
