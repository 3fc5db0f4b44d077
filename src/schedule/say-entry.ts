/** An entry of the account as one line of words, for the log. Pure. */
import type { BeganBecause, ScheduleDeed } from './account.ts';

/** Without its time. */
export function sayDeed(deed: ScheduleDeed): string {
  switch (deed.kind) {
    case 'started':
      return `started by ${deed.by.user} on ${deed.by.host}, process ${deed.by.pid}`;
    case 'stopped':
      return `stopped, exit ${deed.exitCode}`;
    case 'seen':
      return `${deed.plan}: scheduled: ${deed.schedule}; what was due before is not owed`;
    case 'removed':
      return `${deed.plan}: its file is gone`;
    case 'began':
      return `${deed.plan}: ${BEGAN[deed.because]}, due ${deed.due}`;
    case 'skipped': {
      const times =
        deed.count === 1 ? `skipped, due ${deed.due}` : `skipped ${deed.count} times up to ${deed.due}`;
      return `${deed.plan}: ${times}: ${deed.what}`;
    }
    case 'refused':
      return `${deed.plan}: refused, due ${deed.due}: ${deed.what}`;
    case 'left':
      return `${deed.plan}: exit ${deed.exitCode}, due ${deed.due}: ${deed.what}, at ${deed.goesOnAt}`;
    case 'ended':
      return `${deed.plan}: ended with exit ${deed.exitCode}, due ${deed.due}: ${deed.what}`;
  }
}

const BEGAN: Readonly<Record<BeganBecause, string>> = {
  due: 'begins',
  'caught-up': 'begins late: its time went by while no scheduler looked',
  asked: 'begins, as was asked',
  'goes-on': 'goes on',
  'taken-up': 'goes on where the scheduler before left it',
};
