/**
 * Makes CRDs small enough for L1 constructs: one version a kind, and plain Kubernetes shapes (pods, containers, volumes …)
 * as `any`, so that users write them as they know them. The rules are in l1-rules.mjs.
 */
import { walkSchema } from './crd-files.mjs';
import { kubernetesTypes, skippedKinds, untyped } from './l1-rules.mjs';

/** Schema of a value that the construct passes on untouched; `cdk8s import` makes it `any`. */
const ANYTHING = { 'x-kubernetes-preserve-unknown-fields': true };

/** Whether a CRD gets an L1 construct. */
export function hasConstruct(crd) {
  return !skippedKinds[crd.spec.group]?.includes(crd.spec.names.kind);
}

/**
 * The CRD for L1 generation, made from a full one (which is not changed).
 *
 * @param {object} crd
 */
export function slimCrd(crd) {
  const { kind, plural } = crd.spec.names;
  const version = chooseVersion(crd);
  const schema = structuredClone(version.schema.openAPIV3Schema);
  delete schema.properties.status;
  for (const path of untyped[kind] ?? []) setAnything(schema, path, kind);
  walkSchema(schema, loosen);
  const versions = [{ name: version.name, served: true, storage: true, schema: { openAPIV3Schema: schema } }];
  return {
    apiVersion: crd.apiVersion,
    kind: crd.kind,
    metadata: { name: crd.metadata.name },
    spec: { group: crd.spec.group, names: { kind, plural }, scope: crd.spec.scope, versions },
  };
}

/** The served version that Kubernetes itself would prefer: v2 before v1 before v1beta2 before v1alpha1. */
function chooseVersion(crd) {
  const served = crd.spec.versions.filter((version) => version.served);
  if (served.length === 0) throw new Error(`${crd.metadata.name}: no version is served`);
  return served.sort((left, right) => versionRank(right.name) - versionRank(left.name))[0];
}

function versionRank(name) {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name);
  if (!match) throw new Error(`"${name}" is no Kubernetes version such as v1, v1beta1 or v2alpha1`);
  const [, major, stability, minor] = match;
  return { undefined: 2_000_000, beta: 1_000_000, alpha: 0 }[stability] + Number(major) * 1_000 + Number(minor ?? 0);
}

/** Makes the field at `path` an `any`; lists and maps on the way are skipped. */
function setAnything(schema, path, kind) {
  const names = path.split('.');
  const last = names.pop();
  const parent = names.reduce((node, name) => content(node.properties?.[name]), schema);
  if (!parent.properties?.[last]) throw new Error(`${kind} has no field ${path}: correct scripts/l1-rules.mjs`);
  parent.properties[last] = ANYTHING;
}

/** The schema of the values in a list or map, however deep; other schemas are returned as they are. */
function content(schema = {}) {
  const inner = schema.items ?? (schema.properties ? undefined : schema.additionalProperties);
  return typeof inner === 'object' ? content(inner) : schema;
}

/** Turns the schemas right below `schema` that are Kubernetes' own types into `any`. */
function loosen(schema) {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (isKubernetesType(property)) schema.properties[name] = ANYTHING;
  }
  for (const key of ['items', 'additionalProperties']) {
    if (isKubernetesType(schema[key])) schema[key] = ANYTHING;
  }
}

function isKubernetesType(schema) {
  const fields = schema?.properties;
  if (!fields) return false;
  return kubernetesTypes.some(
    ({ has, hasNot = [] }) => has.every((name) => name in fields) && !hasNot.some((name) => name in fields),
  );
}
