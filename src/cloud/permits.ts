/**
 * The right to make one call, as a slot in the near future: reserve it, do what must be done first, send at the slot.
 *
 * The provider allows 20 requests a second for each action, front end and identity, counted on arrival; whether its
 * second is a calendar second or slides is not said (facts §6, read 2026-11). Hence one lane for each of the three,
 * spaced, never counted: a bucket that holds 20 lets 40 through in its first second, and queue limiters were
 * measured to do the same (facts scale-out.md §1).
 *
 * The arithmetic. Let J be the worst spread, in ms, between a slot and the arrival of its request. Slots `i` ms
 * apart keep any sliding second at 20 as long as 20 i >= 1000 + J: 55 ms (18.18 a second) gives J = 100. So up to
 * 20 / 1.1 a second the slots are evenly spaced. Faster lanes have no room for that, and can be safe only if the
 * server counts calendar seconds: their slots are packed into the beginning of each calendar second of this
 * machine's clock, at +5, +45, … +765 ms for 20, which leaves 235 ms in which latecomers still count where they
 * should. Without jitter a sliding second then sees exactly 20, with jitter it may see more.
 *
 * The full rate of all lanes may be changed while they are in use. What was not used yet of slots given before is then
 * lost, so that from that moment on every slot is spaced by the new rate, and whoever waits for one reserves another.
 *
 * A slot that nobody used is gone: nothing is saved up. A slot missed by more than 50 ms is lost and may not be
 * used, or callers held up together would be let go together (measured: 45 in one second).
 */
import { type Clock, iso } from '../clock.ts';

/** The provider's limit. Source: facts §2, §6 (default rate of all actions used, or less than theirs), read 2026-11. */
export const PROVIDER_LIMIT = 20;

/** The fastest even spacing: above it the slots are packed. */
const EVEN_AT_MOST = PROVIDER_LIMIT / 1.1;

const FIRST_IN_SECOND_MS = 5;
const PACKED_MS = 40;
const LOST_AFTER_MS = 50;
/** The wall clock counts whole milliseconds and the monotonic one parts of them: their difference wavers by so much. */
const CLOCK_GRAIN_MS = 2;

/** After a refusal by limit the rate falls to this share, once for all refusals of one second, … */
const PENALTY = 0.75;
const LEAST_RATE = 1;
/** … nothing leaves until the second that was full is over, … */
const HOLD_MS = 1000;
/** … and the rate climbs back by so much each second. */
const RECOVERY_PER_SECOND = 0.5;

/** What the provider counts together. */
export interface Lane {
  readonly action: string;
  /** The front end that the request resolves to; not the region it names. */
  readonly host: string;
  /** Who signs. Any text that is the same for the same identity. */
  readonly identity: string;
}

/** One permit. */
export interface Slot {
  /** Milliseconds since 1970 UTC, by the clock as it stood when the slot was reserved. */
  readonly at: number;
  /** The same moment in the clock's monotonic time, which the waiting goes by: the wall clock may jump. */
  readonly due: number;
  readonly lane: string;
  /** How often the full rate had been changed when it was reserved. */
  readonly change: number;
}

export interface Permits {
  /** Takes the lane's next slot, now or later, never in the past. Synchronous, so that no two callers get one slot. */
  reserve(lane: Lane): Slot;
  /** Resolves at the slot, or at once when `signal` is aborted. */
  wait(slot: Slot, signal?: AbortSignal): Promise<void>;
  /** True where the slot may no longer be used: missed by more than 50 ms, the lane held back, the rate changed. */
  isLost(slot: Slot): boolean;
  /** Reserves and waits, as often as it takes to hold a slot that is not lost. */
  take(lane: Lane): Promise<Slot>;
  /** To be called on each refusal by limit. @param at when the refused request was sent, ms since 1970 UTC. */
  penalise(lane: Lane, at: number): void;
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
  /** The rate as it was at `rateAt`; it has climbed since. */
  rate: number;
  rateAt: number;
  /** Monotonic moments from which, and up to which, nothing leaves. */
  heldFrom: number;
  heldUntil: number;
  /** Send time, by the wall clock, of the refusal that was last counted. */
  penalisedAt: number;
}

/**
 * Permits for one process.
 * @param requestsPerSecond for every lane; what is above the provider's 20 is 20.
 * @throws RangeError for a rate that is not above zero.
 */
export function openPermits(clock: Clock, requestsPerSecond: number): Permits {
  let full = fullRateFrom(requestsPerSecond);
  /** Monotonic moments at which the full rate was changed. */
  const changes: number[] = [];
  const lanes = new Map<string, LaneState>();

  const stateOf = (key: string): LaneState => {
    let state = lanes.get(key);
    if (!state) {
      state = {
        last: -Infinity,
        rate: full,
        rateAt: 0,
        heldFrom: -Infinity,
        heldUntil: -Infinity,
        penalisedAt: -Infinity,
      };
      lanes.set(key, state);
    }
    return state;
  };
  const rateNow = (state: LaneState, now: number) =>
    Math.min(full, state.rate + ((now - state.rateAt) / 1000) * RECOVERY_PER_SECOND);

  const permits: Permits = {
    reserve(lane) {
      const key = keyOf(lane);
      const state = stateOf(key);
      const now = clock.monotonic();
      const wallOffset = clock.now() - now;
      const rate = rateNow(state, now);
      const from = Math.max(now, state.heldUntil);
      const due =
        rate <= EVEN_AT_MOST
          ? Math.max(from, state.last + 1000 / rate)
          : nextPacked(Math.max(from, state.last + PACKED_MS) + wallOffset, Math.floor(rate)) - wallOffset;
      state.last = due;
      return { at: due + wallOffset, due, lane: key, change: changes.length };
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
      if (slot.due > (changes[slot.change] ?? Infinity)) return true;
      return clock.monotonic() > slot.due + LOST_AFTER_MS || slot.due < stateOf(slot.lane).heldUntil;
    },

    async take(lane) {
      for (;;) {
        const slot = permits.reserve(lane);
        await permits.wait(slot);
        if (!permits.isLost(slot)) return slot;
      }
    },

    penalise(lane, at) {
      const state = stateOf(keyOf(lane));
      // One full second refuses many requests; it says one thing.
      if (Math.abs(at - state.penalisedAt) < 1000) return;
      const now = clock.monotonic();
      state.rate = Math.max(Math.min(LEAST_RATE, full), rateNow(state, now) * PENALTY);
      state.rateAt = now;
      state.penalisedAt = at;
      const age = Math.max(0, clock.now() - at);
      if (state.heldUntil <= now) state.heldFrom = now;
      state.heldUntil = Math.max(state.heldUntil, now + Math.max(0, HOLD_MS - age));
    },

    rate: (lane) => rateNow(stateOf(keyOf(lane)), clock.monotonic()),

    lanes() {
      const now = clock.monotonic();
      return [...lanes].map(([key, state]) => {
        const [action = '', host = ''] = key.split('\n');
        const { heldFrom, heldUntil } = state;
        const held =
          heldUntil > now
            ? { since: iso(clock.now() - (now - heldFrom)), limit: Math.ceil(heldUntil - heldFrom) }
            : null;
        return { action, host, rate: rateNow(state, now), held };
      });
    },

    get fullRate() {
      return full;
    },

    setFullRate(to) {
      const now = clock.monotonic();
      const next = fullRateFrom(to);
      for (const state of lanes.values()) {
        const rate = rateNow(state, now);
        state.rate = rate >= full ? next : Math.min(rate, next);
        state.rateAt = now;
        // The slots that are lost are given anew; the one before them may have been used this very moment.
        state.last = Math.min(state.last, now);
      }
      full = next;
      changes.push(now);
    },
  };
  return permits;
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
