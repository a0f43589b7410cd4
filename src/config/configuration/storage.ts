/** Object storage for model weights. */
export interface StorageConfiguration {
  /**
   * A MinIO server inside the cluster, for local work.
   * @default - none
   */
  readonly minio?: MinioConfiguration;
}

/** A MinIO server. */
export interface MinioConfiguration {
  /**
   * Size of its volume.
   * @default 20Gi
   */
  readonly size?: string;
  /**
   * StorageClass of its volume.
   * @default - the cluster's default
   */
  readonly storageClass?: string;
  /**
   * Secret `minio-credentials`-shaped (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), in MinIO's and the platform's namespace.
   * The platform's needs KServe's annotations `serving.kserve.io/s3-endpoint: minio.minio-system.svc.cluster.local:9000`,
   * `serving.kserve.io/s3-usehttps: "0"` and `serving.kserve.io/s3-region: us-east-1`.
   * @default - the demo's well-known credentials; local demo only
   */
  readonly existingSecret?: string;
}
