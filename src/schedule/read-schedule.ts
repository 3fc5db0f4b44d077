/** Reads a watched folder: the scheduled plans, how they ended, and when they are due. Writes nothing. */

import { join, resolve } from 'node:path';
import { closest } from '../closest-word.ts';
import { RefitError } from '../errors.ts';
import type { Message } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { createOpenWindows } from '../plan/windows/open-windows.ts';
import { escapeControls } from '../report/document/escape.ts';
import { type FolderView, nextDueAt } from './decide.ts';
import { expiresBeforeDue, type FileReading, type ScheduledPlan } from './plan-file.ts';
import type { PlanLog, ScheduleState } from './schedule-log.ts';
import { readScheduleLog } from './schedule-log-file.ts';
import { watchFolder } from './watched-folder.ts';

/** A folder as read. `root` holds its occurrences, switches, requests and schedule log. */
export type ReadSchedule = Awaited<ReturnType<typeof readSchedule>>;

/** The schedule of a folder or of a store, as read. */
export interface ScheduleSeen {
  readonly view: FolderView;
  readonly state: ScheduleState;
}

/** The folder of occurrences, switches, requests and the schedule log. @param runs the user's choice, if any. */
export function rootOf(folder: string, runs: string | undefined): string {
  return resolve(runs ?? join(folder, 'runs'));
}

/** @throws RefitError `usage` if the folder cannot be read. */
export async function readSchedule(folder: string, runs: string | undefined) {
  const root = rootOf(folder, runs);
  const view = await watchFolder(folder, root).read();
  return { root, view, state: (await readScheduleLog(root)).state };
}

/**
 * Finds a plan by its name, or by its name without the extension if that is unique. @param folder null: in a store.
 * @throws RefitError `usage`
 */
export function fileNamed(name: string, { files }: FolderView, folder: string | null): FileReading {
  const exact = files.find((one) => one.name === name);
  if (exact) return exact;
  const alike = files.filter((one) => one.name.replace(/\.[^.]+$/, '') === name);
  const [only, other] = alike;
  if (only && !other) return only;
  const near = only
    ? null
    : closest(
        name.replace(/\.[^.]+$/, ''),
        files.map((one) => one.name.replace(/\.[^.]+$/, '')),
      );
  const problem = only ? 'matches more than one' : 'matches none';
  const meant = near === null ? '' : `; did you mean ${escapeControls(near)}?`;
  const fix = only
    ? `use one of: ${alike.map((one) => one.name).join(', ')}`
    : `refit schedule list${folder === null ? '' : ` ${shellQuote(folder)}`}`;
  throw new RefitError(
    'usage',
    `${escapeControls(name)} ${problem} of the plans in ${folder === null ? 'the store' : escapeControls(folder)}${meant}`,
    fix,
  );
}

/** The status of a scheduled plan. */
export type PlanStatus = ReturnType<typeof statusOf>;

export function isEnabled({ switches }: FolderView, name: string): boolean {
  return switches.get(name)?.enabled !== false;
}

/**
 * The status of a plan. @returns `planLog`: null if no scheduler has read the plan. `neverStarts`: why a saved plan can
 * never start; null if it can. `next`: when it is due, milliseconds since 1970 UTC; null if never by itself.
 */
export function statusOf(plan: ScheduledPlan, { view, state }: ScheduleSeen, now: number) {
  const planLog = state.plans.get(plan.name) ?? null;
  const enabled = isEnabled(view, plan.name);
  const neverStarts = planLog?.last ? null : expiresBeforeDue(plan, planLog?.scheduledSince ?? now);
  const next = enabled && neverStarts === null ? nextDueAt(plan, planLog, now) : null;
  return { plan, planLog, enabled, neverStarts, next };
}

/** A time at which a plan is due or continues, if nothing changes. */
export interface ComingTime {
  readonly at: number;
  readonly plan: ScheduledPlan;
  /** Why the postponed occurrence waits until then; null if a new occurrence starts. */
  readonly continues: Message | null;
  /** If it is due outside its windows: when the next one opens, or `never`; else null. */
  readonly opens: number | 'never' | null;
}

/** The first coming times of all enabled plans, in order. */
export function listComingTimes({ view, state }: ScheduleSeen, now: number, most: number): ComingTime[] {
  return view.files
    .flatMap((file) => (file.kind === 'scheduled' && isEnabled(view, file.name) ? [file.plan] : []))
    .flatMap((plan) => comingOf(plan, state.plans.get(plan.name) ?? null, now, most))
    .sort((a, b) => a.at - b.at || (a.plan.name < b.plan.name ? -1 : 1))
    .slice(0, most);
}

function comingOf(plan: ScheduledPlan, planLog: PlanLog | null, now: number, most: number): ComingTime[] {
  const first = nextDueAt(plan, planLog, now);
  if (first === null) return [];
  const open = planLog?.open ?? null;
  const continues = open !== null && open.continuesAt === first ? open.message : null;
  const one = { at: first, plan, continues, opens: continues === null ? opensAfter(plan, first) : null };
  // A saved plan starts once.
  if (plan.saved !== null) return [one];
  const times = dueTimes(plan.schedule.when).next(continues === null ? first : now, most);
  return [one, ...times.map((at) => ({ at, plan, continues: null, opens: null }))];
}

/** When a window opens for a saved plan that is due outside its windows. */
function opensAfter({ saved }: ScheduledPlan, at: number): ComingTime['opens'] {
  if (saved?.windows === undefined) return null;
  const windows = createOpenWindows(saved.windows);
  return windows.mayStart(at) ? null : (windows.nextStart(at)?.opens ?? 'never');
}
