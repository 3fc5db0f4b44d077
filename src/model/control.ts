/** Commands to a live run. */
import type { Message } from './message.ts';

/** What a live run can be told. `set` changes how it goes on, never beyond what was approved. */
export type ControlCommand =
  /** No new order starts until `continue`. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'continue' }
  /** Nothing new starts, what is under way is followed to its end. */
  | { readonly kind: 'drain' }
  /** Leave at once; the same `apply` goes on later. */
  | { readonly kind: 'abort' }
  | { readonly kind: 'set'; readonly setting: ControlSetting; readonly value: number };

/** What of a run can be set while it is live. */
export type ControlSetting = 'inFlight' | 'requestsPerSecond';

/** Who told it, as that process says of itself. */
export interface Operator {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** A command as it was given to a live run, with what came of it. */
export interface ControlAttempt {
  readonly command: Exclude<ControlCommand['kind'], 'set'> | `set ${ControlSetting}`;
  /** For `set`; null elsewhere, and where it was no number. */
  readonly value: number | null;
  readonly by: Operator;
  readonly accepted: boolean;
  /** The answer: what happens now, or why Refit rejected the command. */
  readonly message: Message;
}
