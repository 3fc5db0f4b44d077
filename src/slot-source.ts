/**
 * The port to request slots that all processes of a store share. The source decides by its own clock only, so the
 * clocks of hosts may differ. All moments here are milliseconds since 1970 by that clock, with fractions.
 *
 * The source keeps one row for each lane. It gives the slots of a lane evenly spaced and in the order of the requests:
 *
 *   first = the latest of   the slot after the lane's last one
 *                           now + ahead
 *                           the end of a hold
 *                           the end of the closed second
 *
 * A lane is closed for a second if its row is new, or if the source started less than a second ago: nobody knows which
 * slots were given before. All processes get small batches, so each gets its turn soon. `SLOT_BOUNDS` has the numbers.
 */

/** Bounds of every source, milliseconds. */
export const SLOT_BOUNDS = {
  /** A batch ends at most this far ahead of the source's now, but has at least one slot. */
  batchAhead: 250,
  /** No slot is further ahead than this. A lane that is full beyond it gives nothing now. */
  mostAhead: 800,
  /** How long a new lane, or a source that just started, gives nothing. */
  closedFor: 1_000,
  /** Two slots of a lane are never closer. docs/decisions/0003-request-slots.md has the reason. */
  leastInterval: 55,
  /** How long the source remembers the slots that it gave. */
  remembered: 2_500,
  /** A lane that is full further ahead was written before the source's clock was set back: it counts as new. */
  implausible: 5_000,
} as const;

/** What one process wants of one lane. */
export interface SlotWish {
  readonly lane: string;
  /** Slots; 0 only reads the source's clock. */
  readonly count: number;
  /** The first slot is at least this far ahead, ms: the time that the answer needs. */
  readonly ahead: number;
  /** The version of the lesson that `interval` was computed from; null: not known. */
  readonly version: number | null;
  /** Distance of two slots, ms. It counts only while `version` is the lane's. */
  readonly interval: number;
}

/** What refusals taught about a lane. */
export interface TaughtLane {
  /** Rises with each lesson. */
  readonly version: number;
  /** The lesson as text that only `cloud/limit/` reads; null: no refusal so far. */
  readonly lesson: string | null;
  /** Distance of two slots at the time of the lesson, ms. */
  readonly interval: number;
  /** Nothing leaves before this moment. */
  readonly heldUntil: number;
}

/** The slots of one wish. */
export interface SlotGrant extends TaughtLane {
  readonly lane: string;
  /** Slots given, possibly 0. They are at `first`, `first + interval`, … */
  readonly count: number;
  readonly first: number;
  /** Where the lane's next slot can be. */
  readonly next: number;
}

/** One lane as its row is. */
export interface SlotLane extends TaughtLane {
  readonly lane: string;
  readonly next: number;
  /** The slots that the source remembers, in order. */
  readonly recent: readonly number[];
}

export interface SlotSource {
  /**
   * Takes slots of several lanes in one round trip. No two slots of a lane are closer than its interval, also not those of two processes.
   * @returns the source's time at some moment of the call, and a grant for each wish in any order.
   * @throws RefitError `store-unreachable`
   */
  take(wishes: readonly SlotWish[]): Promise<{ readonly now: number; readonly grants: readonly SlotGrant[] }>;
  /** Reads one lane; null: it has no row. @throws RefitError `store-unreachable` */
  readLane(lane: string): Promise<SlotLane | null>;
  /**
   * Stores a lesson, if the lane still has the version that the lesson was made from. The next version is one higher.
   * @returns false if the lane has another version now.
   * @throws RefitError `store-unreachable`
   */
  teach(lane: string, from: number, taught: Omit<TaughtLane, 'version'>): Promise<boolean>;
  /** Reads all lanes that gave a slot lately, for display. @throws RefitError `store-unreachable` */
  lanes(): Promise<readonly SlotLane[]>;
}
