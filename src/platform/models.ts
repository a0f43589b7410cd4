import type { Chart } from 'cdk8s';
import { DEFAULT_MINIO_SECRET_NAME } from '../config/defaults';
import type { ModelSettings } from '../config/settings';
import { gatewayPods } from '../gateway/gateway-reference';
import type { IModelBackend } from '../gateway/model-route';
import { IMAGES } from '../images';
import { Accelerator } from '../models/accelerator';
import { KServeConfiguration } from '../models/kserve-configuration';
import { ModelNetworkPolicy } from '../models/model-network-policy';
import { ModelStorageAccess } from '../models/model-storage-access';
import { OpenShiftModelAccess } from '../models/openshift-model-access';
import { ServedModel } from '../models/served-model';
import { SimulatedModel } from '../models/simulated-model';
import { VllmRuntime, type IServingRuntime } from '../models/vllm-runtime';
import { prefixedName, platformImage, type PlatformContext } from './context';
import { scrapers } from './observability';

export function addKServe(chart: Chart, { settings, gateway }: PlatformContext): void {
  new KServeConfiguration(chart, 'configuration', {
    gateway,
    domain: settings.domain,
    kserveVersion: settings.versions.kserve,
    namespace: settings.kserve.namespace,
  });
}

export function addModels(chart: Chart, context: PlatformContext): void {
  const { settings, models } = context;
  const { namespace } = settings;
  const serviceAccountOf = addServiceAccounts(chart, context);
  const runtime = settings.models.some((model) => model.runtime === 'vllm')
    ? new VllmRuntime(chart, 'vllm-runtime', { namespace, image: platformImage(context, IMAGES.vllm) })
    : undefined;
  for (const model of settings.models) {
    models.set(model.name, addModel(chart, context, model, runtime, serviceAccountOf(model)));
  }
  if (settings.networkPolicies) {
    new ModelNetworkPolicy(chart, 'network-policy', {
      namespace,
      inferenceServices: settings.models.map(({ inferenceService }) => inferenceService),
      clients: [gatewayPods(context.gateway), ...scrapers(settings)],
    });
  }
}

/** What gives every model its ServiceAccount: its own, else OpenShift's, else for weights in MinIO that with its Secret. */
function addServiceAccounts(chart: Chart, { settings }: PlatformContext): (model: ModelSettings) => string | undefined {
  const { namespace, minio } = settings;
  const secretName =
    minio !== undefined && settings.models.some(needsStorageAccess)
      ? (minio.existingSecret ?? DEFAULT_MINIO_SECRET_NAME)
      : undefined;
  if (settings.platform === 'openshift') {
    const access = new OpenShiftModelAccess(chart, 'openshift-access', {
      namespace,
      securityContextConstraintsName: prefixedName(settings, 'kserve-scc'),
      storageSecretName: secretName,
    });
    return ({ serviceAccount }) => serviceAccount ?? access.serviceAccountName;
  }
  const access =
    secretName === undefined ? undefined : new ModelStorageAccess(chart, 'storage-access', { namespace, secretName });
  return (model) => (needsStorageAccess(model) ? access?.serviceAccountName : model.serviceAccount);
}

function needsStorageAccess({ source, serviceAccount }: ModelSettings): boolean {
  return serviceAccount === undefined && source?.startsWith('s3://') === true;
}

function addModel(
  chart: Chart,
  context: PlatformContext,
  model: ModelSettings,
  runtime: IServingRuntime | undefined,
  serviceAccountName: string | undefined,
): IModelBackend {
  const { settings } = context;
  const shared = {
    ...model,
    name: model.inferenceService,
    namespace: settings.namespace,
    kserveVersion: settings.versions.kserve,
    serviceAccountName,
  };
  if (model.runtime === 'simulator') {
    return new SimulatedModel(chart, `model-${model.name}`, {
      ...shared,
      image: platformImage(context, IMAGES.simulator),
    });
  }
  return new ServedModel(chart, `model-${model.name}`, {
    ...shared,
    runtime: checked(runtime, 'runtime', model),
    source: checked(model.source, 'source', model),
    accelerator: Accelerator.fromName(checked(model.accelerator, 'accelerator', model)),
    huggingFaceTokenSecretName: model.huggingFaceTokenSecret,
    platform: settings.platform,
  });
}

/** What the checks have made sure that a vllm model has. */
function checked<Value>(value: Value | undefined, part: string, model: ModelSettings): Value {
  if (value === undefined) {
    throw new Error(`model ${model.name}: got no ${part}, expected one after the checks (a mistake of this package)`);
  }
  return value;
}
