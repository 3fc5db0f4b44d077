/** Checks lists of approvers: those of an approvers file, and those of a saved plan, which anyone can seal. */
import { message } from '../messages/messages.ts';
import type { Approvals, Message } from '../model.ts';
import { type ApproverKey, readApproverKey } from './approver-key.ts';
import { looksOf, nameFault, nameKey } from './names.ts';

/** The largest number of approvers of a plan, each key counted. */
export const MOST_APPROVERS = 1_000;

/** The most keys of one person. */
export const MOST_KEYS = 5;

/** The names of a list, each person once. */
export function namesOf(approvers: readonly { readonly name: string }[]): string[] {
  return [...new Set(approvers.map(({ name }) => name))];
}

/** Why Refit does not accept the approvers of a saved plan; null when it does. */
export function approversFault({ approvers }: Pick<Approvals, 'approvers'>): Message | null {
  const clashesOf = createClashFinder();
  let number = 0;
  for (const [index, { name, key: line }] of approvers.entries()) {
    // Further keys of the same person follow directly.
    if (name !== approvers[index - 1]?.name) number += 1;
    const fault = nameFault(name);
    if (fault !== null) return message('approval.bad-person', { name, fault });
    const key = readApproverKey(line);
    if ('fault' in key) return message('approval.bad-key', { number, fault: key.fault });
    if (key.line !== line) return message('approval.bad-key', { number, fault: { kind: 'changed' } });
    const [clash] = clashesOf({ name, key }, number);
    if (clash !== undefined) return clash[1];
  }
  return null;
}

/**
 * A function that finds what an approver shares with an earlier one of the same list: a person with two names, or two
 * people with one key, would count twice. Linear in the list.
 * @returns a function whose `number` is that of the person: entries with the same number are keys of one person.
 */
export function createClashFinder(): (
  approver: { readonly name: string; readonly key: ApproverKey },
  number: number,
) => ['name' | 'key', Message][] {
  const names = new Map<string, number>();
  const looks = new Map<string, number>();
  const keys = new Map<string, number>();
  return ({ name, key }, number) => {
    const clashes: ['name' | 'key', Message][] = [];
    const isOther = (other: number | undefined) => other !== undefined && other !== number;
    const known = names.get(nameKey(name));
    const same = isOther(known) ? known : undefined;
    const own = looksOf(name);
    const similar = own.map((look) => looks.get(look)).find(isOther);
    const sharing = key.marks.find((mark) => keys.has(mark));
    if (same !== undefined) clashes.push(['name', message('approval.same-name', { number, other: same })]);
    else if (similar !== undefined)
      clashes.push(['name', message('approval.similar-name', { number, other: similar })]);
    if (sharing !== undefined)
      clashes.push([
        'key',
        message(sharing.startsWith('credential ') ? 'passkey.same-credential' : 'approval.same-key', {
          number,
          other: keys.get(sharing)!,
        }),
      ]);
    names.set(nameKey(name), number);
    for (const mark of key.marks) keys.set(mark, number);
    for (const look of own) looks.set(look, number);
    return clashes;
  };
}
