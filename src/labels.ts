/** Label of objects that plain `kubectl delete` must not take away; see `DeletionProtection`. */
export const DELETION_PROTECTION_LABEL = 'cdk8s-maas/deletion-protection';

/** Annotation of objects that hold well-known demo credentials. */
export const DEMO_ANNOTATION = 'cdk8s-maas/demo-credentials';

/** Annotations of a Secret with well-known demo credentials. */
export const DEMO_CREDENTIALS_ANNOTATIONS: Readonly<Record<string, string>> = {
  [DEMO_ANNOTATION]: 'true',
  description: 'Well-known credentials of the local demo; never use them anywhere else.',
};

/** Labels of every object. No version: a release would touch every object in every cluster. */
export const MAAS_LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/part-of': 'maas',
  'app.kubernetes.io/managed-by': 'cdk8s-maas',
};

/** Annotations that keep Argo CD and Flux from pruning or deleting an object that is shared with others. */
export const KEEP_ANNOTATIONS: Readonly<Record<string, string>> = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/** What `objectMetadata` takes beside a name. */
export interface ObjectMetadataOptions {
  /** Namespace; left out for cluster-scoped objects. */
  readonly namespace?: string;
  /** Labels beside those of every object. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Whether the object outlives the platform: see "What we do not own" in ARCHITECTURE.md. */
  readonly keep?: boolean;
}

/** Metadata of an L1 object: exact name, the labels of every object, no hash. */
export interface MaasObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: { [key: string]: string };
  readonly annotations?: { [key: string]: string };
}

/** Builds the metadata that every object of the platform has in common. */
export function objectMetadata(name: string, options: ObjectMetadataOptions = {}): MaasObjectMetadata {
  const annotations = { ...(options.keep ? KEEP_ANNOTATIONS : {}), ...options.annotations };
  return {
    name,
    namespace: options.namespace,
    labels: {
      ...MAAS_LABELS,
      ...(options.keep ? { [DELETION_PROTECTION_LABEL]: 'true' } : {}),
      ...options.labels,
    },
    annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
  };
}
