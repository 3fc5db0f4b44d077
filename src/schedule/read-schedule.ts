/** A watched folder as anybody can read it: what is scheduled, how it went, and when it is due. Writes nothing. */
import { join, resolve } from 'node:path';
import { RefitError } from '../errors.ts';
import { shellQuote } from '../next-command.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { createOpenWindows } from '../plan/windows/open-windows.ts';
import { escapeControls } from '../report/document/escape.ts';
import { type FolderView, nextOf } from './decide.ts';
import { type FileReading, fallsBehind, type ScheduledPlan } from './plan-file.ts';
import type { PlanLog } from './schedule-log.ts';
import { readAccount } from './schedule-log-file.ts';
import { watchFolder } from './watched-folder.ts';

/** What was read of a folder. `root`: where its occurrences, switches, requests and log are. */
export type ReadSchedule = Awaited<ReturnType<typeof readSchedule>>;

/** Where a folder keeps what is not its plans. @param runs where somebody says so. */
export function rootOf(folder: string, runs: string | undefined): string {
  return resolve(runs ?? join(folder, 'runs'));
}

/** @throws RefitError `usage` where the folder cannot be read. */
export async function readSchedule(folder: string, runs: string | undefined) {
  const root = rootOf(folder, runs);
  const view = await watchFolder(folder, root).look();
  return { root, view, state: (await readAccount(root)).state };
}

/** The file that a name means: whole, or without its ending where one alone is called so. @throws RefitError `usage` */
export function fileNamed(name: string, { files }: FolderView, folder: string): FileReading {
  const exact = files.find((one) => one.name === name);
  if (exact) return exact;
  const alike = files.filter((one) => one.name.replace(/\.[^.]+$/, '') === name);
  const [only, other] = alike;
  if (only && !other) return only;
  const what = only ? 'means more than one' : 'is the name of none';
  const fix = only
    ? `one of: ${alike.map((one) => one.name).join(', ')}`
    : `refit schedule list ${shellQuote(folder)} names the plans there`;
  throw new RefitError(
    'usage',
    `${escapeControls(name)} ${what} of the plans in ${escapeControls(folder)}`,
    fix,
  );
}

/** Where a scheduled plan stands. */
export type PlanStatus = ReturnType<typeof statusOf>;

export function isEnabled({ switches }: FolderView, name: string): boolean {
  return switches.get(name)?.enabled !== false;
}

/**
 * @returns `account`: null where no scheduler has seen it; `behind`: why it is never carried out as it is, null where it is;
 * `next`: when it is due, ms since 1970 UTC, null where never by itself.
 */
export function statusOf(plan: ScheduledPlan, { view, state }: ReadSchedule, now: number) {
  const account = state.plans.get(plan.name) ?? null;
  const enabled = isEnabled(view, plan.name);
  const behind = account?.last ? null : fallsBehind(plan, account?.since ?? now);
  const next = enabled && behind === null ? nextOf(plan, account, now) : null;
  return { plan, account, enabled, behind, next };
}

/** A time at which a plan is due, if nothing changes. */
export interface ComingTime {
  readonly at: number;
  readonly plan: ScheduledPlan;
  /** It only goes on then; what it waited for. */
  readonly goesOn: string | null;
  /** It is outside of its windows then: it goes on at this time, `never` where none opens; null: it is inside. */
  readonly opens: number | 'never' | null;
}

/** The coming times of all plans that are enabled, the first of them. */
export function comingTimes({ view, state }: ReadSchedule, now: number, most: number): ComingTime[] {
  return view.files
    .flatMap((file) => (file.kind === 'scheduled' && isEnabled(view, file.name) ? [file.plan] : []))
    .flatMap((plan) => comingOf(plan, state.plans.get(plan.name) ?? null, now, most))
    .sort((a, b) => a.at - b.at || (a.plan.name < b.plan.name ? -1 : 1))
    .slice(0, most);
}

function comingOf(plan: ScheduledPlan, account: PlanLog | null, now: number, most: number): ComingTime[] {
  const first = nextOf(plan, account, now);
  if (first === null) return [];
  const open = account?.open ?? null;
  const goesOn = open !== null && open.goesOnAt === first ? open.what : null;
  const one = { at: first, plan, goesOn, opens: goesOn === null ? opensAfter(plan, first) : null };
  // A saved plan is begun once.
  if (plan.saved !== null) return [one];
  const times = dueTimes(plan.schedule.when).next(goesOn === null ? first : now, most);
  return [one, ...times.map((at) => ({ at, plan, goesOn: null, opens: null }))];
}

/** When a saved plan that is due outside of its windows goes on. */
function opensAfter({ saved }: ScheduledPlan, at: number): ComingTime['opens'] {
  if (saved?.windows === undefined) return null;
  const openings = createOpenWindows(saved.windows);
  return openings.mayStart(at) ? null : (openings.nextStart(at)?.opens ?? 'never');
}
