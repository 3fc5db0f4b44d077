/**
 * Computes when a schedule is due, for cron with croner. Pure: each question has its own moment.
 *
 *                           the clock skips an hour              the clock repeats an hour
 *   fixed time in it        due at the first moment after it     due the first time only
 *   `*` or a step in it     not due in it                        due both times
 */
import { Cron } from 'croner';
import type { Schedule } from '../../model.ts';
import { DAY, SECOND } from '../../units.ts';

/** How far Refit looks for a due time, milliseconds: 29 February can be eight years away. */
const FAR = 9 * 366 * DAY;

/** The due times of one schedule. Moments are milliseconds since 1970 UTC. */
export interface DueTimes {
  /** The first due time after a moment, without the moment itself; null without one. */
  after(moment: number): number | null;
  /** The latest due time up to and including a moment; null without one. */
  upTo(moment: number): number | null;
  /** At most `count` due times after a moment. */
  next(moment: number, count: number): readonly number[];
  /** The number of due times after one moment and up to another, at most `most`. */
  between(after: number, upTo: number, most: number): number;
}

/** Croner's error for five fields of cron; null when they are valid. */
export function cronFault(cron: string): string | null {
  try {
    new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

/** Due times by schedule, because the scheduler asks every few seconds. */
const cache = new WeakMap<Schedule['when'], DueTimes>();

/** @param when from a checked plan. @throws Error for invalid cron. */
export function dueTimes(when: Schedule['when']): DueTimes {
  const times = cache.get(when) ?? timesOf(when);
  cache.set(when, times);
  return times;
}

function timesOf(when: Schedule['when']): DueTimes {
  const { after, upTo } = when.kind === 'once' ? onceAt(Date.parse(when.at)) : byCron(when);
  return {
    after,
    upTo,
    next(moment, count) {
      const all: number[] = [];
      for (let at = after(moment); at !== null && all.length < count; at = after(at)) all.push(at);
      return all;
    },
    between(from, to, most) {
      let sum = 0;
      for (let at = after(from); at !== null && at <= to && sum < most; at = after(at)) sum += 1;
      return sum;
    },
  };
}

type Neighbours = Pick<DueTimes, 'after' | 'upTo'>;

function onceAt(at: number): Neighbours {
  return {
    after: (moment) => (at > moment ? at : null),
    upTo: (moment) => (at <= moment ? at : null),
  };
}

function byCron({ cron, timezone }: Extract<Schedule['when'], { kind: 'cron' }>): Neighbours {
  const times = new Cron(cron, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
  // Most questions are about moments between the same two due times.
  let known: { readonly from: number; readonly next: number | null } | null = null;
  return {
    after(moment) {
      if (known === null || moment < known.from || (known.next !== null && moment >= known.next)) {
        const next = times.nextRun(new Date(moment))?.getTime() ?? null;
        known = { from: moment, next: next === null || next - moment > FAR ? null : next };
      }
      return known.next;
    },
    upTo(moment) {
      // `previousRuns` excludes its moment, and a due time is a whole minute.
      const [last] = times.previousRuns(1, new Date(moment + SECOND));
      if (last === undefined || last.getTime() <= moment) return last?.getTime() ?? null;
      return times.previousRuns(1, last)[0]?.getTime() ?? null;
    },
  };
}
