/**
 * The calendar of a schedule: what is due in a period, what ran, what was missed and why, and when windows are open. Pure.
 *
 *     schedule log ──► what started, was skipped or refused        ┐
 *     plans, now ────► what is due later, and since the last entry ├──► events and spans ──► days in a zone
 *     windows ───────► open windows and freezes                    ┘
 */
import { iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import type { Message, SavedWindows, Schedule } from '../model.ts';
import { dueTimes } from '../plan/windows/due-times.ts';
import { createOpenWindows, windowSpans } from '../plan/windows/open-windows.ts';
import type { CalendarDay, Span } from '../plan/windows/time-zone.ts';
import { ON_TIME_WITHIN } from './decide.ts';
import type { ScheduledPlan } from './plan-file.ts';
import { type ScheduleSeen, statusOf } from './read-schedule.ts';
import type { PlanLog, ScheduleEntry } from './schedule-log.ts';

/** The most events of one plan in a calendar. */
export const MOST_EVENTS = 400;
/** The most spans of a calendar. */
export const MOST_SPANS = 1_000;

/** What becomes or became of a due time. */
export type EventState =
  /** It starts then. */
  | 'coming'
  /** An occurrence that was postponed goes on then. */
  | 'continues'
  | 'running'
  /** It waits, for a window or for another attempt. */
  | 'postponed'
  /** It ended with exit code 0. */
  | 'done'
  | 'failed'
  | 'missed'
  | 'disabled'
  | 'refused'
  /** It has passed, and no scheduler lived to decide about it. */
  | 'undecided';

/** One due time. */
export interface CalendarEvent {
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The name of the plan in the folder or in the store. */
  readonly plan: string;
  /** The author's name of the plan; the other one if its file is gone. */
  readonly title: string;
  /** null: its plan is gone. */
  readonly does: Schedule['does'] | null;
  readonly state: EventState;
  readonly exitCode: number | null;
  /** How it ended, or why it did not start. */
  readonly message: Message | null;
  /** Its run, for addresses; null: it has none. */
  readonly run: string | null;
  /** Somebody asked for it. */
  readonly isRequested: boolean;
  /** How many earlier due times were skipped together with it. */
  readonly before: number;
  /** If it is due outside the windows of the plan: when the next one opens, ISO 8601 UTC, or `never`; else null. */
  readonly opensAt: string | null;
}

/** When windows of plans are open, or frozen. */
export interface CalendarSpan {
  /** `not-known`: the plan does not hold what its calendar says from then on, so nothing starts. */
  readonly kind: 'window' | 'freeze' | 'not-known';
  /** ISO 8601 UTC; `to` null: without an end. */
  readonly from: string;
  readonly to: string | null;
  /** The freeze as it is written, or the event of a calendar; null: a window. */
  readonly title: string | null;
  /** The names of the plans on schedule that have it. */
  readonly plans: readonly string[];
  /** What has it and is not on schedule, as places in the list of what waits. */
  readonly waiting: readonly number[];
}

/** The windows of a plan or a run that waits without a schedule. */
export interface WaitingWindows {
  readonly windows: SavedWindows;
  /** When it can start or go on. */
  readonly within: Span;
}

/** What a calendar is made from. */
export interface CalendarInput {
  readonly seen: ScheduleSeen;
  /** Of the schedule log, the oldest first. */
  readonly entries: readonly ScheduleEntry[];
  readonly span: Span;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Whether a scheduler lives. */
  readonly hasScheduler: boolean;
  /** Names the run of an occurrence, for addresses; null: it has none. */
  readonly runOf: (plan: string, due: string, run: string | null) => string | null;
}

/** @returns the events of a span in order, and how many are left out because a plan has too many. */
export function listEvents(input: CalendarInput): {
  readonly events: readonly CalendarEvent[];
  readonly more: number;
} {
  const past = pastEvents(input);
  const known = new Set(past.map(({ plan, at }) => `${plan} ${at}`));
  const later = scheduledPlans(input.seen).flatMap((plan) => laterEvents(plan, input));
  const all = [...past, ...later.filter(({ plan, at }) => !known.has(`${plan} ${at}`))];
  const events = [...Map.groupBy(all, ({ plan }) => plan).values()].flatMap((own) =>
    own.sort(inOrder).slice(0, MOST_EVENTS),
  );
  return { events: events.sort(inOrder), more: all.length - events.length };
}

function inOrder(a: CalendarEvent, b: CalendarEvent): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.plan < b.plan ? -1 : 1);
}

/** The plans that have a schedule. */
export function scheduledPlans({ view }: ScheduleSeen): ScheduledPlan[] {
  return view.files.flatMap((file) => (file.kind === 'scheduled' ? [file.plan] : []));
}

const isIn = ({ from, to }: Span, at: number): boolean => at >= from && at < to;

/** What the log says, one event for each due time. */
function pastEvents({ seen, entries, span, runOf }: CalendarInput): CalendarEvent[] {
  const titles = new Map(scheduledPlans(seen).map((plan) => [plan.name, plan]));
  const events = new Map<string, CalendarEvent>();
  for (const entry of entries) {
    if (!('due' in entry) || !isIn(span, Date.parse(entry.due))) continue;
    const key = `${entry.plan} ${entry.due}`;
    const plan = titles.get(entry.plan);
    const before = events.get(key) ?? {
      ...{ at: iso(Date.parse(entry.due)), plan: entry.plan, title: plan?.title ?? entry.plan },
      ...{ does: plan?.schedule.does ?? null, state: 'running' as const, exitCode: null, message: null },
      ...{ run: null, isRequested: false, before: 0, opensAt: null },
    };
    events.set(key, withEntry(before, entry, runOf));
  }
  return [...events.values()];
}

function withEntry(
  event: CalendarEvent,
  entry: Extract<ScheduleEntry, { due: string }>,
  runOf: CalendarInput['runOf'],
): CalendarEvent {
  switch (entry.kind) {
    case 'attempt-started': {
      const run = event.run ?? (entry.does === 'run' ? runOf(entry.plan, entry.due, null) : null);
      const isRequested = entry.reason === 'requested' || event.isRequested;
      return {
        ...event,
        state: 'running',
        does: entry.does,
        message: null,
        exitCode: null,
        run,
        isRequested,
      };
    }
    case 'submitted':
      return { ...event, run: runOf(entry.plan, entry.due, entry.run) };
    case 'skipped': {
      const { reason: state, message: why, count } = entry;
      return { ...event, state, message: why, before: count - 1 };
    }
    case 'refused':
      // A due time that has started can also have a refused request.
      return event.state === 'running' && event.message === null && event.run === null
        ? { ...event, state: 'refused', message: entry.message, isRequested: entry.request !== undefined }
        : event;
    case 'postponed':
      return { ...event, state: 'postponed', exitCode: entry.exitCode, message: entry.message };
    case 'ended': {
      const state = entry.exitCode === 0 ? 'done' : 'failed';
      return { ...event, state, exitCode: entry.exitCode, message: entry.message };
    }
  }
}

/** What is due after now, what goes on, and what has passed without a decision. */
function laterEvents(plan: ScheduledPlan, input: CalendarInput): CalendarEvent[] {
  const { seen, span, now, hasScheduler } = input;
  const { planLog, enabled, neverStarts } = statusOf(plan, seen, now);
  const base = {
    ...{ plan: plan.name, title: plan.title, does: plan.schedule.does, exitCode: null, message: null },
    ...{ run: null, isRequested: false, before: 0, opensAt: null },
  };
  const open = planLog?.open ?? null;
  const continuesAt = open?.phase === 'postponed' ? open.continuesAt : null;
  const continues: CalendarEvent[] =
    enabled && open !== null && continuesAt !== null && isIn(span, continuesAt)
      ? [{ ...base, at: iso(continuesAt), state: 'continues', message: open.message }]
      : [];
  if (neverStarts !== null || (plan.saved !== null && planLog?.ofDigest.has(plan.saved.digest)))
    return continues;
  // A saved plan starts once.
  const first = plan.saved === null ? null : dueTimes(plan.schedule.when).after(now);
  const times =
    plan.saved === null
      ? comingTimes(plan, Math.max(span.from - 1, now), span.to)
      : first !== null && isIn(span, first)
        ? [first]
        : [];
  const coming = times.map(
    (at): CalendarEvent => ({
      ...{ ...base, at: iso(at), state: enabled ? 'coming' : 'disabled' },
      message: enabled ? null : message('schedule.disabled'),
      opensAt: opensAfter(plan, at),
    }),
  );
  const undecided =
    hasScheduler || !enabled || planLog === null
      ? []
      : undecidedTimes(plan, planLog, span, now).map(
          (at): CalendarEvent => ({ ...base, at: iso(at), state: 'undecided' }),
        );
  return [...undecided, ...continues, ...coming];
}

/** One more than a calendar shows, so that it knows that there are more. */
function comingTimes({ schedule }: ScheduledPlan, after: number, to: number): readonly number[] {
  return dueTimes(schedule.when)
    .next(after, MOST_EVENTS + 1)
    .filter((at) => at < to);
}

function undecidedTimes(plan: ScheduledPlan, planLog: PlanLog, span: Span, now: number): readonly number[] {
  const since = Math.max(planLog.decidedUpTo, planLog.scheduledSince, span.from - 1);
  return comingTimes(plan, since, Math.min(span.to, now - ON_TIME_WITHIN));
}

/** When a window opens for a due time outside of the windows; null: it is inside, or there are none. */
function opensAfter({ windows }: ScheduledPlan, at: number): string | null {
  if (windows === undefined) return null;
  const open = createOpenWindows(windows);
  if (open.mayStart(at)) return null;
  const next = open.nextStart(at);
  return next === null ? 'never' : iso(next.opens);
}

/**
 * @param waiting what waits without a schedule.
 * @returns the windows and freezes of plans in a span. The same span of several plans is there once.
 */
export function listSpans(
  plans: readonly Pick<ScheduledPlan, 'title' | 'windows'>[],
  span: Span,
  waiting: readonly WaitingWindows[] = [],
): CalendarSpan[] {
  const spans = new Map<string, CalendarSpan>();
  const add = (windows: SavedWindows, within: Span, by: Partial<Pick<CalendarSpan, 'plans' | 'waiting'>>) => {
    for (const { kind, from, to, title } of ownSpans(windows, within)) {
      const key = `${kind} ${from} ${to} ${title}`;
      const before = spans.get(key);
      if (before === undefined && spans.size >= MOST_SPANS) continue;
      const end = Number.isFinite(to) ? iso(to) : null;
      spans.set(key, {
        ...{ kind, from: iso(from), to: end, title },
        plans: [...new Set([...(before?.plans ?? []), ...(by.plans ?? [])])],
        waiting: [...(before?.waiting ?? []), ...(by.waiting ?? [])],
      });
    }
  };
  for (const { title, windows } of plans) if (windows !== undefined) add(windows, span, { plans: [title] });
  for (const [at, { windows, within }] of waiting.entries()) {
    const part = { from: Math.max(span.from, within.from), to: Math.min(span.to, within.to) };
    if (part.from < part.to) add(windows, part, { waiting: [at] });
  }
  return [...spans.values()].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

function ownSpans(windows: SavedWindows, within: Span) {
  const { open, frozen } = windowSpans(windows, within);
  return [
    ...open.map((one) => ({ ...one, kind: 'window' as const, title: null })),
    ...frozen.map(({ cause, ...one }) =>
      cause.kind === 'frozen'
        ? { ...one, kind: 'freeze' as const, title: cause.title }
        : { ...one, kind: 'not-known' as const, title: cause.calendar },
    ),
  ];
}

/** What is on one day of a calendar, as places in the lists of events and spans. */
export interface DayContent {
  /** `2026-11-25` */
  readonly date: string;
  /** By ISO: 1 is Monday. */
  readonly weekday: number;
  /** Its first moment, and that of the next day, ISO 8601 UTC. */
  readonly from: string;
  readonly to: string;
  readonly events: readonly number[];
  readonly spans: readonly DaySpan[];
}

/** The part of a span on one day. */
export interface DaySpan {
  readonly span: number;
  /** ISO 8601 UTC. */
  readonly from: string;
  readonly to: string;
  /** True: it began on an earlier day, or goes on on the next one. */
  readonly beganEarlier: boolean;
  readonly goesOn: boolean;
}

/** Puts events and spans on days. An event on the border of two days is on the later one. */
export function layOutDays(
  days: readonly CalendarDay[],
  events: readonly Pick<CalendarEvent, 'at'>[],
  spans: readonly Pick<CalendarSpan, 'from' | 'to'>[],
): DayContent[] {
  const at = events.map((event) => Date.parse(event.at));
  const ends = spans.map(({ from, to }) => ({
    from: Date.parse(from),
    to: to === null ? Number.POSITIVE_INFINITY : Date.parse(to),
  }));
  return days.map((day) => ({
    ...{ date: day.date, weekday: day.weekday, from: iso(day.from), to: iso(day.to) },
    events: at.flatMap((one, n) => (isIn(day, one) ? [n] : [])),
    spans: ends.flatMap(({ from, to }, span) =>
      from < day.to && to > day.from
        ? [
            {
              ...{ span, from: iso(Math.max(from, day.from)), to: iso(Math.min(to, day.to)) },
              ...{ beganEarlier: from < day.from, goesOn: to > day.to },
            },
          ]
        : [],
    ),
  }));
}
