/**
 * The account of a scheduler: what was due, begun, skipped, refused and how it ended, one line of JSON each, in the
 * order in which it was decided. What was done about a due time is what stands here, and nothing else. Pure.
 */
import type { Outcome, Schedule } from '../model.ts';

export const SCHEDULE_FORMAT = 'refit.schedule/1';

/** Why an occurrence is begun, or gone on with. */
export type BeganBecause =
  | 'due'
  /** Its time had gone by while no scheduler ran. */
  | 'caught-up'
  /** `refit schedule run-now`. */
  | 'asked'
  /** It was left, and its time to go on has come: the next window, or the next attempt. */
  | 'goes-on'
  /** The scheduler before this one died, or was stopped, over it. */
  | 'taken-up';

/** `due` is ISO 8601 UTC and names the occurrence of its plan. */
interface OfDue {
  readonly plan: string;
  readonly due: string;
}

/** What is written down. */
export type ScheduleEvent =
  | {
      readonly kind: 'started';
      readonly format: typeof SCHEDULE_FORMAT;
      readonly version: string;
      readonly by: { readonly user: string; readonly host: string; readonly pid: number };
    }
  | { readonly kind: 'stopped'; readonly exitCode: number }
  /** From here on the due times of this schedule are owed, and none before. */
  | { readonly kind: 'seen'; readonly plan: string; readonly schedule: string }
  | { readonly kind: 'removed'; readonly plan: string }
  | (OfDue & {
      readonly kind: 'began';
      readonly because: BeganBecause;
      readonly does: Schedule['does'];
      /** The saved plan's digest; null where it is planned anew. */
      readonly digest: string | null;
      /** Entries of its run's journal by then: what the run writes later belongs to this attempt. */
      readonly entries: number;
      readonly request?: string;
    })
  /** Nothing is done about so many due times, of which `due` is the last. */
  | (OfDue & {
      readonly kind: 'skipped';
      readonly count: number;
      readonly because: 'missed' | 'disabled';
      readonly what: string;
    })
  | (OfDue & {
      readonly kind: 'refused';
      readonly because: 'overlap' | 'not-scheduled';
      readonly what: string;
      readonly request?: string;
    })
  /** An attempt is over and the occurrence is not: it goes on at `goesOnAt`. */
  | (OfDue & {
      readonly kind: 'left';
      readonly exitCode: number;
      readonly goesOnAt: string;
      readonly what: string;
      /** Entries of its run's journal by then: what is written later is of somebody else. */
      readonly entries: number;
    })
  | (OfDue & {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly what: string;
      /** The outcomes of its run's steps; absent where there was no run. */
      readonly totals?: Readonly<Record<Outcome, number>>;
    });

/** @param at ISO 8601 UTC. */
export type ScheduleEntry = ScheduleEvent & { readonly at: string };

/** One occurrence of a plan. Moments are milliseconds since 1970 UTC. */
export interface Occurrence {
  readonly plan: string;
  readonly due: string;
  readonly does: Schedule['does'];
  readonly digest: string | null;
  readonly phase: 'under-way' | 'left' | 'ended';
  readonly beganAt: number;
  readonly attempts: number;
  /** Attempts in a row that ended without a result of their own. */
  readonly failures: number;
  /** Entries of its run's journal that are accounted for: when the latest attempt began, or was left. */
  readonly entries: number;
  /** For `left`. */
  readonly goesOnAt: number | null;
  readonly exitCode: number | null;
  readonly endedAt: number | null;
  readonly what: string;
  readonly totals: Readonly<Record<Outcome, number>> | null;
}

/** What the account tells of one plan, by its file's name. */
export interface PlanLog {
  readonly since: number;
  readonly schedule: string;
  readonly removed: boolean;
  /** The newest due time that was decided about. */
  readonly decided: number;
  /** The one that has not ended; there is never more than one. */
  readonly open: Occurrence | null;
  /** The one that began last, ended or not. */
  readonly last: Occurrence | null;
  /** The newest due time about which nothing was done, and why. */
  readonly passedOver: { readonly at: number; readonly due: string; readonly what: string } | null;
  /** Ends by exit code, and due times without one: `ended-0`, `missed`, `disabled`, `overlap`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The occurrence of each saved plan by its digest: it has one alone. */
  readonly ofDigest: ReadonlyMap<string, Occurrence>;
}

export interface ScheduleState {
  readonly plans: ReadonlyMap<string, PlanLog>;
  /** Requests that were answered. */
  readonly requests: ReadonlySet<string>;
  readonly starts: number;
}

export const EMPTY_STATE: ScheduleState = { plans: new Map(), requests: new Set(), starts: 0 };

/** An attempt that ended by these codes tells nothing of the plan: 1 is our fault, or the provider cannot be reached. */
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
      plans.set(entry.plan, foldPlan(plans.get(entry.plan) ?? unseen(entry), entry));
      const request = 'request' in entry ? entry.request : undefined;
      const requests = request === undefined ? state.requests : new Set([...state.requests, request]);
      return { ...state, plans, requests };
    }
  }
}

function unseen({ at }: ScheduleEntry): PlanLog {
  return {
    since: Date.parse(at),
    schedule: '',
    removed: false,
    decided: Number.NEGATIVE_INFINITY,
    open: null,
    last: null,
    passedOver: null,
    counts: {},
    ofDigest: new Map(),
  };
}

type OfPlan = Extract<ScheduleEntry, { plan: string }>;
type Of<Kind extends OfPlan['kind']> = Extract<OfPlan, { kind: Kind }>;

function foldPlan(plan: PlanLog, entry: OfPlan): PlanLog {
  switch (entry.kind) {
    case 'seen':
      return { ...plan, since: Date.parse(entry.at), schedule: entry.schedule, removed: false };
    case 'removed':
      return { ...plan, schedule: '', removed: true };
    case 'began':
      return begin(plan, entry);
    case 'skipped':
    case 'refused':
      return passOver(plan, entry);
    case 'left':
    case 'ended': {
      const before = occurrenceOf(plan, entry.due);
      return before === null ? plan : stop(plan, entry, before);
    }
  }
}

function begin(plan: PlanLog, entry: Of<'began'>): PlanLog {
  const { due, because, does, digest, entries } = entry;
  const before = occurrenceOf(plan, due);
  const open: Occurrence = {
    plan: entry.plan,
    due,
    does,
    digest,
    phase: 'under-way',
    beganAt: before?.beganAt ?? Date.parse(entry.at),
    attempts: (before?.attempts ?? 0) + 1,
    failures: because === 'asked' ? 0 : (before?.failures ?? 0),
    entries,
    goesOnAt: null,
    exitCode: before?.exitCode ?? null,
    endedAt: null,
    what: '',
    totals: null,
  };
  // By hand it may lie before what is due: that stays owed.
  const decides = because === 'due' || because === 'caught-up';
  return withOccurrence(decides ? decidedUpTo(plan, due) : plan, open);
}

function passOver(plan: PlanLog, entry: Of<'skipped' | 'refused'>): PlanLog {
  const { due, what, because } = entry;
  const byHand = entry.kind === 'refused' && entry.request !== undefined;
  return {
    ...(byHand ? plan : decidedUpTo(plan, due)),
    passedOver: { at: Date.parse(entry.at), due, what },
    counts: counted(plan.counts, because, entry.kind === 'skipped' ? entry.count : 1),
  };
}

/** The end of an attempt, which may be that of its occurrence. */
function stop(plan: PlanLog, entry: Of<'left' | 'ended'>, before: Occurrence): PlanLog {
  const { kind: phase, exitCode, what } = entry;
  const stopped = { ...before, phase, exitCode, what, endedAt: Date.parse(entry.at) };
  if (entry.kind === 'left') {
    const failures = isFailure(exitCode) ? before.failures + 1 : 0;
    const goesOnAt = Date.parse(entry.goesOnAt);
    return withOccurrence(plan, { ...stopped, entries: entry.entries, failures, goesOnAt });
  }
  const ended = withOccurrence(plan, { ...stopped, totals: entry.totals ?? null, goesOnAt: null });
  return { ...ended, counts: counted(plan.counts, `ended-${exitCode}`, 1) };
}

function decidedUpTo(plan: PlanLog, due: string): PlanLog {
  return { ...plan, decided: Math.max(plan.decided, Date.parse(due)) };
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

/** The line of an entry, with its line feed. */
export function encodeEntry(entry: ScheduleEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * The entries of an account's text. A last line without its line feed was being written when its process died: it counts
 * for nothing, and `whole` is where the text before it ends, in characters.
 * @returns `fault`: the number of a line that is no entry, where there is one.
 */
export function decodeAccount(text: string) {
  const whole = text.lastIndexOf('\n') + 1;
  const entries: ScheduleEntry[] = [];
  for (const [index, line] of text.slice(0, whole).split('\n').slice(0, -1).entries()) {
    const entry = entryFrom(line);
    if (entry === null) return { entries, whole, fault: index + 1 };
    entries.push(entry);
  }
  return { entries, whole, fault: null };
}

/** The kinds of entries that are of one plan. */
const OF_PLAN: readonly string[] = ['seen', 'removed', 'began', 'skipped', 'refused', 'left', 'ended'];

function entryFrom(line: string): ScheduleEntry | null {
  try {
    const entry = JSON.parse(line);
    const isKnown =
      entry.kind === 'started'
        ? entry.format === SCHEDULE_FORMAT
        : entry.kind === 'stopped' || (OF_PLAN.includes(entry.kind) && typeof entry.plan === 'string');
    return isKnown && !Number.isNaN(Date.parse(entry.at)) ? entry : null;
  } catch {
    return null;
  }
}

/** An entry as one line of words, without its time. */
export function formatScheduleEvent(deed: ScheduleEvent): string {
  switch (deed.kind) {
    case 'started':
      return `started by ${deed.by.user} on ${deed.by.host}, process ${deed.by.pid}`;
    case 'stopped':
      return `stopped, exit ${deed.exitCode}`;
    case 'seen':
      return `${deed.plan}: scheduled: ${deed.schedule}; what was due before is not owed`;
    case 'removed':
      return `${deed.plan}: its file is gone`;
    case 'began':
      return `${deed.plan}: ${BEGAN[deed.because]}, due ${deed.due}`;
    case 'skipped': {
      const times =
        deed.count === 1 ? `skipped, due ${deed.due}` : `skipped ${deed.count} times up to ${deed.due}`;
      return `${deed.plan}: ${times}: ${deed.what}`;
    }
    case 'refused':
      return `${deed.plan}: refused, due ${deed.due}: ${deed.what}`;
    case 'left':
      return `${deed.plan}: exit ${deed.exitCode}, due ${deed.due}: ${deed.what}, at ${deed.goesOnAt}`;
    case 'ended':
      return `${deed.plan}: ended with exit ${deed.exitCode}, due ${deed.due}: ${deed.what}`;
  }
}

const BEGAN: Readonly<Record<BeganBecause, string>> = {
  due: 'begins',
  'caught-up': 'begins late: its time went by while no scheduler looked',
  asked: 'begins, as was asked',
  'goes-on': 'goes on',
  'taken-up': 'goes on where the scheduler before left it',
};
