/** A container image with a pinned tag. */
export interface ImageReference {
  /** Registry and repository. */
  readonly repository: string;
  /** Tag; never `latest`. */
  readonly tag: string;
  /** Where this tag is written down by those who ship it. */
  readonly evidence: string;
}

/** Every image that the package renders. docs/versions.md shows this table beside what was run. */
export const IMAGES = {
  simulator: {
    repository: 'ghcr.io/llm-d/llm-d-inference-sim',
    tag: 'v0.10.2',
    evidence: 'git tag v0.10.2 of github.com/llm-d/llm-d-inference-sim; used by the router end-to-end suite of llm-d',
  },
  vllm: {
    repository: 'docker.io/vllm/vllm-openai',
    tag: 'v0.18.1',
    evidence:
      'sigs.k8s.io/gateway-api-inference-extension v1.5.0, config/manifests/vllm/gpu-deployment.yaml; PyPI vllm 0.18.1',
  },
  vllmCpu: {
    repository: 'docker.io/vllm/vllm-openai-cpu',
    tag: 'v0.18.1',
    evidence:
      'sigs.k8s.io/gateway-api-inference-extension v1.5.0, config/manifests/vllm/cpu-deployment.yaml; PyPI vllm 0.18.1',
  },
  vllmRocm: {
    repository: 'docker.io/vllm/vllm-openai-rocm',
    tag: 'v0.18.1',
    evidence:
      'vllm-project/vllm, .buildkite/scripts/push-release-builds.sh pushes it with every release; in use in vllm-project/vllm#38692; PyPI vllm 0.18.1',
  },
  keycloak: {
    repository: 'quay.io/keycloak/keycloak',
    tag: '26.4.0',
    evidence: 'Maven org.keycloak:keycloak-quarkus-dist 26.4.0',
  },
  minio: {
    repository: 'docker.io/minio/minio',
    tag: 'RELEASE.2025-09-07T16-13-09Z',
    evidence: 'github.com/cloudnative-pg/cloudnative-pg v1.28.0, tests/utils/minio/minio.go',
  },
  minioClient: {
    repository: 'docker.io/minio/mc',
    tag: 'RELEASE.2025-08-13T08-35-41Z',
    evidence: 'github.com/cloudnative-pg/cloudnative-pg v1.28.0, tests/utils/minio/minio.go',
  },
  redis: {
    repository: 'docker.io/library/redis',
    tag: '8.2.2-alpine',
    evidence: 'github.com/argoproj/argo-cd/v3 v3.2.1, manifests/base/redis/argocd-redis-deployment.yaml',
  },
  curl: {
    repository: 'docker.io/curlimages/curl',
    tag: '8.16.0',
    evidence:
      'git tag 8.16.0 of github.com/curl/curl-container; used by istio.io/istio, commit eed52ebb66ad, samples/curl/curl.yaml',
  },
  prometheus: {
    repository: 'quay.io/prometheus/prometheus',
    tag: 'v3.13.1',
    evidence: 'github.com/prometheus-operator/prometheus-operator v0.93.0, pkg/operator/defaults.go',
  },
} as const satisfies Record<string, ImageReference>;

/**
 * Full name of an image.
 * @param image the image
 * @param registry mirror, `host[:port][/path]`, that takes the place of the image's own registry host
 */
export function imageName(image: ImageReference, registry?: string): string {
  const repository =
    registry === undefined ? image.repository : `${registry}/${image.repository.split('/').slice(1).join('/')}`;
  return `${repository}:${image.tag}`;
}
