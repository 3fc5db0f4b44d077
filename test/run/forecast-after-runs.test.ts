// Goal: after a past run, the forecast of the next run is right within a factor of two, also for several steps on one instance.
import { expect, it } from 'vitest';
import { durationsFrom, samplesOf } from '../../src/plan/forecast/durations.ts';
import { forecastTime } from '../../src/plan/forecast/forecast.ts';
import { clusters } from './fleets.ts';
import { type StageOptions, setStage } from './stage.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const MEMORY = 'targets: [{ select: { all: true }, memoryPerShard: 8GB }]';
const MEMORY_AND_REPLICAS = 'targets: [{ select: { all: true }, memoryPerShard: 8GB, replicas: 2 }]';
const EXECUTION = 'execution: { inFlight: 20, patience: 60s }';

it.each<[what: string, plan: string, world: Partial<StageOptions>]>([
  ['changes of seconds', MEMORY, { duration: [SECOND, 4 * SECOND], lockTail: [SECOND, 2 * SECOND] }],
  [
    'two steps of seconds',
    MEMORY_AND_REPLICAS,
    { duration: [SECOND, 4 * SECOND], lockTail: [SECOND, 2 * SECOND] },
  ],
  [
    'two steps of minutes',
    MEMORY_AND_REPLICAS,
    { duration: [2 * MINUTE, 9 * MINUTE], lockTail: [0, 20 * SECOND] },
  ],
  [
    'two steps with long locks',
    MEMORY_AND_REPLICAS,
    { duration: [MINUTE, 2 * MINUTE], lockTail: [60 * SECOND, 90 * SECOND] },
  ],
])('%s', async (_, plan, world) => {
  const story = { fleet: clusters(60), plan: `${plan}\n${EXECUTION}`, ...world };
  const past = await (await setStage({ ...story, seed: 1 })).run();
  const durations = durationsFrom(samplesOf(past.report), 1);
  const stage = await setStage({ ...story, seed: 2 });
  const next = await stage.run();
  expect(next.report.totals.verified).toBe(stage.saved.steps.length);
  const { total } = forecastTime(stage.saved, stage.clock.now(), durations)!;
  const ratio = (total.p50 * SECOND) / next.took;
  expect(ratio, `forecast ${total.p50} s, took ${next.took / SECOND} s`).toBeGreaterThan(0.5);
  expect(ratio, `forecast ${total.p50} s, took ${next.took / SECOND} s`).toBeLessThan(2);
});
