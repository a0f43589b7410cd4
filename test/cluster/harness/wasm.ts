import { callRateLimit } from '../../limitador/rate-limit-service';
import { evaluateCel } from '../../support/cel';
import { listed } from './kuadrant';
import type { Manifest } from './manifests';

/** What the wasm asks or reports, under a condition on who sends the request. */
interface ConditionalData {
  readonly predicates?: readonly string[];
  readonly data: readonly { readonly expression: { readonly key: string; readonly value: string } }[];
}

/** A question of the wasm to one of Kuadrant's services, or a report. */
export interface Action {
  readonly service: string;
  readonly scope: string;
  readonly sources: readonly string[];
  readonly conditionalData: readonly ConditionalData[];
}

/** What the wasm does with a request, by the host and the conditions of a rule. */
export interface ActionSet {
  readonly routeRuleConditions: { readonly hostnames: readonly string[]; readonly predicates: readonly string[] };
  readonly actions: readonly Action[];
}

/** What Kuadrant's operator has written for the wasm. */
export async function actionSets(): Promise<ActionSet[]> {
  const filters = await listed('envoyfilters', '--selector=kuadrant.io/managed=true');
  const texts = filters.flatMap(({ spec }) =>
    spec.configPatches.map(({ patch }: Manifest) => patch.value?.typed_config?.value?.config?.configuration?.value),
  );
  const text: string | undefined = texts.find((candidate) => typeof candidate === 'string');
  return JSON.parse(text!).actionSets;
}

/** The descriptor that the wasm makes for a user, of the limits whose predicates hold. */
export function descriptors(actions: readonly Action[], user: string, tier: string): Record<string, string>[] {
  const variables = { auth: { identity: { user, tier } } };
  return actions
    .flatMap(({ conditionalData }) => conditionalData)
    .filter(({ predicates = [] }) => predicates.every((predicate) => evaluateCel(predicate, variables) === true))
    .map(({ data }) => {
      const pairs = data.map(({ expression: { key, value } }): [string, string] => {
        const isText = /^\d+$/.test(value) || value.startsWith('responseBodyJSON');
        return [key, isText ? value : String(evaluateCel(value, variables))];
      });
      return Object.fromEntries(pairs);
    });
}

/** A request of somebody, as the wasm knows it. */
export interface Asked {
  readonly host: string;
  readonly path: string;
  readonly user: string;
  readonly tier: string;
}

/** Plays what the wasm does about tokens, as its configuration says, on the real Limitador. */
export class TokenCounter {
  constructor(
    private readonly sets: readonly ActionSet[],
    private readonly limitadorPort: number,
  ) {}

  /** Whether there are tokens left for a POST: what the wasm asks before it forwards the request. */
  async hasTokens(asked: Asked): Promise<boolean> {
    const calls = this.calls(asked, 'ratelimit-check-service', 'CheckRateLimit');
    return !(await Promise.all(calls.map((call) => call(0)))).includes(true);
  }

  /** Counts what the answer has used. */
  async report(asked: Asked, tokens: number): Promise<void> {
    await Promise.all(this.calls(asked, 'ratelimit-report-service', 'Report').map((call) => call(tokens)));
  }

  private calls(asked: Asked, service: string, method: 'CheckRateLimit' | 'Report') {
    const actions = actionSetFor(this.sets, asked).actions.filter((action) => action.service === service);
    const found = actions.flatMap((action) =>
      descriptors([action], asked.user, asked.tier).map((all) => {
        const descriptor = Object.fromEntries(Object.entries(all).filter(([key]) => key !== HITS));
        return (hits: number) =>
          callRateLimit(this.limitadorPort, `kuadrant.service.ratelimit.v1.RateLimitService/${method}`, {
            ...{ domain: action.scope, descriptor, hits },
          });
      }),
    );
    if (found.length === 0) throw new Error(`nothing is counted of ${asked.path} by ${asked.user}`);
    return found;
  }
}

/** The first set whose conditions hold for a POST, as the wasm looks for it. */
export function actionSetFor(sets: readonly ActionSet[], { host, path }: Pick<Asked, 'host' | 'path'>): ActionSet {
  const urlPath = path.replace(/\?.*/, '');
  const set = sets.find(
    ({ routeRuleConditions: { hostnames, predicates } }) =>
      hostnames.includes(host) && predicates.every((predicate) => holds(predicate, urlPath)),
  );
  if (set === undefined) throw new Error(`the wasm knows no ${host}${path}`);
  return set;
}

const HITS = 'ratelimit.hits_addend';

/** The three conditions that the operator makes of our routes. */
function holds(predicate: string, urlPath: string): boolean {
  const [, kind, text] =
    /^request\.(method == |url_path == |url_path\.startsWith\()'([^']*)'\)?$/.exec(predicate) ?? [];
  if (kind === undefined || text === undefined) throw new Error(`a condition that is not known: ${predicate}`);
  if (kind.startsWith('method')) return text === 'POST';
  return kind.endsWith('(') ? urlPath.startsWith(text) : urlPath === text;
}
