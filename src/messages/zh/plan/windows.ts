/** What Refit says about windows, freezes and calendars, in Chinese. Local times are as the plan's zone has them. */
import type { CalendarFault } from '../../../model.ts';
import { SECOND } from '../../../units.ts';
import type { windows as english, Opening } from '../../en/plan/windows.ts';
import type { TranslationOf } from '../../text.ts';
import { inDays } from '../names.ts';
import { duration } from '../quantities.ts';

const next = ({ local, utc }: Opening, timezone: string): string =>
  `下一个时间窗于 ${inDays(local)} ${timezone}（${utc}）开启`;

export const windows: TranslationOf<typeof english> = {
  'window.never': ({ frozen, command }) => ({
    message: frozen ? '一年内的所有时间窗都在封网期内' : '一年内没有长于 lastStart 的时间窗',
    fix: command ?? '修改时间窗、封网期或 lastStart',
  }),
  'window.after-expiry': ({ opening, timezone, expiresAt, days, command }) => ({
    message: `${next(opening, timezone)}，而封存计划在此之前就会过期（${expiresAt}）：无法开始运行`,
    fix: command ?? `expires: ${days}d`,
  }),
  'window.after-finish': ({ opening, timezone, finishBy, command }) => ({
    message: `${next(opening, timezone)}，而 finishBy 为 ${finishBy}：不会下任何订单`,
    fix: command ?? '使用更晚的 finishBy',
  }),
  'window.too-short': ({ orders, seconds, window, windows: needed }) =>
    `${orders} 个订单中的最后一个预计在 ${duration(seconds * SECOND)}内发出（p90），超过时间窗 ${inDays(window)} 内可开始步骤的时间${needed > 1 ? `：运行可能需要 ${needed} 个时间窗` : ''}`,
  'window.calendar-unreadable': ({ file, fault }) => ({
    message: `日历 ${file}：${calendarFault(fault)}`,
    fix: `在计划旁边的 ${file} 放置完整的 iCalendar 文件，或将其从 windows.calendars 中删除`,
  }),
  'window.closed': ({ cause, now, timezone, opening }) => {
    const then =
      opening === null
        ? '一年内没有时间窗开启'
        : `下一个时间窗于 ${inDays(opening.local)}（${opening.utc}）开启`;
    return `${closedBecause(cause, `${inDays(now)} ${timezone}`, timezone)}；${then}`;
  },
};

function closedBecause(
  cause: Parameters<(typeof english)['window.closed']>[0]['cause'],
  now: string,
  timezone: string,
): string {
  switch (cause.kind) {
    case 'last-start':
      return `时间窗于 ${inDays(cause.closes)} ${timezone} 关闭，最晚开始时间为 ${inDays(cause.lastStart)}`;
    case 'frozen':
      return `封网中：${cause.title}${cause.calendar === null ? '' : `（${cause.calendar}）`}；当前时间 ${now}`;
    case 'calendar-end':
      return `封网中：封存计划只包含 ${cause.calendar} 在此之前的内容；当前时间 ${now}`;
    case 'outside':
      return `不在时间窗内：当前时间 ${now}`;
  }
}

/** Why Refit refuses a calendar file. */
function calendarFault(fault: CalendarFault): string {
  switch (fault.kind) {
    case 'not-there':
      return '无法读取';
    case 'refused':
      return `无法读取：${fault.reason}`;
    case 'not-icalendar':
      return '不是 iCalendar 文件（RFC 5545）';
    case 'no-vcalendar':
      return '没有 VCALENDAR';
    case 'no-start':
      return `事件 ${fault.event} 没有 DTSTART`;
    case 'too-many-freezes':
      return `一年内有 ${fault.freezes} 个封网期，超过 ${fault.limit} 个`;
    case 'no-end':
      return `事件 ${fault.event} 的结束时间不晚于开始时间`;
    case 'recurs-too-often':
      return `事件 ${fault.event} 的重复次数过多`;
    case 'unknown-zone':
      return `事件 ${fault.event} 的时区没有定义`;
  }
}
