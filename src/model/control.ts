/** Commands to a live run. */
import type { Message } from './message.ts';

/** What an operator can ask of a live run. `set` never exceeds what was approved. */
export type ControlCommand =
  /** Start no new order until `continue`. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'continue' }
  /** Start nothing new, and follow orders in flight to their end. */
  | { readonly kind: 'drain' }
  /** Exit immediately. The same `apply` resumes the run later. */
  | { readonly kind: 'abort' }
  | { readonly kind: 'set'; readonly setting: ControlSetting; readonly value: number };

/** The settings that an operator can change while the run is live. */
export type ControlSetting = 'inFlight' | 'requestsPerSecond';

/** Who sent a command, as the sending process describes itself. */
export interface Operator {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** A command to a live run, with its answer. */
export interface ControlAttempt {
  readonly command: Exclude<ControlCommand['kind'], 'set'> | `set ${ControlSetting}`;
  /** The value of `set`; null for other commands, and if it was not a number. */
  readonly value: number | null;
  readonly by: Operator;
  readonly accepted: boolean;
  /** The answer: what happens now, or why the command was refused. */
  readonly message: Message;
}
