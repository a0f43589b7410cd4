import type { KeyConfiguration } from '../../config/configuration';
import { OperationError } from '../operation-error';
import type { Session } from '../session';
import { isRendered, type Key } from './key';

/** What is wanted of a key. */
export type KeyChange = 'rotate' | 'revoke' | 'set-tier';

/**
 * Refuses to change a Secret that somebody else would bring back as it was.
 *
 * @param end when an old key should end, for a rotation
 * @throws OperationError with the change to make instead
 */
export function checkNobodyElseManages(
  { settings, config, commands }: Session,
  key: Key,
  change: KeyChange,
  end?: string,
): void {
  const what = `Secret ${settings.namespace}/${key.secret}`;
  const apply = `then: ${commands.maas('install')}`;
  if (isRendered(key)) {
    throw new OperationError(
      [
        `${what} comes from ${config}, which would bring it back as it was. There, in keys of user ${key.user}:`,
        ...insteadOf(change, key.configured ?? {}, end ?? '').map((line) => `  ${line}`),
        apply,
      ].join('\n'),
    );
  }
  const manager = managerOf(key);
  if (manager !== undefined) {
    throw new OperationError(`${what} is kept by ${manager}, which would bring it back as it was; change it there`);
  }
}

function insteadOf(change: KeyChange, { name, externalSecret }: KeyConfiguration, end: string): string[] {
  const which = name === undefined ? 'the key without a name' : `the key with name: ${name}`;
  if (change === 'set-tier') return ["its tier is the user's: change `tier` of the user"];
  if (change === 'revoke') {
    return [
      `take ${which} away, or write disabled: true at it, which counts as soon as it is applied`,
      ...(externalSecret === undefined
        ? [
            'what is taken away, kubectl apply leaves in the cluster: revoke it after that, or let maas install delete it',
          ]
        : ['and delete its entry in the store']),
    ];
  }
  const next =
    externalSecret === undefined
      ? '{ name: next, demo: <another> }'
      : `{ name: next, externalSecret: { store: ${externalSecret.store}, key: <another entry> } }`;
  return [
    ...(externalSecret === undefined
      ? []
      : ['put a new key into the store, beside the old: maas keys create <user> --print']),
    `write expires: ${end} at ${which}`,
    `add beside it: - ${next}`,
  ];
}

/** Marks of what writes Secrets anew. */
const MARKS: readonly (readonly [by: string, mark: string])[] = [
  ['Argo CD', 'argocd.argoproj.io/tracking-id'],
  ['Flux', 'kustomize.toolkit.fluxcd.io/name'],
  ['Flux', 'helm.toolkit.fluxcd.io/name'],
  ['Helm', 'meta.helm.sh/release-name'],
];

function managerOf({ object }: Key): string | undefined {
  const {
    ownerReferences = [],
    labels = {},
    annotations = {},
  } = (object?.metadata ?? {}) as {
    ownerReferences?: { kind: string; name: string }[];
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  const [owner] = ownerReferences;
  if (owner !== undefined) return `${owner.kind} ${owner.name}`;
  return MARKS.find(([, mark]) => mark in labels || mark in annotations)?.[0];
}
