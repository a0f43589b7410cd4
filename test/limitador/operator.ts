import { createHash } from 'node:crypto';
import { parseGatewayApiDuration } from '../../src/limits/gateway-api-duration';
import { evaluateCel } from '../support/cel';

/**
 * What Kuadrant's operator and its wasm make of a TokenRateLimitPolicy, written after kuadrant-operator 1.5.2:
 * `processPolicyRules` of internal/controller/limitador_limits_reconciler.go, `TokenLimitNameToLimitadorIdentifier` and
 * `wasmActionsFromTokenLimit` of ratelimit_workflow_helpers.go, `TransformCounterVariable` of internal/cel.
 */

/** The part of a rendered TokenRateLimitPolicy that decides about limits. */
export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly overrides: { readonly limits: Readonly<Record<string, PolicyLimit>> } };
}

interface PolicyLimit {
  readonly rates: readonly { readonly limit: number; readonly window: string }[];
  readonly when: readonly { readonly predicate: string }[];
  readonly counters: readonly { readonly expression: string }[];
}

/** An entry of `spec.limits` of the Limitador object. */
export interface LimitadorLimit {
  readonly name: string;
  readonly namespace: string;
  readonly max_value: number;
  readonly seconds: number;
  readonly conditions: readonly string[];
  readonly variables: readonly string[];
}

/** Who sends a request, as the AuthPolicy tells it. */
export interface Identity {
  readonly user: string;
  readonly tier: string;
}

/** The limits of all routes, in which a route is a namespace of Limitador's. */
export function operatorLimits(policy: Policy, routes: readonly string[]): LimitadorLimit[] {
  return routes.flatMap((namespace) =>
    Object.entries(policy.spec.overrides.limits).flatMap(([name, { rates, counters }]) =>
      rates.map(({ limit, window }) => ({
        name,
        namespace,
        max_value: limit,
        seconds: parseGatewayApiDuration(window).toSeconds(),
        conditions: [`descriptors[0]["${identifier(policy, name)}"] == "1"`],
        variables: counters.map(({ expression }) => `descriptors[0]["${expression.trim()}"]`),
      })),
    ),
  );
}

/** One descriptor for each limit whose `when` holds: what the wasm asks, and later reports, in a call of its own each. */
export function wasmDescriptors(policy: Policy, identity: Identity): Record<string, string>[] {
  const variables = { auth: { identity } };
  return Object.entries(policy.spec.overrides.limits)
    .filter(([, { when }]) => when.every(({ predicate }) => evaluateCel(predicate, variables) === true))
    .map(([name, { counters }]) => ({
      [identifier(policy, name)]: '1',
      ...Object.fromEntries(counters.map(({ expression }) => [expression, String(evaluateCel(expression, variables))])),
    }));
}

function identifier({ metadata: { namespace, name } }: Policy, limit: string): string {
  const hash = createHash('sha256').update(`${namespace}/${name}/${limit}`).digest('hex').slice(0, 8);
  return `tokenlimit.${limit.replace(/[^\p{L}\p{Nd}_]/gu, '_')}__${hash}`;
}
