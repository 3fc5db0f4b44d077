/** The future events of the world by time, in a binary heap: thousands of pending changes stay cheap. */

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: (at: number) => void;
}

export interface Agenda {
  /** Schedules a call of `run` for the time `at` (ms since 1970 UTC). */
  add(at: number, run: (at: number) => void): void;
  /** Runs everything due at `now`, by time and then by insertion. Includes entries that these calls add. */
  runUntil(now: number): void;
  /** The time of the next entry, or null. */
  next(): number | null;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let order = 0;
  const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  const pop = (): Entry => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = last;
    return first;
  };

  return {
    add(at, run) {
      const entry: Entry = { at, order: order++, run };
      let hole = heap.length;
      heap.push(entry);
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (!before(entry, heap[parent]!)) break;
        heap[hole] = heap[parent]!;
        hole = parent;
      }
      heap[hole] = entry;
    },
    runUntil(now) {
      while (heap.length > 0 && heap[0]!.at <= now) {
        const entry = pop();
        entry.run(entry.at);
      }
    },
    next: () => heap[0]?.at ?? null,
  };
}
