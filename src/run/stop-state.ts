/**
 * How far a run has stopped, and why. It is one state for every reason, and it only moves forward.
 *
 *     running ── drained or halted ──► nothing new starts ── left ──► orders are no longer followed
 */

import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';

/**
 * The reason of a drain signal that hands the run over. The process starts nothing new, follows orders in flight to their
 * end, and rests. The next process keeps what operators set.
 */
export const HANDING_OVER = 'handing over';

/** The exit code after a control command or a long pause: the same as after SIGTERM. */
const STOP_EXIT_CODE = 143;

export class StopState {
  readonly #noNewOrders = new AbortController();
  readonly #drain = new AbortController();
  readonly #leaveCommand = new AbortController();
  readonly #left = new AbortController();
  /** Aborted when nothing new may start. */
  readonly noNewOrders: AbortSignal = this.#noNewOrders.signal;
  /** Aborted when the run drains. The process then also stops waiting for maintenance windows. */
  readonly drained: AbortSignal;
  /** Aborted when a signal or a command tells the process to exit immediately. */
  readonly leaveRequested: AbortSignal;
  /** Aborted when the process stops following orders: on request, at the close of a window, or after a failure. */
  readonly left: AbortSignal;
  /** Why the run drains. */
  drainedBy: Message = message('control.drained-by-signal');
  /** True once the process rests: it leaves without an end of the run. */
  isResting = false;
  /** True once an abort is accepted, so that Refit sends nothing while it writes the entry. */
  isLeaving = false;
  /** True if the provider refused the credentials. This decides the exit code. */
  credentialsRefused = false;

  /** @param signals aborted by the first and the second signal. The reason of each is its exit code. */
  constructor(signals: { readonly drain: AbortSignal; readonly leave: AbortSignal }) {
    this.drained = AbortSignal.any([signals.drain, this.#drain.signal]);
    this.leaveRequested = AbortSignal.any([signals.leave, this.#leaveCommand.signal]);
    this.left = AbortSignal.any([this.leaveRequested, this.#left.signal]);
  }

  /** True if the process must exit immediately, also while Refit writes the abort to the journal. */
  get mustLeave(): boolean {
    return this.isLeaving || this.isResting || this.leaveRequested.aborted;
  }

  /** True if the run drains only because its process hands it over. */
  get handsOver(): boolean {
    return this.drained.reason === HANDING_OVER;
  }

  /** The exit code of the signal or command that stopped the process; null if none did. */
  get exitCode(): number | null {
    const reasons: unknown[] = [this.drained.reason, this.leaveRequested.reason];
    return reasons.find((reason) => typeof reason === 'number') ?? null;
  }

  /** Stops new orders. */
  stopNewOrders(): void {
    this.#noNewOrders.abort();
  }

  /** Starts nothing new and ends the process. The caller appends the rest, then calls `abandon`. */
  rest(): void {
    this.isResting = true;
    this.stopNewOrders();
  }

  /** Drains the run. @param by who or what drains it. */
  drain(by: Message): void {
    this.drainedBy = by;
    this.#drain.abort(STOP_EXIT_CODE);
  }

  /** Tells the process to exit immediately. The request is in the journal already. */
  leave(): void {
    this.#leaveCommand.abort(STOP_EXIT_CODE);
  }

  /** Stops following orders without a request to leave. */
  abandon(): void {
    this.#left.abort();
  }
}
