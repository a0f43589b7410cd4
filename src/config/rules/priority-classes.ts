import { RESERVED_CLASS_PREFIX } from '../../models/model-priority-class';
import type { DraftConfiguration } from '../draft';
import { quote, type Finding } from '../problem';
import { closest } from '../suggest';
import { atValue, isUnusable, placed, type Rule } from './rule';

const priorityClassName: Rule = {
  id: 'priority-class-name',
  check: (configuration) => {
    // The platform's name is before it.
    const prefix = configuration.name === undefined ? '' : `${configuration.name}-`;
    return placed(configuration.priorityClasses).flatMap(({ item: { name }, index }): Finding[] => {
      const rendered = `${prefix}${name}`;
      if (name === undefined || isUnusable(configuration, 'name') || !rendered.startsWith(RESERVED_CLASS_PREFIX)) {
        return [];
      }
      const expected = `a name that does not begin with ${quote(RESERVED_CLASS_PREFIX)}, as the cluster's own classes do`;
      const fix = 'rename it; models may name those of the cluster, which are not declared';
      return [atValue(['priorityClasses', index, 'name'], quote(rendered), expected, fix)];
    });
  },
};

const priorityClassReference: Rule = {
  id: 'priority-class-reference',
  check: (configuration) => {
    const declared = declaredNames(configuration);
    return placed(configuration.models).flatMap(({ item: { priorityClass }, index }): Finding[] => {
      const meant = priorityClass === undefined ? undefined : closest(priorityClass, declared);
      // Whoever writes the beginning of a name does not misspell it.
      if (priorityClass === undefined || meant === undefined || meant.startsWith(priorityClass)) {
        return [];
      }
      const expected = 'one of `priorityClasses`, or one of the cluster whose name is not so much like one of them';
      const fix = `did you mean ${quote(meant)}? One of the cluster is declared, too, or renamed`;
      return [atValue(['models', index, 'priorityClass'], quote(priorityClass), expected, fix)];
    });
  },
};

/** None where there may be more than can be known. */
function declaredNames(configuration: DraftConfiguration): string[] {
  const { priorityClasses = [] } = configuration;
  const isKnown =
    !isUnusable(configuration, 'priorityClasses') && priorityClasses.every((each) => each?.name !== undefined);
  return isKnown ? priorityClasses.flatMap((each) => each?.name ?? []) : [];
}

/** Who gives way where accelerators are short. */
export const PRIORITY_CLASS_RULES: readonly Rule[] = [priorityClassName, priorityClassReference];
