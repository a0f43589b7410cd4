import { DEFAULT_NAMESPACES } from '../../../config/defaults';
import { CLUSTER_DOMAIN } from '../../../gateway/model-fallback';
import { nameOf, type KubernetesObject } from '../../kubernetes-object';
import { hasLabels, type Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, skipped, type Finding } from '../row';
import type { Platform } from './check';

/** What EnvoyFilters of fallbacks name are istiod's clusters, in which the domain of the mesh is a part. */
export function meshDomain(cluster: Cluster, { settings, objects, commands }: Platform): Finding[] {
  const names = objects.filter(
    (object) => object.kind === 'EnvoyFilter' && JSON.stringify(object).includes(`.svc.${CLUSTER_DOMAIN}"`),
  );
  if (names.length === 0) return [];
  const istiods = cluster
    .list(KINDS.deployment, DEFAULT_NAMESPACES.istio)
    .filter((deployment) => hasLabels(deployment, { app: 'istiod' }));
  if (istiods.length === 0) {
    const found = `no istiod in ${DEFAULT_NAMESPACES.istio}: fallbacks need one with the domain ${CLUSTER_DOMAIN}`;
    return [skipped(`Namespace ${DEFAULT_NAMESPACES.istio}`, found)];
  }
  const models = settings.models.filter(({ fallback }) => fallback !== undefined).map(({ name }) => name);
  return istiods.map((istiod) => {
    const domain = domainOf(istiod);
    return domain === CLUSTER_DOMAIN
      ? good(nameOf(istiod), `its domain is ${domain}, by which fallbacks find Services`)
      : bad(nameOf(istiod), `its domain is ${domain}, and fallbacks find Services by ${CLUSTER_DOMAIN} only`, {
          text:
            `requests for ${models.join(', ')} all go to a provider, or end with 503: remove \`fallback\` in the configuration; ` +
            'then',
          commands: [commands.maas('install')],
        });
  });
}

/** Domain that istiod is started with; its own default where nothing says another. */
function domainOf({ spec }: KubernetesObject): string {
  const containers = (spec.template.spec.containers ?? []) as { name: string; args?: string[] }[];
  const args = containers.flatMap((container) => container.args ?? []);
  const written = args.find((argument) => argument.startsWith('--domain='))?.slice('--domain='.length);
  const place = args.indexOf('--domain');
  return written ?? (place < 0 ? undefined : args[place + 1]) ?? CLUSTER_DOMAIN;
}
