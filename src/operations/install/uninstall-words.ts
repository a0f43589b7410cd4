import type { KubernetesObject, ObjectReference } from '../kubernetes-object';
import { referenceOf } from '../kubernetes-object';
import { namesOf } from './object-origin';
import type { UninstallPlan } from './uninstall-plan';

/** Kinds of which everybody who deletes them should think twice. */
const WITH_DATA = ['PersistentVolumeClaim', 'PersistentVolume'];

/** Names of a group of objects that are spelled out. */
const MOST_NAMES = 8;

/** What an uninstall does, as a person reads it before saying yes. */
export function describeUninstall(platform: string, plan: UninstallPlan): string {
  const { leaving, returned, used, foreign, components, stayingComponents } = plan;
  const goes = [
    ...byKind(leaving),
    ...components.map(({ component, version }) => `${component.title} ${version}, which install brought`),
  ];
  const stays = [
    ...used.map(({ object, reason }) => `${namesOf([object])}: ${reason}`),
    ...foreign.map(({ object, reason }) => `${namesOf([object])}: ${reason}`),
    ...stayingComponents.map(({ title, version, reason }) => `${title} ${version}: ${reason}`),
  ];
  return [
    ...section(`of the platform of namespace ${platform} goes:`, goes.length > 0 ? goes : ['nothing']),
    ...section(
      'gets back what stood there before:',
      returned.map((reference) => namesOf([reference])),
    ),
    ...section('stays:', stays),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

/** A line for all objects of one kind in one namespace. */
function byKind(objects: readonly KubernetesObject[]): string[] {
  const groups = new Map<string, ObjectReference[]>();
  for (const object of objects) {
    const { kind, namespace = '' } = { ...referenceOf(object) };
    groups.set(`${kind} ${namespace}`, [...(groups.get(`${kind} ${namespace}`) ?? []), referenceOf(object)]);
  }
  return [...groups.values()].map((group) => {
    const data = group.some(({ kind }) => WITH_DATA.includes(kind)) ? ', with its data' : '';
    return `${groupNames(group)}${data}`;
  });
}

/** `Secret llm/alice-apikey, bob-apikey` */
function groupNames(group: readonly ObjectReference[]): string {
  const names = group.slice(0, MOST_NAMES).map(({ name }) => name);
  const rest = group.length > MOST_NAMES ? [`${group.length - MOST_NAMES} more`] : [];
  const { kind = '', namespace } = group[0] ?? {};
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${[...names, ...rest].join(', ')}`;
}
