/** The text of the schedule log: entries as lines of JSON, for other programs, and for people. Pure. */
import { message, textOf } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { isPlanName } from './plan-file.ts';
import { SCHEDULE_FORMAT, type ScheduleEntry, type ScheduleEvent } from './schedule-log.ts';

/** Writes an entry as one line, with its line feed. */
export function encodeEntry(entry: ScheduleEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * Decodes the entries of a schedule log. A last line without a line feed was being written when its process died, so it
 * is ignored.
 * @returns `whole`: the end of the last whole line, in characters. `fault`: the number of the first line that is not an
 * entry; null if all are entries.
 */
export function decodeScheduleLog(text: string) {
  const whole = text.lastIndexOf('\n') + 1;
  const entries: ScheduleEntry[] = [];
  for (const [index, line] of text.slice(0, whole).split('\n').slice(0, -1).entries()) {
    const entry = entryFrom(line);
    if (entry === null) return { entries, whole, fault: index + 1 };
    entries.push(entry);
  }
  return { entries, whole, fault: null };
}

type Kind = ScheduleEvent['kind'];
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value.length <= 1_000;
const isTime: Check = (value) =>
  typeof value === 'string' && value.length < 40 && !Number.isNaN(Date.parse(value));
/** A due time is a part of names of folders, so it has one form. */
const isDue: Check = (value) =>
  isTime(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(value as string);
const isName: Check = (value) => typeof value === 'string' && isPlanName(value);
const isWhole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag: Check = (value) => typeof value === 'boolean';
const isMessage: Check = (value) => isRecord(value) && isText(value.id) && isRecord(value.params);
const isWho: Check = (value) => isRecord(value) && isText(value.user) && isText(value.host);
const maybe =
  (check: Check, none: null | undefined): Check =>
  (value) =>
    value === none || check(value);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);

const OCCURRENCE = { plan: isName, due: isDue };
const REQUEST = maybe(isText, undefined);

/** What each kind of entry must hold. Somebody else may have written the log of a store. */
const MEMBERS: Readonly<Record<Kind, Readonly<Record<string, Check>>>> = {
  started: { format: (value) => value === SCHEDULE_FORMAT, version: isText, by: isWho },
  stopped: { exitCode: isWhole },
  scheduled: { plan: isName, schedule: (value) => typeof value === 'string' },
  removed: { plan: isText, by: maybe(isWho, undefined) },
  put: { plan: isName, by: isWho, from: isText, sha256: isText, replaces: isFlag },
  switched: { plan: isName, enabled: isFlag, by: isWho },
  restored: { generation: isWhole, until: isTime },
  pruned: { entries: isWhole, before: isTime, by: isWho },
  'attempt-started': {
    ...OCCURRENCE,
    reason: oneOf('due', 'caught-up', 'requested', 'continued', 'resumed'),
    does: oneOf('dry-run', 'run'),
    digest: maybe(isText, null),
    entries: isWhole,
    request: REQUEST,
  },
  submitted: { ...OCCURRENCE, run: isText, digest: isText },
  skipped: { ...OCCURRENCE, count: isWhole, reason: isText, message: isMessage },
  // Somebody may ask for a plan of any name.
  refused: { ...OCCURRENCE, plan: isText, reason: isText, message: isMessage, request: REQUEST },
  postponed: { ...OCCURRENCE, exitCode: isWhole, continuesAt: isTime, message: isMessage, entries: isWhole },
  ended: { ...OCCURRENCE, exitCode: isWhole, message: isMessage, totals: maybe(isRecord, undefined) },
};

/** An entry of one line; null if it is none that Refit writes. */
export function entryFrom(line: string): ScheduleEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    if (!isRecord(entry) || typeof entry.kind !== 'string' || !Object.hasOwn(MEMBERS, entry.kind))
      return null;
    const members = Object.entries(MEMBERS[entry.kind as Kind]);
    return isTime(entry.at) && members.every(([name, check]) => check(entry[name]))
      ? (entry as unknown as ScheduleEntry)
      : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** An event for JSON output: the text of its message, and the `Message` that the text was made from. */
export function scheduleEventJson(event: ScheduleEvent): object {
  if (!('message' in event)) return event;
  const { id: messageId, params } = event.message;
  return { ...event, message: textOf(event.message), messageId, params };
}

/** An event as one line of text, without its time. */
export function formatScheduleEvent(event: ScheduleEvent): string {
  return textOf(describeEvent(event));
}

function describeEvent(event: ScheduleEvent): Message {
  switch (event.kind) {
    case 'started':
      return message('schedule.entry-started', { ...event.by });
    case 'stopped':
      return message('schedule.entry-stopped', { exitCode: event.exitCode });
    case 'scheduled':
      return message('schedule.entry-scheduled', { plan: event.plan, schedule: event.schedule });
    case 'removed':
      return message('schedule.entry-removed', { plan: event.plan, by: event.by ?? null });
    case 'put': {
      const { plan, by, from, sha256, replaces } = event;
      return message('schedule.entry-put', { plan, by, from, sha256, replaces });
    }
    case 'switched': {
      const { plan, enabled, by } = event;
      return message('schedule.entry-switched', { plan, enabled, by });
    }
    case 'restored':
      return message('schedule.entry-restored', { generation: event.generation, until: event.until });
    case 'pruned':
      return message('schedule.entry-pruned', { entries: event.entries, before: event.before, by: event.by });
    case 'submitted':
      return message('schedule.entry-submitted', { plan: event.plan, due: event.due, run: event.run });
    case 'attempt-started': {
      const { plan, due, reason } = event;
      return message('schedule.entry-attempt-started', { plan, due, reason });
    }
    case 'skipped': {
      const { plan, due, count, message: cause } = event;
      return message('schedule.entry-skipped', { plan, due, count, cause });
    }
    case 'refused': {
      const { plan, due, message: cause } = event;
      return message('schedule.entry-refused', { plan, due, cause });
    }
    case 'postponed': {
      const { plan, due, exitCode, continuesAt, message: cause } = event;
      return message('schedule.entry-postponed', { plan, due, exitCode, continuesAt, cause });
    }
    case 'ended': {
      const { plan, due, exitCode, message: cause } = event;
      return message('schedule.entry-ended', { plan, due, exitCode, cause });
    }
  }
}
