import type { ObjectReference } from '../kubernetes-object';
import type { Session } from '../session';

/** A component that install brought: one that was there before is never in a record. */
export interface InstalledComponent {
  /** Name of the step that brought it: `kserve`. How it is removed is that step's knowledge, never the record's. */
  readonly step: string;
  /** `0.20.0` */
  readonly version: string;
}

/** An object that was there before the platform: it stays, and gets back what the platform has set. */
export interface SharedObject extends ObjectReference {
  /** What the platform has set, as it was applied. @default - it is only applied, and left as it is */
  readonly set?: object;
  /** What stood there before, as a patch that brings it back. @default - it is left as it is */
  readonly before?: object;
}

/** What install brought for one platform. */
export interface InstallationRecord {
  /** In the order in which they were installed. */
  readonly components: readonly InstalledComponent[];
  /** Objects that were not there before: they go with the platform. */
  readonly created: readonly ObjectReference[];
  readonly shared: readonly SharedObject[];
}

export declare function readRecord(session: Session): Promise<InstallationRecord | undefined>;
/** Reads the record (an empty one when there is none), changes it and writes it, before what it tells of is done. */
export declare function changeRecord(
  session: Session,
  change: (record: InstallationRecord) => InstallationRecord,
): Promise<InstallationRecord>;
