/** Reads a file of the watched folder: a scheduled plan, a plan without a schedule, or a file that is not valid. Pure. */

import { RefitError } from '../errors.ts';
import { given } from '../given.ts';
import { describeWhen } from '../messages/en/format-plan.ts';
import { message, render } from '../messages/messages.ts';
import { aboutOf } from '../messages/refit-error.ts';
import type { Message, Plan, SavedPlan, SavedWindows, Schedule } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { parsePlan } from '../plan/parse/parse-plan.ts';
import { readSavedPlan } from '../plan/saved/read-saved-plan.ts';
import { dueTimes } from '../plan/windows/due-times.ts';

/** A plan with a schedule. */
export interface ScheduledPlan {
  /** The name of its file in the folder. Commands use this name. */
  readonly name: string;
  /** The author's name of the plan. */
  readonly title: string;
  readonly schedule: Schedule;
  /** The sealed plan; null if each occurrence makes a new plan. */
  readonly saved: SavedPlan | null;
  /** When its steps may start. Of a plan that is not saved, without the freezes of its calendars. Absent: at any time. */
  readonly windows?: SavedWindows;
  /** Files that the plan names: approvers, calendars, a Terraform state. */
  readonly files?: readonly string[];
  /** The YAML of its targets as the author wrote it, at most `MOST_OF_TARGETS` characters. Absent: the plan is saved. */
  readonly targets?: string;
}

/** Characters of targets that people see beside a due time. */
const MOST_OF_TARGETS = 2_000;

export type FileReading =
  | { readonly kind: 'scheduled'; readonly name: string; readonly plan: ScheduledPlan }
  | { readonly kind: 'unscheduled'; readonly name: string; readonly message: string; readonly fix: string }
  | {
      readonly kind: 'invalid';
      readonly name: string;
      readonly message: string;
      readonly fix: string;
      /** The message as data; absent: there are only the English words. */
      readonly about?: Message;
    };

/** Names that are safe as folder names and in a shell. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}$/;

/** Whether a plan on schedule can have this name. */
export function isPlanName(name: string): boolean {
  return NAME.test(name);
}

/** True if a file may be a plan by its name. Approvals, declines, signatures, calendars and hidden files are not. */
export function mayBePlan(name: string): boolean {
  return (
    !name.startsWith('.') &&
    /\.(ya?ml|json)$/i.test(name) &&
    !/\.(approval|plan-signature|decline)-.+\.json$/i.test(name)
  );
}

/** @param path as the user would type it. @returns null for other files, such as a list of approvers or an inventory. */
export function readPlanFile(name: string, text: string, path: string = name): FileReading | null {
  if (!isPlanName(name)) {
    return invalid(name, message('schedule.file-name'));
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
    return invalid(name, aboutOf(error), error);
  }
  const { name: title, schedule } = saved;
  const { windows } = saved;
  if (schedule !== undefined)
    return { kind: 'scheduled', name, plan: { name, title, schedule, saved, ...given({ windows }) } };
  const fix = 'add schedule: { once: "2026-11-25T01:30:00+08:00", does: run } to the plan, then plan again';
  return { kind: 'unscheduled', name, message: 'the saved plan has no schedule with does: run', fix };
}

/** @param written the message and the fix in English; absent: those of the message. */
function invalid(
  name: string,
  about: Message | string,
  written: { readonly message: string; readonly fix: string } | null = null,
): FileReading {
  if (typeof about === 'string') return { kind: 'invalid', name, message: about, fix: written?.fix ?? '' };
  const { message: text, fix } = written ?? render(about);
  return { kind: 'invalid', name, message: text, fix: fix ?? '', about };
}

/** True for complete JSON that is not a saved plan. Truncated JSON is a fault that Refit reports. */
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
    const reason = first === undefined ? null : { id: first.messageId, params: first.params };
    return invalid(
      name,
      message('schedule.file-invalid', {
        ...{ line: first?.location?.line ?? null, reason, more: Math.max(0, findings.length - 1) },
        command: `refit validate ${shellQuote(path)}`,
      }),
    );
  }
  const { name: title, schedule } = plan;
  const windows = plan.windows && { ...plan.windows, calendars: [] };
  if (schedule !== undefined)
    return {
      ...{ kind: 'scheduled', name },
      plan: {
        name,
        title,
        schedule,
        saved: null,
        files: filesIn(plan),
        targets: targetsIn(text),
        ...given({ windows }),
      },
    };
  const fix = 'schedule: { cron: "30 1 * * Tue", timezone: Asia/Shanghai, does: dry-run }';
  return { kind: 'unscheduled', name, message: 'the plan has no schedule', fix };
}

/** The lines of `targets`, without the key; empty if they are written in another way, such as `{ targets: [] }`. */
function targetsIn(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const first = lines.findIndex((line) => /^targets\s*:/.test(line));
  if (first < 0) return '';
  const [start, ...rest] = lines.slice(first);
  const end = rest.findIndex((line) => /^[^\s#-]/.test(line));
  const own = [start!.replace(/^targets\s*:\s*/, ''), ...rest.slice(0, end < 0 ? undefined : end)];
  const isPadding = (line: string) => /^\s*(?:#.*)?$/.test(line);
  while (own.length > 0 && isPadding(own.at(-1)!)) own.pop();
  const shown = own.filter((line) => line.trim() !== '').join('\n');
  return shown.length > MOST_OF_TARGETS ? `${shown.slice(0, MOST_OF_TARGETS)}…` : shown;
}

/** The files that a plan names. A saved plan holds what was in them. */
function filesIn({ approvals, windows, terraform }: Plan): string[] {
  return [
    ...(approvals && 'from' in approvals ? [approvals.from] : []),
    ...(windows?.calendars ?? []),
    ...(terraform && 'from' in terraform ? [terraform.from] : []),
  ];
}

/** True for a YAML list. A plan is a mapping; approvers are a list. */
function isList(text: string): boolean {
  const first = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#') && line !== '---' && !line.startsWith('%'));
  return first !== undefined && (/^-(\s|$)/.test(first) || first.startsWith('['));
}

/** The text that identifies a schedule. When it changes, due times count from that moment on. */
export function scheduleSignature({ schedule, saved }: ScheduledPlan): string {
  const text = `${schedule.does} ${describeWhen(schedule.when)}`;
  return saved === null ? text : `${text} of ${saved.digest}`;
}

/** Why a saved plan cannot start at its due time; null if it can. */
export function expiresBeforeDue({ schedule, saved }: ScheduledPlan, since: number): Message | null {
  if (saved === null) return null;
  const due = dueTimes(schedule.when).after(since);
  if (due === null || due <= Date.parse(saved.expiresAt)) return null;
  return message('schedule.expires-before-due', {
    ...{ expiresAt: saved.expiresAt, due: new Date(due).toISOString() },
  });
}
