import type { Manifest } from './manifests';
import { kubectl } from './suite';

function condition(type: string, reason: string): object {
  return { type, status: 'True', reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

/** Plays Kubernetes' Deployment controller: says of each Deployment of a namespace that all its pods run and are ready. */
export async function finishRollouts(namespace: string): Promise<void> {
  const { stdout } = await kubectl(['get', 'deployments', `--namespace=${namespace}`, '--output=json']);
  for (const { metadata, spec, status } of (JSON.parse(stdout) as { items: Manifest[] }).items) {
    if (status.observedGeneration === metadata.generation) continue;
    const patch = { status: finished(metadata.generation, spec.replicas) };
    const options = ['--subresource=status', '--type=merge', `--patch=${JSON.stringify(patch)}`];
    await kubectl(['patch', 'deployment', metadata.name, `--namespace=${namespace}`, ...options]);
  }
}

function finished(observedGeneration: number | undefined, replicas: number): object {
  return {
    observedGeneration,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    conditions: [
      condition('Available', 'MinimumReplicasAvailable'),
      condition('Progressing', 'NewReplicaSetAvailable'),
    ],
  };
}
