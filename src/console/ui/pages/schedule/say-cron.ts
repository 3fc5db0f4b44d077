/** Due times as people say them: `Tuesdays at 23:30`. */
import { say, tag } from '../../language.ts';
import { readCron } from './read-cron.ts';

/** Null: the text of cron says it best. */
export function sayCron(cron: string): string | null {
  const times = readCron(cron);
  if (times === null) return null;
  const { time, day, weekdays } = times;
  if (day !== null) return say('cron.monthly', { time, day });
  if (weekdays.length === 0) return say('cron.daily', { time });
  const days = weekdays.map(([first, last]) =>
    first === last ? sayDay(first) : say('cron.days', { first: sayDay(first), last: sayDay(last) }),
  );
  return say('cron.weekly', { time, days: days.join(say('list')) });
}

/** `Tuesdays` */
function sayDay(weekday: number): string {
  // The fourth of January 1970 was a Sunday.
  const date = new Date(Date.UTC(1970, 0, 4 + weekday));
  const style = tag() === 'en' ? 'long' : 'short';
  return say('cron.day', {
    day: new Intl.DateTimeFormat(tag(), { weekday: style, timeZone: 'UTC' }).format(date),
  });
}
