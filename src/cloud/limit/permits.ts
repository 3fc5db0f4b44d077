/**
 * The right to make one call, as a request slot in the near future. Reserve it, prepare the call, send it in the slot.
 *
 * The provider allows 20 requests per second for each identity, region and action, counted on arrival. The identity is
 * the one that signs; the region is that of the front end (docs/provider.md P28 to P30). The provider does not say
 * whether its second is a calendar second or slides (P31). Therefore Refit has one lane for each identity, front end
 * and action. It spaces calls and does not count them: a bucket that holds 20 lets 40 calls through in its first second,
 * and queue limiters do the same (measured: docs/decisions/0003-request-slots.md).
 *
 * The arithmetic. Let J be the worst spread, in ms, between a slot and the arrival of its request. Slots `i` ms
 * apart keep any sliding second at 20 as long as 20 i >= 1000 + J: 55 ms (18.18 a second) gives J = 100. So up to
 * 20 / 1.1 a second the slots are evenly spaced. Faster lanes have no room for that. They start in the way that is safe
 * for calendar seconds, which is an assumption. Their slots are packed into the beginning of each calendar second
 * of this machine's clock: at +5, +45, … +765 ms for 20. This leaves 235 ms in which late calls still count in the
 * right second.
 *
 * Two kinds of refusals show that the server counts otherwise:
 *
 * - a refusal between 50 and 500 ms of a calendar second;
 * - a refusal that this lane's own calls explain, because 19 of them or more arrived within the 1,000 ms before it.
 *
 * From then on the lane is even at any rate, and uses arrivals instead of slots (arrivals.ts). A new slot is at least
 * 1,000 ms after the 20th most recent arrival. So a late request delays the request that is twenty after it.
 * The lane catches up with at most two slots, half a spacing apart. Example: a round trip of 25 ms, log-normal with
 * sigma 0.6, gives 19.7 calls a second, of which 0.2 % are refused. With plain slots of 50 ms, half of the calls would
 * be too early.
 *
 * A refusal that this lane does not explain means that other programs use the limit. Then:
 *
 * - the rate goes down (share.ts), and unused slots become void;
 * - one slot stays empty, for 200 ms at most, because the calls of others that filled the limit still count;
 * - while the server may count calendar seconds, Refit sends nothing that would arrive in the rest of
 *   a calendar second whose limit is used up;
 * - a slowed lane keeps any sliding second at most one call above its rate, so it sends steadily and not in bursts.
 *
 * The full rate of all lanes may change while they are in use. Unused slots then become void, so that the new rate
 * spaces every slot from that moment on. A step that waits for a void slot reserves another.
 *
 * Refit does not save up unused slots. A slot missed by more than 50 ms is void, because calls that were delayed
 * together would otherwise leave together (measured: 45 in one second).
 */
import { type Clock, iso } from '../../clock.ts';
import { type Arrivals, createArrivals, type ObservedCall } from './arrivals.ts';
import { createLesson, type Lesson, learn, PROVIDER_LIMIT } from './lesson.ts';
import { changeFull, rateOf } from './share.ts';

/** The highest rate with even spacing, slots a second. Above it the slots are packed. */
export const MAX_EVEN_RATE: number = PROVIDER_LIMIT / 1.1;

const FIRST_IN_SECOND_MS = 5;
const PACKED_MS = 40;
/** A slot that was missed by more is void, ms. */
const VOID_AFTER_MS = 50;
/** The difference of the two clocks varies this much. The wall clock has whole ms, the monotonic one fractions. */
const CLOCK_GRAIN_MS = 2;
/** Slots to catch up after a late call, and their least distance in spacings. */
const CATCH_UP_SLOTS = 2;
const MIN_SPACING = 0.5;

/** How long a slowed lane stays empty after a refusal, ms: one slot, except at low rates. */
const MAX_EMPTY_MS = 200;

/** The calls that the provider counts together. */
export interface Lane {
  readonly action: string;
  /** The host name of the front end; not the region that the request names. */
  readonly host: string;
  /** The identity that signs: any text that is the same for the same identity. */
  readonly identity: string;
}

/** One permit: a moment at which one call may leave. */
export interface RequestSlot {
  /** Milliseconds since 1970 UTC, by the wall clock at the reservation. */
  readonly at: number;
  /** The same moment in monotonic time. `wait` uses it, because the wall clock may jump. */
  readonly due: number;
  readonly lane: string;
  /** How many times slots of its lane had become void before the reservation. */
  readonly voidsSeen: number;
  /** The call of this slot. */
  readonly call: ObservedCall;
}

export interface Permits {
  /**
   * Reserves the lane's next slot, now or later. Each slot has one owner. Permits that several processes share wait for
   * their store. @param signal aborted, the answer is a void slot.
   */
  reserve(lane: Lane, signal?: AbortSignal): Promise<RequestSlot>;
  /** Resolves at the slot, or immediately when `signal` is aborted. */
  wait(slot: RequestSlot, signal?: AbortSignal): Promise<void>;
  /** True for a void slot. Causes: missed by more than 50 ms (44 in a shared lane), lane held back, rate changed, call refused. */
  isVoid(slot: RequestSlot): boolean;
  /** Gives back a slot that is not used after all, for another run that waits in the lane. */
  giveBack(slot: RequestSlot): void;
  /** Reserves slots and waits, until it holds a slot that is not void. */
  take(lane: Lane): Promise<RequestSlot>;
  /**
   * Learns from the answer to a call. Call it when the answer arrives.
   * @param sentAt when the call left, ms since 1970 UTC.
   * @param byLimit true if the limit refused the call.
   */
  onResponse(slot: RequestSlot, sentAt: number, byLimit: boolean): void;
  /** The lane's present rate, slots a second. */
  rate(lane: Lane): number;
  /** The lanes in use, each with its present rate and hold. */
  lanes(): readonly LaneRate[];
  /** The rate of every lane without refusals, slots a second. */
  readonly fullRate: number;
  /** Changes the full rate of all lanes. A slowed lane climbs to it. @throws RangeError unless above zero */
  setFullRate(requestsPerSecond: number): void;
}

/** The state of a lane for display. It does not contain the identity. */
export interface LaneRate {
  readonly action: string;
  readonly host: string;
  readonly rate: number;
  /** The hold after a refusal by the limit: nothing leaves for `limit` ms from `since`. Null: no hold. */
  readonly held: { readonly since: string; readonly limit: number } | null;
}

interface LaneState {
  /** Monotonic moment of the last reserved slot. */
  last: number;
  /** Where the last slot would be if no call had ever been late. */
  pace: number;
  /** In monotonic time. */
  readonly lesson: Lesson;
  readonly arrivals: Arrivals;
  /** Monotonic moments. At each, all later slots became void. */
  readonly voidedAt: number[];
}

/**
 * Creates the permits of one process.
 * @param requestsPerSecond the full rate of every lane. More than the provider's 20 counts as 20.
 * @throws RangeError unless the rate is above zero.
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
    // No await between reading and moving the lane: two callers never get one slot.
    async reserve(lane) {
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
        voidsSeen: state.voidedAt.length,
        call: state.arrivals.expect(due),
      };
    },

    async wait(slot, signal) {
      // A timer may fire a little early, and no call may leave before its slot.
      while (!signal?.aborted) {
        const left = slot.due - clock.monotonic();
        if (left <= 0) return;
        await clock.sleep(Math.max(1, left), signal);
      }
    },

    isVoid(slot) {
      const { voidedAt, lesson } = stateOf(slot.lane);
      if (slot.due > (voidedAt[slot.voidsSeen] ?? Infinity)) return true;
      return clock.monotonic() > slot.due + VOID_AFTER_MS || slot.due < lesson.heldUntil;
    },

    // One run has these permits. Its next slot is soon, and saved slots could leave as a burst.
    giveBack() {},

    async take(lane) {
      for (;;) {
        const slot = await permits.reserve(lane);
        await permits.wait(slot);
        if (!permits.isVoid(slot)) return slot;
      }
    },

    onResponse(slot, sentAtWall, byLimit) {
      const state = stateOf(slot.lane);
      const now = clock.monotonic();
      const wallOffset = clock.now() - now;
      const sentAt = sentAtWall - wallOffset;
      state.arrivals.onResponse(slot.call, sentAt, now, byLimit);
      if (byLimit) onLimitRefusal(state, { arrival: slot.call.arrival, sentAt, now, wallOffset }, full);
    },

    rate: (lane) => rateOf(stateOf(keyOf(lane)).lesson.share, clock.monotonic(), full),

    lanes() {
      const now = clock.monotonic();
      return [...lanes].map(([key, { lesson }]) => {
        const [action = '', host = ''] = key.split('\n');
        const { share, heldFrom, heldUntil } = lesson;
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
        changeFull(state.lesson.share, now, full, next);
        voidSlotsAfter(state, now);
        // Steps reserve new slots. They count from now, because a call may have left at this moment.
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
    lesson: createLesson(full),
    arrivals: createArrivals(),
    voidedAt: [],
  };
}

/** Moves the lane to its next slot, packed into calendar seconds or evenly spaced. */
function assignNextSlot(
  state: LaneState,
  { now, wallOffset, full }: Readonly<Record<'now' | 'wallOffset' | 'full', number>>,
): void {
  const rate = rateOf(state.lesson.share, now, full);
  const from = Math.max(now, state.lesson.heldUntil);
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

function isPacked({ lesson }: LaneState, rate: number): boolean {
  return lesson.calendar && rate > MAX_EVEN_RATE;
}

/** Makes the slots after this moment void. Returns the last slot that may have been used. */
function voidSlotsAfter({ voidedAt, arrivals }: LaneState, now: number): number {
  voidedAt.push(now);
  return arrivals.dropAfter(now);
}

/** Learns from a refusal, and makes the unused slots void. */
function onLimitRefusal(
  state: LaneState,
  { arrival, sentAt, now, wallOffset }: Readonly<Record<'arrival' | 'sentAt' | 'now' | 'wallOffset', number>>,
  full: number,
): void {
  const { lesson, arrivals } = state;
  const second = Math.floor((arrival + wallOffset) / 1000) * 1000 - wallOffset;
  const own = arrivals.within(arrival - 1000, arrival);
  const inSecond = arrivals.within(second, arrival);
  const wasPacked = isPacked(state, rateOf(lesson.share, now, full));
  const refusal = { now, sentAt, arrival, second, own, inSecond, wasPacked, fastest: arrivals.fastest };
  if (!learn(lesson, refusal, full)) return;
  const rate = rateOf(lesson.share, now, full);
  state.last = voidSlotsAfter(state, now);
  state.pace = state.last + (rate < full ? Math.min(1000 / rate, MAX_EMPTY_MS) : 0);
}

/** The full rate of a lane. @throws RangeError unless above zero */
export function fullRateFrom(requestsPerSecond: number): number {
  if (!(requestsPerSecond > 0))
    throw new RangeError(`requests per second: ${requestsPerSecond} is not above 0`);
  return Math.min(requestsPerSecond, PROVIDER_LIMIT);
}

/** The first packed slot at or after a moment of the wall clock. */
function nextPacked(from: number, perSecond: number): number {
  const second = Math.floor(from / 1000) * 1000;
  const index = Math.max(0, Math.ceil((from - second - FIRST_IN_SECOND_MS - CLOCK_GRAIN_MS) / PACKED_MS));
  return index < perSecond
    ? second + FIRST_IN_SECOND_MS + index * PACKED_MS
    : second + 1000 + FIRST_IN_SECOND_MS;
}

/** The key of a lane. It contains the identity as the lane has it. */
export function keyOf({ action, host, identity }: Lane): string {
  return `${action}\n${host}\n${identity}`;
}
