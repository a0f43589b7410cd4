import { ApiKeySecret } from '../../src/identity/api-key-secret';
import { GatewayAuthPolicy, type GatewayAuthPolicyProps } from '../../src/identity/gateway-auth-policy';
import { evaluateCel } from '../support/cel';
import { synthesize } from '../support/synth';

interface Method {
  readonly overrides: Readonly<Record<string, { readonly expression?: string; readonly value?: unknown }>>;
  readonly credentials: unknown;
}

export interface Rules {
  readonly authentication: Readonly<Record<string, Method>>;
  readonly authorization: Readonly<
    Record<string, { readonly patternMatching: { readonly patterns: readonly { readonly predicate: string }[] } }>
  >;
  readonly response: {
    readonly success: {
      readonly headers: Readonly<Record<string, { readonly plain: { readonly expression: string } }>>;
    };
  };
}

/** The policy of some props, by the construct. */
export function policyWith(props: GatewayAuthPolicyProps) {
  const { manifests, find } = synthesize((chart) => new GatewayAuthPolicy(chart, 'policy', props));
  const { spec } = find('AuthPolicy');
  const rules: Rules = spec.overrides.rules;
  return { manifests, spec, rules };
}

/** A request as Authorino knows it: the time is a protobuf Timestamp in Go's JSON. */
export interface PolicyRequest {
  readonly host?: string;
  readonly path?: string;
  readonly time?: { readonly seconds: number };
}

/** What Authorino does after it has checked a credential: identity, then every predicate, then the headers. */
export function answer(
  { authentication, authorization, response }: Rules,
  method: string,
  object: object,
  request: PolicyRequest = {},
) {
  const overrides = Object.entries(authentication[method]?.overrides ?? {}).map(([name, { expression, value }]) => [
    name,
    expression === undefined ? value : evaluateCel(expression, { auth: { identity: object }, request }),
  ]);
  const variables = { auth: { identity: { ...object, ...Object.fromEntries(overrides) } }, request };
  const refused = Object.entries(authorization).filter(([rule, { patternMatching }]) =>
    patternMatching.patterns.some(({ predicate }) => !holds(rule, predicate, variables)),
  );
  return refused.length > 0
    ? refused.map(([name]) => name)
    : Object.fromEntries(
        Object.entries(response.success.headers).map(([name, { plain }]) => [
          name,
          evaluateCel(plain.expression, variables),
        ]),
      );
}

/** An error refuses, as in Authorino; only an expiry that nobody can read, or without a time, may be one. */
function holds(rule: string, predicate: string, variables: Readonly<Record<string, unknown>>): boolean {
  try {
    return evaluateCel(predicate, variables) === true;
  } catch (error) {
    if (rule !== 'key-in-force') throw error;
    return false;
  }
}

/** A key Secret as `ApiKeySecret` makes it. */
export function secretOf(user: string, tier: string, namespace = 'llm'): object {
  return synthesize((chart) => new ApiKeySecret(chart, 'key', { namespace, user, tier, demoKey: 'k' })).manifests[0];
}
