import type { JsonPatchOperation } from '../../output/patch';

/** A change to one synthesized object. Exactly one of `merge` and `jsonPatch` is set. */
export interface PatchConfiguration {
  /** The object to change. */
  readonly target: PatchTargetConfiguration;
  /**
   * JSON merge patch (RFC 7396): `null` removes a key.
   * @default - none
   */
  readonly merge?: Record<string, unknown>;
  /**
   * JSON patch (RFC 6902).
   * @default - none
   */
  readonly jsonPatch?: JsonPatchOperation[];
}

/** Names one synthesized object. */
export interface PatchTargetConfiguration {
  /** Kind of the object. */
  readonly kind: string;
  /** Name of the object. */
  readonly name: string;
  /**
   * Namespace of the object; needed where the name alone is not unique.
   * @default - any
   */
  readonly namespace?: string;
}
