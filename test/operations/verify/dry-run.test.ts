import type { KubernetesObject } from '../../../src/operations/kubernetes-object';
import { OperationError } from '../../../src/operations/operation-error';
import type { Session } from '../../../src/operations/session';
import { dryRun } from '../../../src/operations/verify/dry-run';
import { missingRightsIn } from '../../../src/operations/verify/missing-rights';

test('missing rights are read from what kubectl says, each once', () => {
  const said = [
    'Error from server (Forbidden): pods is forbidden: User "a" cannot list resource "pods" in API group "" in the namespace "llm"',
    'Error from server (Forbidden): nodes is forbidden: User "a" cannot list resource "nodes" in API group "" at the cluster scope',
    'Error from server (Forbidden): secrets "b" is forbidden: User "a" cannot patch resource "secrets" in API group "" in the namespace "llm"',
    'Error from server (Forbidden): secrets "c" is forbidden: User "a" cannot patch resource "secrets" in API group "" in the namespace "llm"',
    'error: something else',
  ].join('\n');
  expect(missingRightsIn(said)).toEqual([
    { verb: 'list', resource: 'pods', group: '', namespace: 'llm' },
    { verb: 'list', resource: 'nodes', group: '' },
    { verb: 'patch', resource: 'secrets', group: '', namespace: 'llm' },
  ]);
});

describe('a dry run', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const objects: KubernetesObject[] = names.map((name) => ({
    ...{ apiVersion: 'v1', kind: name === 'b' ? 'Secret' : 'ConfigMap' },
    metadata: { name, namespace: 'llm' },
  }));
  const kinds = new Map([
    [' Secret', { resource: 'secrets', namespaced: true }],
    [' ConfigMap', { resource: 'configmaps', namespaced: true }],
  ]);
  const reading = { version: '', kinds, objects, missingRights: [] };

  /** A server that refuses a whole apply for the sake of one object, like kubectl's. */
  function sessionWith(refusals: Record<string, string>): { session: Session; asked: string[] } {
    const asked: string[] = [];
    const apply = (some: KubernetesObject[]) => {
      asked.push(some.map(({ metadata }) => metadata.name).join(''));
      const said = some.flatMap(({ metadata }) => refusals[metadata.name] ?? []);
      return said.length > 0 ? Promise.reject(new OperationError(said.join('\n'))) : Promise.resolve(some);
    };
    const session = {
      kubectl: { apply },
      terminal: { detail: () => undefined },
      interruption: new AbortController().signal,
    };
    return { session: session as unknown as Session, asked };
  }

  test('asks for those that are there, once', async () => {
    const { session, asked } = sessionWith({});
    const { applied } = await dryRun(session, { ...reading, objects: objects.slice(0, 3) }, objects);
    expect([asked, [...applied.keys()].length]).toEqual([['abc'], 3]);
  });

  test('asks for the others where a right is missing', async () => {
    const forbidden = 'User "x" cannot patch resource "secrets" in API group "" in the namespace "llm"';
    const { session, asked } = sessionWith({ b: forbidden });
    const { applied, notApplied } = await dryRun(session, reading, objects);
    expect(asked).toEqual(['abcde', 'acde']);
    expect([...notApplied]).toEqual([[' Secret llm/b', 'no right to patch secrets in namespace llm']]);
    expect([...applied.keys()]).not.toContain(' Secret llm/b');
  });

  test('finds by halves which one is refused', async () => {
    const { session, asked } = sessionWith({ d: 'admission webhook says no' });
    const { applied, notApplied } = await dryRun(session, reading, objects);
    expect(asked).toEqual(['abcde', 'ab', 'cde', 'c', 'de', 'd', 'e']);
    expect([[...notApplied], applied.size]).toEqual([[[' ConfigMap llm/d', 'admission webhook says no']], 4]);
  });

  test('a mistake of the program is not taken for a refusal', async () => {
    const { session } = sessionWith({});
    session.kubectl.apply = () => Promise.reject(new TypeError('a mistake'));
    await expect(dryRun(session, reading, objects)).rejects.toThrow(TypeError);
  });
});
