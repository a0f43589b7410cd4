import { firstRepeated } from '../../first-repeated';
import { OperationError } from '../operation-error';
import { identityOf, type ObjectReference } from '../kubernetes-object';

/** A component that install brought: one that was there before is never in a record. */
export interface InstalledComponent {
  /** Name of the step that brought it: `kserve`. How it is removed is that step's knowledge, never the record's. */
  readonly step: string;
  /** `0.20.0` */
  readonly version: string;
  /** Whether all of it is there: a run that was ended meanwhile is gone on with. */
  readonly complete: boolean;
}

/** What install brought for one platform. */
export interface InstallationRecord {
  /** In the order in which they were installed. */
  readonly components: readonly InstalledComponent[];
  /** Objects that were not there before, in the order in which they were applied: they go with the platform. */
  readonly created: readonly ObjectReference[];
  /** Objects that others own: they stay, and get back what the platform has set. */
  readonly shared: readonly ObjectReference[];
}

/** A record as the ConfigMap has it. */
export type RecordData = Readonly<Record<'format' | 'components' | 'created' | 'shared', string>>;

/** What nothing was brought for yet. */
export const EMPTY_RECORD: InstallationRecord = { components: [], created: [], shared: [] };

/** Raised when an older release could not read what a newer one has written. */
const FORMAT = '1';

/** Where a cluster-scoped object has a namespace. */
const NO_NAMESPACE = '-';

/** Most bytes of a ConfigMap, as the API server has it. */
const MOST_BYTES = 1024 * 1024;

/** Room for what the ConfigMap has beside the record. */
const RESERVED_BYTES = 16 * 1024;

/**
 * Writes a record as text: a line a component, a line for all objects of one kind in one namespace. 20,000 Secrets with names
 * of 40 letters fit.
 *
 * @throws OperationError when the API server would not take it
 */
export function formatRecord({ components, created, shared }: InstallationRecord): RecordData {
  const data = {
    format: FORMAT,
    components: components.map(formatComponent).join(''),
    created: formatReferences(created),
    shared: formatReferences(shared),
  };
  const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES - RESERVED_BYTES) {
    throw new OperationError(
      `the names of the ${created.length} objects of this platform have ${bytes} bytes; what install brought is written into ` +
        `a ConfigMap, which takes ${MOST_BYTES - RESERVED_BYTES}: give users shorter names, or tokens (identity.oidc) instead of keys`,
    );
  }
  return data;
}

/**
 * Reads a record, strictly: who may write the ConfigMap shall not be able to make of it what no install writes.
 *
 * @param where what the messages call it
 * @throws OperationError when it is not what `formatRecord` writes
 */
export function parseRecord(data: Readonly<Record<string, string>>, where: string): InstallationRecord {
  if (data.format !== FORMAT) {
    throw new OperationError(
      `${where} has format ${data.format ?? 'none'}, this release reads ${FORMAT}: use the release that installed the platform, or a newer one`,
    );
  }
  const record = {
    components: lines(data.components).map((line) => parseComponent(line, where)),
    created: lines(data.created).flatMap((line) => parseReferences(line, where)),
    shared: lines(data.shared).flatMap((line) => parseReferences(line, where)),
  };
  const names = [
    ...record.components.map(({ step }) => step),
    ...[...record.created, ...record.shared].map(identityOf),
  ];
  const twice = firstRepeated(names);
  if (twice !== undefined) throw spoiled(twice, where);
  return record;
}

function lines(text = ''): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** After the version of a component that is not complete. */
const UNFINISHED = ' unfinished';

function formatComponent({ step, version, complete }: InstalledComponent): string {
  return `${step} ${version}${complete ? '' : UNFINISHED}\n`;
}

function parseComponent(line: string, where: string): InstalledComponent {
  const [, step, version, unfinished] =
    /^([a-z][a-z0-9-]{0,40}) (\d{1,4}(?:\.\d{1,6}){1,2}(?:-[0-9A-Za-z.-]{1,40})?)( unfinished)?$/.exec(line) ?? [];
  if (step === undefined || version === undefined) throw spoiled(line, where);
  return { step, version, complete: unfinished === undefined };
}

const LINE =
  /^((?:[a-z0-9][a-z0-9.-]*\/)?v[0-9][a-z0-9]*) ([A-Z][A-Za-z0-9]*) (-|[a-z0-9](?:[a-z0-9-]*[a-z0-9])?) (.+)$/;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/;

function formatReferences(references: readonly ObjectReference[]): string {
  const names = new Map<string, string[]>();
  for (const { apiVersion, kind, namespace = NO_NAMESPACE, name } of references) {
    const key = `${apiVersion} ${kind} ${namespace}`;
    const list = names.get(key);
    if (list === undefined) names.set(key, [name]);
    else list.push(name);
  }
  return [...names].map(([key, list]) => `${key} ${list.join(' ')}\n`).join('');
}

function parseReferences(line: string, where: string): ObjectReference[] {
  const [, apiVersion, kind, namespace, names] = LINE.exec(line) ?? [];
  if (apiVersion === undefined || kind === undefined || names === undefined) throw spoiled(line, where);
  return names.split(' ').map((name) => {
    if (!NAME.test(name)) throw spoiled(name, where);
    return { apiVersion, kind, name, ...(namespace === NO_NAMESPACE ? {} : { namespace }) };
  });
}

function spoiled(got: string, where: string): OperationError {
  return new OperationError(
    `${where} was edited: got ${JSON.stringify(got.slice(0, 80))}, which no install writes. Nothing was done. Put back what was ` +
      'there, or delete it: then nothing of the platform is deleted any more but by hand, with kubectl delete -f dist/',
  );
}
