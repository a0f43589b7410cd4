import { nameOf, type KubernetesObject } from './kubernetes-object';

/** What a controller says of an object. */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** The kinds for which a controller has a verdict, with the conditions that they must have; all others must be good, too. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  GatewayClass: ['Accepted'],
  Gateway: ['Accepted', 'Programmed'],
  HTTPRoute: ['Accepted', 'ResolvedRefs'],
  Kuadrant: ['Ready'],
  AuthPolicy: ['Accepted', 'Enforced'],
  RateLimitPolicy: ['Accepted', 'Enforced'],
  TokenRateLimitPolicy: ['Accepted', 'Enforced'],
  Authorino: ['Ready'],
  Limitador: ['Ready'],
  AuthConfig: ['Available', 'Ready'],
  InferenceService: ['IngressReady', 'PredictorReady', 'Ready'],
  Certificate: ['Ready'],
  ExternalSecret: ['Ready'],
  Prometheus: ['Available', 'Reconciled'],
  ScaledObject: ['Ready'],
  Job: [],
  CustomResourceDefinition: ['Established', 'NamesAccepted'],
  Deployment: ['Available'],
};

/** Conditions that are good when they are false. */
const NEGATIVE = [
  'Conflicted',
  'Failed',
  'FailureTarget',
  'NonStructuralSchema',
  'Overridden',
  'ReplicaFailure',
  'Stopped',
  'Suspended',
  'Terminating',
];

/** Conditions that tell what an object does just now, and not how it is: KEDA's. */
const NEUTRAL = ['Active', 'Fallback', 'Paused'];

/** Whether some controller says of an object of this kind how it is. */
export function isJudged({ kind }: Pick<KubernetesObject, 'kind'>): boolean {
  return kind in VERDICTS;
}

/**
 * What is not good, or not current, about an object of the cluster.
 *
 * @returns sentences such as `by istio.io/gateway-controller: ResolvedRefs is False (BackendNotFound: …)`
 */
export function problemsOf({ kind, status = {}, metadata }: KubernetesObject): string[] {
  const must = VERDICTS[kind] ?? [];
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
  if (kind !== 'HTTPRoute') groups.push({ where: '', must, conditions: status.conditions ?? [] });
  else if (groups.length === 0) groups.push({ where: '', must, conditions: [] });
  const old = [status.observedGeneration ?? metadata.generation].filter((seen) => seen !== metadata.generation);
  return [
    ...old.map((seen) => `status is of generation ${seen}, the object of ${metadata.generation}`),
    ...groups.flatMap((group) =>
      problemsIn(group.conditions, group.must, metadata.generation).map((text) => group.where + text),
    ),
  ];
}

/** As `problemsOf`, each with the object's name in front. */
export function namedProblemsOf(object: KubernetesObject): string[] {
  return problemsOf(object).map((problem) => `${nameOf(object)}: ${problem}`);
}

function problemsIn(
  conditions: readonly Condition[],
  must: readonly string[],
  generation: number | undefined,
): string[] {
  const missing = must.filter((type) => !conditions.some((condition) => condition.type === type));
  const bad = conditions.filter(
    ({ type, status }) => !NEUTRAL.includes(type) && status !== (NEGATIVE.includes(type) ? 'False' : 'True'),
  );
  const old = conditions.filter(({ observedGeneration }) => (observedGeneration ?? generation) !== generation);
  return [
    ...missing.map((type) => `${type} is missing`),
    ...bad.map((condition) => `${condition.type} is ${condition.status}${whyOf(condition)}`),
    ...old.map(
      ({ type, observedGeneration }) => `${type} is of generation ${observedGeneration}, the object of ${generation}`,
    ),
  ];
}

/** A controller need not say why. */
function whyOf({ reason, message }: Condition): string {
  const said = [reason, message].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? '' : ` (${said.join(': ')})`;
}
