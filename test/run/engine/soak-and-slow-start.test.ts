/** Soak times between waves and slow starts of waves, in virtual time against the simulated provider. */
import { describe, expect, it } from 'vitest';
import type { ControlCommand } from '../../../src/model.ts';
import { slowStartBound } from '../../../src/run/engine/slow-start.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, setStage } from '../stage.ts';

const MINUTE = 60_000;
const CANARY = 'waves: [{ name: canary, take: 1, soak: 30m }, { name: rest, take: rest }]';
const SOAKING = {
  fleet: standards(4),
  plan: `${ALL_TO_8GB}\n${CANARY}`,
  duration: [20_000, 30_000] as const,
};

const at = (run: Run, kind: string): number[] =>
  run.entries.filter((entry) => entry.kind === kind).map((entry) => Date.parse(entry.at));
/** Minutes from the end of the first wave to the first order of the second. */
const soaked = (run: Run): number => (at(run, 'intent')[1]! - at(run, 'wave-ended')[0]!) / MINUTE;

describe('a soak time after a wave', () => {
  it('delays the next wave by its length, and shows as a wait of the run', async () => {
    const stage = await setStage(SOAKING);
    const run = await stage.run({ statusEvery: MINUTE });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(soaked(run)).toBeGreaterThanOrEqual(30);
    expect(soaked(run)).toBeLessThan(31);
    const waits = run.statuses.flatMap((status) => status.waits.filter(({ name }) => name === 'soak'));
    expect(waits.length).toBeGreaterThan(25);
    const since = new Date(at(run, 'wave-ended')[0]!).toISOString();
    for (const wait of waits) expect(wait).toEqual({ name: 'soak', step: null, since, limit: 30 * MINUTE });
    expect(stage.violations).toEqual([]);
  });

  it.each([
    ['a minute after the crash', MINUTE],
    ['at its end', 25 * MINUTE],
    ['long after its end', 180 * MINUTE],
  ])('counts from the end of the wave if the run resumes %s', async (_, away) => {
    const stage = await setStage(SOAKING);
    const dead = await stage.run({
      diesAt: ({ kind, ...rest }) =>
        kind === 'durable' && 'text' in rest && rest.text.includes('"wave-ended"'),
      leaves: 'everything',
    });
    expect(dead.died).toBe(true);
    await stage.pass(away);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(soaked(run)).toBeGreaterThanOrEqual(Math.max(30, away / MINUTE));
    expect(soaked(run)).toBeLessThan(Math.max(30, away / MINUTE) + 1);
  });

  it('runs during a pause, and does not end the pause', async () => {
    for (const [pauseFor, least, most] of [
      [10, 30, 31],
      [60, 60, 62],
    ] as const) {
      const stage = await setStage(SOAKING);
      const [pause, go]: ControlCommand[] = [{ kind: 'pause' }, { kind: 'continue' }];
      const run = await stage.run({
        commands: [
          [2 * MINUTE, pause!],
          [(2 + pauseFor) * MINUTE, go!],
        ],
      });
      holds(stage, run);
      expect(run.answers.every(({ accepted }) => accepted)).toBe(true);
      expect(soaked(run)).toBeGreaterThanOrEqual(least);
      expect(soaked(run)).toBeLessThan(most);
    }
  });

  it('ends immediately when the run drains, and the next process continues it', async () => {
    const stage = await setStage(SOAKING);
    const drained = await stage.run({ drainAfter: 5 * MINUTE });
    expect(drained.end).toEqual({ because: 'drained', exitCode: 130 });
    expect(drained.took).toBeLessThan(5 * MINUTE + 5_000);
    const run = await stage.run();
    holds(stage, run);
    expect(soaked(run)).toBeGreaterThanOrEqual(30);
    expect(soaked(run)).toBeLessThan(31);
  });

  it('counts from the first unknown outcome of a step, even if the step is read again', async () => {
    const plan = `${SOAKING.plan}\nexecution: { haltWhen: { unknown: '> 9' } }`;
    const stage = await setStage({ ...SOAKING, plan, faults: [`stuck=${A(1)}`] });
    const drained = await stage.run({ drainAfter: 125 * MINUTE });
    expect(drained.end).toEqual({ because: 'drained', exitCode: 130 });
    await stage.pass(10 * MINUTE);
    const run = await stage.run();
    holds(stage, run, { stuck: 1 });
    const [first, second] = at(run, 'step-ended');
    expect(second! - first!).toBeGreaterThan(10 * MINUTE);
    const [, next] = at(run, 'intent');
    expect((next! - first!) / MINUTE).toBeGreaterThanOrEqual(30);
    expect((next! - first!) / MINUTE).toBeLessThan(31);
  });

  it('ends when finishBy is reached', async () => {
    const stage = await setStage(SOAKING);
    const finishBy = new Date(stage.clock.now() + 10 * MINUTE).toISOString();
    const bounded = await setStage({ ...SOAKING, plan: `${SOAKING.plan}\nfinishBy: ${finishBy}` });
    const run = await bounded.run();
    expect(run.end).toEqual({ because: 'finish-by', exitCode: 8 });
    expect(run.took).toBeLessThan(12 * MINUTE);
    expect(at(run, 'intent')).toHaveLength(1);
  });

  it('is ignored after the last wave, and the review says so', async () => {
    const plan = `${ALL_TO_8GB}\nwaves: [{ name: all, take: rest, soak: 10h }]`;
    const stage = await setStage({ ...SOAKING, plan });
    expect(stage.saved.findings.map(({ code }) => code)).toContain('Refit.SoakLast');
    const run = await stage.run();
    expect(run.took).toBeLessThan(10 * MINUTE);
  });
});

describe('waves by region and tag', () => {
  it('start in the order of the plan, not in the order of the targets', async () => {
    const fleet = [
      ...standards(3, { tags: { tier: 'gold' } }),
      ...standards(5, { tags: { tier: 'bronze' } }).slice(3),
    ];
    const waves =
      'waves: [{ name: bronze, take: rest, from: { tags: { tier: bronze } } }, { name: gold, take: rest, from: { regions: [ap-guangzhou], tags: { tier: [gold] } } }]';
    const stage = await setStage({ fleet, plan: `${ALL_TO_8GB}\n${waves}` });
    const run = await stage.run();
    holds(stage, run);
    const order = run.entries.flatMap((entry) => (entry.kind === 'intent' ? [entry.step.slice(0, 12)] : []));
    expect(order.slice(0, 2).sort()).toEqual([A(4), A(5)]);
    expect(order.slice(2).sort()).toEqual([A(1), A(2), A(3)]);
  });
});

/** The highest number of steps in progress after each number of ended steps. */
function highestInProgress(run: Run): number[] {
  const highest: number[] = [];
  let [inProgress, ended] = [0, 0];
  for (const { kind } of run.entries) {
    if (kind === 'intent') inProgress += 1;
    if (kind === 'step-ended') {
      inProgress -= 1;
      ended += 1;
    }
    highest[ended] = Math.max(highest[ended] ?? 0, inProgress);
  }
  return highest;
}

describe('a slow start', () => {
  it.each([
    [0, 1],
    [1, 2],
    [2, 2],
    [3, 4],
    [6, 4],
    [7, 8],
    [14, 8],
    [15, 16],
  ])('after %i verified steps allows %i in-flight slots', (verified, bound) => {
    expect(slowStartBound(verified)).toBe(bound);
  });

  const SLOW = { fleet: standards(40), duration: [20_000, 30_000] as const };
  const slow = `${ALL_TO_8GB}\nexecution: { inFlight: 6, slowStart: true }`;
  const within = (highest: readonly number[], inFlight: number) => {
    for (const [ended, count] of highest.entries())
      expect(count, `after ${ended} ends`).toBeLessThanOrEqual(Math.min(inFlight, slowStartBound(ended)));
  };

  it('starts with one resize, doubles with verified steps, and stops at inFlight', async () => {
    const stage = await setStage({ ...SLOW, plan: slow });
    const run = await stage.run();
    holds(stage, run);
    const highest = highestInProgress(run);
    within(highest, 6);
    expect(highest.slice(0, 4)).toEqual([1, 2, 2, 4]);
    expect(Math.max(...highest)).toBe(6);
  });

  it('continues after a crash from the verified steps', async () => {
    const stage = await setStage({ ...SLOW, plan: slow });
    let ends = 0;
    await stage.run({
      diesAt: (one) => one.kind === 'durable' && one.text.includes('"step-ended"') && ++ends === 3,
      leaves: 'everything',
    });
    const run = await stage.run();
    holds(stage, run);
    within(highestInProgress(run), 6);
    expect(Math.max(...highestInProgress(run))).toBe(6);
  });

  it('stays within an inFlight that is set during the run', async () => {
    const stage = await setStage({ ...SLOW, plan: slow });
    const set = (value: number): ControlCommand => ({ kind: 'set', setting: 'inFlight', value });
    const run = await stage.run({
      commands: [
        [1_000, set(3)],
        [120_000, set(5)],
      ],
    });
    holds(stage, run);
    expect(run.answers.map(({ message }) => message.slice(0, 29))).toEqual([
      'inFlight is now 3, it was 6 (',
      'inFlight is now 5, it was 3 (',
    ]);
    within(highestInProgress(run), 5);
    expect(
      highestInProgress(run)
        .slice(0, 8)
        .every((count) => count <= 3),
    ).toBe(true);
    expect(Math.max(...highestInProgress(run))).toBe(5);
  });

  it('applies to waves that have it, and restarts with each wave', async () => {
    const waves =
      'waves: [{ name: fast, take: 10, slowStart: false }, { name: slow, take: 10, slowStart: true }, { name: rest, take: rest }]';
    const stage = await setStage({ ...SLOW, plan: `${slow}\n${waves}` });
    const run = await stage.run();
    holds(stage, run);
    const waveOf = new Map(stage.saved.steps.map(({ id, wave }) => [id, wave]));
    const firsts = [0, 1, 2].map((wave) => {
      const own = run.entries.filter((entry) => 'step' in entry && waveOf.get(entry.step) === wave);
      return own
        .slice(
          0,
          own.findIndex(({ kind }) => kind === 'step-ended'),
        )
        .filter(({ kind }) => kind === 'intent').length;
    });
    expect(firsts).toEqual([6, 1, 1]);
  });

  it('does not grow with failed steps, and the run continues', async () => {
    const stage = await setStage({
      ...SLOW,
      fleet: standards(6),
      plan: `${ALL_TO_8GB}\nexecution: { slowStart: true, haltWhen: { failed: "> 9" } }`,
      faults: ['sold-out'],
    });
    const run = await stage.run();
    expect(run.report.totals.refused).toBe(6);
    expect(Math.max(...highestInProgress(run))).toBe(1);
  });
});
