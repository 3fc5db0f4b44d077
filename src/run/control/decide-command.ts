/** Whether a control command is accepted, and what is answered: pure. What was approved is never exceeded. */
import { unreachable } from '../../errors.ts';
import type { ControlCommand, Execution } from '../../model.ts';
import { HOUR } from '../../units.ts';
import { LIMITS } from '../waits.ts';

/** How a run stands as a command comes in. */
export interface Situation {
  readonly execution: Pick<Execution, 'inFlight' | 'requestsPerSecond'>;
  /** The process is leaving. */
  readonly isLeaving: boolean;
  /** Why the run is stopping, in words; null while it is not. */
  readonly stopping: string | null;
  readonly paused: Paused | null;
  /** As they are set now. */
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** Resizes in flight. */
  readonly count: number;
}

/** A pause: since when, ISO 8601 UTC, and by whom. */
export interface Paused {
  readonly since: string;
  readonly by: string;
}

/** The least rate that can be set: below it, one round of reading would take minutes. */
const LEAST_RATE = 0.1;

/** Why a command is refused now; null where it is not. */
export function refusalOf(command: ControlCommand, situation: Situation): string | null {
  const { paused, stopping } = situation;
  if (situation.isLeaving) return 'the run is leaving at once';
  switch (command.kind) {
    case 'pause':
      if (stopping !== null) return `the run is stopping: ${stopping}`;
      return paused && `already paused, since ${paused.since} by ${paused.by}`;
    case 'continue':
      if (stopping !== null) return `the run is stopping: ${stopping}`;
      return paused ? null : 'not paused';
    case 'drain':
      return stopping === null ? null : `the run is stopping already: ${stopping}`;
    case 'abort':
      return null;
    case 'set':
      return refusalOfSet(command, situation);
    default:
      return unreachable(command);
  }
}

function refusalOfSet(
  { setting, value }: Extract<ControlCommand, { kind: 'set' }>,
  situation: Situation,
): string | null {
  const { execution, stopping } = situation;
  const isWhole = setting === 'inFlight';
  // A run that stops still reads: its rate may be changed to the end.
  if (isWhole && stopping !== null) return `the run is stopping: ${stopping}`;
  const most = execution[setting];
  const least = Math.min(isWhole ? 1 : LEAST_RATE, most);
  if (!Number.isFinite(value) || value < least || (isWhole && !Number.isInteger(value)))
    return `${setting} takes a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`;
  if (value > most)
    return `above what was approved: the plan says ${setting} ${most}; for more, drain this run and make a new plan: refit plan PLAN -o SAVED`;
  return value === situation[setting] ? `${setting} is ${value} already` : null;
}

/** What is answered to an accepted command; said before it takes effect. */
export function answerTo(command: ControlCommand, situation: Situation): string {
  const { count } = situation;
  const inFlight =
    count === 0
      ? 'nothing is under way'
      : count === 1
        ? '1 resize is under way'
        : `${count} resizes are under way`;
  switch (command.kind) {
    case 'pause':
      return `paused: no new order starts, what is under way is followed to its end (${inFlight}); after ${LIMITS.paused / HOUR} hours without continue the run drains`;
    case 'continue':
      return `going on: paused since ${situation.paused?.since}`;
    case 'drain':
      return `draining: no new order starts, what is under way is followed to its end (${inFlight})`;
    case 'abort':
      return `leaving at once, ${inFlight}: the same apply goes on later and settles them first`;
    case 'set':
      return command.setting === 'inFlight'
        ? `inFlight is ${command.value} now, it was ${situation.inFlight}; ${inFlight}`
        : `requestsPerSecond is ${command.value} now, it was ${situation.requestsPerSecond}`;
    default:
      return unreachable(command);
  }
}
