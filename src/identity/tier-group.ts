/** A group of the issuer and the tier that it gives. */
export interface TierGroup {
  /** Name of the group as the claim carries it. */
  readonly group: string;
  /** Name of the tier. */
  readonly tier: string;
}
