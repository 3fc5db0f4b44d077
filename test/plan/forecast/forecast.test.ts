import { describe, expect, it } from 'vitest';
import type { Execution, Step, Wave } from '../../../src/model.ts';
import { maintenanceStart, type PlanToForecast } from '../../../src/plan/forecast/course.ts';
import {
  ASSUMED_DURATIONS,
  durationsFrom,
  PAUSE_BETWEEN_STEPS,
  samplesOf,
  uniformDurations,
} from '../../../src/plan/forecast/durations.ts';
import { EventQueue } from '../../../src/plan/forecast/event-queue.ts';
import { forecastTime } from '../../../src/plan/forecast/forecast.ts';
import { FIRST_TAIL } from '../../../src/run/waits.ts';
import { savedPlan } from '../../report/situations.ts';

/** Monday, 2026-01-05, 10:00 in Beijing. */
const NOW = Date.UTC(2026, 0, 5, 2);
/** Every change takes 100 s. */
const HUNDRED = uniformDurations([100_000, 100_000], 'test');

type Given = {
  readonly steps?: number;
  /** Steps of each instance. */
  readonly each?: 1 | 2;
  readonly execution?: Partial<Execution>;
  readonly waves?: readonly Partial<Wave>[];
  readonly more?: Partial<PlanToForecast>;
  readonly group?: (instance: number) => string;
};

function plan({
  steps = 1,
  each = 1,
  execution = {},
  waves = [{}],
  more = {},
  group,
}: Given): PlanToForecast {
  const saved = savedPlan(
    Array.from({ length: steps }, (_, n) => ({
      instance: `crs-many${String(n).padStart(4, '0')}`,
      wave: n % waves.length,
      changes: each === 1 ? [{ memoryPerShard: 8192 }] : [{ memoryPerShard: 8192 }, { replicas: 2 }],
    })),
    {},
    waves.map((_, n) => `w${n}`),
  );
  return {
    ...saved,
    execution: { ...saved.execution, requestsPerSecond: 10, inFlight: 10, ...execution },
    waves: saved.waves.map((wave, n) => ({ ...wave, ...waves[n] })),
    preconditions: saved.preconditions.map((one, n) => ({
      ...one,
      ...(group ? { group: group(n) } : {}),
      ...(execution.switch ? { window: { from: '03:00', to: '06:00' } } : {}),
    })),
    ...more,
  };
}

const daily = (allow: string, lastStart = 0) => ({
  windows: {
    timezone: 'Asia/Shanghai',
    allow: [allow],
    freeze: [],
    calendars: [],
    lastStart,
    atClose: 'drain' as const,
  },
});

describe('the forecast simulates a plan', () => {
  // Seconds to the end of the run, where every change takes 100 s and ten orders leave a second.
  // biome-ignore format: a table
  it.each([
    ['one step', {}, 100],
    ['as many as have places go together, spaced by the rate', { steps: 10 }, 101],
    ['twice as many take turns', { steps: 20 }, 201],
    ['a hundred places wait for the rate', { steps: 100, execution: { inFlight: 100 } }, 110],
    ['a slow start is 1, 2 and 4 at the same time', { steps: 7, execution: { slowStart: true } }, 301],
    ['a soak lies between two waves', { steps: 2, waves: [{ soak: 60_000 }, {}] }, 260],
    ['nothing follows the soak of the last', { steps: 2, waves: [{}, { soak: 60_000 }] }, 200],
    ['a metric is read over the time after its wave', { waves: [{ gate: { metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 300_000 }, timeout: 60_000, onInconclusive: 'pause', shadow: false } }] }, 400],
    ['of one group one at a time', { steps: 4, more: { spread: { by: 'tags.app', maxInFlight: 1 } }, group: () => 'cart' }, 400],
    ['other groups pass by', { steps: 4, more: { spread: { by: 'tags.app', maxInFlight: 1 } }, group: (n) => `app${n % 2}` }, 201],
    ['before the window opens a run does not begin', { more: daily('daily 12:00-13:00') }, 100],
    ['what does not fit goes on a day later', { steps: 2, execution: { inFlight: 1 }, more: daily('daily 12:00-12:01') }, 86_500],
    ['nothing begins after the last start', { steps: 20, more: daily('daily 12:00-12:02', 60_000) }, 86_501],
    ['in the maintenance window of the instances', { steps: 30, execution: { switch: 'maintenance-window' } }, 17 * 3600 + 100],
  ] satisfies readonly (readonly [string, Given, number])[])('%s', (_, given, seconds) => {
    const time = forecastTime(plan(given), NOW, HUNDRED)!;
    expect([time.total.p50, time.total.p90]).toEqual([seconds, seconds]);
    expect(time.waves.at(-1)!.p50).toBeLessThanOrEqual(seconds);
  });

  it('counts the windows, and times the last order as if every window were open', () => {
    const time = forecastTime(
      plan({ steps: 3, execution: { inFlight: 1 }, more: daily('daily 12:00-12:01') }),
      NOW,
      HUNDRED,
    )!;
    expect(time.windows).toBe(3);
    expect(time.lastOrder.p90).toBe(200);
  });

  it('waits between two steps of an instance like the run, or for patience after a refusal', () => {
    expect(PAUSE_BETWEEN_STEPS * 1000).toBe(FIRST_TAIL);
    const { total } = forecastTime(plan({ each: 2 }), NOW, HUNDRED)!;
    expect(total.p50).toBe(100 + PAUSE_BETWEEN_STEPS + 180 + 100);
  });

  it('is the same each time, has a later p90 than p50, and is null without orders', () => {
    const given = plan({ steps: 40 });
    const first = forecastTime(given, NOW, ASSUMED_DURATIONS)!;
    expect(forecastTime(given, NOW, ASSUMED_DURATIONS)).toEqual(first);
    expect(first.total.p90).toBeGreaterThan(first.total.p50);
    expect(first.durations.basis).toContain('no past run');
    expect(forecastTime(plan({ steps: 0 }), NOW, HUNDRED)).toBeNull();
  });

  it('counts each order, each read of a maintenance window, and the billed calls of a gate', () => {
    const gate = {
      metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 300_000 },
      timeout: 60_000,
      onInconclusive: 'pause',
      shadow: false,
    } as const;
    const { calls } = forecastTime(
      plan({ steps: 120, execution: { switch: 'maintenance-window' }, waves: [{ gate }] }),
      NOW,
      HUNDRED,
    )!;
    expect(calls).toMatchObject({ UpgradeInstance: 120, DescribeMaintenanceWindow: 120, GetMonitorData: 3 });
  });

  // biome-ignore format: a table
  it.each([
    ['before it', '2026-01-04T18:00:00.000Z', '2026-01-04T19:00:00.000Z'],
    ['within it', '2026-01-04T20:30:00.000Z', '2026-01-04T20:30:00.000Z'],
    ['as it closes', '2026-01-04T22:00:00.000Z', '2026-01-05T19:00:00.000Z'],
  ])('a change waits for 03:00-06:00 in Beijing: ordered %s', (_, ordered, starts) => {
    const at = maintenanceStart({ from: '03:00', to: '06:00' }, Date.parse(ordered), 0);
    expect(new Date(at * 1000).toISOString()).toBe(starts);
  });
});

describe('durations of the past', () => {
  const step = {
    outcome: 'verified',
    dimension: 'shards',
    beganAt: undefined,
    acceptedAt: '2026-01-05T02:00:00.000Z',
    endedAt: '2026-01-05T02:05:00.000Z',
  } as unknown as Step;
  const report = (...steps: object[]) =>
    ({ steps: steps.map((one) => ({ ...step, ...one })) }) as unknown as Parameters<typeof samplesOf>[0];

  it('are those of verified steps, from the acceptance or the start in the window to the end', () => {
    const read = report(
      {},
      { beganAt: '2026-01-05T02:04:00.000Z' },
      { outcome: 'failed' },
      { acceptedAt: null },
    );
    expect(samplesOf(read).map(({ seconds }) => seconds)).toEqual([300, 60]);
  });

  it('exclude a rehearsal, which measures nothing', () => {
    expect(samplesOf({ ...report({}), rehearsal: true })).toEqual([]);
  });

  it('are by dimension with enough samples, else of all dimensions together', () => {
    const samples = [
      ...Array.from({ length: 11 }, (_, n) => ({
        dimension: 'shards' as const,
        seconds: 100 + 10 * n,
        pause: n < 5 ? n : null,
      })),
      { dimension: 'replicas' as const, seconds: 10, pause: null },
    ];
    const { source, basis, of, pauses } = durationsFrom(samples, 2);
    expect([source, basis]).toEqual(['runs', '12 verified changes of 2 past runs']);
    expect(of.shards).toEqual({
      samples: 11,
      seconds: [100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200],
    });
    expect(of.replicas.samples).toBe(0);
    expect(of.replicas.seconds[0]).toBe(10);
    expect(of.memoryPerShard).toEqual(of.replicas);
    expect(pauses).toMatchObject({ samples: 5, seconds: [0, 0.4, 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 3.6, 4] });
    expect(durationsFrom(samples.slice(1), 2).pauses).toBeUndefined();
    expect(durationsFrom([], 0)).toBe(ASSUMED_DURATIONS);
  });
});

it('the event queue gives the earliest item first, and keeps the order of equal times', () => {
  const queue = new EventQueue<string>();
  for (const [at, item] of [
    [5, 'e'],
    [1, 'a'],
    [3, 'c'],
    [1, 'b'],
    [3, 'd'],
    [9, 'f'],
  ] as const)
    queue.add(at, item);
  const taken: string[] = [];
  for (let one = queue.take(); one; one = queue.take()) taken.push(one);
  expect(taken.join('')).toBe('abcdef');
});
