import { dump } from 'js-yaml';
import { list } from './api';
import { nameOf, type Manifest } from './manifests';
import { until } from './until';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

interface Judged {
  /** Where all objects of the kind are. */
  readonly path: string;
  /** The conditions that it must have; all others that it has must be good, too. */
  readonly conditions: readonly string[];
}

const gatewayApi = '/apis/gateway.networking.k8s.io/v1';
const kuadrant = '/apis/kuadrant.io';

/** The kinds for whose objects some controller that runs in the tests has a verdict. */
const kinds: Readonly<Record<string, Judged>> = {
  GatewayClass: { path: `${gatewayApi}/gatewayclasses`, conditions: ['Accepted'] },
  Gateway: { path: `${gatewayApi}/gateways`, conditions: ['Accepted', 'Programmed'] },
  HTTPRoute: { path: `${gatewayApi}/httproutes`, conditions: ['Accepted', 'ResolvedRefs'] },
  Kuadrant: { path: `${kuadrant}/v1beta1/kuadrants`, conditions: ['Ready'] },
  AuthPolicy: { path: `${kuadrant}/v1/authpolicies`, conditions: ['Accepted', 'Enforced'] },
  RateLimitPolicy: { path: `${kuadrant}/v1/ratelimitpolicies`, conditions: ['Accepted', 'Enforced'] },
  TokenRateLimitPolicy: { path: `${kuadrant}/v1alpha1/tokenratelimitpolicies`, conditions: ['Accepted', 'Enforced'] },
  Authorino: { path: '/apis/operator.authorino.kuadrant.io/v1beta1/authorinos', conditions: ['Ready'] },
  AuthConfig: { path: '/apis/authorino.kuadrant.io/v1beta3/authconfigs', conditions: ['Available', 'Ready'] },
  InferenceService: {
    path: '/apis/serving.kserve.io/v1beta1/inferenceservices',
    conditions: ['IngressReady', 'PredictorReady', 'Ready'],
  },
};

/** Conditions that are good when they are false. */
const negative = ['Conflicted', 'Overridden', 'Stopped'];

/** @returns whether an object of this kind gets a verdict. */
function isJudged({ kind }: Manifest): boolean {
  return kind in kinds;
}

/** @returns all objects in the cluster that get a verdict. */
async function judgedObjects(): Promise<Manifest[]> {
  const found = Object.entries(kinds).map(async ([kind, { path }]) => {
    const apiVersion = path.replace(/^\/apis\/(.*)\/[^/]*$/, '$1');
    return (await list(path)).map((object) => ({ ...object, apiVersion, kind }));
  });
  return (await Promise.all(found)).flat();
}

/** @returns what is not good, or not current, about an object: `HTTPRoute llm/x: ResolvedRefs is False (BackendNotFound: …)`. */
export function problemsOf(object: Manifest): string[] {
  const { status = {}, metadata } = object;
  const must = kinds[object.kind]!.conditions;
  const groups: { where: string; must: readonly string[]; conditions: Condition[] }[] = [
    ...(status.listeners ?? []).map(({ name, conditions }: { name: string; conditions: Condition[] }) => ({
      ...{ where: `listener ${name}: `, conditions },
      must: ['Accepted', 'Programmed', 'ResolvedRefs'],
    })),
    ...(status.parents ?? []).map(
      ({ controllerName, conditions }: { controllerName: string; conditions: Condition[] }) => ({
        ...{ where: `by ${controllerName}: `, conditions },
        must: controllerName === 'istio.io/gateway-controller' ? must : [],
      }),
    ),
  ];
  // A route has its conditions for each parent only.
  if (object.kind !== 'HTTPRoute') groups.push({ where: '', must, conditions: status.conditions ?? [] });
  else if (groups.length === 0) groups.push({ where: '', must, conditions: [] });
  const old = [status.observedGeneration ?? metadata.generation].filter((seen) => seen !== metadata.generation);
  return [
    ...old.map((seen) => `status is of generation ${seen}, the object of ${metadata.generation}`),
    ...groups.flatMap((group) =>
      problemsIn(group.conditions, group.must, metadata.generation).map((text) => group.where + text),
    ),
  ].map((problem) => `${nameOf(object)}: ${problem}`);
}

function problemsIn(
  conditions: readonly Condition[],
  must: readonly string[],
  generation: number | undefined,
): string[] {
  const missing = must.filter((type) => !conditions.some((condition) => condition.type === type));
  const bad = conditions.filter(({ type, status }) => status !== (negative.includes(type) ? 'False' : 'True'));
  const old = conditions.filter(({ observedGeneration }) => (observedGeneration ?? generation) !== generation);
  return [
    ...missing.map((type) => `${type} is missing`),
    ...bad.map(({ type, status, reason, message }) => `${type} is ${status} (${reason}: ${message})`),
    ...old.map(
      ({ type, observedGeneration }) => `${type} is of generation ${observedGeneration}, the object of ${generation}`,
    ),
  ];
}

/**
 * Waits until everything in the cluster that gets a verdict has a good one. What never comes to that is told with the
 * conditions that it has.
 *
 * @param expected objects that have to be there
 * @param otherProblems what else must be nothing
 */
export async function untilGood(expected: readonly Manifest[], otherProblems: () => readonly string[]): Promise<void> {
  let objects: Manifest[] = [];
  let problems: string[] = [];
  await until('every condition is good and current', 60, async () => {
    objects = await judgedObjects();
    const names = new Set(objects.map(nameOf));
    const missing = expected.filter((object) => isJudged(object) && !names.has(nameOf(object)));
    problems = [
      ...(objects.some(({ kind }) => kind === 'AuthConfig') ? [] : ['no AuthConfig']),
      ...missing.map((object) => `${nameOf(object)}: not there`),
      ...otherProblems(),
      ...objects.flatMap(problemsOf),
    ];
    return problems.length === 0;
  }).catch(({ message }: Error) => {
    const bad = objects.filter((object) => problemsOf(object).length > 0);
    throw new Error(
      [message, ...problems, ...bad.map((object) => `${nameOf(object)}\n${dump(object.status)}`)].join('\n'),
    );
  });
}

/** Waits until something says this of an object. @returns what it says of it then */
export async function untilProblem(name: string, wanted: string): Promise<string[]> {
  let problems: string[] = [];
  await until(`${name}: ${wanted}`, 30, async () => {
    const object = (await judgedObjects()).find((candidate) => nameOf(candidate) === name);
    problems = object === undefined ? ['not there'] : problemsOf(object);
    return problems.some((problem) => problem.includes(wanted));
  }).catch(({ message }: Error) => {
    throw new Error(`${message}; it says ${JSON.stringify(problems)}`);
  });
  return problems;
}
