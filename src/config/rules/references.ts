import { listNames, quote, type Finding, type Path } from '../problem';
import { didYouMean } from '../suggest';
import { modelNamesOf, tierNamesOf } from './facts';
import { atValue, placed, type Rule } from './rule';

const userTier: Rule = {
  id: 'user-tier',
  check: (configuration) => {
    const tiers = new KnownNames('tier', tierNamesOf(configuration));
    return placed(configuration.users).flatMap(({ item, index }) => tiers.check(item.tier, ['users', index, 'tier']));
  },
};

const tierModel: Rule = {
  id: 'tier-model',
  check: (configuration) => {
    const models = new KnownNames('model', modelNamesOf(configuration));
    return placed(configuration.tiers).flatMap(({ item: tier, index }) =>
      placed(tier.models).flatMap(({ item: name, index: position }) =>
        models.check(name, ['tiers', index, 'models', position]),
      ),
    );
  },
};

const groupTier: Rule = {
  id: 'group-tier',
  check: (configuration) => {
    const tiers = new KnownNames('tier', tierNamesOf(configuration));
    return placed(configuration.identity?.oidc?.groups).flatMap(({ item, index }) =>
      tiers.check(item.tier, ['identity', 'oidc', 'groups', index, 'tier']),
    );
  },
};

const defaultTier: Rule = {
  id: 'default-tier',
  check: (configuration) =>
    new KnownNames('tier', tierNamesOf(configuration)).check(configuration.identity?.oidc?.defaultTier, [
      'identity',
      'oidc',
      'defaultTier',
    ]),
};

/** Names that something may refer to. */
class KnownNames {
  private readonly names?: ReadonlySet<string>;

  /** @param list undefined when not all names are known, so that any may be right */
  public constructor(
    private readonly noun: 'tier' | 'model',
    private readonly list: readonly string[] | undefined,
  ) {
    this.names = list && new Set(list);
  }

  /** Reports a name that does not exist. */
  public check(name: string | undefined, path: Path): Finding[] {
    if (name === undefined || this.list === undefined || this.names?.has(name) !== false) {
      return [];
    }
    const expected = `one of the ${this.noun}s ${listNames(this.list)}`;
    return [atValue(path, quote(name), expected, didYouMean(name, this.list, `add the ${this.noun}, or name another`))];
  }
}

/** What must exist because something refers to it. */
export const REFERENCE_RULES: readonly Rule[] = [userTier, tierModel, groupTier, defaultTier];
