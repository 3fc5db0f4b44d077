/** Prints the plans and the log of a schedule, whether it is in a folder or in a store. */
import { iso } from '../../../clock.ts';
import { describeSchedule } from '../../../messages/en/format-plan.ts';
import { counted } from '../../../messages/en/quantities.ts';
import { textOf } from '../../../messages/messages.ts';
import type { Schedule } from '../../../model.ts';
import { formatMoment, formatUtc } from '../../../plan/windows/describe-windows.ts';
import { wallTime } from '../../../plan/windows/time-zone.ts';
import { WEEKDAYS } from '../../../plan/windows/window-text.ts';
import { table } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { FileReading } from '../../../schedule/plan-file.ts';
import { type PlanStatus, type ScheduleSeen, statusOf } from '../../../schedule/read-schedule.ts';
import { formatScheduleEvent, scheduleEventJson } from '../../../schedule/schedule-entry.ts';
import type { Occurrence, ScheduleEntry } from '../../../schedule/schedule-log.ts';
import { countFrom, type Options } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';

/** A file with its schedule state, or with the reason why it is not scheduled. */
type Listed =
  | { readonly file: Exclude<FileReading, { kind: 'scheduled' }>; readonly status: null }
  | { readonly file: FileReading; readonly status: PlanStatus };

/** Names the place of an occurrence: its directory, or its run in the store; null: there is none yet. */
export type PlaceOf = (
  plan: string,
  last: Occurrence,
) => { readonly directory: string } | { readonly run: string | null };

/** Prints the plans of a schedule. @param more the other members of the JSON. */
export async function printList(
  read: ScheduleSeen,
  { now, place, more }: { readonly now: number; readonly place: PlaceOf; readonly more: object },
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const listed = read.view.files.map(
    (file): Listed =>
      file.kind === 'scheduled' ? { file, status: statusOf(file.plan, read, now) } : { file, status: null },
  );
  await print(terminal, options, {
    text: () => listed.map((one) => describePlan(one, place)).join('') || 'no plans\n',
    json: { ...more, plans: listed.map((one) => jsonOf(one, place)) },
    indent: 2,
  });
  const invalid = read.view.files.filter(({ kind }) => kind === 'invalid').length;
  if (invalid > 0 && options.format !== 'json')
    terminal.hint(`${counted(invalid, 'file')} cannot be scheduled`);
}

function describePlan({ file, status }: Listed, place: PlaceOf): string {
  const lines =
    status === null
      ? [`${file.kind === 'invalid' ? 'not scheduled' : 'no schedule'}: ${file.message}`, `fix: ${file.fix}`]
      : statusLines(status, place);
  return `${[file.name, ...lines.map((line) => `  ${line}`)].map(escapeControls).join('\n')}\n`;
}

function statusLines(status: PlanStatus, place: PlaceOf): string[] {
  const { plan, planLog, enabled, neverStarts, next } = status;
  const { schedule, saved } = plan;
  const zone = zoneOf(schedule);
  const moment = (at: number) => `${formatMoment(at, zone)} (${formatUtc(at)})`;
  const last = planLog?.last ?? null;
  const skipped = planLog?.lastSkipped ?? null;
  const action = saved === null ? schedule.does : `apply ${saved.digest.slice(0, 8)}`;
  const rows: string[][] = [
    ['action', `${action} ${describeSchedule(schedule)}`],
    ['state', neverStarts === null ? (enabled ? 'enabled' : 'disabled') : `blocked: ${textOf(neverStarts)}`],
    [
      'last',
      last === null ? 'none yet' : `${moment(Date.parse(last.due))}: ${describeOccurrence(last, zone)}`,
    ],
    ...(last === null ? [] : [['run', placeText(place(plan.name, last))]]),
    ...(skipped === null
      ? []
      : [['skipped', `${moment(Date.parse(skipped.due))}: ${textOf(skipped.message)}`]]),
    [
      'next',
      next === null ? describeNever(status) : `${formatMoment(next, zone)} ${zone} (${formatUtc(next)})`,
    ],
  ];
  return table(rows, [{}, {}], Number.POSITIVE_INFINITY, '');
}

function describeOccurrence({ phase, exitCode, message, continuesAt }: Occurrence, zone: string): string {
  if (phase === 'in-progress' || message === null) return 'in progress';
  return `exit ${exitCode}, ${textOf(message)}${continuesAt === null ? '' : `, at ${formatMoment(continuesAt, zone)}`}`;
}

function placeText(place: ReturnType<PlaceOf>): string {
  if ('directory' in place) return place.directory;
  return place.run ?? 'none: nothing was submitted';
}

function describeNever({ plan: { schedule, saved }, planLog, enabled }: PlanStatus): string {
  if (!enabled) return 'never: the plan is disabled';
  if (saved !== null && planLog?.ofDigest.has(saved.digest))
    return 'never: a saved plan is applied only once';
  return schedule.when.kind === 'once' ? 'never: its time has passed' : 'never: it has no due times';
}

/** The time zone in which people read the times of a schedule. */
export function zoneOf({ when }: Schedule): string {
  return when.kind === 'cron' ? when.timezone : when.zone;
}

function jsonOf({ file, status }: Listed, place: PlaceOf): object {
  const { name, kind: state } = file;
  if (status === null) return { name, state, message: file.message, fix: file.fix };
  const { plan, planLog, enabled, neverStarts, next } = status;
  const last = planLog?.last ?? null;
  const isoOrNull = (at: number | null) => (at === null ? null : iso(at));
  return {
    name,
    state,
    title: plan.title,
    digest: plan.saved?.digest ?? null,
    schedule: plan.schedule,
    enabled,
    message: neverStarts && textOf(neverStarts),
    next: next === null ? null : momentOf(next, zoneOf(plan.schedule)),
    last: last && {
      due: last.due,
      phase: last.phase,
      exitCode: last.exitCode,
      message: last.message && textOf(last.message),
      attempts: last.attempts,
      continuesAt: isoOrNull(last.continuesAt),
      endedAt: isoOrNull(last.endedAt),
      totals: last.totals,
      ...place(name, last),
    },
    lastSkipped: planLog?.lastSkipped
      ? { due: planLog.lastSkipped.due, message: textOf(planLog.lastSkipped.message) }
      : null,
    counts: planLog?.counts ?? {},
  };
}

/** A moment as JSON, in local time and in UTC. */
export function momentOf(at: number, timezone: string): object {
  const { weekday, date, time } = wallTime(at, timezone);
  return { weekday: WEEKDAYS[weekday - 1], date, time, timezone, utc: iso(at) };
}

/** Entries without `--count`. */
const SHOWN = 50;

/** Prints the newest entries, the newest last. */
export async function printEntries(
  entries: readonly ScheduleEntry[],
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const count = countFrom(options.count, 1_000_000, 'refit schedule log') ?? SHOWN;
  const shown = entries.slice(-count);
  await print(terminal, options, {
    text: () =>
      shown.map((one) => `${one.at} ${escapeControls(formatScheduleEvent(one))}\n`).join('') ||
      'no entries\n',
    json: { entries: shown.map(scheduleEventJson) },
    indent: 2,
  });
  const more = entries.length - shown.length;
  if (more > 0 && options.format !== 'json')
    terminal.hint(`${more} older entries: --count ${entries.length}`);
}

/** Prints what `enable` or `disable` did. */
export function printSwitch(
  done: { readonly plan: string; readonly enabled: boolean; readonly changed: boolean },
  options: Options,
  terminal: Terminal,
): Promise<void> {
  return print(terminal, options, { text: () => `${escapeControls(switchText(done))}\n`, json: done });
}

function switchText({ plan, enabled, changed }: Parameters<typeof printSwitch>[0]): string {
  if (!changed) return `${plan} is already ${enabled ? 'enabled' : 'disabled'}`;
  return enabled
    ? `${plan} is enabled: Refit does not make up for missed due times`
    : `${plan} is disabled: it ignores its due times; a run in progress continues`;
}
