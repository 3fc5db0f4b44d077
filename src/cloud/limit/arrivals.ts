/**
 * When the calls of one lane arrived, or will have: the server counts arrivals, a client knows when it sent and when it
 * heard. An answered call is taken to have arrived half way between the two; one that is not answered yet, as long
 * after its slot as is usual. Pure: moments are monotonic milliseconds.
 */

/** A call of the lane, from its slot on. */
export interface ObservedCall {
  readonly due: number;
  /** When it arrived, as far as is known. */
  arrival: number;
  /** Refused by the limit: it took no place in its second. */
  refused: boolean;
}

export type Arrivals = ReturnType<typeof createArrivals>;

/** Of what is longer ago nobody asks. */
const KEPT_MS = 2_500;
/** An answer that took longer tells nothing of the way to the server. */
const LONGEST_TRIP_MS = 5_000;
/** How much of the difference each answer adds to what is usual, and to what is fastest: roads become longer, too. */
const USUAL = 0.1;
const FASTEST = 0.002;
/** The next call may be faster than any before it. */
const FASTER_STILL = 0.5;

export function createArrivals() {
  let calls: ObservedCall[] = [];
  let fastest: number | null = null;
  let usual = 0;
  return {
    /** Expects the call of a slot. */
    expect(due: number): ObservedCall {
      const call = { due, arrival: due + usual, refused: false };
      if (calls.length > 0 && calls[0]!.due < due - KEPT_MS)
        calls = calls.filter((old) => old.due >= due - KEPT_MS);
      calls.push(call);
      return call;
    },
    heard(call: ObservedCall, sentAt: number, heardAt: number, refused: boolean): void {
      call.refused = refused;
      const trip = heardAt - sentAt;
      if (!(trip >= 0 && trip <= LONGEST_TRIP_MS)) return;
      const travel = trip / 2;
      call.arrival = sentAt + travel;
      usual = fastest === null ? travel : usual + USUAL * (travel - usual);
      fastest = fastest === null ? travel : Math.min(travel, fastest + FASTEST * (travel - fastest));
    },
    /** Forgets the slots after this moment, which are used no more, and gives the last one that is left. */
    dropAfter(now: number): number {
      calls = calls.filter(({ due }) => due <= now);
      return calls.reduce((last, { due }) => Math.max(last, due), -Infinity);
    },
    /** How many took a place from the one moment on and before the other. */
    within(from: number, to: number): number {
      let count = 0;
      for (const { arrival, refused } of calls) if (!refused && arrival >= from && arrival < to) count += 1;
      return count;
    },
    /** From when on a call finds fewer than so many in the 1,000 ms before its arrival, even if it travels fast. */
    earliest(atMost: number): number {
      const arrivals: number[] = [];
      for (const { arrival, refused } of calls) if (!refused) arrivals.push(arrival);
      if (arrivals.length < atMost) return -Infinity;
      arrivals.sort((a, b) => b - a);
      return arrivals[atMost - 1]! + 1000 - FASTER_STILL * (fastest ?? 0);
    },
    /** Milliseconds that a call travels at least, as of late; 0 while none has been heard. */
    get fastest(): number {
      return fastest ?? 0;
    },
  };
}
