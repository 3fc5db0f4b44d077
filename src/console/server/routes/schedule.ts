/** Shows the calendar of the schedule, and controls its plans. The schedule log and the files of the folder name who asked. */
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { isTimeZone } from '../../../plan/windows/time-zone.ts';
import { isDate } from '../../../plan/windows/window-text.ts';
import { isPlanName } from '../../../schedule/plan-file.ts';
import type { ScheduleAccess } from '../../../schedule/schedule-access.ts';
import { escapeControls } from '../../../text.ts';
import type { DuePlanView, RunNowAnswer, ScheduleView } from '../../api/schedule.ts';
import type { Route } from '../context.ts';
import type { ConsoleRecord } from '../record/record.ts';
import { calendarView, dueViews, nextEvent, scheduleRows, startCommand } from '../record/schedule-view.ts';

export const scheduleRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/schedule',
    action: 'see',
    async answer({ query }, { record }): Promise<ScheduleView> {
      const schedule = scheduleOf(record);
      const wanted = { view: viewFrom(query.view), date: dateFrom(query.date), zone: zoneFrom(query.zone) };
      const read = await schedule.read();
      const runOf = record.runOf(read);
      const waiting = await record.waiting();
      return {
        ...{ now: iso(read.now), place: escapeControls(schedule.place), kind: schedule.kind },
        hasScheduler: read.hasScheduler,
        startCommand: startCommand(schedule),
        plans: scheduleRows(read, runOf, { kind: schedule.kind, facts: await record.factsOf(read) }),
        next: nextEvent(read, runOf),
        calendar: calendarView(read, runOf, wanted, waiting),
      };
    },
  },
  {
    method: 'GET',
    path: '/schedule/:plan',
    action: 'see',
    async answer({ params }, { record }): Promise<DuePlanView | null> {
      const { schedule } = record;
      const only = planFrom(params.plan);
      if (schedule === null) return null;
      const read = await schedule.read();
      const facts = await record.factsOf(read, only);
      return dueViews(read, schedule, { facts, only })[0] ?? null;
    },
  },
  {
    method: 'POST',
    path: '/schedule/:plan/switch',
    action: 'control',
    async answer({ params, body, person }, { record }): Promise<{ readonly changed: boolean }> {
      const { enabled } = (body ?? {}) as { readonly enabled?: unknown };
      if (typeof enabled !== 'boolean')
        throw new RefitError(
          'usage',
          'this says not whether the plan is enabled',
          'send {"enabled": true} or false',
        );
      const plan = planFrom(params.plan);
      return { changed: await scheduleOf(record).switch(plan, enabled, person.name) };
    },
  },
  {
    method: 'POST',
    path: '/schedule/:plan/run',
    action: 'control',
    async answer({ params, person }, { record }): Promise<RunNowAnswer> {
      const plan = planFrom(params.plan);
      const answer = await scheduleOf(record).runNow(plan, person.name);
      return answer.kind === 'refused'
        ? { accepted: false, message: answer.message }
        : { accepted: true, message: null };
    },
  },
];

/** @throws RefitError `usage` without a schedule. */
function scheduleOf({ schedule }: ConsoleRecord): ScheduleAccess {
  if (schedule !== null) return schedule;
  throw refitError('usage', message('error.no-schedule'));
}

function planFrom(name: string | undefined): string {
  if (name !== undefined && isPlanName(name)) return name;
  throw new RefitError('usage', 'this address names no plan', 'open the schedule, and choose a plan');
}

function viewFrom(value: unknown): 'week' | 'month' {
  return value === 'month' ? 'month' : 'week';
}

/** @throws RefitError `usage` */
function dateFrom(value: unknown): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && /^(19|20|21)\d\d-\d\d-\d\d$/.test(value) && isDate(value)) return value;
  throw refitError('usage', message('error.bad-address', { name: 'date', fix: 'date=2026-11-30' }));
}

/** @throws RefitError `usage` */
function zoneFrom(value: unknown): string {
  if (value === undefined || value === '') return 'UTC';
  if (typeof value === 'string' && value.length < 60 && isTimeZone(value)) return value;
  throw refitError('usage', message('error.bad-address', { name: 'zone', fix: 'zone=Asia/Shanghai' }));
}
