/** What a file of the watched folder is: a plan or saved plan with a schedule, one without, or what is wrong with it. Pure. */
import { RefitError } from '../errors.ts';
import type { SavedPlan, Schedule } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { parsePlan } from '../plan/parse/parse-plan.ts';
import { readSavedPlan } from '../plan/seal.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { describeWhen } from '../report/review/describe-rollout.ts';

/** A plan that is due by itself. */
export interface ScheduledPlan {
  /** Its file's name in the folder, by which it is called. */
  readonly name: string;
  /** As the author called the plan. */
  readonly title: string;
  readonly schedule: Schedule;
  /** The sealed plan; null for a plan that is planned anew each time. */
  readonly saved: SavedPlan | null;
}

export type FileReading =
  | { readonly kind: 'scheduled'; readonly name: string; readonly plan: ScheduledPlan }
  | { readonly kind: 'unscheduled'; readonly name: string; readonly what: string; readonly fix: string }
  | { readonly kind: 'invalid'; readonly name: string; readonly what: string; readonly fix: string };

/** Names that can be a folder's too, and that no shell reads otherwise. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}$/;

/** Whether a file's name says that it may hold a plan. Approvals, calendars and hidden files do not. */
export function mayBePlan(name: string): boolean {
  return !name.startsWith('.') && /\.(ya?ml|json)$/i.test(name) && !/\.approval-.+\.json$/i.test(name);
}

/** @param path as it is typed. @returns null for what is neither a plan nor a saved plan: a list of approvers, an inventory. */
export function readPlanFile(name: string, text: string, path: string = name): FileReading | null {
  if (!NAME.test(name)) {
    const what = 'its name cannot name a folder too';
    return { kind: 'invalid', name, what, fix: 'use letters, digits, dots, dashes and _ only' };
  }
  return /\.json$/i.test(name) ? readSaved(name, text) : readPlan(name, text, path);
}

function readSaved(name: string, text: string): FileReading | null {
  if (isOtherJson(text)) return null;
  let saved: SavedPlan;
  try {
    saved = readSavedPlan(text);
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return { kind: 'invalid', name, what: error.message, fix: error.fix };
  }
  const { name: title, schedule } = saved;
  if (schedule !== undefined) return { kind: 'scheduled', name, plan: { name, title, schedule, saved } };
  const what = 'the saved plan has no schedule that says does: run';
  const fix = 'add schedule: { once: "2026-11-25T01:30:00+08:00", does: run } to its plan, and plan again';
  return { kind: 'unscheduled', name, what, fix };
}

/** Whole JSON that says itself to be something else, or says nothing. One that is cut off is a fault, and told. */
function isOtherJson(text: string): boolean {
  try {
    const value = JSON.parse(text.replace(/^\uFEFF/, '')) as { format?: unknown } | null;
    const format = typeof value === 'object' && value !== null ? value.format : undefined;
    return typeof format !== 'string' || !format.startsWith('refit.saved-plan/');
  } catch {
    return false;
  }
}

function readPlan(name: string, text: string, path: string): FileReading | null {
  if (isList(text)) return null;
  const { plan, findings } = parsePlan(text, name);
  if (plan === null) {
    const first = findings.find(({ severity }) => severity === 'error') ?? findings[0];
    const { message, location } = first ?? { message: 'it is no plan', location: null };
    const where = location === null ? '' : `line ${location.line}: `;
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    const fix = `refit validate ${shellQuote(path)} shows all of it`;
    return { kind: 'invalid', name, what: `${where}${message}${more}`, fix };
  }
  const { name: title, schedule } = plan;
  if (schedule !== undefined)
    return { kind: 'scheduled', name, plan: { name, title, schedule, saved: null } };
  const fix = 'schedule: { cron: "30 1 * * Tue", timezone: Asia/Shanghai, does: dry-run }';
  return { kind: 'unscheduled', name, what: 'the plan has no schedule', fix };
}

/** A plan is a mapping; approvers stand in a list. */
function isList(text: string): boolean {
  const first = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#') && line !== '---' && !line.startsWith('%'));
  return first !== undefined && (/^-(\s|$)/.test(first) || first.startsWith('['));
}

/** What of a plan decides which times are owed: once it changes, they are counted from then on. */
export function scheduleSignature({ schedule, saved }: ScheduledPlan): string {
  const what = `${schedule.does} ${describeWhen(schedule.when)}`;
  return saved === null ? what : `${what} of ${saved.digest}`;
}

/** Why a saved plan could not begin at the time at which it is due; null where it can. */
export function fallsBehind({ schedule, saved }: ScheduledPlan, since: number): string | null {
  if (saved === null) return null;
  const due = dueTimes(schedule.when).after(since);
  if (due === null || due <= Date.parse(saved.expiresAt)) return null;
  return `it expires at ${saved.expiresAt}, before it is due at ${new Date(due).toISOString()}: give its plan a longer expires, and plan again`;
}
