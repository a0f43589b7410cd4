import { join } from 'node:path';
import { ask } from './api';
import { namespacedPaths } from './eraser';
import type { CommandResult } from './kubectl';
import { Maas, type MaasOptions } from './maas';
import { root, type Manifest } from './manifests';
import { NamespaceController } from './namespace-controller';
import { createPrerequisiteNamespaces } from './prerequisites';
import { empty, kubectl } from './suite';

/** The smallest platform: what makes no difference here is left out. */
export const small = 'observability: { prometheus: false, serviceMonitors: false }\n';

/**
 * A cluster with what the components' installation makes of it, but without controllers, and a user's folder. The namespace
 * controller is played.
 */
export class OperatedCluster {
  readonly maas = new Maas();
  private constructor(private readonly namespaces: NamespaceController) {
    const script = join(root, 'test/cluster/harness/apply-platform.cjs');
    this.maas.program('apply-platform', `exec '${process.execPath}' '${script}' "$@"`);
  }

  static async start(): Promise<OperatedCluster> {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    return new OperatedCluster(NamespaceController.start());
  }

  /** Writes maas.yaml and applies the platform as install does; does not wait for what becomes of it. */
  async apply(configuration = small, options: MaasOptions = {}): Promise<CommandResult> {
    this.maas.write('maas.yaml', configuration);
    return this.maas.shell('exec apply-platform', options);
  }

  async stop(): Promise<void> {
    await this.namespaces.stop();
    await empty();
  }
}

/** @returns an object, nothing when it is not there. */
export async function find(path: string): Promise<Manifest | undefined> {
  const { status, body } = await ask('GET', path);
  return status === 200 ? body : undefined;
}

/** What the API server, or the tests, write by themselves while others are at work. */
const passing = ['events', 'leases', 'configmaps/kube-root-ca.crt'];

/** Everything in the cluster as its owners have written it, by its path. */
export async function everything(): Promise<Record<string, Manifest>> {
  const clusterScoped = [
    '/api/v1/namespaces',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    '/apis/gateway.networking.k8s.io/v1/gatewayclasses',
  ];
  const found: Record<string, Manifest> = {};
  for (const path of [...clusterScoped, ...(await namespacedPaths())]) {
    const { status, body } = await ask('GET', path);
    // A kind that nobody has brought yet.
    if (status === 404) continue;
    for (const object of body.items as Manifest[]) {
      const { name, namespace = '', labels, annotations, ownerReferences } = object.metadata;
      // The garbage collector would see to these.
      if (ownerReferences !== undefined) continue;
      const key = `${path.slice(path.lastIndexOf('/') + 1)}/${name}`;
      if (passing.some((prefix) => key.startsWith(prefix))) continue;
      const metadata = { name, labels: labels ?? {}, annotations: annotations ?? {} };
      // Kinds have megabytes of schemas.
      const spec = path.endsWith('customresourcedefinitions') ? undefined : object.spec;
      found[`${namespace} ${key}`] = { ...object, spec, status: undefined, metadata };
    }
  }
  return found;
}
