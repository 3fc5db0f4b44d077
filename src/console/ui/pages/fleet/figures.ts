/** Figures of the fleet in words. */
import { quantities } from '../../language.ts';

const GB = 1_024;
const TB = 1_024 * GB;

/** A sum of memory, MB, in whole GB or tenths of TB: nobody reads the megabytes of a fleet. */
export function sumText(mb: number): string {
  const { memory, count } = quantities();
  if (mb < 10 * GB) return memory(Math.round(mb));
  if (mb < 10 * TB) return `${count(Math.round(mb / GB))} GB`;
  return `${count(Math.floor(mb / TB))}.${Math.floor(((mb % TB) / TB) * 10)} TB`;
}
