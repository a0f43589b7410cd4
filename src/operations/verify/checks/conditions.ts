import { isJudged, problemsOf } from '../../conditions';
import { nameOf, resourceOf, type KubernetesObject } from '../../kubernetes-object';
import type { Cluster } from '../cluster';
import type { Commands } from '../commands';
import { KINDS } from '../kinds';
import { bad, good, type Advice, type Finding } from '../row';
import type { Platform } from './check';
import { readable } from './objects';

/** What controllers say of the objects of dist/ is good, and of the objects as they are now. */
export function conditions(cluster: Cluster, platform: Platform): Finding[] {
  return platform.objects.flatMap((object) => {
    const live = isJudged(object) ? readable(cluster, object) : undefined;
    return live === undefined ? [] : [judged(live, platform)];
  });
}

/** What Kuadrant makes of the policies: Authorino, Limitador, and what Authorino is to do. */
export function kuadrant(cluster: Cluster, platform: Platform): Finding[] {
  const { settings, commands } = platform;
  const { namespace } = settings.kuadrant;
  const services = [KINDS.authorino, KINDS.limitador].flatMap((kind) => {
    if (!cluster.knows(kind)) return [];
    const found = cluster.list(kind, namespace);
    return found.length > 0
      ? found.map((object) => judged(object, platform))
      : [unmade(kind.kind, namespace, commands)];
  });
  const authConfigs = cluster.knows(KINDS.authConfig) ? cluster.list(KINDS.authConfig, namespace) : [];
  const own = authConfigs.filter((object) => isForRouteIn(settings.namespace, object));
  return [...services, ...own.map((object) => judged(object, platform))];
}

/** Kuadrant writes down which route an AuthConfig is for; those of other platforms are in the same namespace. */
function isForRouteIn(namespace: string, { metadata }: KubernetesObject): boolean {
  const route = metadata.annotations?.['HTTPRouteRule.gateway.networking.k8s.io'];
  return route === undefined || route.includes(`:${namespace}/`);
}

function unmade(kind: string, namespace: string, commands: Commands): Finding {
  return bad(`${kind} in ${namespace}`, 'not there: Kuadrant’s operator has not made it', {
    text: 'the operator makes it once Kuadrant’s instance is there; if it is, start the operator anew',
    commands: [restart('kuadrant-operator-controller-manager', namespace, commands)],
  });
}

function judged(object: KubernetesObject, platform: Platform): Finding {
  const problems = problemsOf(object);
  return problems.length === 0
    ? good(nameOf(object), 'conditions good and current')
    : bad(nameOf(object), problems.join('; '), adviceFor(object, problems, platform));
}

/** A command that starts the pods of a Deployment anew. */
export function restart(deployment: string, namespace: string, commands: Commands): string {
  return commands.kubectl('rollout', 'restart', `deployment/${deployment}`, `--namespace=${namespace}`);
}

function adviceFor(object: KubernetesObject, problems: readonly string[], { settings, commands }: Platform): Advice {
  const { metadata } = object;
  const resource = resourceOf(object);
  const where = metadata.namespace === undefined ? [] : [`--namespace=${metadata.namespace}`];
  const [, listed = ''] = /Overridden by \[([^\]]+)\]/i.exec(problems.join()) ?? [];
  // Names only: `--all` would be the name of no policy.
  const others = listed.split(/[\s,]+/).filter((name) => /^[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*$/.test(name));
  if (others.length > 0) {
    return {
      text: 'another policy for the same Gateway is in force in its place: ask whose it is, then take it away',
      commands: others.map((other) => {
        const [namespace = '', name = ''] = other.split('/');
        return commands.kubectl('delete', resource, name, `--namespace=${namespace}`);
      }),
    };
  }
  // Its operator 1.5.2 does not look at AuthPolicies again when Authorino becomes ready.
  if (problems.join().includes('waiting for the following components to sync: [Authorino]')) {
    return {
      text: 'once Authorino itself is good, let Kuadrant’s operator look at the policy again: it does not by itself',
      commands: [restart('kuadrant-operator-controller-manager', settings.kuadrant.namespace, commands)],
    };
  }
  if (object.kind === 'Certificate') {
    return {
      text:
        'see what cert-manager says of it; once its issuer can issue, let it be made anew at once, not after cert-manager’s ' +
        'growing pauses',
      commands: [
        commands.kubectl('describe', resource, metadata.name, ...where),
        commands.kubectl('delete', resource, metadata.name, ...where),
        commands.maas('install'),
      ],
    };
  }
  return commands.describe('see what its controller says', resource, metadata.name, metadata.namespace);
}
