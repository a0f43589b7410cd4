import { join } from 'node:path';
import { apply } from './api';
import { reference, root, type Manifest } from './manifests';
import { Program } from './program';
import { kubectl } from './suite';
import { until } from './until';

/** istiod makes it; the operator asks who serves the Gateway. */
export const gatewayClass: Manifest = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'istio' },
  spec: { controllerName: 'istio.io/gateway-controller' },
};

/** @returns all objects of a kind, in all namespaces. */
export async function listed(kind: string, ...more: string[]): Promise<Manifest[]> {
  const { stdout } = await kubectl(['get', kind, '--all-namespaces', '--output=json', ...more]);
  return (JSON.parse(stdout) as { items: Manifest[] }).items;
}

function condition(type: string): object {
  return { type, status: 'True', reason: type, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
}

async function setStatus(resource: readonly string[], status: object): Promise<void> {
  const patch = ['--subresource=status', '--type=merge', `--patch=${JSON.stringify({ status })}`];
  await kubectl(['patch', ...resource, ...patch]);
}

/** Plays istiod: the operator waits until the Gateway, its listeners and the routes are accepted. */
export async function accept(): Promise<void> {
  await setStatus(['gatewayclass', 'istio'], { conditions: [condition('Accepted')] });
  for (const { apiVersion, kind, metadata, spec } of await listed('gateways')) {
    const conditions = [condition('Accepted'), condition('Programmed')];
    const listeners = spec.listeners.map(({ name }: { name: string }) => ({ name, attachedRoutes: 1, conditions }));
    await setStatus(reference({ apiVersion, kind, metadata }), { conditions, listeners });
  }
  for (const { apiVersion, kind, metadata, spec } of await listed('httproutes')) {
    const [parentRef] = spec.parentRefs;
    const { controllerName } = gatewayClass.spec;
    const status = { parents: [{ parentRef, controllerName, conditions: [condition('Accepted')] }] };
    await setStatus(reference({ apiVersion, kind, metadata }), status);
  }
}

const loopback = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0'];

/** The operator without its wasm server (there is no such file), so that it listens on loopback only. */
export function startOperator(): Program {
  const environment = {
    OPERATOR_NAMESPACE: 'kuadrant-system',
    WITH_EXTENSIONS: 'false',
    WASM_SERVER_FILE_PATH: join(root, 'no-such-file.wasm'),
  };
  return Program.start('kuadrant-operator', loopback, { environment });
}

/** What authorino-operator binds Authorino to, and its release installs; without rules, because nothing runs by them here. */
const authorinoRoles = ['authorino-manager-role', 'authorino-manager-k8s-auth-role'];

/** The operator that makes a Deployment of Authorino. */
export async function startAuthorinoOperator(): Promise<Program> {
  for (const name of authorinoRoles) {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: [] };
    await apply(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`, role);
  }
  // It makes no Deployment before it knows of an image.
  const environment = { RELATED_IMAGE_AUTHORINO: 'quay.io/kuadrant/authorino:v0.25.0' };
  return Program.start('authorino-operator', loopback, { environment });
}

/**
 * Plays authorino-operator and limitador-operator: Authorino runs with the arguments that the first would give it for what
 * Kuadrant's operator has written, and both are called ready.
 *
 * @param port where it takes Envoy's questions
 * @param environment what it gets beside the API server's address
 */
export async function startAuthorino(port: number, environment: NodeJS.ProcessEnv = {}): Promise<Program> {
  let authorino: Manifest | undefined;
  let limitador: Manifest | undefined;
  await until('the operator has asked for Authorino and Limitador', 30, async () => {
    [[authorino], [limitador]] = [await listed('authorinos'), await listed('limitadors')];
    return authorino !== undefined && limitador !== undefined;
  });
  await setStatus(reference(authorino!), { conditions: [condition('Ready')] });
  await setStatus(reference(limitador!), {
    conditions: [condition('Ready')],
    service: { host: 'limitador.kuadrant-system.svc.cluster.local', ports: { grpc: 8081, http: 8080 } },
  });
  return runAuthorino(port, operatorArguments(authorino!), environment);
}

/**
 * Authorino as a pod has it. It listens on all interfaces and knows no other way; what is not needed is off.
 *
 * @param port where it takes Envoy's questions
 */
export function runAuthorino(port: number, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
  const off = ['--ext-auth-http-port=0', '--oidc-http-port=0', '--metrics-addr=0', '--health-probe-addr=0'];
  return Program.start('authorino', ['server', ...args, `--ext-auth-grpc-port=${port}`, ...off], { environment });
}

/** The arguments that authorino-operator 0.21.0 takes from an Authorino, of those that Kuadrant sets. */
function operatorArguments({ metadata, spec }: Manifest): string[] {
  return [
    ...(spec.clusterWide ? [] : [`--watch-namespace=${metadata.namespace}`]),
    ...(spec.supersedingHostSubsets ? ['--allow-superseding-host-subsets'] : []),
  ];
}
