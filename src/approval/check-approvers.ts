/** Checks lists of approvers: those of an approvers file, and those of a saved plan, which anyone can seal. */
import { message } from '../messages/messages.ts';
import type { Approvals, Approver, Message } from '../model.ts';
import { readPublicKey } from './keys.ts';
import { looksOf, nameFault, nameKey } from './names.ts';

/** The largest number of approvers of a plan. */
export const MOST_APPROVERS = 1_000;

/** Why Refit does not accept the approvers of a saved plan; null when it does. */
export function approversFault({ approvers }: Pick<Approvals, 'approvers'>): Message | null {
  const clashesOf = createClashFinder();
  for (const [index, approver] of approvers.entries()) {
    const { name, key: line } = approver;
    const number = index + 1;
    const fault = nameFault(name);
    if (fault !== null) return message('approval.bad-person', { name, fault });
    const key = readPublicKey(line);
    if ('fault' in key) return message('approval.bad-key', { number, fault: key.fault });
    if (key.line !== line) return message('approval.bad-key', { number, fault: { kind: 'changed' } });
    const [clash] = clashesOf(approver, number);
    if (clash !== undefined) return clash[1];
  }
  return null;
}

/**
 * A function that finds what an approver shares with an earlier one of the same list: a person with two names, or two
 * people with one key, would count twice. Linear in the list.
 */
export function createClashFinder(): (approver: Approver, number: number) => ['name' | 'key', Message][] {
  const names = new Map<string, number>();
  const looks = new Map<string, number>();
  const keys = new Map<string, number>();
  return ({ name, key }, number) => {
    const clashes: ['name' | 'key', Message][] = [];
    const same = names.get(nameKey(name));
    const own = looksOf(name);
    const similar = own.map((look) => looks.get(look)).find((other) => other !== undefined);
    const sharing = keys.get(key);
    if (same !== undefined) clashes.push(['name', message('approval.same-name', { number, other: same })]);
    else if (similar !== undefined)
      clashes.push(['name', message('approval.similar-name', { number, other: similar })]);
    if (sharing !== undefined)
      clashes.push(['key', message('approval.same-key', { number, other: sharing })]);
    names.set(nameKey(name), number);
    keys.set(key, number);
    for (const look of own) looks.set(look, number);
    return clashes;
  };
}
