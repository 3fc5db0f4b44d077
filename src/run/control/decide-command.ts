/** Decides whether a control command is accepted, and what the answer says. Pure. No command exceeds what was approved. */
import { unreachable } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { ControlCommand, Execution, Message } from '../../model.ts';
import { LIMITS } from '../waits.ts';

/** The state of the run when a command arrives. */
export interface Situation {
  readonly execution: Pick<Execution, 'inFlight' | 'requestsPerSecond'>;
  /** True once the process rests. */
  readonly isResting: boolean;
  /** True once an abort was accepted. */
  readonly isLeaving: boolean;
  /** Why the run is stopping; null while it is not. */
  readonly stopping: Message | string | null;
  readonly paused: Paused | null;
  /** The current setting. */
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** Resizes in flight. */
  readonly count: number;
}

/** Since when the run is paused (ISO 8601 UTC), and who paused it. */
export interface Paused {
  readonly since: string;
  readonly by: string;
}

/** The lowest rate that can be set. Below it, one round of reading would take minutes. */
const LEAST_RATE = 0.1;

/** Why a command is refused now; null if it is accepted. */
export function refusalOf(command: ControlCommand, situation: Situation): Message | null {
  const { paused, stopping } = situation;
  if (situation.isResting) return message('control.resting');
  if (situation.isLeaving) return message('control.aborting-already');
  switch (command.kind) {
    case 'pause':
      if (stopping !== null) return message('control.stopping', { reason: stopping });
      return paused && message('control.paused-already', { since: paused.since, by: paused.by });
    case 'continue':
      if (stopping !== null) return message('control.stopping', { reason: stopping });
      return paused ? null : message('control.not-paused');
    case 'drain':
      return stopping === null ? null : message('control.stopping-already', { reason: stopping });
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
): Message | null {
  const { execution, stopping } = situation;
  const isWhole = setting === 'inFlight';
  // A stopping run still reads, so its rate can change until the end.
  if (isWhole && stopping !== null) return message('control.stopping', { reason: stopping });
  const most = execution[setting];
  const least = Math.min(isWhole ? 1 : LEAST_RATE, most);
  if (!Number.isFinite(value) || value < least || (isWhole && !Number.isInteger(value)))
    return message('control.out-of-range', { setting, isWhole, least, most });
  if (value > most) return message('control.above-approved', { setting, most });
  return value === situation[setting] ? message('control.set-already', { setting, value }) : null;
}

/** The answer to an accepted command. Call it before the command takes effect. */
export function answerTo(command: ControlCommand, situation: Situation): Message {
  const { count: inFlight } = situation;
  switch (command.kind) {
    case 'pause':
      return message('control.paused', { inFlight, limit: LIMITS.paused });
    case 'continue':
      return message('control.continued', { since: situation.paused?.since ?? '' });
    case 'drain':
      return message('control.draining', { inFlight });
    case 'abort':
      return message('control.aborting', { inFlight });
    case 'set': {
      const { setting, value: to } = command;
      const from = situation[setting];
      return setting === 'inFlight'
        ? message('control.in-flight-set', { from, to, inFlight })
        : message('control.rate-set', { from, to });
    }
    default:
      return unreachable(command);
  }
}
