import { describeRight, type Unreadable } from '../cluster';
import type { Commands } from '../commands';
import { unknown, type Finding } from '../row';

/** What this account may not look at. */
export function unreadable({ right }: Unreadable, commands: Commands): Finding {
  return unknown('', `this account may not ${describeRight(right)}`, {
    text: 'use an account that may, or let somebody give this one the rights of docs/verify.md; to see which it has',
    commands: [commands.kubectl('auth', 'can-i', '--list')],
    looksOnly: true,
  });
}
