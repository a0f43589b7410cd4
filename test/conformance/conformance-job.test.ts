import { Testing } from 'cdk8s';
import { ConformanceJob, type ConformanceJobProps } from '../../src/conformance/conformance-job';
import { MaasGateway } from '../../src/gateway/maas-gateway';

const MINIMAL: ConformanceJobProps = {
  namespace: 'llm',
  gateway: MaasGateway.fromName('inference-gateway', 'llm'),
  host: 'simulator.maas.local',
  unknownHost: 'nobody.maas.local',
  servedModel: 'simulator-model',
  keySecretName: 'conformance-apikey',
  keyPrefix: 'APIKEY',
  otherTier: 'free',
};

function synthesize(props: ConformanceJobProps) {
  const chart = Testing.chart();
  const conformance = new ConformanceJob(chart, 'conformance', props);
  const objects = Testing.synth(chart);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  const job = find('Job');
  const pod = job.spec.template.spec;
  const [container] = pod.containers;
  const variables = Object.fromEntries(
    container.env.map(({ name, value, valueFrom }: { name: string; value?: string; valueFrom?: object }) => [
      name,
      value ?? valueFrom,
    ]),
  );
  return { conformance, objects, find, job, pod, container, variables };
}

describe('ConformanceJob with minimal props', () => {
  const { conformance, objects, find, job, pod, container, variables } = synthesize(MINIMAL);

  test('is a Job with its script and an account of its own', () => {
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'ConfigMap llm/maas-conformance',
      'ServiceAccount llm/maas-conformance',
      'NetworkPolicy llm/maas-conformance',
      `Job llm/${conformance.jobName}`,
    ]);
    expect(conformance.jobName).toMatch(/^maas-conformance-[0-9a-f]{8}$/);
  });

  test('runs the script of the ConfigMap', () => {
    const [file] = Object.keys(find('ConfigMap').data);
    expect(container.command).toEqual(['/bin/sh', `${container.volumeMounts[0].mountPath}/${file}`]);
    expect(pod.volumes[0]).toEqual({ name: container.volumeMounts[0].name, configMap: { name: 'maas-conformance' } });
  });

  test('sets every variable that the script reads, and no other', () => {
    const script: string = find('ConfigMap').data['conformance.sh'];
    const read = new Set([...script.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name));
    expect([...read].sort()).toEqual(Object.keys(variables).sort());
  });

  test('asks the Service of the Gateway for the host of the model', () => {
    expect(variables).toMatchObject({
      GATEWAY: 'inference-gateway-istio.llm.svc.cluster.local:80',
      MODEL_URL: 'http://simulator.maas.local/v1/chat/completions',
      UNKNOWN_URL: 'http://nobody.maas.local/v1/chat/completions',
      KEY_PREFIX: 'APIKEY',
      OTHER_TIER: 'free',
    });
  });

  test('has the key from a Secret only', () => {
    expect(variables.API_KEY).toEqual({ secretKeyRef: { name: 'conformance-apikey', key: 'api_key' } });
  });

  test('leaves out what nobody tells', () => {
    expect(variables).toMatchObject({ TOKENS_PER_MINUTE: '', DIRECT_URLS: '' });
  });

  test('tries once, ends in time and goes after a day', () => {
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 1800, ttlSecondsAfterFinished: 86400 });
    expect(pod.restartPolicy).toBe('Never');
    expect(Number(variables.READY_SECONDS)).toBeLessThan(job.spec.activeDeadlineSeconds);
  });

  test('runs after each sync of Argo CD', () => {
    expect(job.metadata.annotations).toEqual({
      'argocd.argoproj.io/hook': 'PostSync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    });
  });

  test('has no token of the cluster, and a root file system that it does not write to', () => {
    expect(pod).toMatchObject({ serviceAccountName: 'maas-conformance', automountServiceAccountToken: false });
    expect(find('ServiceAccount').automountServiceAccountToken).toBe(false);
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 100 });
  });
});

test('another configuration is another Job, the same one the same: a Job cannot be changed', () => {
  const name = (props: Partial<ConformanceJobProps>) => synthesize({ ...MINIMAL, ...props }).conformance.jobName;
  const names = [{}, { otherTier: 'gold' }, { image: 'curl:1' }, { tls: true }].map(name);
  expect(new Set(names).size).toBe(names.length);
  expect(name({})).toBe(names[0]);
});

test('without NetworkPolicies there is none', () => {
  expect(synthesize({ ...MINIMAL, networkPolicy: false }).find('NetworkPolicy')).toBeUndefined();
});

describe('ConformanceJob with all props', () => {
  const { find, pod, container, variables } = synthesize({
    ...MINIMAL,
    tls: true,
    directModel: { urls: ['http://a/v1/models', 'http://a:8080/v1/models'], podPort: 8080 },
    tokensPerMinute: 500,
    platform: 'openshift',
    image: 'mirror.example.com/curl:1',
  });

  test('speaks TLS', () => {
    expect(variables).toMatchObject({
      GATEWAY: 'inference-gateway-istio.llm.svc.cluster.local:443',
      MODEL_URL: 'https://simulator.maas.local/v1/chat/completions',
    });
  });

  test('checks limits and the way past the gateway', () => {
    expect(variables).toMatchObject({
      TOKENS_PER_MINUTE: '500',
      DIRECT_URLS: 'http://a/v1/models http://a:8080/v1/models',
    });
  });

  test('may connect to DNS, the Gateway and the model, which is the one to refuse it', () => {
    const { podSelector, policyTypes, ingress, egress } = find('NetworkPolicy').spec;
    expect({ podSelector, policyTypes, ingress }).toEqual({
      podSelector: { matchLabels: { app: 'maas-conformance' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
    });
    expect(egress.slice(1).map(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port))).toEqual([
      [443],
      [8080],
    ]);
  });

  test('takes the image, and leaves the user id to OpenShift', () => {
    expect(container.image).toBe('mirror.example.com/curl:1');
    expect(pod.securityContext.runAsUser).toBeUndefined();
  });
});
