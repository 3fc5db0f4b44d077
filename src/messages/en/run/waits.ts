/** What a run waits for, in English. `run/waits.ts` has names and limits. */
import type { Text } from '../../text.ts';
import { counted } from '../quantities.ts';

/** Each completes "waiting for …". */
const WAITS: Readonly<Record<string, string>> = {
  unreachable: 'the provider to become reachable',
  unsent: 'a connection for an order',
  busy: 'another task on the instance to end',
  locked: 'the instance to be unlocked, although its status is running',
  tryingAgain: 'the lock after the previous step to end',
  tailLock: 'the lock after the previous step to end',
  unclear: 'contradictory readings to become clear',
  following: 'the provider to end the change',
  delivery: 'billing to report the order as delivered',
  unlisted: 'the next list: this one lacks the instance',
  missing: 'the instance to appear in a list again',
  paused: 'an operator to continue the run',
  patience: 'the end of patience: the order got no answer',
  soak: 'the soak after the wave',
  approval: 'the approval of the wave',
  gate: 'the result of the gate',
  window: 'the window to open',
  permit: 'a request slot',
  regionFull: 'another change in the region to end: limit.inFlightInRegion of the policy',
  rateHold: 'the rate to recover from a refusal by limit',
};

export const waits = {
  'wait.for': ({ name }: { name: string }): Text => WAITS[name] ?? name,
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
