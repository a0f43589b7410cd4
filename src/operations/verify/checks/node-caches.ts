import { KSERVE_CONTROLLER } from '../../install/kserve-restart';
import { nameOf, referenceOf, type KubernetesObject } from '../../kubernetes-object';
import type { Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, type Finding } from '../row';
import type { Platform } from './check';
import { restart } from './conditions';
import { readable } from './objects';

/** What an InferenceService says of the nodes that have its weights. */
const NODE_GROUP = 'serving.kserve.io/nodegroup';

/** Label with the name of the LocalModelCache that KServe has found for an InferenceService, and then for its pods. */
const CACHE_LABEL = 'internal.serving.kserve.io/localmodel';

/** KServe has found the weights of every model that are kept on the disks of nodes: else each of its pods would load them. */
export function nodeCaches(cluster: Cluster, platform: Platform): Finding[] {
  return platform.objects
    .filter(({ metadata }) => metadata.annotations?.[NODE_GROUP] !== undefined)
    .flatMap((wanted) => {
      const service = readable(cluster, wanted);
      return service === undefined ? [] : [finding(cluster, service, wanted, platform)];
    });
}

function finding(
  cluster: Cluster,
  service: KubernetesObject,
  wanted: KubernetesObject,
  { settings, commands }: Platform,
): Finding {
  const { name, namespace = '' } = referenceOf(service);
  const cache = service.metadata.labels?.[CACHE_LABEL];
  if (cache === undefined) {
    const group = wanted.metadata.annotations?.[NODE_GROUP] ?? '';
    const found = `KServe has found no LocalModelCache of its source for ${group}: each of its pods would load the weights`;
    const enabled = settings.kserve.configure ? '' : '; `localModel.enabled` has to be true in its configuration';
    return bad(nameOf(service), found, {
      text: `KServe looks for it whenever the InferenceService is applied, so apply it once more${enabled}`,
      commands: [commands.maas('install')],
    });
  }
  const deployment = cluster.find({ ...KINDS.deployment, name: `${name}-predictor`, namespace });
  if (deployment !== undefined && labelOfPods(deployment) !== cache) {
    return bad(nameOf(deployment), `its pods do not have the weights of LocalModelCache ${cache} yet`, {
      text: 'if KServe runs and says nothing of the model, start its controller anew',
      commands: [restart(KSERVE_CONTROLLER, settings.kserve.namespace, commands)],
    });
  }
  return good(nameOf(service), `has the weights of LocalModelCache ${cache}`);
}

function labelOfPods({ spec }: KubernetesObject): string | undefined {
  return (spec.template?.metadata?.labels as Record<string, string> | undefined)?.[CACHE_LABEL];
}
