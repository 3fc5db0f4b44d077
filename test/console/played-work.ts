/** A store with work of every kind, for pages: live, waiting, failed and ended runs, and a schedule with a history. */
import { iso } from '../../src/clock.ts';
import { message } from '../../src/messages/messages.ts';
import type { SavedPlan, SavedWindows } from '../../src/model.ts';
import type { FileReading } from '../../src/schedule/plan-file.ts';
import type { ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';
import { HOLDER, type PlayedRun } from './played-store.ts';

const LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0kNwyr2hIdJZPZ1b0tWYkRmWyMaFTdKLSRHHN3x3v';
/** Journals begin at this moment, so the clock of the console shows the same day. */
export const NOW: number = Date.UTC(2026, 0, 5, 4);

const digest = (n: number) => String(n).repeat(64).slice(0, 64);

/** A name of an instance that a page must show as text. */
export const HOSTILE = '<img src=x onerror=document.title="owned">';

export function playedWork(): PlayedRun[] {
  const cart = (name: string, n: number, more: Partial<SavedPlan> = {}) =>
    savedPlan(fleet(9), { name, change: `CHG-2048${n}`, digest: digest(n), ...more });
  const live = cart('grow-carts', 1);
  const playing = new JournalWriter(live).start().wave('wave-started', 0);
  for (const { id } of live.steps.slice(0, 6)) playing.after(2).ask(id).accept(id);
  for (const { id } of live.steps.slice(0, 4)) playing.after(9).end(id, 'verified');
  const approvers = ['mei', 'chen'].map((name, n) => ({ name, key: `${LINE}${'NO'[n]}` }));
  const waiting = cart('shrink-feeds', 2, { approvals: { need: 2, authors: ['li'], approvers } });
  const asking = new JournalWriter(waiting)
    .start()
    .wave('wave-started', 0)
    .wave('wave-ended', 0)
    .append({
      ...{ kind: 'approval-awaited', wave: 1, name: 'rest', until: iso(NOW + 20 * HOUR) },
      message: message('schedule.not-approved'),
    });
  const prices = fleet(6).map((one, n) => ({
    ...one,
    ...(n === 3 ? { name: HOSTILE } : {}),
    changes: [{ memoryPerShard: 8192, price: 412.5 + n }],
  }));
  const failing = savedPlan(prices, { name: 'double-eleven', digest: digest(3) });
  const failed = new JournalWriter(failing).start().wave('wave-started', 0);
  for (const { id } of failing.steps) failed.after(1).ask(id).accept(id);
  for (const { id } of failing.steps.slice(0, 3))
    failed.after(60).end(id, 'verified', { billed: { amount: 400, currency: 'CNY' } });
  for (const { id } of failing.steps.slice(3, 5))
    failed.end(id, 'failed', { code: 'Refit.TaskFailed', what: 'the provider reports its task as failed' });
  failed.end(failing.steps[5]!.id, 'refused', {
    code: 'ResourceUnavailable.SaleOut',
    what: 'sold out in this zone',
  });
  failed.stop('halted', '3 steps failed, the plan allows no more than 2').finish('halted', 4);
  const night = cart('nightly-feeds', 4, { windows: { ...WINDOWS, allow: ['Tue-Thu 01:00-05:00'] } });
  const closed = new JournalWriter(night).start().wave('wave-started', 0).stop('window-closed', 'closed');
  closed.finish('window-closed', 9);
  const run = (id: string, saved: SavedPlan, writer: JournalWriter, isLive = false): PlayedRun => ({
    ...{ id, saved, entries: writer.entries },
    ...(isLive ? { holder: HOLDER } : {}),
  });
  return [
    run('20260105T034000Z-11111111', live, playing, true),
    run('20260105T033000Z-22222222', waiting, asking, true),
    run('20260105T020000Z-33333333', failing, failed),
    run('20260105T013000Z-44444444', night, closed),
  ];
}

const WINDOWS: SavedWindows = {
  ...{ timezone: 'Asia/Shanghai', allow: [], freeze: [], calendars: [] },
  ...{ lastStart: 0, atClose: 'drain' },
};

/** The files of the schedule, with its log until now. */
export function playedNights(): { files: FileReading[]; entries: ScheduleEntry[] } {
  const file = (
    name: string,
    cron: string,
    does: 'run' | 'dry-run',
    windows: Partial<SavedWindows> | null,
  ): FileReading => ({
    ...{ kind: 'scheduled', name: `${name}.yaml` },
    plan: {
      ...{ name: `${name}.yaml`, title: name, saved: null },
      schedule: { when: { kind: 'cron', cron, timezone: 'Asia/Shanghai' }, does, catchUp: 'skip' },
      ...(windows === null ? {} : { windows: { ...WINDOWS, ...windows } }),
    },
  });
  const files: FileReading[] = [
    file('nightly-feeds', '30 1 * * Tue', 'run', {
      ...{ allow: ['Tue-Thu 01:00-05:00', 'Sat 22:00-02:00'], freeze: ['2026-01-08..2026-01-09'] },
    }),
    file('right-size-report', '0 9 * * Mon-Fri', 'dry-run', null),
    { kind: 'unscheduled', name: 'once.yaml', message: 'the plan has no schedule', fix: 'add schedule: {}' },
  ];
  const entries: ScheduleEntry[] = [
    { at: iso(NOW - 30 * DAY), kind: 'scheduled', plan: 'nightly-feeds.yaml', schedule: 'x' },
    { at: iso(NOW - 30 * DAY), kind: 'scheduled', plan: 'right-size-report.yaml', schedule: 'x' },
  ];
  const due = (day: number, hour: number) => iso(Date.UTC(2026, 0, day, hour));
  const started = (plan: string, day: number, hour: number, does: 'run' | 'dry-run'): ScheduleEntry => ({
    ...{
      at: due(day, hour),
      kind: 'attempt-started',
      plan: `${plan}.yaml`,
      due: due(day, hour),
      reason: 'due',
    },
    ...{ does, digest: null, entries: 0 },
  });
  const ended = (plan: string, day: number, hour: number, exitCode: number): ScheduleEntry => ({
    ...{ at: due(day, hour), kind: 'ended', plan: `${plan}.yaml`, due: due(day, hour), exitCode },
    message: message('schedule.exited', { exitCode }),
  });
  entries.push(
    ...[started('right-size-report', 5, 1, 'dry-run'), ended('right-size-report', 5, 1, 0)],
    ...[started('nightly-feeds', 4, 17, 'run'), ended('nightly-feeds', 4, 17, 4)],
    {
      ...{ at: due(2, 9), kind: 'skipped', plan: 'right-size-report.yaml', due: due(2, 1), count: 2 },
      ...{ reason: 'missed', message: message('schedule.missed') },
    },
  );
  return { files, entries };
}
