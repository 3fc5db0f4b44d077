/** Checks lists of approvers: those of an approvers file, and those of a saved plan, which anyone can seal. */
import { message } from '../messages/messages.ts';
import type { Approvals, Message } from '../model.ts';
import { type ApproverKey, readApproverKey } from './approver-key.ts';
import { looksOf, nameFault, nameKey } from './names.ts';

/** The largest number of approvers of a plan. */
export const MOST_APPROVERS = 1_000;

/** Why Refit does not accept the approvers of a saved plan; null when it does. */
export function approversFault({ approvers }: Pick<Approvals, 'approvers'>): Message | null {
  const clashesOf = createClashFinder();
  for (const [index, { name, key: line }] of approvers.entries()) {
    const number = index + 1;
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
    const same = names.get(nameKey(name));
    const own = looksOf(name);
    const similar = own.map((look) => looks.get(look)).find((other) => other !== undefined);
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
