import { listed } from './kuadrant';
import type { Manifest } from './manifests';
import { kubectl } from './suite';
import { until } from './until';

/** Name of the platform's AuthPolicy. */
export const policyName = 'gateway-auth-policy';

/** Condition by type, as `<status> <reason>`; none when they speak of an older generation of the object. */
export function conditionsOf({ metadata, status }: Manifest): Record<string, string> {
  const conditions = (status?.conditions ?? []) as { type: string; status: string; reason: string }[];
  const generation = (metadata as { generation?: number }).generation;
  if (status?.observedGeneration !== undefined && status.observedGeneration !== generation) return {};
  return Object.fromEntries(conditions.map(({ type, status: is, reason }) => [type, `${is} ${reason}`]));
}

/** @returns the AuthPolicy of this name. */
export async function policy(name: string): Promise<Manifest> {
  const found = (await listed('authpolicies')).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`no AuthPolicy ${name}`);
  return found;
}

/** Waits for a policy's condition Enforced, by default until it is true. */
export async function untilEnforced(name: string, enforced = 'True Enforced'): Promise<void> {
  await until(`AuthPolicy ${name}: Enforced is ${enforced}`, 30, async () => {
    return conditionsOf(await policy(name)).Enforced === enforced;
  }).catch(async ({ message }: Error) => {
    throw new Error(`${message}; it says ${JSON.stringify((await policy(name)).status)}`);
  });
}

/** Creates objects that nobody has made before. */
export async function create(...items: object[]): Promise<void> {
  await kubectl(['create', '-f', '-'], { stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}

/** Changes the platform's AuthPolicy by an operation of RFC 6902. */
export async function patchPolicy(operation: object): Promise<void> {
  const patch = JSON.stringify([operation]);
  await kubectl(['patch', 'authpolicy', policyName, '--namespace=llm', '--type=json', `--patch=${patch}`]);
}

/** Waits until the API server knows the policy that protects a namespace: a moment after the policy is there. */
export async function untilProtected(namespace: string): Promise<void> {
  await until('the deletion protection is in force', 30, async () => {
    const attempt = await kubectl(['delete', 'namespace', namespace, '--dry-run=server'], { expectFailure: true });
    return attempt.exitCode !== 0;
  });
}
