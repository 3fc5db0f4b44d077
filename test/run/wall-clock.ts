/** The clock on the wall of a story: its stage begins on Monday, 5 January 2026, at 10:00 in Shanghai. */
import { DateTime } from 'luxon';
import type { Stage } from './stage.ts';

/** The zone in which the windows of the stories are meant. */
export const ZONE = 'Asia/Shanghai';

/** `Tue 06 01:00:00` */
export function clockOf(at: number): string {
  return DateTime.fromMillis(at, { zone: ZONE }).toFormat('ccc dd HH:mm:ss');
}

/** Lets the time pass to a moment by the clock of the zone. @throws where it has passed. */
export async function goTo(stage: Stage, local: string): Promise<void> {
  const ms = DateTime.fromISO(local, { zone: ZONE }).toMillis() - stage.clock.now();
  if (ms < 0) throw new Error(`${local} has passed: it is ${clockOf(stage.clock.now())}`);
  await stage.pass(ms);
}
