/**
 * How far a run is stopped, and why: one state for every reason there is. It only ever goes further.
 *
 *     going on ── drained or halted ──► nothing new starts ── left ──► nothing is followed any more
 */

import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';

/** What a run exits with that was told to stop otherwise than by a signal: as by the polite one. */
const TOLD_TO_STOP = 143;

export class StopState {
  readonly #noNewOrders = new AbortController();
  readonly #drain = new AbortController();
  readonly #told = new AbortController();
  readonly #left = new AbortController();
  /** Aborted once nothing new may start. */
  readonly noNewOrders: AbortSignal = this.#noNewOrders.signal;
  /** Aborted as somebody drains the run: then changes that wait for their windows are left, too. */
  readonly drained: AbortSignal;
  /** Aborted as somebody tells the process to leave. */
  readonly toldToLeave: AbortSignal;
  /** Aborted once nothing is followed any more: told to, halted by the close of a window, or failed. */
  readonly left: AbortSignal;
  /** Who or what drains the run. */
  drainedBy: Message = message('control.drained-by-signal');
  /** True from the moment at which an abort is accepted: nothing is sent while its entry is being written. */
  isLeaving = false;
  /** The provider refused the credentials: that decides the exit code. */
  credentialsRefused = false;

  /** @param signals the first and the second signal; the reason of each is its exit code. */
  constructor(signals: { readonly drain: AbortSignal; readonly leave: AbortSignal }) {
    this.drained = AbortSignal.any([signals.drain, this.#drain.signal]);
    this.toldToLeave = AbortSignal.any([signals.leave, this.#told.signal]);
    this.left = AbortSignal.any([this.toldToLeave, this.#left.signal]);
  }

  /** Whether somebody told the process to leave, also while that is being written down. */
  get mustLeave(): boolean {
    return this.isLeaving || this.toldToLeave.aborted;
  }

  /** The exit code of whoever told the process to stop; null: nobody did. */
  get exitCode(): number | null {
    const told = [this.drained.reason, this.toldToLeave.reason].find((reason) => typeof reason === 'number');
    return told ?? null;
  }

  /** Nothing new starts from here on. */
  stopNewOrders(): void {
    this.#noNewOrders.abort();
  }

  /** @param by who or what drains the run. */
  drain(by: Message): void {
    this.drainedBy = by;
    this.#drain.abort(TOLD_TO_STOP);
  }

  /** Somebody tells the process to leave, and that is on record. */
  leave(): void {
    this.#told.abort(TOLD_TO_STOP);
  }

  /** Nothing is followed any more, although nobody told the process to leave. */
  abandon(): void {
    this.#left.abort();
  }
}
