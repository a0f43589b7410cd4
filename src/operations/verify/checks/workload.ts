import { problemsOf } from '../../conditions';
import { nameOf, type KubernetesObject } from '../../kubernetes-object';
import type { Commands } from '../commands';
import { bad, good, type Advice, type Finding } from '../row';

/** Reasons of a container that is on its way. */
const ON_ITS_WAY = ['ContainerCreating', 'PodInitializing'];

/** What OpenShift says of a pod that it does not admit. */
const NO_CONSTRAINTS = 'unable to validate against any security context constraint';

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
}

/** Why a pod does not do its work; nothing when it does. */
function podProblem({ status = {} }: KubernetesObject): string | undefined {
  const conditions = (status.conditions ?? []) as { type: string; status: string; message?: string }[];
  const condition = (type: string) => conditions.find((each) => each.type === type);
  const scheduled = condition('PodScheduled');
  if (scheduled?.status === 'False') return `unschedulable: ${scheduled.message ?? 'no node takes it'}`;
  const containers: ContainerStatus[] = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { name, state, lastState } of containers) {
    const { reason = '', message } = state?.waiting ?? {};
    if (reason !== '' && !ON_ITS_WAY.includes(reason)) {
      const before = lastState?.terminated?.reason;
      const more = [
        ...(message === undefined ? [] : [message]),
        ...(before === undefined ? [] : [`before: ${before}`]),
      ];
      return [`container ${name}: ${reason}`, ...more].join(': ');
    }
  }
  if (status.phase === 'Failed') return `failed: ${status.reason ?? status.message ?? 'see its containers'}`;
  return condition('Ready')?.status === 'True' ? undefined : 'not ready yet';
}

/**
 * Whether a Deployment and its pods run.
 *
 * @param selector as kubectl takes it, of the pods
 */
export function workload(
  deployment: KubernetesObject,
  pods: readonly KubernetesObject[],
  selector: string,
  commands: Commands,
): Finding {
  const problems = problemsOf(deployment);
  const ailing = pods.flatMap((pod) => {
    const problem = podProblem(pod);
    return problem === undefined ? [] : [`pod ${pod.metadata.name}: ${problem}`];
  });
  const name = nameOf(deployment);
  // A pod that is on its way beside enough others is no problem.
  if (problems.length === 0 && ailing.every((text) => text.endsWith('not ready yet'))) {
    return good(name, `${pods.length - ailing.length} of ${pods.length} pods ready`);
  }
  const advice = problems.some((problem) => problem.includes(NO_CONSTRAINTS))
    ? constraintsAdvice(commands)
    : adviceFor(deployment, ailing.join(), selector, commands);
  return bad(name, [...ailing, ...problems].join('; '), advice);
}

function constraintsAdvice(commands: Commands): Advice {
  return {
    text:
      "none of OpenShift's SecurityContextConstraints that its ServiceAccount may use admits the pod: take away what they " +
      'refuse (docs/openshift.md), or bring back the RoleBindings of the platform',
    commands: [commands.maas('install')],
  };
}

function adviceFor({ metadata }: KubernetesObject, ailing: string, selector: string, commands: Commands): Advice {
  const { name, namespace = '' } = metadata;
  const where = [`--namespace=${namespace}`, `--selector=${selector}`];
  const again = commands.kubectl('delete', 'pods', ...where);
  if (/unschedulable/.test(ailing)) {
    return {
      text: 'no node takes its pod; see what the scheduler says, and give the cluster such a node or the model less',
      commands: [commands.kubectl('describe', 'pods', ...where)],
      looksOnly: true,
    };
  }
  if (/ImagePull|InvalidImageName/.test(ailing)) {
    return {
      text: 'let the node reach the registry (`registry` of maas.yaml names a mirror), then let the pod try at once',
      commands: [again],
    };
  }
  if (/CrashLoop|Error|OOMKilled/.test(ailing)) {
    return {
      text: 'read why it ended, then let it try at once',
      commands: [commands.kubectl('logs', ...where, '--all-containers', '--tail=50'), again],
    };
  }
  return commands.describe('see why it has no pod that is ready', 'deployment', name, namespace);
}
