import type { KubernetesObject } from './kubernetes-object';

/** What client-side apply remembers. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Metadata = KubernetesObject['metadata'] & { readonly finalizers?: readonly string[] };

/** An object without what the server and controllers keep of it. */
export function comparable(object: KubernetesObject): object {
  const { name, namespace, labels, finalizers, annotations = {} } = object.metadata as Metadata;
  const own = Object.entries(annotations).filter(([annotation]) => annotation !== LAST_APPLIED);
  const metadata = { name, namespace, labels, finalizers, annotations: Object.fromEntries(own) };
  return { ...object, metadata, status: undefined };
}
