import { dump } from 'js-yaml';
import { namedProblemsOf } from '../../../src/operations/conditions';
import { apply, list } from './api';
import { nameOf, type Manifest } from './manifests';
import { until } from './until';

const gatewayApi = '/apis/gateway.networking.k8s.io/v1';
const kuadrant = '/apis/kuadrant.io';

/** Where all objects are of the kinds for which some controller that runs in the tests has a verdict. */
const paths: Readonly<Record<string, string>> = {
  GatewayClass: `${gatewayApi}/gatewayclasses`,
  Gateway: `${gatewayApi}/gateways`,
  HTTPRoute: `${gatewayApi}/httproutes`,
  Kuadrant: `${kuadrant}/v1beta1/kuadrants`,
  AuthPolicy: `${kuadrant}/v1/authpolicies`,
  RateLimitPolicy: `${kuadrant}/v1/ratelimitpolicies`,
  TokenRateLimitPolicy: `${kuadrant}/v1alpha1/tokenratelimitpolicies`,
  Authorino: '/apis/operator.authorino.kuadrant.io/v1beta1/authorinos',
  AuthConfig: '/apis/authorino.kuadrant.io/v1beta3/authconfigs',
  InferenceService: '/apis/serving.kserve.io/v1beta1/inferenceservices',
};

/** What an AuthPolicy says that waits for nothing but Authorino. */
const STUCK = 'waiting for the following components to sync: [Authorino]';

/** @returns whether an object of this kind gets a verdict. */
function isJudged({ kind }: Manifest): boolean {
  return kind in paths;
}

/** @returns all objects in the cluster that get a verdict. */
async function judgedObjects(): Promise<Manifest[]> {
  const found = Object.entries(paths).map(async ([kind, path]) => {
    const apiVersion = path.replace(/^\/apis\/(.*)\/[^/]*$/, '$1');
    return (await list(path)).map((object) => ({ ...object, apiVersion, kind }));
  });
  return (await Promise.all(found)).flat();
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
      ...objects.flatMap(namedProblemsOf),
    ];
    await wakeKuadrant(objects);
    return problems.length === 0;
  }).catch(({ message }: Error) => {
    const bad = objects.filter((object) => namedProblemsOf(object).length > 0);
    throw new Error(
      [message, ...problems, ...bad.map((object) => `${nameOf(object)}\n${dump(object.status)}`)].join('\n'),
    );
  });
}

/**
 * Kuadrant's operator 1.5.2 does not look at its AuthPolicies again when Authorino becomes ready, and ours would say
 * forever that it waits for it where everything else was done before. Any event of a route makes it look.
 */
async function wakeKuadrant(objects: readonly Manifest[]): Promise<void> {
  const isStuck = objects.some(
    ({ kind, status }) => kind === 'AuthPolicy' && JSON.stringify(status ?? {}).includes(STUCK),
  );
  const authorino = objects.find(({ kind }) => kind === 'Authorino');
  const route = objects.find(({ kind }) => kind === 'HTTPRoute');
  if (!isStuck || authorino === undefined || route === undefined || namedProblemsOf(authorino).length > 0) return;
  await apply(`${gatewayApi}/namespaces/${route.metadata.namespace}/httproutes/${route.metadata.name}`, {
    apiVersion: route.apiVersion,
    kind: route.kind,
    metadata: { name: route.metadata.name, annotations: { 'test/authorino-is-ready': String(Date.now()) } },
  });
}

/** Waits until something says this of an object. @returns what it says of it then */
export async function untilProblem(name: string, wanted: string): Promise<string[]> {
  let problems: string[] = [];
  await until(`${name}: ${wanted}`, 30, async () => {
    const object = (await judgedObjects()).find((candidate) => nameOf(candidate) === name);
    problems = object === undefined ? ['not there'] : namedProblemsOf(object);
    return problems.some((problem) => problem.includes(wanted));
  }).catch(({ message }: Error) => {
    throw new Error(`${message}; it says ${JSON.stringify(problems)}`);
  });
  return problems;
}
