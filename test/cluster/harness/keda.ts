import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port';
import { apiServerCertificate } from './certificate';
import type { Manifest } from './manifests';
import { Program } from './program';
import { kubectl } from './suite';

/** Kinds that KEDA's operator watches and the platform has nothing to do with. */
const FURTHER_KINDS: readonly (readonly [group: string, scope: 'Cluster' | 'Namespaced', kind: string])[] = [
  ['keda.sh', 'Namespaced', 'ScaledJob'],
  ['eventing.keda.sh', 'Namespaced', 'CloudEventSource'],
  ['eventing.keda.sh', 'Cluster', 'ClusterCloudEventSource'],
];

/** Starts KEDA's operator, as its release runs it; what its metrics server would answer to an autoscaler, nobody asks. */
export async function startKeda(): Promise<Program> {
  await kubectl(['apply', '-f', '-'], {
    stdin: FURTHER_KINDS.map(kindOf)
      .map((kind) => JSON.stringify(kind))
      .join('\n---\n'),
  });
  await kubectl(['wait', '--for=condition=Established', 'customresourcedefinitions', '--all', '--timeout=30s']);
  const metricsPort = await freePort();
  const operator = Program.start(
    'keda-operator',
    [
      '--metrics-bind-address=0',
      '--health-probe-bind-address=0',
      `--metrics-service-bind-address=127.0.0.1:${metricsPort}`,
      '--cert-dir=.',
    ],
    {
      environment: {
        POD_NAMESPACE: 'keda',
        POD_NAME: 'keda-operator',
        WATCH_NAMESPACE: '',
        KEDA_CLUSTER_OBJECT_NAMESPACE: 'keda',
      },
      prepare: writeCertificate,
    },
  );
  try {
    await operator.untilReady(
      async () =>
        operator.log.includes('"controller":"scaledobject"') || /Starting workers.*scaledobject/.test(operator.log),
    );
  } catch (error) {
    await operator.stop();
    throw error;
  }
  return operator;
}

function writeCertificate(folder: string): void {
  const { certificate, key } = apiServerCertificate();
  writeFileSync(join(folder, 'ca.crt'), certificate);
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), key);
}

function kindOf([group, scope, kind]: (typeof FURTHER_KINDS)[number]): Manifest {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}
