/**
 * When a schedule is due: the calendar of its times, by croner for cron. Pure: every question brings its moment with it.
 *
 * Where a zone's clock is put forward, a fixed time within the skipped hour is due at the first moment after it; where
 * the clock is put back, one within the hour that comes twice is due the first time alone. With `*` or a step in minute
 * or hour, the times that the clock shows count: none in the skipped hour, twice in the hour that comes twice.
 */

import { Cron } from 'croner';
import type { Schedule } from '../../model.ts';
import { DAY, SECOND } from '../../units.ts';

/** How far is looked for a due time, milliseconds: 29 February comes every eight years at the most. */
const FAR = 9 * 366 * DAY;

/** The due times of one schedule, to be asked. Moments are milliseconds since 1970 UTC. */
export interface DueTimes {
  /** The first one after a moment, the moment itself not included; null where none comes. */
  after(moment: number): number | null;
  /** The newest one up to a moment, the moment itself included; null where there was none. */
  upTo(moment: number): number | null;
  /** The coming ones after a moment, as many as are asked for, where there are so many. */
  next(moment: number, count: number): readonly number[];
  /** How many lie after one moment and up to another; counted up to `most`. */
  between(after: number, upTo: number, most: number): number;
}

/** Why five fields are no cron, in croner's words; null where they are understood. */
export function cronFault(cron: string): string | null {
  try {
    new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

/** A schedule is asked every few seconds: what it says is understood once. */
const understood = new WeakMap<Schedule['when'], DueTimes>();

/** @param when as a plan has it, checked. @throws Error for what was not. */
export function dueTimes(when: Schedule['when']): DueTimes {
  const times = understood.get(when) ?? timesOf(when);
  understood.set(when, times);
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
  // Asked again and again about moments between the same two due times.
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
      // The one before the moment that follows: a due time is a whole minute.
      const [last] = times.previousRuns(1, new Date(moment + SECOND));
      if (last === undefined || last.getTime() <= moment) return last?.getTime() ?? null;
      return times.previousRuns(1, last)[0]?.getTime() ?? null;
    },
  };
}
