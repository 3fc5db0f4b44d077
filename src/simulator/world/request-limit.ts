/**
 * The request limit per action and identity. It counts requests on arrival. The provider does not document how it counts
 * a second, so the simulator has three ways. Source: docs/provider.md P29 to P31.
 */

/**
 * How the limit counts a second.
 *
 *   calendar   from one full second to the next
 *   sliding    any period of 1,000 ms
 *   bucket     a token bucket: the limit is both its size and its refill rate per second
 */
export type LimitCounting = 'calendar' | 'sliding' | 'bucket';

/** Arrivals, counted at the server. */
export interface Counts {
  /** Rows by time: Unix second, action, arrivals, refused by the limit. */
  readonly bySecond: readonly (readonly [number, string, number, number])[];
  readonly actions: Readonly<Record<string, Readonly<ActionCounts>>>;
}

export interface ActionCounts {
  arrivals: number;
  refused: number;
  /** Maximum arrivals in a calendar second. */
  mostInASecond: number;
  /** Maximum arrivals in any 1,000 ms. */
  mostInASlidingSecond: number;
}

export type RequestLimit = ReturnType<typeof createRequestLimit>;

/** Creates a request limit. @param limitOf returns the requests per second of an action; Infinity: no limit */
export function createRequestLimit(counting: LimitCounting, limitOf: (action: string) => number) {
  const meters = new Map<string, Meter>();
  const tally = createTally();
  return {
    /**
     * Counts an arrival.
     * @returns null if it passes, or the arrivals of this second and the limit for the refusal message
     */
    arrive(identity: string, action: string, now: number): { arrived: number; limit: number } | null {
      const limit = limitOf(action);
      const meter = valueAt(meters, `${identity} ${action}`, () => newMeter(limit, now));
      const second = Math.floor(now / 1000);
      if (second !== meter.second) {
        meter.second = second;
        meter.arrived = 0;
        meter.passed = 0;
      }
      meter.arrived += 1;
      const pass = limit === Number.POSITIVE_INFINITY || passes(meter, counting, limit, now);
      if (pass) meter.passed += 1;
      tally.add(action, now, !pass);
      return pass ? null : { arrived: Math.max(meter.arrived, limit + 1), limit };
    },
    counts: tally.counts,
  };
}

/** Arrivals of one action by one identity. */
interface Meter {
  second: number;
  arrived: number;
  passed: number;
  readonly recent: Window;
  tokens: number;
  filledAt: number;
}

function newMeter(limit: number, now: number): Meter {
  return { second: 0, arrived: 0, passed: 0, recent: { times: [], head: 0 }, tokens: limit, filledAt: now };
}

function passes(meter: Meter, counting: LimitCounting, limit: number, now: number): boolean {
  if (counting === 'calendar') return meter.passed < limit;
  if (counting === 'sliding') {
    if (slide(meter.recent, now) >= limit) return false;
    meter.recent.times.push(now);
    return true;
  }
  meter.tokens = Math.min(limit, meter.tokens + (Math.max(0, now - meter.filledAt) * limit) / 1000);
  meter.filledAt = now;
  // The tolerance keeps rounding from refusing a request exactly at the time of its token.
  if (meter.tokens < 1 - 1e-9) return false;
  meter.tokens -= 1;
  return true;
}

/** Counts the arrivals of all identities by second and action. */
function createTally() {
  const actions = new Map<string, ReturnType<typeof newRow>>();
  return {
    add(action: string, now: number, refused: boolean): void {
      const { counts, recent, seconds } = valueAt(actions, action, newRow);
      const second = valueAt(seconds, Math.floor(now / 1000), () => ({ arrivals: 0, refused: 0 }));
      for (const one of [counts, second]) {
        one.arrivals += 1;
        if (refused) one.refused += 1;
      }
      recent.times.push(now);
      counts.mostInASecond = Math.max(counts.mostInASecond, second.arrivals);
      counts.mostInASlidingSecond = Math.max(counts.mostInASlidingSecond, slide(recent, now));
    },
    counts(): Counts {
      const rows = [...actions].flatMap(([action, { seconds }]) =>
        [...seconds].map(([at, { arrivals, refused }]) => [at, action, arrivals, refused] as const),
      );
      rows.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
      return {
        bySecond: rows,
        actions: Object.fromEntries([...actions].map(([action, { counts }]) => [action, { ...counts }])),
      };
    },
  };
}

/** Creates the counters of one action. */
function newRow() {
  const counts: ActionCounts = { arrivals: 0, refused: 0, mostInASecond: 0, mostInASlidingSecond: 0 };
  const recent: Window = { times: [], head: 0 };
  return { counts, recent, seconds: new Map<number, { arrivals: number; refused: number }>() };
}

/** Returns the value of a key, and creates it first if needed. */
function valueAt<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** Times within the last 1,000 ms. */
interface Window {
  readonly times: number[];
  head: number;
}

/** Removes times that are 1,000 ms or older. Returns the count of the others. */
function slide(window: Window, now: number): number {
  const { times } = window;
  while (window.head < times.length && times[window.head]! <= now - 1000) window.head += 1;
  if (window.head > 4096) {
    times.splice(0, window.head);
    window.head = 0;
  }
  return times.length - window.head;
}
