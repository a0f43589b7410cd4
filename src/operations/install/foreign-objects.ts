import { MODEL_LABEL } from '../../pods';
import type { Kubectl } from '../kubectl';
import { identityOf, isInGroups, type KubernetesObject, type ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';

/** What an object says of itself, without what it holds. */
export type ObjectSketch = Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>;

/** What is known to be the platform's when its neighbours are looked at. */
export interface OwnObjects {
  /** Identities of what goes with the platform. */
  readonly identities: ReadonlySet<string>;
  /** UIDs of the same, also of what is gone by now: what they own goes, too. */
  readonly uids: ReadonlySet<string>;
}

/** What a cluster puts into every namespace by itself, by its kind: names, or all. */
const AUTOMATIC: readonly (readonly [kind: string, name: RegExp])[] = [
  ['ConfigMap', /^(kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert|istio-ca-crl)$/],
  ['ServiceAccount', /^(default|builder|deployer|pipeline)$/],
  ['RoleBinding', /^(system:(deployers|image-builders|image-pullers)|openshift-pipelines-edit)$/],
  ['Secret', /^(default|builder|deployer|pipeline)-(token|dockercfg)-/],
  ['Event', /./],
  ['Endpoints', /./],
  ['EndpointSlice', /./],
  ['Lease', /^istio-/],
  ['PodMetrics', /./],
];

/**
 * What is in a namespace and is neither the platform's, nor made by what is, nor there by itself.
 *
 * @param contents all of the namespace
 */
export function foreignIn<Sketch extends ObjectSketch>(contents: readonly Sketch[], own: OwnObjects): Sketch[] {
  const uids = new Set(contents.flatMap(({ metadata }) => metadata.uid ?? []));
  return contents.filter(({ apiVersion, kind, metadata }) => {
    const { name, namespace, ownerReferences = [] } = metadata;
    if (own.identities.has(identityOf({ apiVersion, kind, namespace, name }))) return false;
    if (AUTOMATIC.some(([automatic, names]) => kind === automatic && names.test(name))) return false;
    // Whose owner is here is judged by its owner.
    return !ownerReferences.some(({ uid }) => uids.has(uid) || own.uids.has(uid));
  });
}

/** How people and their tools call themselves when they write an object; controllers have names of their own. */
const BY_HAND = /^(kubectl|oc\b|k9s|lens|kustomize|argocd|flux|terraform|pulumi|ansible|openapi|mozilla|dashboard)/i;

/** Who has installed a component. */
export interface Installers {
  /** Field managers. */
  readonly managers: readonly string[];
  /** Helm releases. */
  readonly releases: readonly string[];
}

/**
 * What somebody has put into the namespace of a component: what neither the component's installation nor a controller has written.
 *
 * @param contents with `managedFields`
 */
export function strangersIn(
  contents: readonly ObjectSketch[],
  own: OwnObjects,
  { managers, releases }: Installers,
): ObjectSketch[] {
  return foreignIn(contents, own).filter(({ metadata: { annotations = {}, managedFields = [] } }) => {
    const release = annotations['meta.helm.sh/release-name'];
    if (release !== undefined) return !releases.includes(release);
    const writers = managedFields.map(({ manager = '' }) => manager);
    return writers.some((writer) => BY_HAND.test(writer)) && !writers.some((writer) => managers.includes(writer));
  });
}

/** Everything that is in a namespace. @throws OperationError when that cannot be seen in full */
export async function contentsOf(kubectl: Kubectl, namespace: string): Promise<ObjectSketch[]> {
  const known = await kubectl.run(['api-resources', '--namespaced', '--verbs=list,delete', '--output=name']);
  return list(kubectl, known.stdout.split(/\s+/), [`--namespace=${namespace}`]);
}

/** All objects of the kinds whose API groups end so, in the whole cluster. */
export async function objectsOfGroups(kubectl: Kubectl, groups: readonly string[]): Promise<ObjectSketch[]> {
  const { stdout } = await kubectl.run([
    ...['get', 'customresourcedefinitions.apiextensions.k8s.io'],
    '--output=jsonpath={range .items[*]}{.metadata.name}{" "}{.spec.group}{"\\n"}{end}',
  ]);
  const resources = stdout.split('\n').flatMap((line) => {
    const [name, group = ''] = line.split(' ');
    return name && isInGroups(group, groups) ? [name] : [];
  });
  return list(kubectl, resources, ['--all-namespaces']);
}

/** What is not seen would count as not there. */
const UNREADABLE = 'cannot see everything: kubectl has printed a line that is no object; is it a wrapper?';

/** Pods of a PriorityClass that are not those of the platform's models. */
export async function foreignPodsOfPriority(
  kubectl: Kubectl,
  priorityClass: string,
  own: OwnObjects,
): Promise<ObjectReference[]> {
  const model = MODEL_LABEL.replaceAll('.', String.raw`\.`);
  const { stdout } = await kubectl.run([
    ...['get', 'pods', '--all-namespaces'],
    `--output=jsonpath={range .items[?(@.spec.priorityClassName=="${priorityClass}")]}` +
      `{.metadata.namespace}{" "}{.metadata.name}{" "}{.metadata.labels.${model}}{"\\n"}{end}`,
  ]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const [namespace, name, inferenceService = ''] = line.split(' ');
    if (!namespace || !name) throw new OperationError(UNREADABLE);
    const servedBy = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', name: inferenceService };
    if (own.identities.has(identityOf({ ...servedBy, namespace }))) return [];
    return [{ apiVersion: 'v1', kind: 'Pod', namespace, name }];
  });
}

/** Without what the objects hold: there may be Secrets among them. */
async function list(kubectl: Kubectl, resources: readonly string[], where: readonly string[]): Promise<ObjectSketch[]> {
  const wanted = resources.filter(
    (resource) => resource !== '' && !/^(events|endpoints|endpointslices)\b/.test(resource),
  );
  if (wanted.length === 0) return [];
  const args = [
    ...['get', wanted.join(','), ...where, '--ignore-not-found', '--show-managed-fields'],
    '--output=jsonpath={range .items[*]}{.apiVersion}{" "}{.kind}{" "}{.metadata}{"\\n"}{end}',
  ];
  const result = await kubectl.attempt(args);
  if (result.exitCode !== 0) {
    throw new OperationError(`cannot see everything: ${result.stderr.trim().split('\n').slice(0, 3).join('; ')}`);
  }
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [, apiVersion, kind, metadata] = /^(\S+) (\S+) (\{.*\})$/.exec(line) ?? [];
    if (apiVersion === undefined || kind === undefined || metadata === undefined) {
      throw new OperationError(UNREADABLE);
    }
    return { apiVersion, kind, metadata: kubectl.parse(args, metadata) };
  });
}

/** The reference of what is only sketched. */
export function sketched({ apiVersion, kind, metadata: { name, namespace } }: ObjectSketch): ObjectReference {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
