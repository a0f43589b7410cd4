/** The parts of a NetworkPolicy that say who may connect to whom. */
export interface NetworkPolicy {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- read as the network plugins read it
  readonly spec: any;
}

/** A pod as network plugins see it. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Connection {
  /** Nothing is somebody outside of the cluster. */
  readonly from?: Pod;
  readonly to?: Pod;
  /** Of the pod, not of its Service. */
  readonly port: number;
  /** @default TCP */
  readonly protocol?: string;
}

interface Selector {
  readonly matchLabels?: Record<string, string>;
  readonly matchExpressions?: { readonly key: string; readonly operator: string; readonly values?: string[] }[];
}

interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
}

interface Rule {
  readonly from?: Peer[];
  readonly to?: Peer[];
  readonly ports?: { readonly port: number; readonly protocol: string }[];
}

/**
 * Judges a connection as the specification of NetworkPolicy says: a pod that no policy selects is open, one that some
 * policy selects takes what one of them allows.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function isAllowed(objects: readonly { readonly kind: string }[], { from, to, ...rest }: Connection): boolean {
  const policies = objects.filter((object): object is NetworkPolicy => object.kind === 'NetworkPolicy');
  const oneSide = (type: string, own: Pod | undefined, other: Pod | undefined, rulesOf: (spec: never) => Rule[]) => {
    const selecting = own === undefined ? [] : policies.filter((policy) => selects(policy, type, own));
    return (
      selecting.length === 0 ||
      selecting.some(({ spec, metadata }) =>
        rulesOf(spec as never).some((rule) => takes(rule, metadata.namespace, other, rest)),
      )
    );
  };
  return (
    oneSide('Ingress', to, from, ({ ingress }: { ingress?: Rule[] }) => ingress ?? []) &&
    oneSide('Egress', from, to, ({ egress }: { egress?: Rule[] }) => egress ?? [])
  );
}

/** Whether a policy is for this pod at all. */
export function selects({ metadata, spec }: NetworkPolicy, type: string, pod: Pod): boolean {
  return (
    spec.policyTypes.includes(type) && metadata.namespace === pod.namespace && matches(spec.podSelector, pod.labels)
  );
}

function takes(
  rule: Rule,
  namespace: string | undefined,
  other: Pod | undefined,
  { port, protocol = 'TCP' }: Omit<Connection, 'from' | 'to'>,
): boolean {
  const peers = rule.from ?? rule.to;
  return (
    (rule.ports === undefined || rule.ports.some((each) => each.port === port && each.protocol === protocol)) &&
    (peers === undefined || (other !== undefined && peers.some((peer) => isPeer(peer, namespace, other))))
  );
}

function isPeer({ namespaceSelector, podSelector }: Peer, ownNamespace: string | undefined, pod: Pod): boolean {
  const inNamespace =
    namespaceSelector === undefined
      ? pod.namespace === ownNamespace
      : matches(namespaceSelector, { 'kubernetes.io/metadata.name': pod.namespace });
  return inNamespace && (podSelector === undefined || matches(podSelector, pod.labels));
}

function matches(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator === 'Exists') return key in labels;
      if (operator === 'In') return key in labels && values!.includes(labels[key]!);
      throw new Error(`a selector of the platform has ${operator}, which this function does not know`);
    })
  );
}
