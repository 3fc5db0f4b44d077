/**
 * The schedule log: one entry for each decision and each attempt, in order. It is the only record of what was due, started,
 * skipped and refused, and how it ended. Pure.
 */
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

/** Who did something to the schedule of a store. */
export interface ScheduledBy {
  readonly user: string;
  readonly host: string;
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
  /** `by`: absent if its file is missing, or nobody said who. */
  | { readonly kind: 'removed'; readonly plan: string; readonly by?: ScheduledBy }
  /** Somebody put the text of a plan into a store, or a scheduler did so from its folder. */
  | {
      readonly kind: 'put';
      readonly plan: string;
      readonly by: ScheduledBy;
      readonly from: 'command' | 'folder';
      readonly sha256: string;
      /** The store had another text of this name. */
      readonly replaces: boolean;
    }
  /** Somebody enabled or disabled a plan of a store. */
  | {
      readonly kind: 'switched';
      readonly plan: string;
      readonly enabled: boolean;
      readonly by: ScheduledBy;
    }
  /** The store was restored from a backup. Entries up to `until` may be missing. */
  | { readonly kind: 'restored'; readonly generation: number; readonly until: string }
  /** Old entries were removed from the log of a store. */
  | { readonly kind: 'pruned'; readonly entries: number; readonly before: string; readonly by: ScheduledBy }
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
  /** The sealed plan of the attempt is a run of the store from now on. Workers carry it out. */
  | (OfOccurrence & { readonly kind: 'submitted'; readonly run: string; readonly digest: string })
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
  /** The id of its run in the store; null in a folder, and before it is submitted. */
  readonly run: string | null;
}

/** The state of one plan, by the name of its file. */
export interface PlanLog {
  readonly scheduledSince: number;
  /** When somebody put the text that no scheduler has read yet; null: they have, or nobody puts plans here. */
  readonly putAt: number | null;
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
  /** Of the store, as of the newest entry about a restore. */
  readonly generation: number;
  /** Entries up to here may be missing, milliseconds since 1970 UTC. */
  readonly restoredUntil: number;
}

export const EMPTY_STATE: ScheduleState = {
  plans: new Map(),
  requests: new Set(),
  starts: 0,
  generation: 1,
  restoredUntil: Number.NEGATIVE_INFINITY,
};

/** True for exit code 1, which says nothing about the plan: Refit failed, or the provider cannot be reached. */
export const isFailure = (exitCode: number): boolean => exitCode === 1;

/** The state after one more entry. */
export function foldEntry(state: ScheduleState, entry: ScheduleEntry): ScheduleState {
  return foldEntries(state, [entry]);
}

/** The state after more entries. The members of a state are copied once, not for each entry. */
export function foldEntries(before: ScheduleState, entries: readonly ScheduleEntry[]): ScheduleState {
  if (entries.length === 0) return before;
  const plans = new Map(before.plans);
  const requests = new Set(before.requests);
  let state: ScheduleState = { ...before, plans, requests };
  for (const entry of entries)
    switch (entry.kind) {
      case 'started':
        state = { ...state, starts: state.starts + 1 };
        break;
      case 'stopped':
      case 'pruned':
        break;
      case 'restored':
        state = { ...state, generation: entry.generation, restoredUntil: Date.parse(entry.until) };
        break;
      default:
        plans.set(entry.plan, foldPlan(plans.get(entry.plan) ?? newPlanLog(entry), entry));
        if ('request' in entry && entry.request !== undefined) requests.add(entry.request);
    }
  return state;
}

function newPlanLog({ at }: ScheduleEntry): PlanLog {
  return {
    scheduledSince: Date.parse(at),
    putAt: null,
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
      // The person who put it expects its due times from then on, also if no scheduler lived.
      return {
        ...plan,
        ...{ scheduledSince: plan.putAt ?? Date.parse(entry.at), putAt: null },
        ...{ schedule: entry.schedule, removed: false },
      };
    case 'removed':
      return { ...plan, schedule: '', putAt: null, removed: true };
    // The table of plans has the text and the switch. The log has who changed them.
    case 'put':
      return { ...plan, putAt: Date.parse(entry.at) };
    case 'switched':
      return plan;
    case 'submitted': {
      const before = occurrenceOf(plan, entry.due);
      return before === null ? plan : withOccurrence(plan, { ...before, run: entry.run });
    }
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
    run: before?.run ?? null,
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
