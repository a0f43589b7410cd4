import { isJudged, namedProblemsOf, problemsOf } from '../../src/operations/conditions';
import type { KubernetesObject } from '../../src/operations/kubernetes-object';

function object(kind: string, status?: object, generation = 2): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'it', namespace: 'llm', generation }, ...(status && { status }) };
}
const good = (type: string, observedGeneration?: number) => ({ type, status: 'True', observedGeneration });
const bad = (type: string, reason = 'Broken', message = 'it is') => ({ type, status: 'False', reason, message });
const ISTIO = 'istio.io/gateway-controller';

describe('what KEDA says of a ScaledObject', () => {
  const neutral = ['Active', 'Fallback', 'Paused'].map((type) => ({ type, status: 'Unknown' }));

  test('is good while it is ready, whatever it does', () => {
    expect(problemsOf(object('ScaledObject', { conditions: [good('Ready'), ...neutral] }))).toEqual([]);
  });

  test('is not good while a trigger has no answer', () => {
    const conditions = [bad('Ready', 'PartialTriggerError', 'no metrics'), ...neutral];
    expect(problemsOf(object('ScaledObject', { conditions }))).toEqual([
      'Ready is False (PartialTriggerError: no metrics)',
    ]);
  });
});

describe('an object that a controller judges', () => {
  test.each([
    ['Gateway', true],
    ['InferenceService', true],
    ['ConfigMap', false],
    ['EnvoyFilter', false],
  ])('%s: %s', (kind, expected) => {
    expect(isJudged({ kind })).toBe(expected);
  });

  test('is good with every condition that its kind must have', () => {
    expect(problemsOf(object('AuthPolicy', { conditions: [good('Accepted', 2), good('Enforced', 2)] }))).toEqual([]);
  });

  test('is not good before its controller has seen it', () => {
    expect(problemsOf(object('AuthPolicy'))).toEqual(['Accepted is missing', 'Enforced is missing']);
    expect(problemsOf(object('HTTPRoute'))).toEqual(['Accepted is missing', 'ResolvedRefs is missing']);
    expect(problemsOf(object('HTTPRoute', { parents: [] }))).toEqual([
      'Accepted is missing',
      'ResolvedRefs is missing',
    ]);
  });

  test('says why it is not good', () => {
    const conditions = [good('Accepted'), bad('Enforced', 'Unknown', 'no route')];
    expect(problemsOf(object('AuthPolicy', { conditions }))).toEqual(['Enforced is False (Unknown: no route)']);
    expect(namedProblemsOf(object('AuthPolicy', { conditions }))).toEqual([
      'AuthPolicy llm/it: Enforced is False (Unknown: no route)',
    ]);
  });

  test('says no reason where a controller gives none', () => {
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    expect(problemsOf(object('Kuadrant', { conditions }))).toEqual(['Ready is Unknown']);
  });

  test('must not have further conditions that are false', () => {
    const conditions = [good('Ready'), bad('Other')];
    expect(problemsOf(object('Kuadrant', { conditions }))).toEqual(['Other is False (Broken: it is)']);
  });

  test.each(['Conflicted', 'NonStructuralSchema', 'Overridden', 'ReplicaFailure', 'Stopped', 'Terminating'])(
    'is good while %s is false, and not while it is true',
    (type) => {
      const withIt = (status: string) => object('Certificate', { conditions: [good('Ready'), { type, status }] });
      expect(problemsOf(withIt('False'))).toEqual([]);
      expect(problemsOf(withIt('True'))).toEqual([`${type} is True`]);
    },
  );
});

describe('an object that has changed since', () => {
  test('is not current by its own generation', () => {
    const status = { observedGeneration: 1, conditions: [good('Available')] };
    expect(problemsOf(object('Deployment', status))).toEqual(['status is of generation 1, the object of 2']);
  });

  test('is not current by the generation of a condition', () => {
    const conditions = [good('Accepted', 2), good('Enforced', 1)];
    expect(problemsOf(object('AuthPolicy', { conditions }))).toEqual(['Enforced is of generation 1, the object of 2']);
  });
});

describe('conditions elsewhere', () => {
  const programmed = [good('Accepted'), good('Programmed')];

  test('are those of listeners', () => {
    const listener = (conditions: object[]) => ({ name: 'http', conditions });
    const listenerGood = [...programmed, good('ResolvedRefs')];
    const gateway = (...conditions: object[]) =>
      object('Gateway', { conditions: programmed, listeners: [listener(conditions)] });
    expect(problemsOf(gateway(...listenerGood))).toEqual([]);
    expect(problemsOf(gateway(...programmed))).toEqual(['listener http: ResolvedRefs is missing']);
    expect(problemsOf(gateway(...listenerGood, bad('Conflicted')))).toEqual([]);
    expect(problemsOf(gateway(good('Accepted'), good('ResolvedRefs'), bad('Programmed')))).toEqual([
      'listener http: Programmed is False (Broken: it is)',
    ]);
  });

  test('are those of the parents of a route, whoever wrote them', () => {
    const route = (controllerName: string, ...conditions: object[]) =>
      object('HTTPRoute', { parents: [{ controllerName, conditions }] });
    expect(problemsOf(route(ISTIO, good('Accepted'), good('ResolvedRefs')))).toEqual([]);
    expect(problemsOf(route(ISTIO, good('Accepted')))).toEqual([`by ${ISTIO}: ResolvedRefs is missing`]);
    expect(problemsOf(route('kuadrant.io/policy-controller', good('kuadrant.io/AuthPolicyAffected')))).toEqual([]);
    expect(problemsOf(route(ISTIO, good('Accepted'), bad('ResolvedRefs', 'BackendNotFound', 'gone')))).toEqual([
      `by ${ISTIO}: ResolvedRefs is False (BackendNotFound: gone)`,
    ]);
  });
});
