import { createPrerequisiteNamespaces, shippedOperatorEnvironment } from './harness/prerequisites';
import { describeCluster, empty, kubectl } from './harness/suite';
import { until } from './harness/until';

const folder = 'examples/token-rate-limit-policy/dist';

const operator = ['deployment', 'kuadrant-operator-controller-manager'];
const limitador = ['limitador', 'limitador'];

/** What Kuadrant's operator writes into the Limitador, by its own apply and by updates (kuadrant-operator 1.5.2). */
const operatorsLimitador = {
  apiVersion: 'limitador.kuadrant.io/v1alpha1',
  kind: 'Limitador',
  metadata: { name: 'limitador', namespace: 'kuadrant-system' },
  spec: {
    metricLabelsDefault: 'descriptors[1]',
    limits: [
      { namespace: 'other/route', max_value: 1, seconds: 60, conditions: [], variables: [], name: 'of-another-team' },
    ],
  },
};

async function specOf(object: readonly string[]) {
  const { stdout } = await kubectl(['get', ...object, '--namespace=kuadrant-system', '--output=json']);
  return JSON.parse(stdout).spec;
}

async function operatorEnvironment(): Promise<{ name: string; value: string }[]> {
  return (await specOf(operator)).template.spec.containers[0].env;
}

async function operatorApplies(): Promise<void> {
  const apply = ['apply', '--server-side', '--field-manager=kuadrant-operator', '--force-conflicts', '-f', '-'];
  await kubectl(apply, { stdin: JSON.stringify(operatorsLimitador) });
}

describeCluster('what the second engine shares with Kuadrant', () => {
  beforeEach(async () => {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
  });
  afterEach(empty);

  test('the Limitador keeps its storage and what the operator writes, whoever comes first and last', async () => {
    await operatorApplies();
    await kubectl(['apply', '-f', folder]);
    const both = {
      ...operatorsLimitador.spec,
      storage: { redis: { configSecretRef: { name: 'limitador-redis' } } },
    };
    expect(await specOf(limitador)).toEqual(both);
    await operatorApplies();
    await kubectl(['apply', '-f', folder]);
    expect(await specOf(limitador)).toEqual(both);
  });

  test('the operator keeps its environment, and its Deployment outlives the platform', async () => {
    await kubectl(['apply', '-f', folder]);
    const modes = ['', 'CHECK_', 'REPORT_'].map((half) => `RATELIMIT_${half}SERVICE_FAILURE_MODE`);
    const environment = await operatorEnvironment();
    expect(environment).toHaveLength(modes.length + shippedOperatorEnvironment.length);
    expect(environment).toEqual(
      expect.arrayContaining([...shippedOperatorEnvironment, ...modes.map((name) => ({ name, value: 'deny' }))]),
    );
    await until('the deletion protection is in force', 30, async () => {
      const attempt = ['delete', ...operator, '--namespace=kuadrant-system', '--dry-run=server'];
      return (await kubectl(attempt, { expectFailure: true })).exitCode !== 0;
    });
    const deletion = await kubectl(['delete', '--wait=false', '-f', folder], { expectFailure: true });
    expect(deletion.stderr).toContain('deployments.apps "kuadrant-operator-controller-manager" is forbidden');
    expect(await operatorEnvironment()).toEqual(environment);
  });
});
