import type { PlatformSettings } from '../../config/settings';
import type { Session } from '../session';

/** How a component that install brought is taken away: knowledge of the code, never of the record. */
export interface ComponentRemoval {
  /** As in the record: `kserve`. */
  readonly step: string;
  /** `KServe` */
  readonly title: string;
  /** Ends of the API groups whose objects need it: who has such objects uses it. */
  readonly groups: readonly string[];
  /** Namespaces that hold nothing but it: what is in them is its own. */
  readonly namespaces: (settings: PlatformSettings) => readonly string[];
  /** Helm releases that it consists of. */
  readonly releases: (settings: PlatformSettings) => readonly string[];
  /** Names of cluster-scoped objects that it makes itself. @default - none */
  readonly ownNames?: readonly string[];
  /** Who else uses it, beside who has objects of its kinds; sentences. @default - nobody */
  readonly furtherUsers?: (session: Session) => Promise<readonly string[]>;
  /** Whether the one in the cluster says that install brought it: a record that somebody has edited is not enough. */
  readonly isOurs: (session: Session) => Promise<boolean>;
  /** Takes it away; what is gone already is no mistake. */
  readonly remove: (session: Session, version: string, mirror?: string) => Promise<void>;
}
