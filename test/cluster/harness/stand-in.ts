import { setTimeout as sleep } from 'node:timers/promises';
import { apply, ask, list, listIfServed, patchStatus } from './api';
import { apiServerCertificate } from './certificate';
import { nameOf, type Manifest } from './manifests';

const pause = 150;

function condition(type: string, observedGeneration?: number): object {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return { type, status: 'True', reason: type, message: '', lastTransitionTime, observedGeneration };
}

function core(kind: string, { metadata }: Manifest): string {
  return `/api/v1/namespaces/${metadata.namespace}/${kind}/${metadata.name}`;
}

function matches(selector: Record<string, string>, { metadata }: Manifest): boolean {
  return Object.entries(selector).every(([label, value]) => metadata.labels?.[label] === value);
}

/**
 * Plays what a cluster has beside the API server and the operators that run: the Deployment, ReplicaSet, EndpointSlice and
 * ResourceQuota controllers, kubelet, a cloud's load balancer, cert-manager, limitador-operator and the Prometheus operator. Every
 * Deployment gets one pod, which the API server has to admit, and another when that is deleted; it counts as rolled out
 * once the pod is there; nothing runs in the pod.
 */
export class StandIn {
  /** Objects for which there was no pod, and what the API server said. */
  readonly refusals = new Map<string, string>();
  private readonly addresses = new Map<string, string>();
  private readonly slices = new Map<string, string>();
  private readonly work: Promise<void>;
  private running = true;
  private failure: string | undefined;

  private constructor(private readonly isRunning: (deployment: Manifest) => boolean) {
    this.work = this.goOn();
  }

  /** @param options.isRunning whether what a Deployment runs does so; it is rolled out only then @default - it does */
  static start({ isRunning = () => true }: { isRunning?: (deployment: Manifest) => boolean } = {}): StandIn {
    return new StandIn(isRunning);
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.work;
  }

  /** What is not as it should be: pods that were not admitted, a round that was not finished. */
  get problems(): string[] {
    const refused = [...this.refusals].map(([name, message]) => `${name}: its pod is not admitted: ${message}`);
    return this.failure === undefined ? refused : [...refused, `the stand-in: ${this.failure}`];
  }

  private async goOn(): Promise<void> {
    while (this.running) {
      // A controller goes on, whatever the API server answers once.
      this.failure = await this.round().then(
        () => undefined,
        ({ message }: Error) => message,
      );
      await sleep(pause);
    }
  }

  private async round(): Promise<void> {
    const [quotas, deployments, pods, services, limitadors, certificates, prometheuses] = await Promise.all([
      list('/api/v1/resourcequotas'),
      list('/apis/apps/v1/deployments'),
      list('/api/v1/pods'),
      list('/api/v1/services'),
      listIfServed('/apis/limitador.kuadrant.io/v1alpha1/limitadors'),
      listIfServed('/apis/cert-manager.io/v1/certificates'),
      listIfServed('/apis/monitoring.coreos.com/v1/prometheuses'),
    ]);
    for (const quota of quotas) await beginCounting(quota);
    for (const deployment of deployments) await this.rollOut({ ...deployment, kind: 'Deployment' }, pods);
    for (const service of services) await this.connect(service, pods);
    for (const limitador of limitadors) await serveLimitador(limitador);
    for (const certificate of certificates) await issue(certificate);
    for (const prometheus of prometheuses) await observe(prometheus);
  }

  private async rollOut(deployment: Manifest, pods: readonly Manifest[]): Promise<void> {
    const { metadata, spec, status } = deployment;
    if (!this.isRunning(deployment)) return;
    const others = pods.filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === metadata.uid);
    if (status?.observedGeneration === metadata.generation && others.length > 0) return;
    const pod = podOf(deployment);
    for (const other of others.filter((known) => known.metadata.name !== pod.metadata.name)) {
      await ask('DELETE', core('pods', other), { gracePeriodSeconds: 0 });
    }
    const path = `/apis/apps/v1/namespaces/${metadata.namespace}/deployments/${metadata.name}`;
    if (!(await this.run(deployment, pod))) {
      await this.refuse(deployment, path);
      return;
    }
    const conditions = [condition('Available'), condition('Progressing')];
    const { replicas } = spec;
    const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
    await patchStatus(path, { observedGeneration: metadata.generation, ...counts, conditions });
  }

  /** Says of a Deployment without a pod what its controller says; once. */
  private async refuse(deployment: Manifest, path: string): Promise<void> {
    const message = this.refusals.get(nameOf(deployment));
    const { metadata, status } = deployment;
    if (message === undefined || status?.conditions?.some((each: Manifest) => each.message === message)) return;
    const conditions = [
      { ...condition('Available'), status: 'False', reason: 'MinimumReplicasUnavailable' },
      { ...condition('ReplicaFailure'), reason: 'FailedCreate', message },
    ];
    await patchStatus(path, { observedGeneration: metadata.generation, conditions });
  }

  /** Asks for the pod. @returns whether it was admitted, without a warning */
  private async run(deployment: Manifest, pod: Manifest): Promise<boolean> {
    const { status, body, warnings } = await ask('POST', `/api/v1/namespaces/${pod.metadata.namespace}/pods`, pod);
    if (status === 404) return false; // the namespace is going
    if ((status !== 201 && status !== 409) || warnings.length > 0) {
      this.refusals.set(nameOf(deployment), [body.message, ...warnings].join('\n'));
      return false;
    }
    this.refusals.delete(nameOf(deployment));
    const podIP = this.addressOf(core('pods', pod));
    const conditions = [condition('Ready'), condition('ContainersReady'), condition('PodScheduled')];
    if (status === 201) {
      const startedAt = new Date().toISOString().replace(/\.\d+/, '');
      const containerStatuses = (pod.spec.containers as { name: string; image: string }[]).map(({ name, image }) => ({
        ...{ name, image, imageID: image, restartCount: 0, ready: true, state: { running: { startedAt } } },
      }));
      await patchStatus(core('pods', pod), {
        phase: 'Running',
        podIP,
        podIPs: [{ ip: podIP }],
        conditions,
        containerStatuses,
      });
    }
    return true;
  }

  private addressOf(pod: string): string {
    const number = this.addresses.size + 1;
    const address = this.addresses.get(pod) ?? `10.244.${number >> 8}.${number & 255}`;
    this.addresses.set(pod, address);
    return address;
  }

  /** Gives a Service its endpoints, and an address of the outside to one that asks for it. */
  private async connect(service: Manifest, pods: readonly Manifest[]): Promise<void> {
    const { name, namespace } = service.metadata;
    const { selector, ports, type } = service.spec;
    if (type === 'LoadBalancer' && service.status?.loadBalancer?.ingress === undefined) {
      await patchStatus(core('services', service), { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } });
    }
    if (selector === undefined) return;
    const behind = pods.filter(
      (pod) => pod.metadata.namespace === namespace && matches(selector, pod) && pod.status?.podIP !== undefined,
    );
    const slice = endpointSlice(service, behind, ports ?? []);
    const [path, text] = [core('services', service) + service.metadata.uid, JSON.stringify(slice)];
    if (this.slices.get(path) === text) return;
    const group = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`;
    if ((await apply(group, slice)).status < 300) this.slices.set(path, text);
  }
}

function podOf(deployment: Manifest): Manifest {
  const { name, namespace, generation, uid } = deployment.metadata;
  const { metadata, spec } = deployment.spec.template;
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: uid!, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, ownerReferences: [owner], name: `${name}-${generation}`, namespace },
    spec,
  };
}

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
  readonly targetPort: number | string;
}

function endpointSlice({ metadata }: Manifest, pods: readonly Manifest[], ports: readonly Port[]): object {
  const { name, namespace, labels } = metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { ...labels, 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: ports.map(({ name: title, protocol, appProtocol, targetPort }) => ({
      ...{ name: title ?? '', protocol, appProtocol },
      port: typeof targetPort === 'number' ? targetPort : numberOf(targetPort, pods),
    })),
    endpoints: pods.map((pod) => ({
      addresses: [pod.status.podIP],
      conditions: { ready: isReady(pod) },
      targetRef: { kind: 'Pod', name: pod.metadata.name, namespace },
    })),
  };
}

function isReady({ status }: Manifest): boolean {
  return status.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.status === 'True';
}

function numberOf(portName: string, pods: readonly Manifest[]): number | undefined {
  const ports = pods.flatMap(({ spec }) => spec.containers.flatMap((container: Manifest) => container.ports ?? []));
  return ports.find(({ name }) => name === portName)?.containerPort;
}

/** Says that nothing is used yet; the API server counts what it admits, and no pod before this. */
export async function beginCounting(quota: Manifest): Promise<void> {
  if (quota.status?.hard !== undefined) return;
  const { hard } = quota.spec as { hard: Record<string, string> };
  const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0']));
  await patchStatus(core('resourcequotas', quota), { hard, used });
}

async function serveLimitador({ metadata, status }: Manifest): Promise<void> {
  if (status?.observedGeneration === metadata.generation) return;
  const { name, namespace, generation } = metadata;
  await patchStatus(`/apis/limitador.kuadrant.io/v1alpha1/namespaces/${namespace}/limitadors/${name}`, {
    observedGeneration: generation,
    conditions: [condition('Ready')],
    service: { host: `limitador-${name}.${namespace}.svc.cluster.local`, ports: { grpc: 8081, http: 8080 } },
  });
}

async function observe({ metadata, status }: Manifest): Promise<void> {
  const { name, namespace, generation } = metadata;
  if (status?.conditions?.[0]?.observedGeneration === generation) return;
  const conditions = [condition('Available', generation), condition('Reconciled', generation)];
  const counts = { paused: false, replicas: 1, updatedReplicas: 1, availableReplicas: 1, unavailableReplicas: 0 };
  const path = `/apis/monitoring.coreos.com/v1/namespaces/${namespace}/prometheuses/${name}`;
  await patchStatus(path, { ...counts, conditions });
}

async function issue({ metadata, spec, status }: Manifest): Promise<void> {
  if (status?.conditions !== undefined) return;
  const { name, namespace, generation } = metadata;
  const { certificate, key } = apiServerCertificate();
  await ask('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: spec.secretName },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': certificate.toString('base64'), 'tls.key': key.toString('base64') },
  });
  const path = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/${name}`;
  await patchStatus(path, { conditions: [condition('Ready', generation)] });
}
