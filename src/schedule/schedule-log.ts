/**
 * The schedule log: one line of JSON for each decision and each attempt, in order. It is the only record of what was due,
 * started, skipped and refused, and how it ended. Pure.
 */
import { message, textOf } from '../messages/messages.ts';
import type { Message, Outcome, Schedule } from '../model.ts';

export const SCHEDULE_FORMAT = 'refit.schedule/1';

/** Why an attempt starts. */
export type AttemptReason =
  | 'due'
  /** The due time was missed while no scheduler was running. */
  | 'caught-up'
  /** An operator asked for it: `refit schedule run-now`. */
  | 'requested'
  /** The occurrence was postponed, and its window or its retry has come. */
  | 'continued'
  /** The previous scheduler died or was stopped during the attempt. */
  | 'resumed';

/** `due` is ISO 8601 UTC and identifies an occurrence of the plan. */
interface OfOccurrence {
  readonly plan: string;
  readonly due: string;
}

/** An event of the schedule log. */
export type ScheduleEvent =
  | {
      readonly kind: 'started';
      readonly format: typeof SCHEDULE_FORMAT;
      readonly version: string;
      readonly by: { readonly user: string; readonly host: string; readonly pid: number };
    }
  | { readonly kind: 'stopped'; readonly exitCode: number }
  /** The plan is scheduled from now on. Earlier due times do not count. */
  | { readonly kind: 'scheduled'; readonly plan: string; readonly schedule: string }
  | { readonly kind: 'removed'; readonly plan: string }
  | (OfOccurrence & {
      readonly kind: 'attempt-started';
      readonly reason: AttemptReason;
      readonly does: Schedule['does'];
      /** The saved plan's digest; null if each occurrence makes a new plan. */
      readonly digest: string | null;
      /** Entries of the run's journal at this moment. Later entries belong to this attempt. */
      readonly entries: number;
      readonly request?: string;
    })
  /** Refit skips `count` due times. The last of them is `due`. */
  | (OfOccurrence & {
      readonly kind: 'skipped';
      readonly count: number;
      readonly reason: 'missed' | 'disabled';
      readonly message: Message;
    })
  | (OfOccurrence & {
      readonly kind: 'refused';
      readonly reason: 'overlap' | 'not-scheduled';
      readonly message: Message;
      readonly request?: string;
    })
  /** An attempt has ended. Its occurrence continues at `continuesAt`. */
  | (OfOccurrence & {
      readonly kind: 'postponed';
      readonly exitCode: number;
      readonly continuesAt: string;
      readonly message: Message;
      /** Entries of the run's journal at this moment. Other processes wrote any later ones. */
      readonly entries: number;
    })
  | (OfOccurrence & {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly message: Message;
      /** The outcomes of the run's steps; absent if there was no run. */
      readonly totals?: Readonly<Record<Outcome, number>>;
    });

/** An event with its time. @param at ISO 8601 UTC. */
export type ScheduleEntry = ScheduleEvent & { readonly at: string };

/** One occurrence of a plan. Times are milliseconds since 1970 UTC. */
export interface Occurrence {
  readonly plan: string;
  readonly due: string;
  readonly does: Schedule['does'];
  readonly digest: string | null;
  readonly phase: 'in-progress' | 'postponed' | 'ended';
  readonly startedAt: number;
  readonly attempts: number;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Entries of the run's journal when the latest attempt started or was postponed. */
  readonly entries: number;
  /** Null unless the phase is `postponed`. */
  readonly continuesAt: number | null;
  readonly exitCode: number | null;
  readonly endedAt: number | null;
  /** How the latest attempt ended; null while it is in progress. */
  readonly message: Message | null;
  readonly totals: Readonly<Record<Outcome, number>> | null;
}

/** The state of one plan, by the name of its file. */
export interface PlanLog {
  readonly scheduledSince: number;
  readonly schedule: string;
  readonly removed: boolean;
  /** The newest due time with a decision. */
  readonly decidedUpTo: number;
  /** The occurrence that has not ended. There is at most one. */
  readonly open: Occurrence | null;
  /** The occurrence that started last, ended or not. */
  readonly last: Occurrence | null;
  /** The newest due time that was skipped or refused, and why. */
  readonly lastSkipped: { readonly at: number; readonly due: string; readonly message: Message } | null;
  /**
   * Occurrences by exit code (`ended-0`), skipped due times (`missed`, `disabled`), and refused due times and requests
   * (`overlap`, `not-scheduled`).
   */
  readonly counts: Readonly<Record<string, number>>;
  /** The occurrence of each saved plan by its digest. A saved plan has only one. */
  readonly ofDigest: ReadonlyMap<string, Occurrence>;
}

export interface ScheduleState {
  readonly plans: ReadonlyMap<string, PlanLog>;
  /** Answered requests. */
  readonly requests: ReadonlySet<string>;
  readonly starts: number;
}

export const EMPTY_STATE: ScheduleState = { plans: new Map(), requests: new Set(), starts: 0 };

/** True for exit code 1, which says nothing about the plan: Refit failed, or the provider cannot be reached. */
export const isFailure = (exitCode: number): boolean => exitCode === 1;

/** The state after one more entry. */
export function foldEntry(state: ScheduleState, entry: ScheduleEntry): ScheduleState {
  switch (entry.kind) {
    case 'started':
      return { ...state, starts: state.starts + 1 };
    case 'stopped':
      return state;
    default: {
      const plans = new Map(state.plans);
      plans.set(entry.plan, foldPlan(plans.get(entry.plan) ?? newPlanLog(entry), entry));
      const request = 'request' in entry ? entry.request : undefined;
      const requests = request === undefined ? state.requests : new Set([...state.requests, request]);
      return { ...state, plans, requests };
    }
  }
}

function newPlanLog({ at }: ScheduleEntry): PlanLog {
  return {
    scheduledSince: Date.parse(at),
    schedule: '',
    removed: false,
    decidedUpTo: Number.NEGATIVE_INFINITY,
    open: null,
    last: null,
    lastSkipped: null,
    counts: {},
    ofDigest: new Map(),
  };
}

type OfPlan = Extract<ScheduleEntry, { plan: string }>;
type Of<Kind extends OfPlan['kind']> = Extract<OfPlan, { kind: Kind }>;

function foldPlan(plan: PlanLog, entry: OfPlan): PlanLog {
  switch (entry.kind) {
    case 'scheduled':
      return { ...plan, scheduledSince: Date.parse(entry.at), schedule: entry.schedule, removed: false };
    case 'removed':
      return { ...plan, schedule: '', removed: true };
    case 'attempt-started':
      return foldStart(plan, entry);
    case 'skipped':
    case 'refused':
      return foldSkipped(plan, entry);
    case 'postponed':
    case 'ended': {
      const before = occurrenceOf(plan, entry.due);
      return before === null ? plan : foldEnd(plan, entry, before);
    }
  }
}

function foldStart(plan: PlanLog, entry: Of<'attempt-started'>): PlanLog {
  const { due, reason, does, digest, entries } = entry;
  const before = occurrenceOf(plan, due);
  const open: Occurrence = {
    plan: entry.plan,
    due,
    does,
    digest,
    phase: 'in-progress',
    startedAt: before?.startedAt ?? Date.parse(entry.at),
    attempts: (before?.attempts ?? 0) + 1,
    failures: reason === 'requested' ? 0 : (before?.failures ?? 0),
    entries,
    continuesAt: null,
    exitCode: before?.exitCode ?? null,
    endedAt: null,
    message: null,
    totals: null,
  };
  // A run that an operator requested does not replace the next due time.
  const decides = reason === 'due' || reason === 'caught-up';
  return withOccurrence(decides ? withDecision(plan, due) : plan, open);
}

function foldSkipped(plan: PlanLog, entry: Of<'skipped' | 'refused'>): PlanLog {
  const { due, message, reason } = entry;
  const isRequested = entry.kind === 'refused' && entry.request !== undefined;
  return {
    ...(isRequested ? plan : withDecision(plan, due)),
    lastSkipped: { at: Date.parse(entry.at), due, message },
    counts: counted(plan.counts, reason, entry.kind === 'skipped' ? entry.count : 1),
  };
}

/** Folds the end of an attempt, which may also end its occurrence. */
function foldEnd(plan: PlanLog, entry: Of<'postponed' | 'ended'>, before: Occurrence): PlanLog {
  const { kind: phase, exitCode, message: reason } = entry;
  const stopped = { ...before, phase, exitCode, message: reason, endedAt: Date.parse(entry.at) };
  if (entry.kind === 'postponed') {
    const failures = isFailure(exitCode) ? before.failures + 1 : 0;
    const continuesAt = Date.parse(entry.continuesAt);
    return withOccurrence(plan, { ...stopped, entries: entry.entries, failures, continuesAt });
  }
  const ended = withOccurrence(plan, { ...stopped, totals: entry.totals ?? null, continuesAt: null });
  return { ...ended, counts: counted(plan.counts, `ended-${exitCode}`, 1) };
}

function withDecision(plan: PlanLog, due: string): PlanLog {
  return { ...plan, decidedUpTo: Math.max(plan.decidedUpTo, Date.parse(due)) };
}

function occurrenceOf({ open, last, ofDigest }: PlanLog, due: string): Occurrence | null {
  if (open?.due === due) return open;
  if (last?.due === due) return last;
  return [...ofDigest.values()].find((one) => one.due === due) ?? null;
}

function withOccurrence(plan: PlanLog, one: Occurrence): PlanLog {
  return {
    ...plan,
    open: one.phase === 'ended' ? null : one,
    last: one,
    ofDigest: one.digest === null ? plan.ofDigest : new Map([...plan.ofDigest, [one.digest, one]]),
  };
}

function counted(counts: PlanLog['counts'], name: string, by: number): PlanLog['counts'] {
  return { ...counts, [name]: (counts[name] ?? 0) + by };
}

/** Writes an entry as one line, with its line feed. */
export function encodeEntry(entry: ScheduleEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * Decodes the entries of a schedule log. A last line without a line feed was being written when its process died, so it
 * is ignored.
 * @returns `whole`: the end of the last whole line, in characters. `fault`: the number of the first line that is not an
 * entry; null if all are entries.
 */
export function decodeScheduleLog(text: string) {
  const whole = text.lastIndexOf('\n') + 1;
  const entries: ScheduleEntry[] = [];
  for (const [index, line] of text.slice(0, whole).split('\n').slice(0, -1).entries()) {
    const entry = entryFrom(line);
    if (entry === null) return { entries, whole, fault: index + 1 };
    entries.push(entry);
  }
  return { entries, whole, fault: null };
}

/** The kinds of entries that hold a message. */
const WITH_MESSAGE: readonly string[] = ['skipped', 'refused', 'postponed', 'ended'];

/** The kinds of entries that concern one plan. */
const OF_PLAN: readonly string[] = ['scheduled', 'removed', 'attempt-started', ...WITH_MESSAGE];

function entryFrom(line: string): ScheduleEntry | null {
  try {
    const entry = JSON.parse(line);
    const isKnown =
      entry.kind === 'started'
        ? entry.format === SCHEDULE_FORMAT
        : entry.kind === 'stopped' || (OF_PLAN.includes(entry.kind) && typeof entry.plan === 'string');
    const isWhole = !WITH_MESSAGE.includes(entry.kind) || typeof entry.message?.id === 'string';
    return isKnown && isWhole && !Number.isNaN(Date.parse(entry.at)) ? entry : null;
  } catch {
    return null;
  }
}

/** An event for JSON output: the text of its message, and the `Message` that the text was made from. */
export function scheduleEventJson(event: ScheduleEvent): object {
  if (!('message' in event)) return event;
  const { id: messageId, params } = event.message;
  return { ...event, message: textOf(event.message), messageId, params };
}

/** An event as one line of text, without its time. */
export function formatScheduleEvent(event: ScheduleEvent): string {
  return textOf(describeEvent(event));
}

function describeEvent(event: ScheduleEvent): Message {
  switch (event.kind) {
    case 'started':
      return message('schedule.entry-started', { ...event.by });
    case 'stopped':
      return message('schedule.entry-stopped', { exitCode: event.exitCode });
    case 'scheduled':
      return message('schedule.entry-scheduled', { plan: event.plan, schedule: event.schedule });
    case 'removed':
      return message('schedule.entry-removed', { plan: event.plan });
    case 'attempt-started': {
      const { plan, due, reason } = event;
      return message('schedule.entry-attempt-started', { plan, due, reason });
    }
    case 'skipped': {
      const { plan, due, count, message: cause } = event;
      return message('schedule.entry-skipped', { plan, due, count, cause });
    }
    case 'refused': {
      const { plan, due, message: cause } = event;
      return message('schedule.entry-refused', { plan, due, cause });
    }
    case 'postponed': {
      const { plan, due, exitCode, continuesAt, message: cause } = event;
      return message('schedule.entry-postponed', { plan, due, exitCode, continuesAt, cause });
    }
    case 'ended': {
      const { plan, due, exitCode, message: cause } = event;
      return message('schedule.entry-ended', { plan, due, exitCode, cause });
    }
  }
}
