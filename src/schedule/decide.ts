/**
 * Decides what to do now, from the schedule log, the plans and the time. Pure: after a crash, the same input gives the same
 * decisions, and every entry written since changes the input.
 */

import { iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import type { Message, Schedule } from '../model.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { MINUTE } from '../units.ts';
import { afterAttempt } from './after-attempt.ts';
import { expiresBeforeDue, type FileReading, type ScheduledPlan, scheduleSignature } from './plan-file.ts';
import type { AttemptReason, Occurrence, PlanLog, ScheduleEvent, ScheduleState } from './schedule-log.ts';

/** A due time counts as missed when Refit notices it later than this, in milliseconds. */
export const ON_TIME_WITHIN = MINUTE;

/** The most missed due times that one entry counts. */
const MOST_COUNTED = 10_000;

/** Milliseconds after which a missing file counts as removed. Until then, someone may be replacing it. */
export const REMOVED_AFTER = MINUTE;

/** Whether a plan is enabled, and since when. */
export interface PlanSwitch {
  readonly enabled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** An operator's request to start a plan now. */
export interface RunRequest {
  /** Unique among requests. */
  readonly id: string;
  readonly plan: string;
  /** Milliseconds since 1970 UTC, by the clock of the requesting process. */
  readonly at: number;
  readonly by: string;
}

/** How far the run of an occurrence has come in its store. */
export interface RunProgress {
  /** `stopped`: it has work left, and nobody continues it by itself. `missing`: the store does not have it. */
  readonly state: 'live' | 'stopped' | 'ended' | 'missing';
  /** Of its last process, if it is over. */
  readonly exitCode: number;
}

/** The plans, switches and requests of a schedule as Refit read them last. */
export interface FolderView {
  readonly files: readonly FileReading[];
  readonly switches: ReadonlyMap<string, PlanSwitch>;
  readonly requests: readonly RunRequest[];
}

/** An entry to append, or an attempt to start once the earlier entries are durable. */
export type Decision =
  | { readonly kind: 'append'; readonly event: ScheduleEvent }
  | { readonly kind: 'start'; readonly start: AttemptStart };

/** An attempt to start: the first of its occurrence, or a further one. */
export interface AttemptStart extends Pick<Occurrence, 'plan' | 'due' | 'does' | 'digest'> {
  readonly reason: AttemptReason;
  /** The plan in the folder; null if its file is gone. The attempt then continues the sealed plan. */
  readonly file: ScheduledPlan | null;
  readonly request?: string;
}

export interface DecideInput {
  readonly state: ScheduleState;
  readonly view: FolderView;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Plans with an attempt in this process. */
  readonly inProgress: ReadonlySet<string>;
  /** Plans whose files have been missing for longer than `REMOVED_AFTER`. */
  readonly removed: ReadonlySet<string>;
  /** The runs of open occurrences in a store. */
  readonly runs?: ReadonlyMap<string, RunProgress>;
}

export function decide(input: DecideInput): Decision[] {
  const { state, view, removed } = input;
  const decisions: Decision[] = [];
  const files = new Map<string, ScheduledPlan>();
  for (const reading of view.files) {
    if (reading.kind !== 'scheduled') continue;
    files.set(reading.name, reading.plan);
    decisions.push(...decidePlan(reading.plan, input));
  }
  // Open occurrences whose file is gone or cannot be read.
  for (const [name, { open }] of state.plans)
    if (open !== null && !files.has(name)) decisions.push(...decideOpen(open, null, input));
  for (const name of removed)
    if (state.plans.get(name)?.removed === false)
      decisions.push(appendDecision({ kind: 'removed', plan: name }));
  const starting = new Set(decisions.flatMap((one) => (one.kind === 'start' ? [one.start.plan] : [])));
  for (const request of view.requests) {
    if (state.requests.has(request.id)) continue;
    const decision = answerRequest(request, files.get(request.plan) ?? null, input, starting);
    if (decision.kind === 'start') starting.add(request.plan);
    decisions.push(decision);
  }
  return decisions;
}

function appendDecision(event: ScheduleEvent): Decision {
  return { kind: 'append', event };
}

function decidePlan(file: ScheduledPlan, input: DecideInput): Decision[] {
  const { state, view, now } = input;
  const { name: plan, schedule, saved } = file;
  const decisions: Decision[] = [];
  const known = state.plans.get(plan) ?? null;
  const signature = scheduleSignature(file);
  const isNew = known === null || known.schedule !== signature;
  if (isNew) decisions.push(appendDecision({ kind: 'scheduled', plan, schedule: signature }));
  const open = known?.open ?? null;
  if (open !== null) decisions.push(...decideOpen(open, file, input));
  // A plan that is new in the folder has missed nothing. A saved plan has one occurrence only.
  if (isNew || known === null) return decisions;
  // A starting attempt is not in the log yet. It decides about its own due time.
  if (input.inProgress.has(plan) && open === null) return decisions;
  if (
    saved !== null &&
    (known.ofDigest.has(saved.digest) || expiresBeforeDue(file, known.scheduledSince) !== null)
  )
    return decisions;

  const toggled = view.switches.get(plan) ?? null;
  const from = Math.max(
    known.scheduledSince,
    known.decidedUpTo,
    toggled?.enabled ? toggled.at : Number.NEGATIVE_INFINITY,
  );
  const times = dueTimes(schedule.when);
  const first = times.after(from);
  if (first === null || first > now) return decisions;
  const newest = times.upTo(now) ?? first;
  const count = times.between(from, newest, MOST_COUNTED);
  const due = iso(newest);
  const skipped = { kind: 'skipped', plan, due, count } as const;
  if (toggled?.enabled === false)
    return [
      ...decisions,
      appendDecision({ ...skipped, reason: 'disabled', message: message('schedule.disabled') }),
    ];
  const late = now - newest;
  // The entries of a restored store may lack the start of this due time.
  const tooLate =
    newest <= state.restoredUntil ? message('schedule.restored') : tooLateMessage(schedule, late);
  if (tooLate !== null)
    return [...decisions, appendDecision({ ...skipped, reason: 'missed', message: tooLate })];
  if (count > 1) {
    // Every due time before the newest.
    const older = iso(times.upTo(newest - 1)!);
    const newer = message('schedule.newer-due-time');
    decisions.push(
      appendDecision({ ...skipped, due: older, count: count - 1, reason: 'missed', message: newer }),
    );
  }
  if (open !== null)
    return [
      ...decisions,
      appendDecision({ kind: 'refused', plan, due, reason: 'overlap', message: overlapMessage(open) }),
    ];
  const start = attemptStart(file, due, late > ON_TIME_WITHIN ? 'caught-up' : 'due');
  return [...decisions, { kind: 'start', start }];
}

/** Why a due time is too late to catch up, from its delay in milliseconds; null if Refit catches it up. */
function tooLateMessage({ catchUp, catchUpWithin }: Schedule, late: number): Message | null {
  if (late <= ON_TIME_WITHIN) return null;
  if (catchUp === 'skip') return message('schedule.missed');
  return catchUpWithin !== undefined && late > catchUpWithin
    ? message('schedule.missed-too-long', { late })
    : null;
}

function attemptStart(file: ScheduledPlan, due: string, reason: AttemptReason): AttemptStart {
  const { name: plan, schedule, saved } = file;
  return { plan, due, reason, does: schedule.does, digest: saved?.digest ?? null, file };
}

/** Decides about an occurrence that has not ended and has no attempt in this process. */
function decideOpen(open: Occurrence, file: ScheduledPlan | null, input: DecideInput): Decision[] {
  const { view, now, inProgress, removed } = input;
  const { plan, due, does, digest } = open;
  if (inProgress.has(plan)) return [];
  // The file may now hold another saved plan, or a plan that is not saved.
  const samePlan = file !== null && (file.saved?.digest ?? null) === digest ? file : null;
  const attempt = { plan, due, does, digest, file: samePlan };
  if (open.phase === 'in-progress') {
    if (open.run !== null) return decideRun(open, open.run, input);
    return [{ kind: 'start', start: { ...attempt, reason: 'resumed' } }];
  }
  if (samePlan === null) {
    // Refit waits for a file that it cannot read now. It does not continue a withdrawn plan by itself.
    const isRemoved = removed.has(plan) || input.state.plans.get(plan)?.removed === true;
    if (file === null && !isRemoved) return [];
    const withdrawn = message('schedule.withdrawn', { isReplaced: file !== null });
    return [appendDecision({ kind: 'ended', plan, due, exitCode: open.exitCode ?? 1, message: withdrawn })];
  }
  if (open.continuesAt === null || open.continuesAt > now) return [];
  if (view.switches.get(plan)?.enabled === false) return [];
  return [{ kind: 'start', start: { ...attempt, reason: 'continued' } }];
}

/** Decides about an occurrence whose run is in a store. Workers carry it out, and it ends with its run. */
function decideRun({ plan, due, failures }: Occurrence, run: string, { runs, now }: DecideInput): Decision[] {
  const progress = runs?.get(run);
  if (progress === undefined || progress.state === 'live') return [];
  const { state, exitCode } = progress;
  if (state === 'missing') {
    const missing = message('schedule.run-missing', { run });
    return [appendDecision({ kind: 'ended', plan, due, exitCode, message: missing })];
  }
  // A run of a store waits for windows and approvals by itself.
  const after = afterAttempt({ exitCode, failures, sealed: null, schedule: null, now });
  const isOver = state === 'ended' || after.continuesAt === null;
  return [
    appendDecision(
      isOver
        ? { kind: 'ended', plan, due, exitCode, message: after.message }
        : {
            ...{ kind: 'postponed', plan, due, exitCode, message: after.message },
            continuesAt: iso(after.continuesAt),
            entries: 0,
          },
    ),
  ];
}

function answerRequest(
  request: RunRequest,
  file: ScheduledPlan | null,
  { state, inProgress }: DecideInput,
  starting: ReadonlySet<string>,
): Decision {
  const { plan, id } = request;
  const due = iso(request.at);
  const refuse = (reason: 'overlap' | 'not-scheduled', cause: Message) =>
    appendDecision({ kind: 'refused', plan, due, reason, message: cause, request: id });
  if (file === null) return refuse('not-scheduled', message('schedule.not-scheduled'));
  // Its answer may be among the entries that a restored store lacks.
  if (request.at <= state.restoredUntil) return refuse('not-scheduled', message('schedule.restored'));
  const known = state.plans.get(plan);
  const open = known?.open ?? null;
  if (inProgress.has(plan) || starting.has(plan) || open?.phase === 'in-progress')
    return refuse('overlap', open === null ? message('schedule.starting') : overlapMessage(open));
  const before = file.saved === null ? open : (known?.ofDigest.get(file.saved.digest) ?? null);
  if (before === null && open !== null) return refuse('overlap', overlapMessage(open));
  const start = attemptStart(file, before?.due ?? due, 'requested');
  return { kind: 'start', start: { ...start, does: before?.does ?? start.does, request: id } };
}

function overlapMessage({ due, phase, continuesAt }: Occurrence): Message {
  return phase === 'postponed' && continuesAt !== null
    ? message('schedule.not-ended', { due, continuesAt: iso(continuesAt) })
    : message('schedule.in-progress', { due });
}

/** When a known plan needs its next decision, milliseconds since 1970 UTC; null if none does. */
export function nextEventAt({
  state,
  view,
  now,
}: Omit<DecideInput, 'inProgress' | 'removed'>): number | null {
  const moments = view.files.flatMap((reading) =>
    reading.kind === 'scheduled' ? [nextDueAt(reading.plan, state.plans.get(reading.name) ?? null, now)] : [],
  );
  // Times in the past wait for another change.
  const coming = moments.flatMap((at) => (at !== null && at > now ? [at] : []));
  return coming.length === 0 ? null : Math.min(...coming);
}

/** When an enabled plan is next due or continues, milliseconds since 1970 UTC; null if never by itself. */
export function nextDueAt(file: ScheduledPlan, known: PlanLog | null, now: number): number | null {
  const open = known?.open ?? null;
  const continuesAt = open?.phase === 'postponed' ? open.continuesAt : null;
  const { saved, schedule } = file;
  if (saved !== null && known?.ofDigest.has(saved.digest)) return continuesAt;
  if (saved !== null && expiresBeforeDue(file, known?.scheduledSince ?? now) !== null) return null;
  const due = dueTimes(schedule.when).after(now);
  return due === null || continuesAt === null ? (due ?? continuesAt) : Math.min(due, continuesAt);
}
