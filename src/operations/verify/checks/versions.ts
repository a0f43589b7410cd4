import { nameOf } from '../../kubernetes-object';
import { compareVersions, LOWEST_KUBERNETES, versionIn } from '../../install/cluster-version';
import { COMPONENTS, type Component } from '../../install/components';
import { deploymentVersion } from '../../install/detection';
import type { Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, skipped, type Finding } from '../row';
import type { Platform } from './check';
import { workload } from './workload';

/** Every component runs, in the version that the objects are rendered for. */
export function versions(cluster: Cluster, platform: Platform): Finding[] {
  return [
    kubernetes(cluster.state.version),
    ...COMPONENTS.filter(({ versionKey }) => versionKey !== undefined).flatMap((component) =>
      component.deployments(platform.settings).length > 0
        ? controller(cluster, platform, component)
        : definitions(cluster, platform, component),
    ),
  ];
}

function kubernetes(version: string): Finding {
  return compareVersions(versionIn(version) ?? '', LOWEST_KUBERNETES) < 0
    ? bad('Kubernetes', `${version}, older than ${LOWEST_KUBERNETES}`, {
        text: `upgrade the cluster: admission policies need Kubernetes ${LOWEST_KUBERNETES}`,
        commands: [],
      })
    : good('Kubernetes', version);
}

/** A component that is nothing but kinds. */
function definitions(cluster: Cluster, platform: Platform, component: Component): Finding[] {
  const { name, annotation } = component.evidence.crd ?? { name: '', annotation: '' };
  const found = cluster.list(KINDS.customResourceDefinition).find(({ metadata }) => metadata.name === name);
  return found === undefined
    ? [bad(component.title, 'not installed', platform.commands.install())]
    : [judged(component, versionIn(found.metadata.annotations?.[annotation]), platform)];
}

function controller(cluster: Cluster, platform: Platform, component: Component): Finding[] {
  const { title, evidence } = component;
  const [{ namespace, name } = { namespace: '', name: '' }] = component.deployments(platform.settings);
  const deployment = cluster.find({ ...KINDS.deployment, namespace, name });
  if (deployment === undefined) {
    // What it makes is held to account by other checks.
    return [skipped(title, `no Deployment ${namespace}/${name}: elsewhere, under another name, or not installed`)];
  }
  const running = workload(deployment, [], '', platform.commands);
  return [
    ...(running.verdict === 'good' ? [] : [{ ...running, object: `${title}, ${nameOf(deployment)}` }]),
    judged(component, deploymentVersion(deployment, evidence.container), platform),
  ];
}

function judged(component: Component, version: string | undefined, { settings, commands }: Platform): Finding {
  const { title, versionKey } = component;
  const wanted = component.version(settings);
  if (version === undefined) {
    return skipped(title, `its version cannot be told; the objects are rendered for ${wanted}`);
  }
  const sameMinor = version.split('.').slice(0, 2).join('.') === wanted.split('.').slice(0, 2).join('.');
  if (sameMinor && compareVersions(version, wanted) >= 0) {
    return good(title, version === wanted ? version : `${version}, a later patch of ${wanted}`);
  }
  return bad(title, `${version}, and the objects are rendered for ${wanted}`, {
    text: `bring it to ${wanted}, or set \`versions: { ${versionKey}: ${version} }\` in the configuration; either way`,
    commands: [commands.maas('install')],
  });
}
