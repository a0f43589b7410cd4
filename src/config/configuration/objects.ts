/** A Kubernetes manifest, written as it is. */
export interface ManifestConfiguration {
  /** API group and version. */
  readonly apiVersion: string;
  /** Kind. */
  readonly kind: string;
  /** Metadata; `name` is required. */
  readonly metadata: Record<string, unknown>;
  /** Every other field of the manifest. */
  readonly [field: string]: unknown;
}
