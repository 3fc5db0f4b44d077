/** The local time of stories. A stage starts on Monday, 5 January 2026, at 10:00 in Shanghai. */
import { DateTime } from 'luxon';
import type { Stage } from './stage.ts';

/** The time zone of the windows in stories. */
export const ZONE = 'Asia/Shanghai';

/** `Tue 06 01:00:00` */
export function clockOf(at: number): string {
  return DateTime.fromMillis(at, { zone: ZONE }).toFormat('ccc dd HH:mm:ss');
}

/** Lets time pass until this local time. @throws if it has passed. */
export async function passUntil(stage: Stage, local: string): Promise<void> {
  const ms = DateTime.fromISO(local, { zone: ZONE }).toMillis() - stage.clock.now();
  if (ms < 0) throw new Error(`${local} has passed: it is ${clockOf(stage.clock.now())}`);
  await stage.pass(ms);
}
