import { describe, expect, it } from 'vitest';
import { ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import type { Left } from '../memory-store.ts';
import { type Moment, type StageOptions, setStage } from '../stage.ts';

/** Eight steps of six instances. One instance has three steps. */
const STORY: StageOptions = {
  fleet: [...standards(5), ...clusters(1)],
  plan: `targets:
  - { select: { editions: [redis-5.0-standard] }, memoryPerShard: 8GB }
  - { instance: crs-cccc0001, memoryPerShard: 8GB, shards: 5, replicas: 2 }
waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]
execution: { inFlight: 4, patience: 30s }`,
  startLag: [1000, 5000],
  duration: [5000, 20_000],
  lockTail: [2000, 10_000],
};
const STEPS = 8;

const undisturbed = await (async () => {
  const stage = await setStage(STORY);
  const run = await stage.run();
  holds(stage, run);
  return { sizes: sizes(run), appends: stage.disk.appends, end: run.end };
})();

function sizes(run: {
  world: { instances: readonly { id: string; memoryPerShard: number; shards: number; replicas: number }[] };
}) {
  return run.world.instances.map(({ id, memoryPerShard, shards, replicas }) => ({
    id,
    memoryPerShard,
    shards,
    replicas,
  }));
}

async function crashAndResume(diesAt: (moment: Moment) => boolean, leaves: Left) {
  const stage = await setStage(STORY);
  const first = await stage.run({ diesAt, leaves });
  holds(stage, first);
  if (!first.died) return { died: false, stage };
  const second = await stage.run();
  holds(stage, second);
  expect(second.error).toBeNull();
  expect(second.end).toEqual({ because: 'done', exitCode: 0 });
  expect(second.report.totals.verified).toBe(STEPS);
  expect(sizes(second)).toEqual(undisturbed.sizes);
  expect(
    Object.values(second.counts.orders).reduce((a, b) => a + b, 0),
    'orders',
  ).toBe(STEPS);
  expect(second.report.run.starts).toBe(first.entries.length > 0 ? 2 : 1);
  return { died: true, stage };
}

describe('a run', () => {
  it('ends well without a crash', () => {
    expect(undisturbed.end).toEqual({ because: 'done', exitCode: 0 });
    expect(undisturbed.appends).toBeGreaterThan(2 * STEPS);
  });

  const groups = Array.from({ length: undisturbed.appends }, (_, n) => n + 1);
  it.each([
    [
      'it leaves nothing or half of the group',
      (group: number): Left => (group % 2 ? 'nothing' : 'half a line'),
    ],
    ['it leaves the whole group, not acknowledged', (): Left => 'everything'],
  ])('resumes after a crash at each group of entries without a second order, if %s', async (_, leaves) => {
    let deaths = 0;
    for (const group of groups) {
      const { died } = await crashAndResume(
        (moment) => moment.kind === 'writing' && moment.append === group,
        leaves(group),
      );
      deaths += Number(died);
    }
    expect(deaths).toBe(groups.length);
  });

  it.each([
    ['between its durable intent and the request', 'sending'],
    ['between its arrival and the answer', 'arrived'],
  ] as const)('resumes after a crash at each order without a second order, %s', async (_, kind) => {
    let deaths = 0;
    for (let order = 1; order <= STEPS; order++) {
      let seen = 0;
      const { died } = await crashAndResume((moment) => moment.kind === kind && ++seen === order, 'nothing');
      deaths += Number(died);
    }
    expect(deaths).toBe(STEPS);
  });

  it('resumes after many crashes, at every third moment', async () => {
    const stage = await setStage(STORY);
    let run = await stage.run({ diesAt: everyNth(3) });
    for (let lives = 1; run.died && lives < 200; lives++) {
      holds(stage, run);
      run = await stage.run({
        diesAt: everyNth(3 + lives),
        leaves: lives % 2 ? 'half a line' : 'everything',
      });
    }
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(run.report.totals.verified).toBe(STEPS);
    expect(sizes(run)).toEqual(undisturbed.sizes);
  });
});

function everyNth(nth: number): (moment: Moment) => boolean {
  let seen = 0;
  return () => ++seen === nth;
}

it('a resumed run immediately reads the resizes in progress, even old ones', async () => {
  const stage = await setStage({
    fleet: standards(12),
    plan: `${ALL_TO_8GB}\nexecution: { inFlight: 12 }`,
    startLag: [1_000, 2_000],
    duration: [20_000, 40_000],
  });
  let accepted = 0;
  const killed = await stage.run({
    diesAt: (moment) => moment.kind === 'durable' && moment.text.includes('"accepted"') && ++accepted === 12,
  });
  expect(killed.died).toBe(true);
  await stage.pass(10 * 60_000);
  const run = await stage.run();
  expect(run.report.totals.verified).toBe(12);
  // Otherwise a process that dies every few seconds would never see the end of a resize.
  const ended = run.entries.filter((entry) => entry.kind === 'step-ended');
  const began = run.entries.findLast((entry) => entry.kind === 'run-started')!;
  expect(Date.parse(ended[0]!.at) - Date.parse(began.at)).toBeLessThan(3_000);
});
