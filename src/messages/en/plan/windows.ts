/** What Refit says about windows, freezes and calendars. Local times are as `Wed 2026-11-25 01:00` in the plan's zone. */
import type { CalendarFault, FreezeCause } from '../../../model.ts';
import { SECOND } from '../../../units.ts';
import type { Text } from '../../text.ts';
import { inWords } from '../quantities.ts';

/** A moment by the clock of the plan's zone, and in UTC. */
export interface Opening {
  readonly local: string;
  readonly utc: string;
}

const next = ({ local, utc }: Opening, timezone: string): string =>
  `the next window opens ${local} ${timezone} (${utc})`;

export const windows = {
  'window.never': ({
    frozen,
    command,
  }: {
    /** Whether every window is frozen; else each is shorter than `lastStart`. */
    frozen: boolean;
    command: string | null;
  }): Text => ({
    message: frozen
      ? 'every window within a year is frozen'
      : 'no window within a year lasts longer than lastStart',
    fix: command ?? 'change the windows, the freezes or lastStart',
  }),
  'window.after-expiry': ({
    opening,
    timezone,
    expiresAt,
    days,
    command,
  }: {
    opening: Opening;
    timezone: string;
    expiresAt: string;
    days: number;
    command: string | null;
  }): Text => ({
    message: `${next(opening, timezone)}, but the saved plan would expire before, at ${expiresAt}: no run of it could start`,
    fix: command ?? `expires: ${days}d`,
  }),
  'window.after-finish': ({
    opening,
    timezone,
    finishBy,
    command,
  }: {
    opening: Opening;
    timezone: string;
    finishBy: string;
    command: string | null;
  }): Text => ({
    message: `${next(opening, timezone)}, but finishBy is ${finishBy}: nothing would be ordered`,
    fix: command ?? 'a later finishBy',
  }),
  'window.too-short': ({
    orders,
    seconds,
    window,
    windows,
  }: {
    orders: number;
    /** Seconds until the last order, p90. */
    seconds: number;
    window: string;
    /** How many windows the run is likely to need. */
    windows: number;
  }): Text =>
    `the last of ${orders} orders leaves within ${inWords(seconds * SECOND)} (p90), longer than the time to start steps in the window ${window}${windows > 1 ? `: the run is likely to take ${windows} windows` : ''}`,
  'window.calendar-unreadable': ({ file, fault }: { file: string; fault: CalendarFault }): Text => ({
    message: `the calendar ${file}: ${calendarFault(fault)}`,
    fix: `put a whole iCalendar file at ${file} beside the plan, or remove it from windows.calendars`,
  }),
  'window.closed': ({
    cause,
    now,
    timezone,
    opening,
  }: {
    cause:
      | { readonly kind: 'last-start'; readonly closes: string; readonly lastStart: string }
      | FreezeCause
      | { readonly kind: 'outside' };
    now: string;
    timezone: string;
    /** Null when no window opens within a year. */
    opening: Opening | null;
  }): Text => {
    const then =
      opening === null ? 'no window opens within a year' : `the next opens ${opening.local} (${opening.utc})`;
    return `${closedBecause(cause, `${now} ${timezone}`, timezone)}; ${then}`;
  },
};

function closedBecause(
  cause: Parameters<(typeof windows)['window.closed']>[0]['cause'],
  now: string,
  timezone: string,
): string {
  switch (cause.kind) {
    case 'last-start':
      return `the window closes at ${cause.closes} ${timezone}, and its last start was ${cause.lastStart}`;
    case 'frozen':
      return `frozen: ${cause.title}${cause.calendar === null ? '' : ` (${cause.calendar})`}; it is ${now}`;
    case 'calendar-end':
      return `frozen: the saved plan does not know ${cause.calendar} from here on; it is ${now}`;
    case 'outside':
      return `outside the windows: it is ${now}`;
  }
}

/** Why Refit refuses a calendar file. */
function calendarFault(fault: CalendarFault): string {
  switch (fault.kind) {
    case 'not-there':
      return 'it cannot be read';
    case 'refused':
      return `it cannot be read: ${fault.reason}`;
    case 'not-icalendar':
      return 'it is not an iCalendar file (RFC 5545)';
    case 'no-vcalendar':
      return 'it has no VCALENDAR';
    case 'no-start':
      return `event ${fault.event} has no DTSTART`;
    case 'too-many-freezes':
      return `it has ${fault.freezes} freezes within a year, more than ${fault.limit}`;
    case 'no-end':
      return `event ${fault.event} does not end after its start`;
    case 'recurs-too-often':
      return `event ${fault.event} recurs too often`;
    case 'unknown-zone':
      return `event ${fault.event} has a time zone that is not defined`;
  }
}
