/**
 * The request limit: per action and identity, counted when a request arrives (facts §6, read 2026-11). Whether
 * the provider's second is fixed or sliding is not documented, so all readings are here.
 */

/**
 * How a second is counted. `calendar`: from one full second to the next. `sliding`: any 1,000 ms. `bucket`: holds
 * as many tokens as the limit and is refilled at that rate.
 */
export type LimitCounting = 'calendar' | 'sliding' | 'bucket';

/** What arrived, counted at the server. */
export interface Counts {
  /** Unix second, action, arrivals, refused by the limit; by time. */
  readonly bySecond: readonly (readonly [number, string, number, number])[];
  readonly actions: Readonly<Record<string, ActionCounts>>;
}

export interface ActionCounts {
  readonly arrivals: number;
  readonly refused: number;
  /** The most arrivals in any calendar second. */
  readonly mostInASecond: number;
  /** The most arrivals in any 1,000 ms. */
  readonly mostInASlidingSecond: number;
}

export interface RequestLimit {
  /**
   * Counts an arrival.
   * @returns null when it may pass; else the arrivals of this second and the limit, for the message
   */
  arrive(
    identity: string,
    action: string,
    now: number,
  ): { readonly arrived: number; readonly limit: number } | null;
  counts(): Counts;
}

/** @param limitOf requests a second of an action; Infinity for none */
export function createRequestLimit(
  counting: LimitCounting,
  limitOf: (action: string) => number,
): RequestLimit {
  const meters = new Map<string, Map<string, Meter>>();
  const tally = createTally();
  return {
    arrive(identity, action, now) {
      const limit = limitOf(action);
      let own = meters.get(identity);
      if (!own) {
        own = new Map();
        meters.set(identity, own);
      }
      let meter = own.get(action);
      if (!meter) {
        meter = newMeter(limit, now);
        own.set(action, meter);
      }
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
  // A hair's tolerance, so that a request exactly on its token's time is not lost to rounding.
  if (meter.tokens < 1 - 1e-9) return false;
  meter.tokens -= 1;
  return true;
}

/** Counts arrivals by second and action, whoever they are of. */
function createTally(): { add(action: string, now: number, refused: boolean): void; counts(): Counts } {
  const bySecond = new Map<number, Map<string, { arrivals: number; refused: number }>>();
  const recent = new Map<string, Window & { most: number }>();
  return {
    add(action, now, refused) {
      const second = Math.floor(now / 1000);
      let row = bySecond.get(second);
      if (!row) {
        row = new Map();
        bySecond.set(second, row);
      }
      let cell = row.get(action);
      if (!cell) {
        cell = { arrivals: 0, refused: 0 };
        row.set(action, cell);
      }
      cell.arrivals += 1;
      if (refused) cell.refused += 1;
      let window = recent.get(action);
      if (!window) {
        window = { times: [], head: 0, most: 0 };
        recent.set(action, window);
      }
      const within = slide(window, now);
      window.times.push(now);
      if (within + 1 > window.most) window.most = within + 1;
    },
    counts() {
      const rows: [number, string, number, number][] = [];
      const actions: Record<string, ActionCounts> = {};
      for (const [second, row] of bySecond) {
        for (const [action, { arrivals, refused }] of row) {
          rows.push([second, action, arrivals, refused]);
          const was = actions[action];
          actions[action] = {
            arrivals: (was?.arrivals ?? 0) + arrivals,
            refused: (was?.refused ?? 0) + refused,
            mostInASecond: Math.max(was?.mostInASecond ?? 0, arrivals),
            mostInASlidingSecond: recent.get(action)!.most,
          };
        }
      }
      rows.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
      return { bySecond: rows, actions };
    },
  };
}

/** Times within the last 1,000 ms. */
interface Window {
  readonly times: number[];
  head: number;
}

/** Forgets times 1,000 ms old and older; gives how many are left. */
function slide(window: Window, now: number): number {
  const { times } = window;
  while (window.head < times.length && times[window.head]! <= now - 1000) window.head += 1;
  if (window.head > 4096) {
    times.splice(0, window.head);
    window.head = 0;
  }
  return times.length - window.head;
}
