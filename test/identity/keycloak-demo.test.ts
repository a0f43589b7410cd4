import { Testing } from 'cdk8s';
import { KEYCLOAK_ISSUER } from '../../src/config/settings';
import { KeycloakDemo, type KeycloakDemoProps } from '../../src/identity/keycloak-demo';

const MINIMAL: KeycloakDemoProps = { tiers: ['free'], users: [{ name: 'alice', tier: 'free' }] };

function synthesize(props: KeycloakDemoProps) {
  const chart = Testing.chart();
  const keycloak = new KeycloakDemo(chart, 'keycloak', props);
  const objects = Testing.synth(chart);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  const deployment = find('Deployment');
  return {
    keycloak,
    objects,
    find,
    deployment,
    pod: deployment.spec.template.spec,
    container: deployment.spec.template.spec.containers[0],
  };
}

describe('KeycloakDemo with minimal props', () => {
  const { keycloak, objects, find, deployment, pod, container } = synthesize(MINIMAL);

  test("has the seed's names, all in its namespace", () => {
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort()).toEqual([
      'ConfigMap keycloak-system/maas-realm-config',
      'Deployment keycloak-system/keycloak',
      'NetworkPolicy keycloak-system/keycloak',
      'Secret keycloak-system/keycloak-credentials',
      'Service keycloak-system/keycloak',
    ]);
    for (const { metadata } of objects) {
      expect(metadata.labels).toMatchObject({ app: 'keycloak', 'app.kubernetes.io/part-of': 'maas' });
    }
  });

  test('the Service reaches the pods under the host and port of the issuer', () => {
    const { spec } = find('Service');
    expect(spec).toMatchObject({ type: 'ClusterIP', selector: { app: 'keycloak' } });
    expect(spec.ports).toEqual([{ name: 'http', port: 8080, targetPort: 'http' }]);
    expect(deployment.spec.template.metadata.labels).toMatchObject(spec.selector);
    expect(container.ports).toContainEqual({ name: 'http', containerPort: 8080 });
    expect(keycloak.issuerUrl).toBe(KEYCLOAK_ISSUER);
    expect(container.env).toContainEqual({
      name: 'KC_HOSTNAME',
      value: 'http://keycloak.keycloak-system.svc.cluster.local:8080',
    });
  });

  test('imports the realm of the ConfigMap at start', () => {
    expect(container.args).toEqual(['start-dev', '--import-realm']);
    expect(container.volumeMounts).toEqual([{ name: 'realm', mountPath: '/opt/keycloak/data/import', readOnly: true }]);
    expect(pod.volumes).toEqual([{ name: 'realm', configMap: { name: 'maas-realm-config' } }]);
    const realm = JSON.parse(find('ConfigMap').data['maas-realm.json']);
    expect(realm).toMatchObject({ realm: 'maas', users: [{ username: 'alice' }] });
  });

  test('fills every placeholder of the realm from the Secret', () => {
    const { stringData } = find('Secret');
    const fromSecret = container.env.filter((variable: { valueFrom?: object }) => variable.valueFrom !== undefined);
    for (const { valueFrom } of fromSecret) {
      expect(valueFrom.secretKeyRef.name).toBe('keycloak-credentials');
      expect(Object.keys(stringData)).toContain(valueFrom.secretKeyRef.key);
    }
    const variables = fromSecret.map(({ name }: { name: string }) => name);
    expect(variables).toEqual(expect.arrayContaining(['KC_BOOTSTRAP_ADMIN_USERNAME', 'KC_BOOTSTRAP_ADMIN_PASSWORD']));
    const placeholders = [...find('ConfigMap').data['maas-realm.json'].matchAll(/\$\{([^}]*)\}/g)];
    expect(placeholders.length).toBeGreaterThan(0);
    for (const [, variable] of placeholders) {
      expect(variables).toContain(variable);
    }
  });

  test('marks the Secret as well known, and no password stands elsewhere', () => {
    const secret = find('Secret');
    expect(secret.metadata.annotations['cdk8s-maas/demo-credentials']).toBe('true');
    expect(secret.metadata.annotations.description).toMatch(/[Ww]ell-known/);
    const others = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    for (const key of ['admin-password', 'user-password', 'client-secret']) {
      expect(others).not.toContain(secret.stringData[key]);
    }
  });

  test('is probed on the management port', () => {
    expect(container.env).toContainEqual({ name: 'KC_HEALTH_ENABLED', value: 'true' });
    expect(container.ports).toContainEqual({ name: 'management', containerPort: 9000 });
    expect(container.startupProbe.httpGet).toEqual({ path: '/health/started', port: 'management' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'management' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'management' });
  });

  test('passes Pod Security restricted and gets no token of the cluster', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('restarts when the realm changes, and only then', () => {
    const annotations = (props: KeycloakDemoProps) => synthesize(props).deployment.spec.template.metadata.annotations;
    expect(annotations(MINIMAL)).toEqual(deployment.spec.template.metadata.annotations);
    expect(annotations({ ...MINIMAL, users: [] })).not.toEqual(deployment.spec.template.metadata.annotations);
  });
});

describe('KeycloakDemo with all props', () => {
  const { keycloak, objects, find, pod, container } = synthesize({
    tiers: ['free', 'gold'],
    users: [{ name: 'alice', tier: 'gold' }],
    groups: [{ group: 'research', tier: 'gold' }],
    namespace: 'login',
    audience: 'inference',
    groupsClaim: 'teams',
    platform: 'openshift',
    image: 'mirror.example.com/keycloak/keycloak:1',
  });

  test('moves to the namespace, and its issuer with it', () => {
    expect([...new Set(objects.map(({ metadata }) => metadata.namespace))]).toEqual(['login']);
    expect(keycloak.issuerUrl).toBe('http://keycloak.login.svc.cluster.local:8080/realms/maas');
    expect(container.env).toContainEqual({
      name: 'KC_HOSTNAME',
      value: 'http://keycloak.login.svc.cluster.local:8080',
    });
  });

  test('hands groups, audience and claim to the realm', () => {
    const realm = find('ConfigMap').data['maas-realm.json'];
    expect(JSON.parse(realm).users[0].groups).toEqual(['/research']);
    expect(realm).toContain('"included.custom.audience": "inference"');
    expect(realm).toContain('"claim.name": "teams"');
  });

  test('leaves the user id to OpenShift', () => {
    expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  });

  test('takes the image', () => {
    expect(container.image).toBe('mirror.example.com/keycloak/keycloak:1');
  });
});

describe('KeycloakDemo fails', () => {
  test('for a user of a tier that does not exist', () => {
    expect(() => synthesize({ tiers: ['free'], users: [{ name: 'alice', tier: 'gold' }] })).toThrow(
      new Error('keycloak user "alice": got tier "gold", expected one of free'),
    );
  });
});
