/** Turns a schedule as it was read into what the console shows. Pure. */

import { iso } from '../../../clock.ts';
import { textOf } from '../../../messages/messages.ts';
import { shellQuote } from '../../../next-command.ts';
import type { WaitingWindows } from '../../../operations/overview/overview.ts';
import { calendarDays, calendarRange, wallTime } from '../../../plan/windows/time-zone.ts';
import {
  type CalendarEvent,
  type CalendarInput,
  layOutDays,
  listEvents,
  listSpans,
  scheduledPlans,
} from '../../../schedule/calendar.ts';
import type { FileReading, ScheduledPlan } from '../../../schedule/plan-file.ts';
import { statusOf } from '../../../schedule/read-schedule.ts';
import type { ReadAccess, ScheduleAccess } from '../../../schedule/schedule-access.ts';
import type { Occurrence } from '../../../schedule/schedule-log.ts';
import { escapeControls, escapeLines } from '../../../text.ts';
import { DAY } from '../../../units.ts';
import type { OverviewWeek } from '../../api/overview.ts';
import type {
  CalendarView,
  DueFacts,
  DuePlan,
  DuePlanView,
  LastOccurrence,
  ScheduleRow,
  WaitingPlan,
} from '../../api/schedule.ts';

/** How far ahead the next due time is searched. */
const AHEAD = 400 * DAY;
/** The most events of a list. */
export const LISTED = 12;
const WEEK = 7 * DAY;
const WRONG: readonly CalendarEvent['state'][] = ['failed', 'missed', 'refused', 'undecided'];

/** What only a person continues: its windows say nothing about when. */
const LEFT: readonly WaitingPlan['kind'][] = ['declined', 'declined-unread', 'interrupted', 'work-left'];

/** Names the run of an occurrence for addresses; null: it has none that the console can show. */
export type RunOf = CalendarInput['runOf'];

/**
 * @param date of the week or month; null: today. @param zone a known one.
 * @param waiting what waits without a schedule, with its windows.
 */
export function calendarView(
  read: ReadAccess,
  runOf: RunOf,
  { view, date, zone }: { view: 'week' | 'month'; date: string | null; zone: string },
  waiting: readonly WaitingWindows[],
): CalendarView {
  const today = wallTime(read.now, zone).date;
  const range = calendarRange(view, date ?? today);
  const days = calendarDays(range.first, range.count, zone);
  const span = { from: days[0]!.from, to: days.at(-1)!.to };
  const { events, more } = listEvents({ ...inputOf(read, runOf), span });
  const counted = waiting.flatMap(({ item, windows, startsBy }) =>
    windows === null || LEFT.includes(item.waits.kind)
      ? []
      : [{ item, windows, within: { from: read.now, to: startsBy ?? Number.POSITIVE_INFINITY } }],
  );
  const spans = listSpans(scheduledPlans(read), span, counted);
  return {
    ...{ view, zone, date: date ?? today, previous: range.previous, next: range.next, today, more },
    days: layOutDays(days, events, spans),
    waiting: counted.map(({ item: { plan, run, file, waits } }) => ({ plan, run, file, kind: waits.kind })),
    events: events.map(shown),
    spans: spans.map((one) => ({
      ...one,
      title: one.title && escapeControls(one.title),
      plans: one.plans.map(escapeControls),
    })),
  };
}

/** The facts of plans by their names. Plans without them are due later. */
export type FactsOf = ReadonlyMap<string, DueFacts>;

/** The rows of the files of a schedule. */
export function scheduleRows(
  read: ReadAccess,
  runOf: RunOf,
  { kind, facts }: { readonly kind: ScheduleAccess['kind']; readonly facts: FactsOf },
): ScheduleRow[] {
  return read.view.files.map((file) => {
    const name = escapeControls(file.name);
    if (file.kind !== 'scheduled')
      return {
        ...{ name, title: null, does: null, when: null, enabled: false, next: null, last: null },
        ...{ page: null, targets: null, facts: null },
        problem: {
          kind: problemKind(file),
          message: escapeControls(file.message),
          fix: escapeControls(file.fix),
          about: file.kind === 'invalid' ? (file.about ?? null) : null,
        },
      };
    const { plan, planLog, enabled, neverStarts, next } = statusOf(file.plan, read, read.now);
    const { does, when } = plan.schedule;
    const last = planLog?.last ?? null;
    return {
      ...dueOf(plan, kind, facts),
      ...{ title: escapeControls(plan.title), does, when, enabled },
      problem:
        neverStarts === null
          ? null
          : { kind: 'other', message: escapeControls(textOf(neverStarts)), fix: null, about: neverStarts },
      next: next === null ? null : iso(next),
      last: last === null ? null : lastOf(last, runOf),
    };
  });
}

function problemKind({ kind, name }: FileReading): NonNullable<ScheduleRow['problem']>['kind'] {
  if (kind !== 'unscheduled') return 'other';
  return /\.json$/i.test(name) ? 'saved-without-schedule' : 'plan-without-schedule';
}

/** The plans that are due first, for which facts are worth their cost. */
export function dueFirst(read: ReadAccess): ScheduledPlan[] {
  const plans = scheduledPlans(read).flatMap((plan) => {
    const { next } = statusOf(plan, read, read.now);
    return next === null ? [] : [{ plan, next }];
  });
  return plans
    .sort((a, b) => a.next - b.next)
    .slice(0, LISTED)
    .map(({ plan }) => plan);
}

/** The plans on schedule, the next first. @param only its name; absent: all. */
export function dueViews(
  read: ReadAccess,
  schedule: Pick<ScheduleAccess, 'kind' | 'place'>,
  { facts, only }: { readonly facts: FactsOf; readonly only?: string },
): DuePlanView[] {
  const plans = scheduledPlans(read).filter(({ name }) => only === undefined || name === only);
  const views = plans.map((plan): DuePlanView => {
    const { enabled, next } = statusOf(plan, read, read.now);
    const { does, when } = plan.schedule;
    return {
      ...dueOf(plan, schedule.kind, facts),
      ...{ title: escapeControls(plan.title), does, when, enabled, next: next === null ? null : iso(next) },
      ...{ hasScheduler: read.hasScheduler, startCommand: startCommand(schedule) },
    };
  });
  return views.sort((a, b) => ((a.next ?? '9') < (b.next ?? '9') ? -1 : 1));
}

function dueOf(
  { name, saved, targets }: ScheduledPlan,
  kind: ScheduleAccess['kind'],
  facts: FactsOf,
): DuePlan {
  const page = saved === null ? 'plan' : 'review';
  return {
    name: escapeControls(name),
    page: kind === 'folder' ? page : null,
    targets: targets === undefined ? null : escapeLines(targets),
    facts: facts.get(name) ?? null,
  };
}

/** The command that starts a scheduler. */
export function startCommand({ kind, place }: Pick<ScheduleAccess, 'kind' | 'place'>): string {
  return kind === 'folder' ? `refit schedule run ${escapeControls(shellQuote(place))}` : 'refit schedule run';
}

function lastOf(last: Occurrence, runOf: RunOf): LastOccurrence {
  const { plan, due, phase, exitCode, message, run, does } = last;
  const ended = exitCode === 0 ? 'done' : 'failed';
  return {
    ...{ due, exitCode, message },
    state: phase === 'in-progress' ? 'running' : phase === 'postponed' ? 'postponed' : ended,
    run: does === 'run' ? runOf(plan, due, run) : null,
  };
}

/** What is due next of all plans; null: nothing is. */
export function nextEvent(read: ReadAccess, runOf: RunOf): CalendarEvent | null {
  for (const ahead of [2 * DAY, 40 * DAY, AHEAD]) {
    const { events } = listEvents({
      ...inputOf(read, runOf),
      span: { from: read.now + 1, to: read.now + ahead },
    });
    const next = events.find(({ state }) => state === 'coming' || state === 'continues');
    if (next !== undefined) return shown(next);
  }
  return null;
}

/** The next seven days, and what went wrong in the last seven. */
export function weekOf(
  read: ReadAccess,
  runOf: RunOf,
  schedule: Pick<ScheduleAccess, 'kind' | 'place'>,
  facts: FactsOf,
): OverviewWeek {
  const { now, hasScheduler } = read;
  const input = inputOf(read, runOf);
  const ahead = listEvents({ ...input, span: { from: now, to: now + WEEK } });
  const coming = ahead.events.filter(
    ({ state, at }) => (state === 'coming' || state === 'continues') && Date.parse(at) > now,
  );
  const past = listEvents({ ...input, span: { from: now - WEEK, to: now } });
  const wrong = past.events.filter(({ state }) => WRONG.includes(state)).reverse();
  const listed = coming.slice(0, LISTED);
  const named = new Set(listed.map(({ plan }) => plan));
  return {
    coming: listed.map(shown),
    plans: scheduledPlans(read).flatMap((plan) =>
      named.has(plan.name) ? [dueOf(plan, schedule.kind, facts)] : [],
    ),
    startCommand: startCommand(schedule),
    more: Math.max(0, coming.length - LISTED) + ahead.more,
    wrong: wrong.slice(0, LISTED).map(shown),
    ...{ hasScheduler, fault: null },
  };
}

function inputOf(read: ReadAccess, runOf: RunOf): Omit<CalendarInput, 'span'> {
  const { entries, now, hasScheduler } = read;
  return { seen: read, entries, now, hasScheduler, runOf };
}

function shown(event: CalendarEvent): CalendarEvent {
  return { ...event, plan: escapeControls(event.plan), title: escapeControls(event.title) };
}
