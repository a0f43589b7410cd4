import type { Chart } from 'cdk8s';
import { ConformanceJob } from '../conformance/conformance-job';
import { CONFORMANCE_NAME } from '../config/defaults';
import { addressOf } from '../config/model-address';
import { modelHost } from '../config/model-settings';
import { IMAGES } from '../images';
import { MODEL_PORT } from '../models/model-port';
import { platformImage, type PlatformContext } from './context';
import { usesTokenPolicy } from './limits';

export function addConformance(chart: Chart, context: PlatformContext): void {
  const { settings, gateway } = context;
  const { apiKeys, conformance, domain, namespace, networkPolicies, platform } = settings;
  const model = settings.models.find(({ name }) => name === conformance?.model);
  const backend = context.models.get(model?.name ?? '');
  if (conformance === undefined || model === undefined || backend === undefined) {
    return; // the checks have made sure that there are both
  }
  const { host, prefix } = addressOf(model, settings.gateway);
  new ConformanceJob(chart, 'conformance', {
    namespace,
    gateway,
    tls: settings.gateway.tls !== undefined,
    host,
    prefix,
    unknownHost: modelHost('no-such-model', platform, domain),
    servedModel: model.servedName,
    // Without NetworkPolicies nothing refuses there.
    directModel: networkPolicies
      ? {
          urls: [backend.servicePort, MODEL_PORT].map(
            (port) => `http://${backend.serviceName}.${namespace}.svc.cluster.local:${port}/v1/models`,
          ),
          podPort: MODEL_PORT,
        }
      : undefined,
    networkPolicy: networkPolicies,
    keySecretName: conformance.keySecretName,
    keyPrefix: apiKeys?.prefixes[0] ?? '',
    tokensPerMinute: usesTokenPolicy(settings) ? undefined : conformance.tokensPerMinute,
    otherTier: settings.tiers.find(({ name }) => name !== CONFORMANCE_NAME)?.name ?? '',
    platform,
    image: platformImage(context, IMAGES.curl),
  });
}
