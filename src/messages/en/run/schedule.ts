/** The entries of the schedule log, in English. `plan` is the file name of a plan, `due` an ISO 8601 time. */
import type { Message } from '../../../model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../units.ts';
import type { Say, Text } from '../../text.ts';

/** The meaning of an exit code for which Refit makes no further attempt. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done',
  2: 'there are changes',
  3: 'some steps are not verified',
  4: 'halted by a threshold or a gate',
  5: 'refused by a rule or a guard',
  6: 'the saved plan or the journal is stale, altered, expired, or carried out elsewhere',
  10: 'an outcome is unknown: refit reconcile',
  12: 'no credentials, or the provider refused them',
  64: 'wrong usage',
  65: 'the plan file is not valid',
  130: 'stopped by a signal',
  143: 'stopped by a signal or a command',
};

/** Why an attempt starts. */
const STARTS = {
  due: 'starts',
  'caught-up': 'starts late: no scheduler was running at its due time',
  requested: 'starts on request',
  continued: 'continues',
  resumed: 'resumes what the previous scheduler left',
} as const;

/** Milliseconds in the largest whole unit: `90 s`, `12 min`, `5 h`, `3 days`. */
function roughly(ms: number): string {
  const units = [
    [2 * DAY, DAY, 'days'],
    [2 * HOUR, HOUR, 'h'],
    [2 * MINUTE, MINUTE, 'min'],
  ] as const;
  const [, unit, name] = units.find(([least]) => ms >= least) ?? [0, SECOND, 's'];
  return `${Math.floor(ms / unit)} ${name}`;
}

/** The parameters of an entry about a plan. */
export interface OfPlan {
  plan: string;
}
export interface OfOccurrence extends OfPlan {
  due: string;
}
export interface WithCause extends OfOccurrence {
  cause: Message;
}

export const schedule = {
  // Why an occurrence ended, or waits.
  'schedule.exited': ({ exitCode }: { exitCode: number }): Text =>
    EXIT_CODES[exitCode] ?? `the command exited with code ${exitCode}`,
  'schedule.failed-too-often': ({ failures }: { failures: number }): Text =>
    `failed ${failures} times in a row`,
  'schedule.failed': (): Text => 'failed; Refit tries again',
  'schedule.locked': (): Text => 'another process holds a lock; Refit tries again',
  'schedule.no-window-left': (): Text => 'work is left, and no further window opens for it',
  'schedule.waits-for-window': (): Text => 'work is left; Refit continues when the next window opens',
  'schedule.not-approved': (): Text => 'not approved',
  'schedule.not-planned-by': ({ reason }: { reason: Message }, say: Say): Text =>
    `${say(reason)}. The scheduler made no plan: start it with --sign KEY, or give it a saved plan that a planner signed`,
  'schedule.waits-for-approval': (): Text => 'not approved; Refit checks again',
  'schedule.nothing-to-change': (): Text => 'nothing to change',
  'schedule.file-removed': (): Text => 'its file was removed before Refit sealed a plan',
  'schedule.attempt-failed': ({ error }: { /** The text of the error. */ error: string }): Text => error,
  'schedule.withdrawn': ({ isReplaced }: { isReplaced: boolean }): Text =>
    `withdrawn: its file was ${isReplaced ? 'replaced' : 'removed'}; continue what is left by hand`,

  // Why nothing is done about a due time, or about a request.
  'schedule.disabled': (): Text => 'the plan is disabled',
  'schedule.missed': (): Text => 'missed while no scheduler was running, and catchUp is skip',
  'schedule.missed-too-long': ({ late }: { late: number }): Text =>
    `missed ${roughly(late)} ago, longer than catchUpWithin allows`,
  'schedule.newer-due-time': (): Text => 'a newer due time was missed too; Refit catches up the newest only',
  'schedule.in-progress': ({ due }: { due: string }): Text =>
    `the occurrence due at ${due} is still in progress`,
  'schedule.not-ended': ({ due, continuesAt }: { due: string; continuesAt: string }): Text =>
    `the occurrence due at ${due} has not ended: it continues at ${continuesAt}`,
  'schedule.starting': (): Text => 'it is already starting',
  'schedule.not-scheduled': (): Text => 'the folder has no plan of this name with a schedule',

  // The entries, each in one line without its time.
  'schedule.entry-started': ({ user, host, pid }: { user: string; host: string; pid: number }): Text =>
    `started by ${user} on ${host}, process ${pid}`,
  'schedule.entry-stopped': ({ exitCode }: { exitCode: number }): Text => `stopped, exit ${exitCode}`,
  'schedule.entry-scheduled': ({ plan, schedule }: OfPlan & { schedule: string }): Text =>
    `${plan}: scheduled: ${schedule}; earlier due times do not count`,
  'schedule.entry-removed': ({ plan }: OfPlan): Text => `${plan}: its file was removed`,
  'schedule.entry-attempt-started': ({
    plan,
    due,
    reason,
  }: OfOccurrence & { reason: keyof typeof STARTS }): Text => `${plan}: ${STARTS[reason]}, due ${due}`,
  'schedule.entry-skipped': ({ plan, due, count, cause }: WithCause & { count: number }, say: Say): Text =>
    `${plan}: ${count === 1 ? `skipped, due ${due}` : `skipped ${count} times up to ${due}`}: ${say(cause)}`,
  'schedule.entry-refused': ({ plan, due, cause }: WithCause, say: Say): Text =>
    `${plan}: refused, due ${due}: ${say(cause)}`,
  'schedule.entry-postponed': (
    { plan, due, cause, exitCode, continuesAt }: WithCause & { exitCode: number; continuesAt: string },
    say: Say,
  ): Text => `${plan}: exit ${exitCode}, due ${due}: ${say(cause)}, at ${continuesAt}`,
  'schedule.entry-ended': (
    { plan, due, cause, exitCode }: WithCause & { exitCode: number },
    say: Say,
  ): Text => `${plan}: ended with exit ${exitCode}, due ${due}: ${say(cause)}`,
};
