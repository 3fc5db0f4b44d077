/**
 * The right to make one call, as a slot in the near future: reserve it, do what must be done first, send at the slot.
 *
 * The provider allows 20 requests a second for each action, front end and identity, counted on arrival; whether its
 * second is a calendar second or slides is not said (docs/provider.md P29 to P31). Hence one lane for each of the three,
 * spaced, never counted: a bucket that holds 20 lets 40 through in its first second, and queue limiters were
 * measured to do the same (docs/decisions/0003-request-slots.md).
 *
 * The arithmetic. Let J be the worst spread, in ms, between a slot and the arrival of its request. Slots `i` ms
 * apart keep any sliding second at 20 as long as 20 i >= 1000 + J: 55 ms (18.18 a second) gives J = 100. So up to
 * 20 / 1.1 a second the slots are evenly spaced. Faster lanes have no room for that, and begin as is safe if the
 * server counts calendar seconds, the documented way: their slots are packed into the beginning of each calendar
 * second of this machine's clock, at +5, +45, … +765 ms for 20, which leaves 235 ms in which latecomers still count
 * where they should.
 *
 * Where the server counts otherwise, its refusals tell: one in the first half of a calendar second, or one that this
 * lane's own calls explain because 19 of them or more arrived within the 1,000 ms before it. From then on the lane is even
 * at any rate, and goes by arrivals instead of slots (arrivals.ts): no slot is given before the twentieth last arrival
 * is 1,000 ms ago. A request that was late delays the one that is twenty after it; the lane catches up with at
 * most two slots of that, half a spacing apart. With a round trip of 25 ms, log-normal with sigma 0.6, that is 19.7 a
 * second of which 0.2 % are refused, at a server for which every second slot of 50 ms would have been too early.
 *
 * A refusal that this lane does not explain itself tells that others use the limit: the rate goes down (share.ts), what
 * was not used yet of slots given before is lost, and while calendar seconds may be what is counted nothing arrives in
 * the rest of the one that is full. A slowed lane keeps any sliding second at its own rate rounded up, so that it is a
 * steady neighbour, not a bursting one.
 *
 * The full rate of all lanes may be changed while they are in use. What was not used yet of slots given before is then
 * lost, so that from that moment on every slot is spaced by the new rate, and whoever waits for one reserves another.
 *
 * A slot that nobody used is gone: nothing is saved up. A slot missed by more than 50 ms is lost and may not be
 * used, or callers held up together would be let go together (measured: 45 in one second).
 */
import { type Clock, iso } from '../../clock.ts';
import { type Arrivals, createArrivals, type ObservedCall } from './arrivals.ts';
import { changeFull, fullShare, lower, rateOf, type Share } from './share.ts';

/** The provider's limit. Source: docs/provider.md P28. */
export const PROVIDER_LIMIT = 20;

/** The fastest even spacing: above it the slots are packed. */
const MAX_EVEN_RATE = PROVIDER_LIMIT / 1.1;

const FIRST_IN_SECOND_MS = 5;
const PACKED_MS = 40;
const LOST_AFTER_MS = 50;
/** The wall clock counts whole milliseconds and the monotonic one parts of them: their difference wavers by so much. */
const CLOCK_GRAIN_MS = 2;

/** Between these moments of a calendar second it cannot have been full by what is documented: 20 calls are not so fast. */
const NOT_FULL_BETWEEN_MS = [50, 500] as const;
/** So many calls of this lane within 1,000 ms explain a refusal, at most once in this time: else others have a part in it. */
const EXPLAINING_CALLS = PROVIDER_LIMIT - 1;
const EXPLAINED_EVERY_MS = 1_000;
/** Slots that are caught up with after a late call, and how close to each other, in spacings. */
const CATCH_UP_SLOTS = 2;
const MIN_SPACING = 0.5;

/** What the provider counts together. */
export interface Lane {
  readonly action: string;
  /** The front end that the request resolves to; not the region it names. */
  readonly host: string;
  /** Who signs. Any text that is the same for the same identity. */
  readonly identity: string;
}

/** One permit. */
export interface RequestSlot {
  /** Milliseconds since 1970 UTC, by the clock as it stood when the slot was reserved. */
  readonly at: number;
  /** The same moment in the clock's monotonic time, which the waiting goes by: the wall clock may jump. */
  readonly due: number;
  readonly lane: string;
  /** How often slots of its lane had been made void when it was reserved. */
  readonly change: number;
  /** What becomes of its call. */
  readonly call: ObservedCall;
}

export interface Permits {
  /** Takes the lane's next slot, now or later, never in the past. Synchronous, so that no two callers get one slot. */
  reserve(lane: Lane): RequestSlot;
  /** Resolves at the slot, or at once when `signal` is aborted. */
  wait(slot: RequestSlot, signal?: AbortSignal): Promise<void>;
  /** True where the slot may no longer be used: missed by more than 50 ms, the lane held back, the rate changed, a call refused. */
  isLost(slot: RequestSlot): boolean;
  /** Reserves and waits, as often as it takes to hold a slot that is not lost. */
  take(lane: Lane): Promise<RequestSlot>;
  /**
   * To be called with each answer to a call that left in a slot, when it is heard.
   * @param sentAt when the call left, ms since 1970 UTC. @param byLimit the answer is a refusal by the limit.
   */
  onResponse(slot: RequestSlot, sentAt: number, byLimit: boolean): void;
  /** Slots a second that the lane gives at this moment. */
  rate(lane: Lane): number;
  /** The lanes in use, each with its rate at this moment and what it is held back by. */
  lanes(): readonly LaneRate[];
  /** Slots a second that every lane gives where no refusal has slowed it. */
  readonly fullRate: number;
  /** Changes the full rate of all lanes from now on; one that a refusal has slowed climbs to it. @throws RangeError */
  setFullRate(requestsPerSecond: number): void;
}

/** A lane as it stands. Whose it is, is not told. */
export interface LaneRate {
  readonly action: string;
  readonly host: string;
  readonly rate: number;
  /** Nothing leaves since and for so many milliseconds, because of a refusal by limit; else null. */
  readonly held: { readonly since: string; readonly limit: number } | null;
}

interface LaneState {
  /** Monotonic moment of the last slot given. */
  last: number;
  /** Where it would be if no call had been late. */
  pace: number;
  readonly share: Share;
  readonly arrivals: Arrivals;
  /** False once refusals have told that the server does not count the calendar seconds of this clock. */
  calendar: boolean;
  /** When a refusal was last explained by this lane's own calls. */
  explainedAt: number;
  /** Monotonic moments from which, and up to which, nothing leaves. */
  heldFrom: number;
  heldUntil: number;
  /** Monotonic moments at which the slots after them became void. */
  readonly changes: number[];
}

/**
 * Permits for one process.
 * @param requestsPerSecond for every lane; what is above the provider's 20 is 20.
 * @throws RangeError for a rate that is not above zero.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one table of functions over one state, the slots of all lanes
export function createPermits(clock: Clock, requestsPerSecond: number): Permits {
  let full = fullRateFrom(requestsPerSecond);
  const lanes = new Map<string, LaneState>();

  const stateOf = (key: string): LaneState => {
    const state = lanes.get(key) ?? createLane(full);
    lanes.set(key, state);
    return state;
  };

  const permits: Permits = {
    reserve(lane) {
      const key = keyOf(lane);
      const state = stateOf(key);
      const now = clock.monotonic();
      const wallOffset = clock.now() - now;
      assignNextSlot(state, { now, wallOffset, full });
      const due = state.last;
      return {
        at: due + wallOffset,
        due,
        lane: key,
        change: state.changes.length,
        call: state.arrivals.expect(due),
      };
    },

    async wait(slot, signal) {
      // A timer may fire a little early, and a slot may not be used before its time.
      while (!signal?.aborted) {
        const left = slot.due - clock.monotonic();
        if (left <= 0) return;
        await clock.sleep(Math.max(1, left), signal);
      }
    },

    isLost(slot) {
      const { changes, heldUntil } = stateOf(slot.lane);
      if (slot.due > (changes[slot.change] ?? Infinity)) return true;
      return clock.monotonic() > slot.due + LOST_AFTER_MS || slot.due < heldUntil;
    },

    async take(lane) {
      for (;;) {
        const slot = permits.reserve(lane);
        await permits.wait(slot);
        if (!permits.isLost(slot)) return slot;
      }
    },

    onResponse(slot, sentAtWall, byLimit) {
      const state = stateOf(slot.lane);
      const now = clock.monotonic();
      const wallOffset = clock.now() - now;
      const sentAt = sentAtWall - wallOffset;
      state.arrivals.heard(slot.call, sentAt, now, byLimit);
      if (byLimit) onLimitRefusal(state, { arrival: slot.call.arrival, sentAt, now, wallOffset }, full);
    },

    rate: (lane) => rateOf(stateOf(keyOf(lane)).share, clock.monotonic(), full),

    lanes() {
      const now = clock.monotonic();
      return [...lanes].map(([key, { heldFrom, heldUntil, share }]) => {
        const [action = '', host = ''] = key.split('\n');
        const held =
          heldUntil > now
            ? { since: iso(clock.now() - (now - heldFrom)), limit: Math.ceil(heldUntil - heldFrom) }
            : null;
        return { action, host, rate: rateOf(share, now, full), held };
      });
    },

    get fullRate() {
      return full;
    },

    setFullRate(to) {
      const now = clock.monotonic();
      const next = fullRateFrom(to);
      for (const state of lanes.values()) {
        changeFull(state.share, now, full, next);
        voidSlotsAfter(state, now);
        // The slots that are lost are given anew; the one before them may have been used this very moment.
        state.last = Math.min(state.last, now);
        state.pace = Math.min(state.pace, now);
      }
      full = next;
    },
  };
  return permits;
}

function createLane(full: number): LaneState {
  return {
    last: -Infinity,
    pace: -Infinity,
    share: fullShare(full),
    arrivals: createArrivals(),
    calendar: true,
    explainedAt: -Infinity,
    heldFrom: -Infinity,
    heldUntil: -Infinity,
    changes: [],
  };
}

/** Moves the lane to its next slot: packed into calendar seconds, or evenly spaced. */
function assignNextSlot(
  state: LaneState,
  { now, wallOffset, full }: Readonly<Record<'now' | 'wallOffset' | 'full', number>>,
): void {
  const rate = rateOf(state.share, now, full);
  const from = Math.max(now, state.heldUntil);
  if (isPacked(state, rate)) {
    const packed = nextPacked(Math.max(from, state.last + PACKED_MS) + wallOffset, Math.floor(rate));
    state.last = packed - wallOffset;
    state.pace = state.last;
    return;
  }
  const spacing = 1000 / rate;
  const atMost = rate < full ? Math.min(PROVIDER_LIMIT, Math.floor(rate) + 1) : PROVIDER_LIMIT;
  const even = Math.max(from, state.pace + spacing);
  state.last = Math.max(even, state.last + MIN_SPACING * spacing, state.arrivals.earliest(atMost));
  state.pace = Math.max(even, state.last - CATCH_UP_SLOTS * spacing);
}

function isPacked({ calendar }: LaneState, rate: number): boolean {
  return calendar && rate > MAX_EVEN_RATE;
}

/** Slots after this moment are not used any more. Gives the last one that may have been. */
function voidSlotsAfter({ changes, arrivals }: LaneState, now: number): number {
  changes.push(now);
  return arrivals.dropAfter(now);
}

/** Learns from a refusal by the limit: how the server counts, or what others leave. */
function onLimitRefusal(
  state: LaneState,
  { arrival, sentAt, now, wallOffset }: Readonly<Record<'arrival' | 'sentAt' | 'now' | 'wallOffset', number>>,
  full: number,
): void {
  const { share, arrivals } = state;
  const second = Math.floor((arrival + wallOffset) / 1000) * 1000 - wallOffset;
  const own = arrivals.within(arrival - 1000, arrival);
  const into = arrival - second;
  const wasPacked = isPacked(state, rateOf(share, now, full));
  const refuted =
    (into > NOT_FULL_BETWEEN_MS[0] && into < NOT_FULL_BETWEEN_MS[1]) ||
    (wasPacked && own >= EXPLAINING_CALLS);
  if (refuted) state.calendar = false;
  // What was sent before the rate was lowered says nothing new of it.
  if (sentAt < share.loweredAt) return;
  const isExplained = own >= EXPLAINING_CALLS && now - state.explainedAt > EXPLAINED_EVERY_MS;
  if (isExplained) state.explainedAt = now;
  const isLate = state.calendar && into >= NOT_FULL_BETWEEN_MS[1];
  if (!isExplained && !(wasPacked && refuted))
    lower(share, now, full, isLate ? arrivals.within(second, arrival) : own);
  state.last = voidSlotsAfter(state, now);
  state.pace = state.last;
  if (!isLate) return;
  if (state.heldUntil <= now) state.heldFrom = now;
  state.heldUntil = Math.max(state.heldUntil, second + 1000 - arrivals.fastest);
}

function fullRateFrom(requestsPerSecond: number): number {
  if (!(requestsPerSecond > 0))
    throw new RangeError(`requests per second: ${requestsPerSecond} is not above 0`);
  return Math.min(requestsPerSecond, PROVIDER_LIMIT);
}

/** The first packed slot at or after a wall-clock moment. */
function nextPacked(from: number, perSecond: number): number {
  const second = Math.floor(from / 1000) * 1000;
  const index = Math.max(0, Math.ceil((from - second - FIRST_IN_SECOND_MS - CLOCK_GRAIN_MS) / PACKED_MS));
  return index < perSecond
    ? second + FIRST_IN_SECOND_MS + index * PACKED_MS
    : second + 1000 + FIRST_IN_SECOND_MS;
}

function keyOf({ action, host, identity }: Lane): string {
  return `${action}\n${host}\n${identity}`;
}
