/** `refit schedule list DIR` and `refit schedule next DIR`: list scheduled plans and due times. They write nothing. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { describeSchedule } from '../../../messages/en/format-plan.ts';
import { counted } from '../../../messages/en/quantities.ts';
import { textOf } from '../../../messages/messages.ts';
import type { Schedule } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { formatMoment, formatUtc } from '../../../plan/windows/describe-windows.ts';
import { wallTime } from '../../../plan/windows/time-zone.ts';
import { WEEKDAYS } from '../../../plan/windows/window-text.ts';
import { table } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { createOccurrenceStore, liveHolder } from '../../../schedule/occurrence-directory.ts';
import type { FileReading } from '../../../schedule/plan-file.ts';
import {
  type ComingTime,
  listComingTimes,
  type PlanStatus,
  readSchedule,
  statusOf,
} from '../../../schedule/read-schedule.ts';
import type { Occurrence } from '../../../schedule/schedule-log.ts';
import type { CommandCode } from '../../command-row.ts';
import { formatLocal } from '../../local-time.ts';
import { countFrom, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';

/** A file with its schedule state, or with the reason why it is not scheduled. */
type Listed =
  | { readonly file: Exclude<FileReading, { kind: 'scheduled' }>; readonly status: null }
  | { readonly file: FileReading; readonly status: PlanStatus };

type DirectoryOf = (plan: string, due: string) => string;

export const scheduleList: CommandCode<[string]> = async ([folder], options, terminal) => {
  const read = await readSchedule(folder, options.runs);
  const host = hostname();
  const scheduler = await liveHolder(read.root, host);
  const now = terminal.clock.now();
  const { directoryOf } = createOccurrenceStore(read.root, host);
  const listed = read.view.files.map(
    (file): Listed =>
      file.kind === 'scheduled' ? { file, status: statusOf(file.plan, read, now) } : { file, status: null },
  );
  await print(terminal, options, {
    text: () => listed.map((one) => describePlan(one, directoryOf)).join('') || 'no plans\n',
    json: {
      folder: resolve(folder),
      runs: read.root,
      now: iso(now),
      scheduler,
      plans: listed.map((one) => jsonOf(one, directoryOf)),
    },
    indent: 2,
  });
  if (options.format === 'json') return 0;
  const invalid = read.view.files.filter(({ kind }) => kind === 'invalid').length;
  if (invalid > 0) terminal.hint(`${counted(invalid, 'file')} cannot be scheduled`);
  terminal.hint(
    scheduler === null
      ? `no scheduler is watching this folder; next: ${withConnectionOptions(`refit schedule run ${shellQuote(folder)}`, options)}`
      : `watched by process ${scheduler.pid} on ${scheduler.host} since ${formatLocal(scheduler.since)}`,
  );
  return 0;
};

function describePlan({ file, status }: Listed, directoryOf: DirectoryOf): string {
  const lines =
    status === null
      ? [`${file.kind === 'invalid' ? 'not scheduled' : 'no schedule'}: ${file.message}`, `fix: ${file.fix}`]
      : statusLines(status, directoryOf);
  return `${[file.name, ...lines.map((line) => `  ${line}`)].map(escapeControls).join('\n')}\n`;
}

function statusLines(status: PlanStatus, directoryOf: DirectoryOf): string[] {
  const { plan, planLog, enabled, neverStarts, next } = status;
  const { schedule, saved } = plan;
  const zone = zoneOf(schedule);
  const moment = (at: number) => `${formatMoment(at, zone)} (${formatUtc(at)})`;
  const last = planLog?.last ?? null;
  const skipped = planLog?.lastSkipped ?? null;
  const action = saved === null ? schedule.does : `apply ${saved.digest.slice(0, 8)}`;
  const rows: string[][] = [
    ['action', `${action} ${describeSchedule(schedule)}`],
    ['state', neverStarts === null ? (enabled ? 'enabled' : 'disabled') : `blocked: ${neverStarts}`],
    [
      'last',
      last === null ? 'none yet' : `${moment(Date.parse(last.due))}: ${describeOccurrence(last, zone)}`,
    ],
    ...(last === null ? [] : [['run', directoryOf(plan.name, last.due)]]),
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

function describeNever({ plan: { schedule, saved }, planLog, enabled }: PlanStatus): string {
  if (!enabled) return 'never: the plan is disabled';
  if (saved !== null && planLog?.ofDigest.has(saved.digest))
    return 'never: a saved plan is applied only once';
  return schedule.when.kind === 'once' ? 'never: its time has passed' : 'never: it has no due times';
}

/** The time zone in which people read the times of a schedule. */
function zoneOf({ when }: Schedule): string {
  return when.kind === 'cron' ? when.timezone : when.zone;
}

function jsonOf({ file, status }: Listed, directoryOf: DirectoryOf): object {
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
    message: neverStarts,
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
      directory: directoryOf(name, last.due),
    },
    lastSkipped: planLog?.lastSkipped
      ? { due: planLog.lastSkipped.due, message: textOf(planLog.lastSkipped.message) }
      : null,
    counts: planLog?.counts ?? {},
  };
}

function momentOf(at: number, timezone: string): object {
  const { weekday, date, time } = wallTime(at, timezone);
  return { weekday: WEEKDAYS[weekday - 1], date, time, timezone, utc: iso(at) };
}

export const scheduleNext: CommandCode<[string]> = async ([folder], options, terminal) => {
  const count = countFrom(options.count, 1_000, `refit schedule next ${shellQuote(folder)}`) ?? 10;
  const now = terminal.clock.now();
  const coming = listComingTimes(await readSchedule(folder, options.runs), now, count);
  await print(terminal, options, {
    text: () => {
      const rows = coming.map((one) => {
        const { name, schedule } = one.plan;
        const zone = zoneOf(schedule);
        return [
          `${formatMoment(one.at, zone)} ${zone}`,
          formatUtc(one.at),
          name,
          schedule.does,
          remarkOn(one) ?? '',
        ];
      });
      const lines = table(rows, [{}, {}, {}, {}, {}], Number.POSITIVE_INFINITY, '');
      return `${(rows.length === 0 ? ['nothing is due'] : lines).map(escapeControls).join('\n')}\n`;
    },
    json: {
      now: iso(now),
      times: coming.map((one) => ({
        plan: one.plan.name,
        does: one.plan.schedule.does,
        ...momentOf(one.at, zoneOf(one.plan.schedule)),
        remark: remarkOn(one),
      })),
    },
    indent: 2,
  });
  return 0;
};

function remarkOn({ plan, continues, opens }: ComingTime): string | null {
  if (continues !== null) return `continues: ${textOf(continues)}`;
  if (opens === null) return null;
  if (opens === 'never') return 'outside its windows, and no window opens';
  return `outside its windows: resumes ${formatMoment(opens, plan.saved!.windows!.timezone)}`;
}
