import type { Chart } from 'cdk8s';
import type { ModelSettings } from '../config/settings';
import type { IModelBackend } from '../gateway/model-route';
import { IMAGES } from '../images';
import { Accelerator } from '../models/accelerator';
import { KServeConfiguration } from '../models/kserve-configuration';
import { OpenShiftModelAccess } from '../models/openshift-model-access';
import { ServedModel } from '../models/served-model';
import { SimulatedModel } from '../models/simulated-model';
import { VllmRuntime, type IServingRuntime } from '../models/vllm-runtime';
import { clusterScopedName, platformImage, type PlatformContext } from './context';

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
  const access =
    settings.platform === 'openshift'
      ? new OpenShiftModelAccess(chart, 'openshift-access', {
          namespace,
          securityContextConstraintsName: clusterScopedName(settings, 'kserve-scc'),
        })
      : undefined;
  const runtime = settings.models.some((model) => model.runtime === 'vllm')
    ? new VllmRuntime(chart, 'vllm-runtime', { namespace, image: platformImage(context, IMAGES.vllm) })
    : undefined;
  for (const model of settings.models) {
    models.set(model.name, addModel(chart, context, model, runtime, access?.serviceAccountName));
  }
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
  if (runtime === undefined || model.runtime === 'simulator') {
    return new SimulatedModel(chart, `model-${model.name}`, {
      ...shared,
      image: platformImage(context, IMAGES.simulator),
    });
  }
  return new ServedModel(chart, `model-${model.name}`, {
    ...shared,
    runtime,
    // The checks have made sure that a vllm model has both.
    source: model.source ?? '',
    accelerator: Accelerator.fromName(model.accelerator ?? ''),
    platform: settings.platform,
  });
}
