// Goal: nothing is ordered outside the windows of a plan, in a freeze, or after the last start. The next window continues
// the run.
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, setStage } from '../stage.ts';
import { clockOf, passUntil, ZONE } from '../wall-clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface StoryOptions {
  readonly count: number;
  readonly windows: string;
  readonly duration?: [number, number];
  readonly inFlight?: number;
}

function story({
  count,
  windows,
  duration = [20 * SECOND, 40 * SECOND],
  inFlight = 4,
}: StoryOptions): Promise<Stage> {
  return setStage({
    fleet: standards(count),
    plan: `${ALL_TO_8GB}\nwindows: { timezone: ${ZONE}, ${windows} }\nexecution: { inFlight: ${inFlight} }`,
    duration,
  });
}

/** The number of orders on each day. Asserts that each order arrived between two times of its day. */
function ordersByDay(stage: Stage, from: string, to: string): Record<string, number> {
  const days: Record<string, number> = {};
  for (const { at } of stage.cloud.arrivals) {
    const local = DateTime.fromMillis(at, { zone: ZONE });
    const time = local.toFormat('HH:mm:ss');
    expect(time >= from && time < to, `an order arrived at ${clockOf(at)}`).toBe(true);
    const day = local.toFormat('ccc dd');
    days[day] = (days[day] ?? 0) + 1;
  }
  return days;
}

const stoppedBy = ({ state: { stopping } }: Run) => stopping && textOf(stopping.message);
const closed = { because: 'window-closed', exitCode: 8 };

describe('a run with windows', () => {
  it('runs on three nights around a freeze, with one order a step', async () => {
    const stage = await story({
      count: 40,
      windows: 'allow: ["daily 01:00-01:04"], freeze: [2026-01-07], lastStart: 2m',
    });
    expect(stage.saved.forecast.window).toEqual({
      opens: '2026-01-05T17:00:00.000Z',
      closes: '2026-01-05T17:04:00.000Z',
      local: 'Tue 2026-01-06 01:00-01:04 Asia/Shanghai',
      fits: false,
    });

    const byDay = await stage.run();
    holds(stage, byDay);
    expect(byDay.end).toEqual(closed);
    expect(stage.cloud.arrivals).toEqual([]);
    expect(stoppedBy(byDay)).toBe(
      'outside the windows: it is Mon 2026-01-05 10:00 Asia/Shanghai; the next opens Tue 2026-01-06 01:00 (2026-01-05 17:00 UTC)',
    );

    await passUntil(stage, '2026-01-06T01:00:00');
    const first = await stage.run();
    holds(stage, first);
    expect(first.end).toEqual(closed);
    expect(stoppedBy(first)).toBe(
      'the window closes at Tue 2026-01-06 01:04 Asia/Shanghai, and its last start was Tue 2026-01-06 01:02; the next opens Thu 2026-01-08 01:00 (2026-01-07 17:00 UTC)',
    );
    expect(first.report.totals.verified).toBe(stage.cloud.arrivals.length);

    await passUntil(stage, '2026-01-07T01:00:00');
    const frozen = await stage.run();
    expect(frozen.end).toEqual(closed);
    expect(stoppedBy(frozen)).toMatch(/^frozen: 2026-01-07; it is Wed 2026-01-07 01:00/);

    await passUntil(stage, '2026-01-08T01:00:00');
    // Someone has changed an instance by hand. Refit reads it again, and orders nothing for it.
    Object.assign(stage.cloud.world.instances.get(A(40))!, { memoryPerShard: 16_384 });
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual(closed);

    await passUntil(stage, '2026-01-09T01:00:00');
    const third = await stage.run();
    holds(stage, third);
    expect(third.end).toEqual({ because: 'done', exitCode: 3 });
    expect(third.report.totals).toMatchObject({ verified: 39, drifted: 1, 'not-run': 0 });
    const orders = ordersByDay(stage, '01:00:00', '01:02:00');
    expect(Object.keys(orders)).toEqual(['Tue 06', 'Thu 08', 'Fri 09']);
    expect(Object.values(orders).reduce((sum, one) => sum + one, 0)).toBe(39);
  });

  it('follows orders in flight at the close of its window, and starts nothing new', async () => {
    const stage = await story({
      count: 12,
      windows: 'allow: ["daily 01:00-01:04"]',
      duration: [3 * MINUTE, 3 * MINUTE],
    });
    await passUntil(stage, '2026-01-06T01:00:00');
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual(closed);
    const orders = stage.cloud.arrivals.length;
    expect(orders).toBe(8);
    expect(run.report.totals).toMatchObject({ verified: orders, 'not-run': 12 - orders, unknown: 0 });
    expect(clockOf(stage.clock.now()) > 'Tue 06 01:06').toBe(true);
    expect(ordersByDay(stage, '01:00:00', '01:04:00')).toEqual({ 'Tue 06': 8 });
    const stopping = run.entries.find(({ kind }) => kind === 'stopping');
    expect(clockOf(Date.parse(stopping!.at))).toBe('Tue 06 01:04:00');
  });

  it('leaves orders in flight at the close with atClose: halt, and the next apply follows them first', async () => {
    const stage = await story({
      count: 12,
      windows: 'allow: ["daily 01:00-01:04"], atClose: halt',
      duration: [3 * MINUTE, 3 * MINUTE],
    });
    await passUntil(stage, '2026-01-06T01:00:00');
    const halted = await stage.run();
    holds(stage, halted);
    expect(halted.end).toEqual(closed);
    expect(clockOf(stage.clock.now()).slice(0, 12)).toBe('Tue 06 01:04');
    expect(halted.report.totals).toMatchObject({ verified: 4, unknown: 4, 'not-run': 4 });

    const after = await stage.run();
    holds(stage, after);
    expect(after.end).toEqual(closed);
    expect(after.report.totals).toMatchObject({ verified: 8, unknown: 0, 'not-run': 4 });
    expect(stage.cloud.arrivals.length).toBe(8);

    await passUntil(stage, '2026-01-07T01:00:00');
    const last = await stage.run();
    holds(stage, last);
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
    expect(ordersByDay(stage, '01:00:00', '01:04:00')).toEqual({ 'Tue 06': 8, 'Wed 07': 4 });
    expect(Object.values(last.counts.orders)).toEqual(Array(12).fill(1));
  });

  it('exits 10 if it halts at the close while an order has no answer', async () => {
    const stage = await setStage({
      fleet: standards(6),
      plan: `${ALL_TO_8GB}\nwindows: { timezone: ${ZONE}, allow: ["daily 01:00-01:04"], atClose: halt }\nexecution: { inFlight: 2, patience: 30m }`,
      duration: [3 * MINUTE, 3 * MINUTE],
      // From the close, reads fail for a minute.
      faults: ['lost-answer#1', 'http-500@DescribeInstances+54240s..54300s'],
    });
    await passUntil(stage, '2026-01-06T01:03:59.300');
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'window-closed', exitCode: 10 });
    expect(run.report.totals.unknown).toBeGreaterThan(0);
    await stage.pass(MINUTE);
    const after = await stage.run();
    holds(stage, after);
    expect(after.end).toEqual(closed);
    expect(after.report.totals.unknown).toBe(0);
  });

  it('ends when a freeze starts in its window', async () => {
    const stage = await story({
      count: 24,
      windows: 'allow: ["Mon 10:00-12:00"], freeze: ["2026-01-05T10:01+08:00..2026-01-05T11:00+08:00"]',
    });
    const first = await stage.run();
    holds(stage, first);
    expect(first.end).toEqual(closed);
    expect(stoppedBy(first)).toBe(
      'frozen: 2026-01-05T10:01+08:00..2026-01-05T11:00+08:00; it is Mon 2026-01-05 10:01 Asia/Shanghai; the next opens Mon 2026-01-05 11:00 (2026-01-05 03:00 UTC)',
    );
    ordersByDay(stage, '10:00:00', '10:01:00');
    await passUntil(stage, '2026-01-05T11:00:00');
    const second = await stage.run();
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('ends if it is paused when its window closes, and cannot be continued outside the window', async () => {
    const stage = await story({ count: 12, windows: 'allow: ["Mon 10:00-10:10"]', inFlight: 1 });
    const run = await stage.run({
      commands: [
        [90 * SECOND, { kind: 'pause' }],
        [11 * MINUTE, { kind: 'continue' }],
      ],
    });
    holds(stage, run);
    expect(run.end).toEqual(closed);
    expect(run.took).toBeLessThanOrEqual(10 * MINUTE + SECOND);
    expect(run.answers.map(({ accepted }) => accepted)).toEqual([true]);
  });

  it('resolves its orders and orders nothing if it is resumed outside its window after a crash', async () => {
    const stage = await story({ count: 12, windows: 'allow: ["Mon 10:00-10:02"]' });
    const died = await stage.run({
      diesAt: (moment) => moment.kind === 'arrived' && moment.instance === A(6),
    });
    expect(died.died).toBe(true);
    const ordered = stage.cloud.arrivals.length;
    await stage.pass(HOUR);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual(closed);
    expect(stage.cloud.arrivals.length).toBe(ordered);
    expect(run.report.totals).toMatchObject({ verified: ordered, unknown: 0, 'not-run': 12 - ordered });
  });

  it('ends as done if every step ends before the window closes', async () => {
    const stage = await story({ count: 4, windows: 'allow: ["Mon 10:00-10:10"], lastStart: 9m' });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });
});
