/** A plan's schedule in one line of words. */
import type { Schedule } from '../../model.ts';
import { duration } from '../quantities.ts';

/** `at "30 1 * * Tue" Asia/Shanghai; times that went by are made up for within 2 h`. */
export function scheduleInWords({ when, catchUp, catchUpWithin }: Schedule): string {
  const late =
    catchUp === 'skip'
      ? '; times that went by are skipped'
      : catchUpWithin === undefined
        ? ''
        : `; a time that went by is made up for within ${duration(catchUpWithin)}`;
  return `${whenInWords(when)}${late}`;
}

/** `at "30 1 * * Tue" Asia/Shanghai`, `once at 2026-11-24T17:30:00.000Z`. */
export function whenInWords(when: Schedule['when']): string {
  return when.kind === 'once' ? `once at ${when.at}` : `at "${when.cron}" ${when.timezone}`;
}
