/** What will happen in the world, by time: a binary heap, so that thousands of changes under way cost little. */

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly happen: (at: number) => void;
}

export interface Agenda {
  /** Puts down that `happen` is to be called for the moment `at` (ms since 1970 UTC). */
  add(at: number, happen: (at: number) => void): void;
  /** Calls everything due at or before `now`, by time and then by entry, including what that adds. */
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
    add(at, happen) {
      const entry: Entry = { at, order: order++, happen };
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
        entry.happen(entry.at);
      }
    },
    next: () => heap[0]?.at ?? null,
  };
}
