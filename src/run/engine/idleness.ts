/**
 * Which parts of a run only wait: the run itself, and each step in progress. A wait counts here if nothing happens during it
 * that the process has to see.
 *
 *     works ──► waits ◄──► reads while it waits ──► works …
 */
import type { Clock } from '../../clock.ts';
import type { Message, WakesOn } from '../../model.ts';

/** A wait that does not need the process. */
export interface IdleWait {
  /** Until then nothing happens that the process has to see, ms since 1970 UTC by the wall clock. */
  readonly until: number;
  readonly wakesOn: WakesOn;
  readonly reason: Message;
}

interface Part {
  readonly wait: IdleWait;
  /** Monotonic ms. */
  readonly since: number;
  /** False while it reads. */
  readonly sleeps: boolean;
}

/** The part of a run that is no step: its waves, soaks, gates and approvals. */
export const WHOLE_RUN = 'run';

/** What each part of a run does now. */
export class Idleness {
  /** Null: the part works, or waits for something that it must follow. */
  readonly #parts = new Map<string, Part | null>();
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** The part works. @param part a step id, or `WHOLE_RUN`. */
  works(part: string): void {
    this.#parts.set(part, null);
  }

  /** The part only waits. If it has waited already, the time counts from there. */
  waits(part: string, wait: IdleWait): void {
    const since = this.#parts.get(part)?.since ?? this.#clock.monotonic();
    this.#parts.set(part, { wait, since, sleeps: true });
  }

  /** The part reads, and will probably wait again. */
  reads(part: string): void {
    const present = this.#parts.get(part);
    if (present) this.#parts.set(part, { ...present, sleeps: false });
  }

  /** The part has ended, or others continue for it. */
  leaves(part: string): void {
    this.#parts.delete(part);
  }

  /** The waits of all parts; null: one of them works, or has not waited for so long. @param ms milliseconds. */
  allFor(ms: number): readonly IdleWait[] | null {
    const waits: IdleWait[] = [];
    const latest = this.#clock.monotonic() - ms;
    for (const part of this.#parts.values()) {
      if (part === null || !part.sleeps || part.since > latest) return null;
      waits.push(part.wait);
    }
    return waits.length === 0 ? null : waits;
  }
}
