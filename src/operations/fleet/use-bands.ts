/** Bands of memory in use: an accessible scale has few colours. Pure, and also for browsers. */

/** Where each further band begins, as a part of the memory that one copy of the data may take. */
export const BAND_STARTS = [0, 0.5, 0.7, 0.85, 0.95] as const;

/** The number of the band of a use, from 0; -1: the use is not known. */
export function bandOf(use: number | null): number {
  if (use === null || Number.isNaN(use)) return -1;
  return BAND_STARTS.findLastIndex((start) => use >= start);
}
