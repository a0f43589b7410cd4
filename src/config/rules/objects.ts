import type { JsonPatchOperation } from '../../output/patch';
import type { ManifestConfiguration, PatchConfiguration } from '../configuration';
import { DEFAULT_GATEWAY_NAME } from '../defaults';
import type { Draft, DraftConfiguration } from '../draft';
import { formatPath, quote, showValue, type Finding, type Path } from '../problem';
import { gatewayNamespaceOf, tiersOf } from './facts';
import { atKey, atValue, clashes, isComplete, isUnusable, placed, type Rule } from './rule';

const patchKind: Rule = {
  id: 'patch-kind',
  check: ({ patches }) =>
    placed<Draft<PatchConfiguration>>(patches).flatMap(({ item: patch, index }): Finding[] => {
      const written = (['merge', 'jsonPatch'] as const).filter((key) => Object.hasOwn(patch, key));
      if (written.length === 1 || (written.length === 0 && !isComplete(patch))) {
        return [];
      }
      const got = written.length === 0 ? 'none' : 'both';
      const fix = written.length === 0 ? 'add one' : 'make two patches of them';
      return [atValue(['patches', index], got, 'exactly one of merge and jsonPatch', fix)];
    }),
};

const patchPointer: Rule = {
  id: 'patch-pointer',
  check: (configuration) =>
    eachOperation(configuration, (operation, path) =>
      (['path', 'from'] as const).flatMap((key): Finding[] => {
        const pointer = operation[key];
        if (pointer === undefined || pointer.startsWith('/')) {
          return [];
        }
        const fix = `for example "/spec/${key === 'path' ? 'replicas' : 'template'}"`;
        return [atValue([...path, key], quote(pointer), 'a JSON pointer, which begins with "/"', fix)];
      }),
    ),
};

const patchOperation: Rule = {
  id: 'patch-operation',
  check: (configuration) =>
    eachOperation(configuration, (operation, path) => {
      const { op } = operation;
      const needed =
        op === 'move' || op === 'copy' ? 'from' : op === 'remove' || op === undefined ? undefined : 'value';
      if (needed === undefined || Object.hasOwn(operation, needed) || !isComplete(operation)) {
        return [];
      }
      return [atValue(path, `${op} without ${needed}`, `\`${needed}\` beside \`op: ${op}\``, `add \`${needed}: …\``)];
    }),
};

function eachOperation(
  { patches }: DraftConfiguration,
  check: (operation: Draft<JsonPatchOperation>, path: Path) => Finding[],
): Finding[] {
  return placed<Draft<PatchConfiguration>>(patches).flatMap(({ item: patch, index }) =>
    placed<Draft<JsonPatchOperation>>(patch.jsonPatch).flatMap(({ item, index: position }) =>
      check(item, ['patches', index, 'jsonPatch', position]),
    ),
  );
}

/** An own manifest, as far as its identity can be read. */
interface OwnObject {
  readonly path: Path;
  readonly manifest: Draft<ManifestConfiguration>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

function ownObjectsOf({ objects }: DraftConfiguration): OwnObject[] {
  return placed<Draft<ManifestConfiguration>>(objects).flatMap(({ item: manifest, index }) => {
    const metadata: unknown = manifest.metadata;
    return isMap(metadata) ? [{ path: ['objects', index], manifest, metadata }] : [];
  });
}

const objectName: Rule = {
  id: 'object-name',
  check: (configuration) =>
    ownObjectsOf(configuration).flatMap(({ path, metadata: { name } }): Finding[] => {
      if (typeof name === 'string' && name !== '') {
        return [];
      }
      const fix = name === undefined ? 'add `name: …` below `metadata`' : 'put it in quotes';
      return [atValue([...path, 'metadata', 'name'], showValue(name), 'a name, as text', fix)];
    }),
};

const uniqueObject: Rule = {
  id: 'unique-object',
  check: (configuration) => {
    const claims = ownObjectsOf(configuration).flatMap(({ path, manifest, metadata: { name, namespace } }) => {
      const { apiVersion, kind } = manifest;
      if (apiVersion === undefined || kind === undefined || typeof name !== 'string') {
        return [];
      }
      const value = JSON.stringify([groupOf(apiVersion), kind, namespace ?? null, name]);
      return [{ value, path, text: `${kind} ${typeof namespace === 'string' ? `${namespace}/` : ''}${name}` }];
    });
    return clashes(claims).map(({ claim, first }) =>
      atValue(claim.path, claim.text, `each object once (${formatPath(first.path)} is the same)`, 'merge the two'),
    );
  },
};

const gatewayPolicy: Rule = {
  id: 'gateway-policy',
  check: (configuration) => {
    if (isUnusable(configuration, 'gateway', 'name') || isUnusable(configuration, 'gateway', 'namespace')) {
      return [];
    }
    const taken = renderedPolicies(configuration);
    return ownObjectsOf(configuration).flatMap(({ path, manifest, metadata }): Finding[] => {
      const { apiVersion = '', kind = '' } = manifest;
      if (groupOf(apiVersion) !== 'kuadrant.io' || !taken.has(kind)) {
        return [];
      }
      if (!targetsGateway(manifest.spec, metadata.namespace, configuration)) {
        return [];
      }
      const expected = `no second ${kind} for this Gateway: of two only one counts, and nothing says which`;
      const fix = 'change the rendered one with `patches`, or attach yours to a route';
      return [atKey([...path, 'spec', 'targetRef'], `${kind} ${String(metadata.name)}`, expected, fix)];
    });
  },
};

/** Kinds of policy that the platform attaches to its Gateway. */
function renderedPolicies(configuration: DraftConfiguration): ReadonlySet<string> {
  const hasRequests = tiersOf(configuration).some(({ item }) => item.requests !== undefined);
  return new Set(['AuthPolicy', ...(hasRequests ? ['RateLimitPolicy'] : [])]);
}

/** A policy without a namespace counts: it is meant for where the Gateway is. */
function targetsGateway(spec: unknown, namespace: unknown, configuration: DraftConfiguration): boolean {
  const target = isMap(spec) ? spec.targetRef : undefined;
  return (
    isMap(target) &&
    target.kind === 'Gateway' &&
    target.name === (configuration.gateway?.name ?? DEFAULT_GATEWAY_NAME) &&
    (namespace === undefined || namespace === gatewayNamespaceOf(configuration))
  );
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What patches and own objects need. */
export const OBJECT_RULES: readonly Rule[] = [
  patchKind,
  patchPointer,
  patchOperation,
  objectName,
  uniqueObject,
  gatewayPolicy,
];
