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
/** A person or a program that changed the schedule of a store. */
export interface Who {
  user: string;
  host: string;
}
export interface PutParams {
  by: Who;
  from: 'command' | 'folder';
  sha256: string;
  replaces: boolean;
}
export interface PrunedParams {
  entries: number;
  before: string;
  by: Who;
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
  'schedule.run-missing': ({ run }: { run: string }): Text => `its run ${run} is not in the store`,
  'schedule.maybe-lost': (): Text =>
    'the store was restored, and its plan may have been sealed before; look at the instances, then plan again',
  'schedule.attempt-failed': ({ error }: { /** The text of the error. */ error: string }): Text => error,
  'schedule.withdrawn': ({ isReplaced }: { isReplaced: boolean }): Text =>
    `withdrawn: its file was ${isReplaced ? 'replaced' : 'removed'}; continue what is left by hand`,

  // Why nothing is done about a due time, or about a request.
  'schedule.file-name': (): Text => ({
    message: 'the file name is not valid as a folder name',
    fix: 'rename the file: use only letters, digits, dots, dashes and _',
  }),
  'schedule.file-invalid': (
    {
      line,
      reason,
      more,
      command,
    }: { line: number | null; reason: Message | null; more: number; command: string },
    say: Say,
  ): Text => ({
    message: `${line === null ? '' : `line ${line}: `}${reason === null ? 'the file is not a plan' : say(reason)}${more > 0 ? ` (and ${more} more)` : ''}`,
    fix: `${command} shows all findings`,
  }),
  'schedule.expires-before-due': ({ expiresAt, due }: { expiresAt: string; due: string }): Text =>
    `it expires at ${expiresAt}, before it is due at ${due}: set a longer expires in the plan, then plan again`,
  'schedule.disabled': (): Text => 'the plan is disabled',
  'schedule.missed': (): Text => 'missed while no scheduler was running, and catchUp is skip',
  'schedule.restored': (): Text =>
    'the store was restored from a backup, and may have lost that it was carried out; look at the instances',
  'schedule.on-record': (): Text => 'the store has this due time on record, without an entry in its log',
  'schedule.missed-too-long': ({ late }: { late: number }): Text =>
    `missed ${roughly(late)} ago, longer than catchUpWithin allows`,
  'schedule.newer-due-time': (): Text => 'a newer due time was missed too; Refit catches up the newest only',
  'schedule.in-progress': ({ due }: { due: string }): Text =>
    `the occurrence due at ${due} is still in progress`,
  'schedule.not-ended': ({ due, continuesAt }: { due: string; continuesAt: string }): Text =>
    `the occurrence due at ${due} has not ended: it continues at ${continuesAt}`,
  'schedule.starting': (): Text => 'it is already starting',
  'schedule.not-scheduled': (): Text => 'no plan of this name has a schedule',

  // The entries, each in one line without its time.
  'schedule.entry-started': ({ user, host, pid }: { user: string; host: string; pid: number }): Text =>
    `started by ${user} on ${host}, process ${pid}`,
  'schedule.entry-stopped': ({ exitCode }: { exitCode: number }): Text => `stopped, exit ${exitCode}`,
  'schedule.entry-scheduled': ({ plan, schedule }: OfPlan & { schedule: string }): Text =>
    `${plan}: scheduled: ${schedule}; earlier due times do not count`,
  'schedule.entry-removed': ({ plan, by }: OfPlan & { by: Who | null }): Text =>
    by === null ? `${plan}: its file was removed` : `${plan}: removed by ${by.user} on ${by.host}`,
  'schedule.entry-put': ({ plan, by, from, sha256, replaces }: OfPlan & PutParams): Text =>
    `${plan}: ${replaces ? 'replaced' : 'put'} by ${by.user} on ${by.host}${from === 'folder' ? ', from a folder' : ''}, SHA-256 ${sha256.slice(0, 12)}`,
  'schedule.entry-switched': ({ plan, enabled, by }: OfPlan & { enabled: boolean; by: Who }): Text =>
    `${plan}: ${enabled ? 'enabled' : 'disabled'} by ${by.user} on ${by.host}`,
  'schedule.entry-restored': ({ generation, until }: { generation: number; until: string }): Text =>
    `the store was restored, generation ${generation}: due times up to ${until} are skipped`,
  'schedule.entry-pruned': ({ entries, before, by }: PrunedParams): Text =>
    `${entries} entries before ${before} removed by ${by.user} on ${by.host}`,
  'schedule.entry-submitted': ({ plan, due, run }: OfOccurrence & { run: string }): Text =>
    `${plan}: submitted as run ${run}, due ${due}`,
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
