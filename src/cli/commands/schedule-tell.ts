/** `refit schedule list DIR` and `refit schedule next DIR`: what is scheduled, how it went, and when it is due. Writes nothing. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Schedule } from '../../model.ts';
import { word } from '../../next-command.ts';
import { sayMoment, sayUtc } from '../../plan/windows/describe-windows.ts';
import { dueTimes } from '../../plan/windows/due-times.ts';
import { openOpenings } from '../../plan/windows/open-windows.ts';
import { wallTime } from '../../plan/windows/time-zone.ts';
import { WEEKDAYS } from '../../plan/windows/window-text.ts';
import { table } from '../../report/document/columns.ts';
import { visible } from '../../report/document/escape.ts';
import { counted } from '../../report/quantities.ts';
import { describeSchedule } from '../../report/review/describe-rollout.ts';
import type { Occurrence, PlanAccount, ScheduleState } from '../../schedule/account.ts';
import { readAccount } from '../../schedule/account-file.ts';
import { type FolderView, nextOf } from '../../schedule/decide.ts';
import { openOccurrenceDisk } from '../../schedule/occurrence-directory.ts';
import { type FileReading, fallsBehind, type ScheduledPlan } from '../../schedule/plan-file.ts';
import { schedulerOf } from '../../schedule/scheduler-lock.ts';
import { watchFolder } from '../../schedule/watched-folder.ts';
import { formatOf } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { rootOf, type ScheduleOptions } from './schedule.ts';

export interface ScheduleNextOptions extends ScheduleOptions {
  readonly count?: string;
}

const MOST = 1_000;

/** A watched folder as anybody can read it. */
export interface ReadSchedule {
  readonly root: string;
  readonly view: FolderView;
  readonly state: ScheduleState;
}

/** @throws RefitError `usage` where the folder cannot be read. */
export async function readSchedule(folder: string, options: ScheduleOptions): Promise<ReadSchedule> {
  const root = rootOf(folder, options);
  const view = await watchFolder(folder, root).look();
  return { root, view, state: (await readAccount(root)).state };
}

/** The file that a name means: whole, or without its ending where one alone is called so. @throws RefitError `usage` */
export function fileNamed(name: string, { files }: FolderView, folder: string): FileReading {
  const exact = files.find((one) => one.name === name);
  const alike = files.filter((one) => one.name.replace(/\.[^.]+$/, '') === name);
  const [only] = alike;
  if (exact) return exact;
  if (only && alike.length === 1) return only;
  const mend =
    alike.length > 1
      ? `one of: ${alike.map((one) => one.name).join(', ')}`
      : `refit schedule list ${word(folder)} names the plans there`;
  const what = alike.length > 1 ? 'means more than one' : 'is the name of none';
  throw new RefitError('usage', `${visible(name)} ${what} of the plans in ${visible(folder)}`, mend);
}

export async function scheduleList(
  folder: string,
  options: ScheduleOptions,
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(options, ['text', 'json'] as const);
  const read = await readSchedule(folder, options);
  const { root, view, state } = read;
  const host = hostname();
  const scheduler = await schedulerOf(root, host);
  const now = terminal.clock.now();
  const disk = openOccurrenceDisk(root, host);
  if (format === 'json') {
    const plans = view.files.map((file) => jsonOf(file, read, now, disk.directoryOf));
    await terminal.out(
      `${JSON.stringify({ folder: resolve(folder), runs: root, now: iso(now), scheduler, plans }, null, 2)}\n`,
    );
    return 0;
  }
  if (view.files.length === 0) await terminal.out('no plans\n');
  for (const file of view.files) {
    const account = state.plans.get(file.name) ?? null;
    const lines = linesOf(file, account, view, now, disk.directoryOf);
    await terminal.out(`${[file.name, ...lines.map((line) => `  ${line}`)].map(visible).join('\n')}\n`);
  }
  if (terminal.quiet) return 0;
  const invalid = view.files.filter((file) => file.kind === 'invalid').length;
  if (invalid > 0) terminal.err(`${counted(invalid, 'file')} cannot be scheduled\n`);
  terminal.err(
    scheduler === null
      ? `no scheduler watches it: refit schedule run ${word(folder)}\n`
      : `watched by process ${scheduler.pid} on ${scheduler.host} since ${scheduler.since}\n`,
  );
  return 0;
}

function linesOf(
  file: FileReading,
  account: PlanAccount | null,
  view: FolderView,
  now: number,
  directoryOf: (plan: string, due: string) => string,
): string[] {
  if (file.kind !== 'scheduled') {
    const state = file.kind === 'invalid' ? 'not scheduled' : 'no schedule';
    return [`${state}: ${file.what}`, `mend: ${file.mend}`];
  }
  const { plan } = file;
  const { schedule, saved } = plan;
  const zone = zoneOf(schedule);
  const enabled = view.switches.get(file.name)?.enabled !== false;
  const behind = account?.last ? null : fallsBehind(plan, account?.since ?? now);
  const next = enabled && behind === null ? nextOf(plan, account, now) : null;
  const what = saved === null ? schedule.does : `carries out ${saved.digest.slice(0, 8)}`;
  const rows: string[][] = [
    ['does', `${what} ${describeSchedule(schedule)}`],
    ['state', behind === null ? (enabled ? 'enabled' : 'disabled') : `not carried out: ${behind}`],
    ['last', account?.last ? sayOccurrence(account.last, zone) : 'none yet'],
    ...(account?.last ? [['in', directoryOf(file.name, account.last.due)]] : []),
    ...(account?.passedOver ? [['passed over', sayPassedOver(account.passedOver, zone)]] : []),
    [
      'next',
      next === null ? sayNever(plan, account, enabled) : `${sayMoment(next, zone)} ${zone} (${sayUtc(next)})`,
    ],
  ];
  return table(rows, [{}, {}], Number.POSITIVE_INFINITY, '');
}

function sayOccurrence({ phase, due, exitCode, what, goesOnAt }: Occurrence, zone: string): string {
  const at = `${sayMoment(Date.parse(due), zone)} (${sayUtc(Date.parse(due))})`;
  if (phase === 'under-way') return `${at}: under way`;
  const goes = goesOnAt === null ? '' : `, at ${sayMoment(goesOnAt, zone)}`;
  return `${at}: exit ${exitCode}, ${what}${goes}`;
}

function sayPassedOver({ due, what }: NonNullable<PlanAccount['passedOver']>, zone: string): string {
  return `${sayMoment(Date.parse(due), zone)} (${sayUtc(Date.parse(due))}): ${what}`;
}

function sayNever({ schedule, saved }: ScheduledPlan, account: PlanAccount | null, enabled: boolean): string {
  if (!enabled) return 'never, while it is disabled';
  if (saved !== null && account?.ofDigest.has(saved.digest)) return 'never: a saved plan is carried out once';
  return schedule.when.kind === 'once' ? 'never: its time has gone by' : 'never by itself';
}

/** The zone by whose clock a person reads its times. */
function zoneOf({ when }: Schedule): string {
  return when.kind === 'cron' ? when.timezone : when.zone;
}

function jsonOf(
  file: FileReading,
  { view, state }: ReadSchedule,
  now: number,
  directoryOf: (plan: string, due: string) => string,
): object {
  const { name, kind } = file;
  if (file.kind !== 'scheduled') return { name, state: kind, what: file.what, mend: file.mend };
  const { plan } = file;
  const account = state.plans.get(name) ?? null;
  const enabled = view.switches.get(name)?.enabled !== false;
  const behind = account?.last ? null : fallsBehind(plan, account?.since ?? now);
  const next = enabled && behind === null ? nextOf(plan, account, now) : null;
  const last = account?.last ?? null;
  return {
    name,
    state: kind,
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
      goesOnAt: last.goesOnAt === null ? null : iso(last.goesOnAt),
      endedAt: last.endedAt === null ? null : iso(last.endedAt),
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

export async function scheduleNext(
  folder: string,
  options: ScheduleNextOptions,
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(options, ['text', 'json'] as const);
  const count = countFrom(options.count, folder);
  const { view, state } = await readSchedule(folder, options);
  const now = terminal.clock.now();
  const coming = view.files
    .flatMap((file) =>
      file.kind === 'scheduled' && view.switches.get(file.name)?.enabled !== false
        ? comingOf(file.plan, state.plans.get(file.name) ?? null, now, count)
        : [],
    )
    .sort((a, b) => a.at - b.at || (a.plan.name < b.plan.name ? -1 : 1))
    .slice(0, count);
  if (format === 'json') {
    const times = coming.map(({ at, plan, remark }) => ({
      plan: plan.name,
      does: plan.schedule.does,
      ...momentOf(at, zoneOf(plan.schedule)),
      remark: remark === '' ? null : remark,
    }));
    await terminal.out(`${JSON.stringify({ now: iso(now), times }, null, 2)}\n`);
    return 0;
  }
  const rows = coming.map(({ at, plan, remark }) => {
    const zone = zoneOf(plan.schedule);
    return [`${sayMoment(at, zone)} ${zone}`, sayUtc(at), plan.name, plan.schedule.does, remark];
  });
  const lines =
    rows.length === 0 ? ['nothing is due'] : table(rows, [{}, {}, {}, {}, {}], Number.POSITIVE_INFINITY, '');
  await terminal.out(`${lines.map(visible).join('\n')}\n`);
  return 0;
}

/** The coming times of one plan, as they are if nothing of it changes. */
function comingOf(
  plan: ScheduledPlan,
  account: PlanAccount | null,
  now: number,
  count: number,
): { at: number; plan: ScheduledPlan; remark: string }[] {
  const first = nextOf(plan, account, now);
  if (first === null) return [];
  const { saved, schedule } = plan;
  const open = account?.open ?? null;
  const goesOn = open !== null && open.goesOnAt === first;
  const one = { at: first, plan, remark: goesOn ? `goes on: ${open.what}` : closedAt(plan, first) };
  // A saved plan is begun once.
  if (saved !== null) return [one];
  const times = dueTimes(schedule.when).next(goesOn ? now : first, count);
  return [one, ...times.map((at) => ({ at, plan, remark: '' }))];
}

/** What becomes of a saved plan that is due outside of its windows. */
function closedAt({ saved }: ScheduledPlan, at: number): string {
  if (saved?.windows === undefined) return '';
  const openings = openOpenings(saved.windows);
  if (openings.mayBegin(at)) return '';
  const next = openings.nextStart(at);
  return next === null
    ? 'outside of its windows, and none opens'
    : `outside of its windows: goes on ${sayMoment(next.opens, saved.windows.timezone)}`;
}

function countFrom(text: string | undefined, folder: string): number {
  if (text === undefined) return 10;
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST) return Number(text);
  throw new RefitError(
    'usage',
    `--count ${visible(text)}: it takes a whole number from 1 to ${MOST}`,
    `refit schedule next ${word(folder)} --count 10`,
  );
}
