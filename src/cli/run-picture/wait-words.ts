/** What a run waits for, in words for people. Names and limits: `run/waits.ts`. */
import type { WaitName } from '../../operations/read-run.ts';

/** Each completes "waiting for …". */
export const WAIT_WORDS: Readonly<Record<WaitName, string>> = {
  unreachable: 'the provider to be reachable',
  unsent: 'a connection by which an order can leave',
  busy: 'something else to end on the instance',
  locked: 'the lock of an instance that reads as running',
  tryingAgain: 'the lock after the step before',
  tailLock: 'the lock after the step before',
  unclear: 'what is unclear to clear up',
  settling: 'the provider to end the change',
  delivery: 'billing to call the order delivered',
  unlisted: 'the next list, this one lacks the instance',
  missing: 'the instance to be listed again',
  paused: 'somebody to continue the run',
  patience: 'every source to have been silent, no answer came',
  soak: 'the soak after the wave',
  approval: 'the approval of the wave',
  gate: 'the gate to judge',
  window: 'the window to open',
  permit: 'a slot under the request limit',
  rateHold: 'the request limit that the provider called',
};
