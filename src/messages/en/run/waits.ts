/** What a run waits for, in English. `run/waits.ts` has names and limits. */
import type { Text } from '../../text.ts';
import { counted } from '../quantities.ts';

/** Each `wait` completes "waiting for …". */
export const waits = {
  'wait.unreachable': (): Text => 'the provider to become reachable',
  'wait.unsent': (): Text => 'a connection for an order',
  'wait.busy': (): Text => 'another task on the instance to end',
  'wait.locked': (): Text => 'the instance to be unlocked, although its status is running',
  'wait.tryingAgain': (): Text => 'the lock after the previous step to end',
  'wait.tailLock': (): Text => 'the lock after the previous step to end',
  'wait.unclear': (): Text => 'contradictory readings to become clear',
  'wait.following': (): Text => 'the provider to end the change',
  'wait.delivery': (): Text => 'billing to report the order as delivered',
  'wait.unlisted': (): Text => 'the next list: this one lacks the instance',
  'wait.missing': (): Text => 'the instance to appear in a list again',
  'wait.paused': (): Text => 'an operator to continue the run',
  'wait.patience': (): Text => 'the end of patience: the order got no answer',
  'wait.soak': (): Text => 'the soak after the wave',
  'wait.approval': (): Text => 'the approval of the wave',
  'wait.gate': (): Text => 'the result of the gate',
  'wait.window': (): Text => 'the window to open',
  'wait.permit': (): Text => 'a request slot',
  'wait.regionFull': (): Text => 'another change in the region to end: limit.inFlightInRegion of the policy',
  'wait.rateHold': (): Text => 'the rate to recover from a refusal by limit',
  'left.unanswered': ({ count }: { count: number }): Text =>
    count === 1
      ? 'an unanswered order is being resolved'
      : `${counted(count, 'unanswered order')} are being resolved`,
  'left.deferred': ({ count }: { count: number }): Text =>
    count === 1
      ? 'a change waits for its maintenance window'
      : `${counted(count, 'change')} wait for their maintenance windows`,
  'left.soak': ({ wave }: { wave: string }): Text => `wave ${wave} soaks`,
};
