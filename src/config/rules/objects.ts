import { apiGroupOf } from '../../api-group';
import { isMap } from '../../is-map';
import type { JsonPatchOperation } from '../../output/patch';
import type { ManifestConfiguration, PatchConfiguration } from '../configuration';
import { DEFAULT_GATEWAY_NAME } from '../defaults';
import { FORMATS, repairText } from '../formats';
import type { Draft, DraftConfiguration } from '../draft';
import { formatPath, quote, showValue, type Finding, type Path } from '../problem';
import { gatewayNamespaceOf, hasRequestLimits, usesTokenPolicy } from './facts';
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

/** Longest name of an object. */
const LONGEST_NAME = 253;

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

/** Names of objects of these API groups are path segments: `system:node` is one. */
const FREELY_NAMED = new Set(['rbac.authorization.k8s.io']);

const objectName: Rule = {
  id: 'object-name',
  check: (configuration) =>
    ownObjectsOf(configuration).flatMap(({ path, manifest, metadata: { name } }): Finding[] => {
      const at = [...path, 'metadata', 'name'];
      if (typeof name !== 'string' || name === '') {
        const fix = name === undefined ? 'add `name: …` below `metadata`' : 'put it in quotes';
        return [atValue(at, showValue(name), 'a name, as text', fix)];
      }
      const { pattern, expected } = FORMATS.objectName;
      const isFree = FREELY_NAMED.has(apiGroupOf(manifest.apiVersion ?? '')) && /^[^/%]+$/.test(name);
      return isFree || (pattern.test(name) && name.length <= LONGEST_NAME)
        ? []
        : [atValue(at, quote(name), `up to ${LONGEST_NAME} ${expected}`, repairText(FORMATS.objectName, name))];
    }),
};

const objectNamespace: Rule = {
  id: 'object-namespace',
  check: (configuration) =>
    ownObjectsOf(configuration).flatMap(({ path, metadata: { namespace } }): Finding[] => {
      if (namespace === undefined || (typeof namespace === 'string' && FORMATS.label.pattern.test(namespace))) {
        return [];
      }
      const fix = typeof namespace === 'string' ? repairText(FORMATS.label, namespace) : 'put it in quotes';
      return [atValue([...path, 'metadata', 'namespace'], showValue(namespace), FORMATS.label.expected, fix)];
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
      const value = JSON.stringify([apiGroupOf(apiVersion), kind, namespace ?? null, name]);
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
      if (apiGroupOf(apiVersion) !== 'kuadrant.io' || !taken.has(kind)) {
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

const ownPolicies: Rule = {
  id: 'one-policy',
  check: (configuration) => {
    const claims = ownObjectsOf(configuration).flatMap(({ path, manifest, metadata: { name, namespace } }) => {
      const { apiVersion = '', kind = '', spec } = manifest;
      const target = isMap(spec) ? spec.targetRef : undefined;
      if (apiGroupOf(apiVersion) !== 'kuadrant.io' || !isMap(target)) {
        return [];
      }
      const { group, kind: targetKind, name: targetName, sectionName = null } = target;
      const value = JSON.stringify([kind, namespace ?? null, group, targetKind, targetName, sectionName]);
      return [
        { value, path, text: `${kind} ${String(name)}`, kind, target: `${String(targetKind)} ${String(targetName)}` },
      ];
    });
    return clashes(claims).map(({ claim: { path, text, kind, target }, first }) => {
      const expected = `one ${kind} for ${target} (${formatPath(first.path)} is another): of two only one counts`;
      return atKey([...path, 'spec', 'targetRef'], text, expected, 'merge the two');
    });
  },
};

/** Kinds of policy that the platform attaches to its Gateway. */
function renderedPolicies(configuration: DraftConfiguration): ReadonlySet<string> {
  return new Set([
    'AuthPolicy',
    ...(hasRequestLimits(configuration) ? ['RateLimitPolicy'] : []),
    ...(usesTokenPolicy(configuration) ? ['TokenRateLimitPolicy'] : []),
  ]);
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

/** What patches and own objects need. */
export const OBJECT_RULES: readonly Rule[] = [
  patchKind,
  patchPointer,
  patchOperation,
  objectName,
  objectNamespace,
  uniqueObject,
  gatewayPolicy,
  ownPolicies,
];
