/** What happens next, by time: a binary heap. Of one time, what was put in first comes first. */
export interface EventQueue<What> {
  add(at: number, what: What): void;
  /** Takes the earliest out; null where there is none. */
  take(): { readonly at: number; readonly what: What } | null;
}

export function eventQueue<What>(): EventQueue<What> {
  const heap: { readonly at: number; readonly order: number; readonly what: What }[] = [];
  let order = 0;
  const before = (a: number, b: number): boolean =>
    heap[a]!.at < heap[b]!.at || (heap[a]!.at === heap[b]!.at && heap[a]!.order < heap[b]!.order);
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    add(at, what) {
      let child = heap.push({ at, order: order++, what }) - 1;
      for (let parent = (child - 1) >> 1; child > 0 && before(child, parent); parent = (child - 1) >> 1) {
        swap(child, parent);
        child = parent;
      }
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let parent = 0; ; ) {
        const left = 2 * parent + 1;
        const right = left + 1;
        const least = right < heap.length && before(right, left) ? right : left;
        if (least >= heap.length || !before(least, parent)) return first;
        swap(parent, least);
        parent = least;
      }
    },
  };
}
