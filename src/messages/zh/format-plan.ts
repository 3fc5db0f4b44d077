/** Formats the parts of a plan that sentences name, in Chinese. */
import type { Schedule } from '../../model.ts';
import * as english from '../en/format-plan.ts';
import { instant } from '../en/quantities.ts';
import { duration } from './quantities.ts';

/** An address, with its host where the start of the text does not show it. */
export function formatAddress(url: string, host: string): string {
  return english.formatAddress(url, host) === url ? url : `${url}（主机 ${host}）`;
}

/** `2026-10-01 00:00:00 UTC 至 2026-10-08 00:00:00 UTC`. */
export function formatPeriod(from: string, to: string): string {
  return `${instant(from)} 至 ${instant(to)}`;
}

/** `按 "30 1 * * Tue"（Asia/Shanghai）；错过后 2 小时内仍会补跑` */
export function describeSchedule({ when, catchUp, catchUpWithin }: Schedule): string {
  const missed =
    catchUp === 'skip'
      ? '；错过的时间不补跑'
      : catchUpWithin === undefined
        ? ''
        : `；错过后 ${duration(catchUpWithin)}内仍会补跑`;
  const time = when.kind === 'once' ? `仅一次，${when.at}` : `按 "${when.cron}"（${when.timezone}）`;
  return `${time}${missed}`;
}
