/** Checks the approvers of a saved plan as those of an approvers file. Anyone can seal a plan, so its list is not believed. */
import { message } from '../messages/messages.ts';
import type { Approvals, Message } from '../model.ts';
import { readPublicKey } from './keys.ts';
import { looksLike, nameFault } from './names.ts';

/** Why Refit does not accept these approvers; null when it does. */
export function approversFault({ approvers }: Pick<Approvals, 'approvers'>): Message | null {
  for (const [index, { name, key: line }] of approvers.entries()) {
    const fault = nameFault(name);
    if (fault !== null) return message('approval.bad-person', { name, fault });
    const key = readPublicKey(line);
    if ('fault' in key) return message('approval.bad-key', { number: index + 1, fault: key.fault });
    if (key.line !== line)
      return message('approval.bad-key', { number: index + 1, fault: { kind: 'changed' } });
    const before = approvers.slice(0, index);
    const like = before.find((other) => looksLike(other.name, name));
    if (like !== undefined)
      return message('approval.similar-name', { number: index + 1, other: approvers.indexOf(like) + 1 });
    const same = before.find((other) => other.key === line);
    if (same !== undefined)
      return message('approval.same-key', { number: index + 1, other: approvers.indexOf(same) + 1 });
  }
  return null;
}
