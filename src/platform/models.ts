import type { Chart, Duration } from 'cdk8s';
import { acceleratorOf } from '../config/accelerators';
import { DEFAULT_MINIO_SECRET_NAME } from '../config/defaults';
import { versionsOf, type ModelSettings } from '../config/model-settings';
import type { PlatformSettings } from '../config/settings';
import { ExternalModel } from '../gateway/external-model';
import { gatewayPods } from '../gateway/gateway-reference';
import type { IModelBackend } from '../gateway/model-route';
import { IMAGES } from '../images';
import { parseGatewayApiDuration } from '../limits/gateway-api-duration';
import { hasSeveralReplicas } from '../models/inference-service';
import { KServeConfiguration } from '../models/kserve-configuration';
import { ModelDisruptionBudget } from '../models/model-disruption-budget';
import { nodeCaches } from '../config/node-caches';
import { ModelNodeCache } from '../models/model-node-cache';
import { ModelNetworkPolicy } from '../models/model-network-policy';
import { ModelPriorityClass } from '../models/model-priority-class';
import { ModelQuota } from '../models/model-quota';
import { ModelScaling } from '../models/model-scaling';
import { ModelStorageAccess } from '../models/model-storage-access';
import { DEFAULT_SERVICE_ACCOUNT_NAME, OpenShiftModelAccess } from '../models/openshift-model-access';
import { ServedModel } from '../models/served-model';
import { SimulatedModel } from '../models/simulated-model';
import { DEFAULT_RUNTIME_NAME } from '../models/accelerator-parts';
import { VllmRuntime, type IServingRuntime } from '../models/vllm-runtime';
import { filterPlacement, platformImage, prefixedName, priorityClassName, type PlatformContext } from './context';
import { gatewayJob, metricsAddress, scrapers } from './observability';

export function addKServe(chart: Chart, { settings, gateway }: PlatformContext): void {
  new KServeConfiguration(chart, 'configuration', {
    gateway,
    domain: settings.domain,
    kserveVersion: settings.versions.kserve,
    namespace: settings.kserve.namespace,
    localModels: nodeCaches(settings).length > 0,
  });
}

export function addModels(chart: Chart, context: PlatformContext): void {
  const { settings, models } = context;
  const { namespace } = settings;
  for (const { name, quota, ...priorityClass } of settings.priorityClasses) {
    const priorityClassName = prefixedName(settings, name);
    new ModelPriorityClass(chart, `priority-class-${name}`, { ...priorityClass, name: priorityClassName });
    if (quota !== undefined) {
      new ModelQuota(chart, `quota-${name}`, { ...quota, namespace, priorityClassName });
    }
  }
  if (settings.quota !== undefined) {
    new ModelQuota(chart, 'quota', { ...settings.quota, namespace });
  }
  for (const cache of nodeCaches(settings)) {
    new ModelNodeCache(chart, `node-cache-${cache.name}`, cache);
  }
  const serviceAccountOf = addServiceAccounts(chart, context);
  const runtimes = addRuntimes(chart, settings);
  const versions = settings.models.flatMap(versionsOf);
  for (const model of versions) {
    models.set(model.name, addModel(chart, context, model, runtimes, serviceAccountOf(model)));
    addScaling(chart, context, model);
    if (hasSeveralReplicas(model.replicas)) {
      const { inferenceService } = model;
      new ModelDisruptionBudget(chart, `disruption-budget-${model.name}`, { inferenceService, namespace });
    }
  }
  addExternalModels(chart, context);
  if (settings.networkPolicies && versions.length > 0) {
    new ModelNetworkPolicy(chart, 'network-policy', {
      namespace,
      inferenceServices: versions.map(({ inferenceService }) => inferenceService),
      clients: [gatewayPods(context.gateway), ...scrapers(settings)],
    });
  }
}

function addExternalModels(chart: Chart, context: PlatformContext): void {
  const { settings, gateway, models } = context;
  for (const { name, external } of settings.models) {
    if (external !== undefined) {
      const model = new ExternalModel(chart, `external-${name}`, {
        gateway,
        ...filterPlacement(context, `${name}-external`),
        modelName: name,
        baseUrl: external.baseUrl,
        providerModel: external.model,
        keySecretName: external.keySecret,
        routeNamespace: settings.namespace,
      });
      models.set(name, model);
    }
  }
}

function addScaling(chart: Chart, context: PlatformContext, model: ModelSettings): void {
  const { settings } = context;
  const { scaling, replicas = {}, inferenceService } = model;
  if (scaling !== undefined) {
    const { min = 1, max = min } = replicas;
    new ModelScaling(chart, `scaling-${model.name}`, {
      ...{ inferenceService, namespace: settings.namespace, min, max },
      ...scaling,
      cooldown: parseGatewayApiDuration(scaling.cooldown),
      prometheusAddress: metricsAddress(settings),
      gatewayJob: gatewayJob(context),
    });
  }
}

/** One ServingRuntime for all accelerators that vLLM is started on in the same way, by its name. */
function addRuntimes(chart: Chart, settings: PlatformSettings): Map<string, IServingRuntime> {
  const { namespace, registry } = settings;
  const runtimes = new Map<string, IServingRuntime>();
  for (const model of settings.models.flatMap(versionsOf).filter(({ runtime }) => runtime === 'vllm')) {
    const accelerator = acceleratorOf(checked(model.accelerator, 'accelerator', model), settings);
    const { runtimeName } = accelerator;
    if (!runtimes.has(runtimeName)) {
      const id = runtimeName === DEFAULT_RUNTIME_NAME ? 'vllm-runtime' : `runtime-${runtimeName}`;
      const image = accelerator.imageName(registry);
      runtimes.set(runtimeName, new VllmRuntime(chart, id, { namespace, accelerator, image }));
    }
  }
  return runtimes;
}

/** What gives every model its ServiceAccount: its own, else OpenShift's, else for weights in MinIO that with its Secret. */
function addServiceAccounts(chart: Chart, { settings }: PlatformContext): (model: ModelSettings) => string | undefined {
  const { namespace, minio } = settings;
  const versions = settings.models.flatMap(versionsOf);
  const secretName =
    minio !== undefined && versions.some(needsStorageAccess)
      ? (minio.existingSecret ?? DEFAULT_MINIO_SECRET_NAME)
      : undefined;
  if (settings.platform === 'openshift') {
    const accountOf = ({ serviceAccount }: ModelSettings) => serviceAccount ?? DEFAULT_SERVICE_ACCOUNT_NAME;
    new OpenShiftModelAccess(chart, 'openshift-access', {
      namespace,
      storageSecretName: secretName,
      otherServiceAccountNames: versions.flatMap(({ serviceAccount }) => serviceAccount ?? []),
      imageServiceAccountNames: versions.filter(({ source }) => source?.startsWith('oci://')).map(accountOf),
    });
    return accountOf;
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
  runtimes: ReadonlyMap<string, IServingRuntime>,
  serviceAccountName: string | undefined,
): IModelBackend {
  const { settings } = context;
  const { servedName, maxModelLength, resources, replicas, rollout } = model;
  const shared = {
    name: model.inferenceService,
    namespace: settings.namespace,
    ...{ servedName, maxModelLength, resources, replicas, rollout },
    arguments: model.arguments,
    externalAutoscaler: model.scaling !== undefined,
    kserveVersion: settings.versions.kserve,
    serviceAccountName,
    priorityClassName: priorityClassName(settings, model),
  };
  if (model.runtime === 'simulator') {
    return new SimulatedModel(chart, `model-${model.name}`, {
      ...shared,
      image: platformImage(context, IMAGES.simulator),
    });
  }
  const accelerator = acceleratorOf(checked(model.accelerator, 'accelerator', model), settings);
  return new ServedModel(chart, `model-${model.name}`, {
    ...shared,
    gpus: model.gpus,
    adapters: model.adapters,
    adapterRank: model.adapterRank,
    cache: model.cache,
    runtime: checked(runtimes.get(accelerator.runtimeName), 'runtime', model),
    source: checked(model.source, 'source', model),
    accelerator,
    huggingFaceTokenSecretName: model.huggingFaceTokenSecret,
    startupTimeout: durationOf(model.startupTimeout),
    terminationGracePeriod: durationOf(model.terminationGracePeriod),
    platform: settings.platform,
  });
}

function durationOf(text: string | undefined): Duration | undefined {
  return text === undefined ? undefined : parseGatewayApiDuration(text);
}

/** What the checks have made sure that a vllm model has. */
function checked<Value>(value: Value | undefined, part: string, model: ModelSettings): Value {
  if (value === undefined) {
    throw new Error(`model ${model.name}: got no ${part}, expected one after the checks (a mistake of this package)`);
  }
  return value;
}
