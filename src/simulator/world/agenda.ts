/** What will happen in the world, by time. */

interface Entry {
  readonly at: number;
  readonly happen: (at: number) => void;
}

export type Agenda = ReturnType<typeof createAgenda>;

export function createAgenda() {
  // What happens last stands first, so that the next entry is taken off the end.
  const entries: Entry[] = [];
  return {
    /** Puts down that `happen` is to be called for the moment `at` (ms since 1970 UTC). */
    add(at: number, happen: Entry['happen']): void {
      let low = 0;
      let high = entries.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (entries[middle]!.at > at) low = middle + 1;
        else high = middle;
      }
      entries.splice(low, 0, { at, happen });
    },
    /** Calls everything due at or before `now`, by time and then by entry, including what that adds. */
    runUntil(now: number): void {
      for (let next = entries.at(-1); next && next.at <= now; next = entries.at(-1)) {
        entries.pop();
        next.happen(next.at);
      }
    },
    /** The time of the next entry, or null. */
    next: (): number | null => entries.at(-1)?.at ?? null,
  };
}
