import type { KServeManager } from './kserve-managers';
import type { Manifest } from './manifests';

interface Variable {
  readonly name: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the API server judges
type Container = Record<string, any>;

/**
 * The Deployment that KServe has to make of an InferenceService and its ServingRuntime: what both say, and beside it only
 *
 * - names and labels: `<service>-predictor`, `app`, `component`, `serving.kserve.io/inferenceservice`;
 * - a strategy in which a new pod comes before an old one goes, and ten minutes until a rollout counts as failed;
 * - what `manager` says that it adds.
 *
 * Kubernetes' own defaults are left out: the API server fills them in.
 *
 * @param runtime the ServingRuntime that the model names; undefined where the InferenceService has containers of its own
 */
export function expectedDeployment(service: Manifest, runtime: Manifest | undefined, manager: KServeManager): Manifest {
  const name = `${service.metadata.name}-predictor`;
  const { model, minReplicas, labels, annotations } = service.spec.predictor;
  const pod = without(service.spec.predictor, 'model', 'minReplicas', 'maxReplicas', 'labels', 'annotations');
  const container: Container =
    runtime === undefined ? service.spec.predictor.containers[0] : merged(runtime.spec.containers[0], model);
  const app = { app: `isvc.${name}` };
  const metadata = {
    labels: {
      ...runtime?.spec.labels,
      ...service.metadata.labels,
      ...labels,
      ...app,
      component: 'predictor',
      'serving.kserve.io/inferenceservice': service.metadata.name,
    },
    annotations: { ...runtime?.spec.annotations, ...service.metadata.annotations, ...annotations },
  };
  const { namespace } = service.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, ...metadata },
    spec: {
      replicas: minReplicas,
      selector: { matchLabels: app },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      template: {
        metadata: { name, namespace, ...metadata },
        spec: {
          ...without(runtime?.spec ?? {}, 'supportedModelFormats', 'labels', 'annotations'),
          ...pod,
          containers: [
            {
              ...container,
              env: [
                ...(container.env ?? []),
                ...(manager.namesServiceInEnvironment
                  ? [{ name: 'INFERENCE_SERVICE_NAME', value: service.metadata.name }]
                  : []),
              ],
            },
          ],
        },
      },
    },
  };
}

function without(object: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** A container of a runtime with what a model sets in it: arguments are added, variables of one name replaced. */
function merged(container: Container, model: Container): Container {
  const own: Variable[] = model.env ?? [];
  const kept = (container.env as Variable[]).filter(({ name }) => !own.some((variable) => variable.name === name));
  return {
    ...container,
    ...without(model, 'modelFormat', 'runtime'),
    args: [...container.args, ...model.args],
    env: [...kept, ...own],
  };
}
