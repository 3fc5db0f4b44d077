/** Formats the parts of a plan that sentences name: commands, addresses, schedules. */

import type { Schedule } from '../../model.ts';
import { instant, inWords } from './quantities.ts';

/** A command as a POSIX shell takes it. The words that it starts stay apart: `page 'on call'`. */
export function formatCommand(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** An address, with its host where the start of the text does not show it. */
export function formatAddress(url: string, host: string): string {
  const isPlain = ['', '/', '?', '#'].some((end) =>
    ['https', 'http'].some((scheme) => `${url}${end}`.startsWith(`${scheme}://${host}${end}`)),
  );
  return isPlain ? url : `${url} (host ${host})`;
}

/** `2026-10-01 00:00:00 UTC to 2026-10-08 00:00:00 UTC`. */
export function formatPeriod(from: string, to: string): string {
  return `${instant(from)} to ${instant(to)}`;
}

/** `at "30 1 * * Tue" Asia/Shanghai; a missed time runs if it is less than 2 h late`. */
export function describeSchedule({ when, catchUp, catchUpWithin }: Schedule): string {
  const missed =
    catchUp === 'skip'
      ? '; missed times are skipped'
      : catchUpWithin === undefined
        ? ''
        : `; a missed time runs if it is less than ${inWords(catchUpWithin)} late`;
  return `${describeWhen(when)}${missed}`;
}

/** `at "30 1 * * Tue" Asia/Shanghai`, `once at 2026-11-24T17:30:00.000Z`. */
export function describeWhen(when: Schedule['when']): string {
  return when.kind === 'once' ? `once at ${when.at}` : `at "${when.cron}" ${when.timezone}`;
}
