import { describeRight, type Unreadable } from '../cluster';
import type { Commands } from '../commands';
import { unknown, type Finding } from '../row';

/** What this account may not look at. */
export function unreadable({ right }: Unreadable, commands: Commands): Finding {
  const { verb, resource, group, namespace } = right;
  const name = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
  return unknown('', `this account may not ${describeRight(right)}`, {
    text: 'use an account that may, or let somebody give this one the rights of docs/verify.md; to see whether it has them',
    commands: [commands.kubectl('auth', 'can-i', verb, name, ...where)],
    looksOnly: true,
  });
}
