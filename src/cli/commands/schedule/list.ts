/** `refit schedule list DIR` and `refit schedule next DIR`: what is scheduled, how it went, and when it is due. Writes nothing. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import type { Schedule } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { formatMoment, formatUtc } from '../../../plan/windows/describe-windows.ts';
import { wallTime } from '../../../plan/windows/time-zone.ts';
import { WEEKDAYS } from '../../../plan/windows/window-text.ts';
import { table } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { counted } from '../../../report/quantities.ts';
import { describeSchedule } from '../../../report/review/describe-rollout.ts';
import { createOccurrenceStore, liveHolder } from '../../../schedule/occurrence-directory.ts';
import type { FileReading } from '../../../schedule/plan-file.ts';
import {
  type ComingTime,
  comingTimes,
  type PlanStatus,
  readSchedule,
  statusOf,
} from '../../../schedule/read-schedule.ts';
import type { Occurrence } from '../../../schedule/schedule-log.ts';
import type { CommandCode } from '../../command-row.ts';
import { countFrom } from '../../options.ts';
import { print } from '../../output.ts';

/** What is listed of a file: where it stands, or why it is not scheduled. */
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
      ? `no scheduler watches it: refit schedule run ${shellQuote(folder)}`
      : `watched by process ${scheduler.pid} on ${scheduler.host} since ${scheduler.since}`,
  );
  return 0;
};

function describePlan({ file, status }: Listed, directoryOf: DirectoryOf): string {
  const lines =
    status === null
      ? [`${file.kind === 'invalid' ? 'not scheduled' : 'no schedule'}: ${file.what}`, `fix: ${file.fix}`]
      : statusLines(status, directoryOf);
  return `${[file.name, ...lines.map((line) => `  ${line}`)].map(escapeControls).join('\n')}\n`;
}

function statusLines(status: PlanStatus, directoryOf: DirectoryOf): string[] {
  const { plan, account, enabled, behind, next } = status;
  const { schedule, saved } = plan;
  const zone = zoneOf(schedule);
  const moment = (at: number) => `${formatMoment(at, zone)} (${formatUtc(at)})`;
  const last = account?.last ?? null;
  const passedOver = account?.passedOver ?? null;
  const what = saved === null ? schedule.does : `carries out ${saved.digest.slice(0, 8)}`;
  const rows: string[][] = [
    ['does', `${what} ${describeSchedule(schedule)}`],
    ['state', behind === null ? (enabled ? 'enabled' : 'disabled') : `not carried out: ${behind}`],
    ['last', last === null ? 'none yet' : `${moment(Date.parse(last.due))}: ${describeOccurrence(last, zone)}`],
    ...(last === null ? [] : [['in', directoryOf(plan.name, last.due)]]),
    ...(passedOver === null
      ? []
      : [['passed over', `${moment(Date.parse(passedOver.due))}: ${passedOver.what}`]]),
    ['next', next === null ? describeNever(status) : `${formatMoment(next, zone)} ${zone} (${formatUtc(next)})`],
  ];
  return table(rows, [{}, {}], Number.POSITIVE_INFINITY, '');
}

function describeOccurrence({ phase, exitCode, what, goesOnAt }: Occurrence, zone: string): string {
  if (phase === 'under-way') return 'under way';
  return `exit ${exitCode}, ${what}${goesOnAt === null ? '' : `, at ${formatMoment(goesOnAt, zone)}`}`;
}

function describeNever({ plan: { schedule, saved }, account, enabled }: PlanStatus): string {
  if (!enabled) return 'never, while it is disabled';
  if (saved !== null && account?.ofDigest.has(saved.digest)) return 'never: a saved plan is carried out once';
  return schedule.when.kind === 'once' ? 'never: its time has gone by' : 'never by itself';
}

/** The zone by whose clock a person reads its times. */
function zoneOf({ when }: Schedule): string {
  return when.kind === 'cron' ? when.timezone : when.zone;
}

function jsonOf({ file, status }: Listed, directoryOf: DirectoryOf): object {
  const { name, kind: state } = file;
  if (status === null) return { name, state, what: file.what, fix: file.fix };
  const { plan, account, enabled, behind, next } = status;
  const last = account?.last ?? null;
  const isoOrNull = (at: number | null) => (at === null ? null : iso(at));
  return {
    name,
    state,
    title: plan.title,
    digest: plan.saved?.digest ?? null,
    schedule: plan.schedule,
    enabled,
    what: behind,
    next: next === null ? null : momentOf(next, zoneOf(plan.schedule)),
    last: last && {
      due: last.due,
      phase: last.phase,
      exitCode: last.exitCode,
      what: last.what,
      attempts: last.attempts,
      goesOnAt: isoOrNull(last.goesOnAt),
      endedAt: isoOrNull(last.endedAt),
      totals: last.totals,
      directory: directoryOf(name, last.due),
    },
    passedOver: account?.passedOver ? { due: account.passedOver.due, what: account.passedOver.what } : null,
    counts: account?.counts ?? {},
  };
}

function momentOf(at: number, timezone: string): object {
  const { weekday, date, time } = wallTime(at, timezone);
  return { weekday: WEEKDAYS[weekday - 1], date, time, timezone, utc: iso(at) };
}

export const scheduleNext: CommandCode<[string]> = async ([folder], options, terminal) => {
  const count = countFrom(options.count, 1_000, `refit schedule next ${shellQuote(folder)}`) ?? 10;
  const now = terminal.clock.now();
  const coming = comingTimes(await readSchedule(folder, options.runs), now, count);
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

function remarkOn({ plan, goesOn, opens }: ComingTime): string | null {
  if (goesOn !== null) return `goes on: ${goesOn}`;
  if (opens === null) return null;
  if (opens === 'never') return 'outside of its windows, and none opens';
  return `outside of its windows: goes on ${formatMoment(opens, plan.saved!.windows!.timezone)}`;
}
