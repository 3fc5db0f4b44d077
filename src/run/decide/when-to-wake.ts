/**
 * Decides how a run goes on that no process carries out: by itself, at some time, after an event, or never. Pure: saved plan
 * and journal decide, so every host and every restart gets the same answer.
 *
 * | the last process          | then                                                                      |
 * |---------------------------|---------------------------------------------------------------------------|
 * | did not start yet         | now, or when the next window opens                                        |
 * | died, or handed over      | now; after `abort` a person decides                                       |
 * | rested                    | at the time of the rest, or earlier by its event                          |
 * | ended, every step is done | never                                                                     |
 * | `window-closed`           | when all windows are open next                                            |
 * | `not-approved`            | once somebody approves                                                    |
 * | `finish-by`               | never, or a person resolves what is unknown                               |
 * | any other end             | a person decides                                                          |
 *
 * A control command wakes every run that waits, because its sender waits for the answer.
 */
import { iso } from '../../clock.ts';
import { type ErrorCode, unreachable } from '../../errors.ts';
import { isFinished } from '../../journal/replay.ts';
import { message } from '../../messages/messages.ts';
import type { Message, RunState, SavedPlan, SavedWindows, WakesOn } from '../../model.ts';
import { nextStartOf } from '../../plan/windows/common-start.ts';

/** How a run goes on. `because` is for people. */
export type Wake =
  /** Nothing is left to do. */
  | { readonly kind: 'finished' }
  | { readonly kind: 'now'; readonly because: Message }
  /** At a time, ISO 8601 UTC. */
  | { readonly kind: 'at'; readonly at: string; readonly because: Message }
  /**
   * After an event, or at `orAt` (ISO 8601 UTC; null: no time). `operator`: a person repeats `refit apply`, and nothing else
   * continues the run.
   */
  | {
      readonly kind: 'on';
      readonly event: Exclude<WakesOn, 'time'> | 'operator';
      readonly orAt: string | null;
      readonly because: Message;
    };

export interface WakeInput {
  readonly saved: Pick<SavedPlan, 'windows' | 'finishBy' | 'expiresAt'>;
  readonly state: RunState;
  /** Wall clock, ms since 1970 UTC. */
  readonly now: number;
  /** The windows of the policies that hold for the run. */
  readonly policyWindows?: readonly SavedWindows[];
  /** The error with which the last process was refused or failed; null: it had none. */
  readonly error?: ErrorCode | null;
}

/** Decides after the end of a process, however it ended. */
export function whenToWake(input: WakeInput): Wake {
  const { state, error = null } = input;
  if (isFinished(state)) return { kind: 'finished' };
  if (error !== null) return afterError(input, error);
  if (state.startedAt === null) return beforeStart(input);
  if (state.resting !== null) return afterRest(state.resting);
  if (state.endedAt === null) return afterDeath(state);
  return afterEnd(input);
}

function operator(because: Message): Wake {
  return { kind: 'on', event: 'operator', orAt: null, because };
}

function afterRest({ until, wakesOn, reason }: NonNullable<RunState['resting']>): Wake {
  return wakesOn === 'time'
    ? { kind: 'at', at: until, because: reason }
    : { kind: 'on', event: wakesOn, orAt: until, because: reason };
}

/** The journal has no end. An operator who aborts wants no further process; who drains wants one that follows. */
function afterDeath({ stopCommanded, stopping }: RunState): Wake {
  if (stopCommanded && stopping?.because !== 'drained') return operator(message('wake.aborted'));
  return { kind: 'now', because: message('wake.died') };
}

function beforeStart(input: WakeInput): Wake {
  const { saved, now } = input;
  const opens = nextOpening(input);
  if (opens === null) return operator(message('wake.no-window'));
  if (opens > Date.parse(saved.expiresAt)) return operator(message('wake.expires', { at: saved.expiresAt }));
  if (opens > now) return { kind: 'at', at: iso(opens), because: message('wake.window', { at: iso(opens) }) };
  return { kind: 'now', because: message('wake.starts') };
}

function afterEnd(input: WakeInput): Wake {
  const { state } = input;
  const { endedBecause } = state;
  switch (endedBecause) {
    case 'window-closed':
      return atOpening(input);
    case 'not-approved':
      return { kind: 'on', event: 'approval', orAt: null, because: becauseOf(state) };
    case 'finish-by':
      return hasUnknown(state) ? operator(message('wake.unknown')) : { kind: 'finished' };
    case 'done':
      return operator(message('wake.unknown'));
    case 'reconciled':
      return operator(message('wake.reconciled'));
    case 'halted':
    case 'drained':
    case 'policy-refused':
      return operator(becauseOf(state));
    case null:
      return operator(message('wake.unknown'));
    default:
      return unreachable(endedBecause);
  }
}

/** Errors with which no process can go on before something else happens. */
function afterError(input: WakeInput, error: ErrorCode): Wake {
  const { now } = input;
  switch (error) {
    case 'not-approved':
      return { kind: 'on', event: 'approval', orAt: null, because: message('wake.not-approved') };
    case 'outside-window':
      return atOpening(input);
    // Another process holds the run, or something beside the run failed. Both pass.
    case 'locked':
    case 'fenced':
    case 'store-unreachable':
    case 'provider-unreachable':
    case 'provider-refused':
    case 'disk-failed': {
      const at = iso(now + RETRY_AFTER);
      return { kind: 'at', at, because: message('wake.failed', { code: error, at }) };
    }
    default:
      return operator(message('wake.refused', { code: error }));
  }
}

/** The pause before another process tries what one could not do, ms. */
const RETRY_AFTER = 60_000;

function atOpening(input: WakeInput): Wake {
  const opens = nextOpening(input);
  if (opens === null) return operator(message('wake.no-window'));
  return { kind: 'at', at: iso(opens), because: message('wake.window', { at: iso(opens) }) };
}

/** When steps may start next; null: not within a year. */
function nextOpening({ saved, now, policyWindows = [] }: WakeInput): number | null {
  const own = saved.windows === undefined ? [] : [saved.windows];
  return nextStartOf([...own, ...policyWindows], now);
}

function becauseOf({ stopping }: RunState): Message {
  return stopping?.message ?? message('wake.unknown');
}

function hasUnknown({ steps }: RunState): boolean {
  return [...steps.values()].some(({ outcome }) => outcome === 'unknown');
}
