import type { ModelSettings } from '../../config/model-settings';
import type { PlatformSettings } from '../../config/settings';
import { usesTokenPolicy } from '../../platform/limits';
import { CLOCK, type Clock } from '../clock';
import type { Connection } from '../connection';
import type { Session } from '../session';
import type { TierExpectation } from './expectations';
import { mostTokens } from './questions';
import type { Report } from './report';

/** What all checks of one run share. */
export class TestRun {
  readonly settings: PlatformSettings;
  /** Whether Kuadrant counts tokens, which tells clients nothing. */
  readonly byPolicy: boolean;

  constructor(
    readonly session: Session,
    readonly connection: Connection,
    readonly report: Report,
    /** Whether what is left can be followed from answer to answer: one gateway pod counts all of them. */
    readonly isOnePod: boolean,
    /** @default - this machine's */
    readonly clock: Clock = CLOCK,
  ) {
    this.settings = session.settings;
    this.byPolicy = usesTokenPolicy(session.settings);
  }

  /** Whether the gateway counts the tokens of a tier itself, and tells so in headers. */
  countsInGateway({ limits }: TierExpectation): boolean {
    return limits.length > 0 && !this.byPolicy;
  }

  /** A tier to pretend, with other limits where there is one. */
  otherTier({ name, tokensPerMinute }: TierExpectation): string {
    const others = this.settings.tiers.filter((tier) => tier.name !== name);
    return (others.find(({ tokens }) => tokens?.minute !== tokensPerMinute) ?? others[0])?.name ?? 'somebody-else';
  }

  /** Tokens that a user has in a minute: of one pod its share, of pods that share requests out at most all of them. */
  tokensPerMinute({ limits, tokensPerMinute }: TierExpectation): number | undefined {
    return this.isOnePod ? limits.find(({ window }) => window === 'minute')?.tokens : tokensPerMinute;
  }

  /** Tokens of a limit that one request to a model can use up. */
  tokensOfRequest(model: ModelSettings): number {
    return Math.max(1, Math.floor(mostTokens(model) * model.tokenWeights.completion));
  }
}
