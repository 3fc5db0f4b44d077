/**
 * Estimates when the calls of one lane arrive. The server counts arrivals; a client knows only when it sent a call and
 * when the answer came. An answered call counts as arrived half way between the two. A call without an answer yet
 * counts as arrived at its request slot plus the usual travel time. Pure: moments are monotonic milliseconds.
 */

/** A call of the lane, from the moment its request slot is reserved. */
export interface ObservedCall {
  readonly due: number;
  /** The estimated arrival. */
  arrival: number;
  /** True if the limit refused it: then it does not count in its second. */
  refused: boolean;
}

export type Arrivals = ReturnType<typeof createArrivals>;

/** How long calls are kept: no decision looks further back. */
const KEPT_MS = 2_500;
/** A longer round trip says nothing about the travel time. */
const MAX_TRIP_MS = 5_000;
/** Weight of each answer in the usual and in the fastest travel time. Routes can become longer, too. */
const USUAL = 0.1;
const FASTEST = 0.002;
/** The next call takes at least this share of the fastest time: it may be faster. */
const FASTER_STILL = 0.5;

export function createArrivals() {
  let calls: ObservedCall[] = [];
  let fastest: number | null = null;
  let usual = 0;
  return {
    /** Adds the call of a request slot. */
    expect(due: number): ObservedCall {
      const call = { due, arrival: due + usual, refused: false };
      if (calls.length > 0 && calls[0]!.due < due - KEPT_MS)
        calls = calls.filter((old) => old.due >= due - KEPT_MS);
      calls.push(call);
      return call;
    },
    /** Records the answer of a call. */
    onResponse(call: ObservedCall, sentAt: number, answeredAt: number, refused: boolean): void {
      call.refused = refused;
      const trip = answeredAt - sentAt;
      if (!(trip >= 0 && trip <= MAX_TRIP_MS)) return;
      const travel = trip / 2;
      call.arrival = sentAt + travel;
      usual = fastest === null ? travel : usual + USUAL * (travel - usual);
      fastest = fastest === null ? travel : Math.min(travel, fastest + FASTEST * (travel - fastest));
    },
    /** Drops the slots after this moment and returns the last one that is left. */
    dropAfter(now: number): number {
      calls = calls.filter(({ due }) => due <= now);
      return calls.reduce((last, { due }) => Math.max(last, due), -Infinity);
    },
    /** Counts the arrivals from one moment up to, but without, another. Refused calls do not count. */
    within(from: number, to: number): number {
      let count = 0;
      for (const { arrival, refused } of calls) if (!refused && arrival >= from && arrival < to) count += 1;
      return count;
    },
    /** The first moment to send with fewer than `atMost` arrivals in the 1,000 ms before. */
    earliest(atMost: number): number {
      const arrivals: number[] = [];
      for (const { arrival, refused } of calls) if (!refused) arrivals.push(arrival);
      if (arrivals.length < atMost) return -Infinity;
      arrivals.sort((a, b) => b - a);
      return arrivals[atMost - 1]! + 1000 - FASTER_STILL * (fastest ?? 0);
    },
    /** The fastest recent travel time, ms. 0 before the first answer. */
    get fastest(): number {
      return fastest ?? 0;
    },
  };
}
