/** What is between waves and how they begin: soak times and slow starts, in virtual time against the simulated provider. */
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
  it('keeps the next wave from beginning until it is over, is told as a wait of the run, and costs no more', async () => {
    const stage = await setStage(SOAKING);
    const run = await stage.run({ askedEvery: MINUTE });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(soaked(run)).toBeGreaterThanOrEqual(30);
    expect(soaked(run)).toBeLessThan(31);
    const told = run.standings.flatMap(({ waits }) => waits.filter(({ name }) => name === 'soak'));
    expect(told.length).toBeGreaterThan(25);
    const since = new Date(at(run, 'wave-ended')[0]!).toISOString();
    for (const wait of told) expect(wait).toEqual({ name: 'soak', step: null, since, limit: 30 * MINUTE });
    expect(stage.faultsSeen).toEqual([]);
  });

  it.each([
    ['a minute after the crash', MINUTE],
    ['when it would be over', 25 * MINUTE],
    ['long after', 180 * MINUTE],
  ])('is counted from the end of the wave by whoever takes the run up %s', async (_, away) => {
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

  it('is not lengthened by a pause that ends before it, and does not end one', async () => {
    for (const [pauseFor, least, most] of [
      [10, 30, 31],
      [60, 60, 62],
    ] as const) {
      const stage = await setStage(SOAKING);
      const [pause, go]: ControlCommand[] = [{ kind: 'pause' }, { kind: 'continue' }];
      const run = await stage.run({
        steer: [
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

  it('ends at once when the run is told to drain, and the next process soaks on', async () => {
    const stage = await setStage(SOAKING);
    const drained = await stage.run({ drainAfter: 5 * MINUTE });
    expect(drained.end).toEqual({ because: 'drained', exitCode: 130 });
    expect(drained.took).toBeLessThan(5 * MINUTE + 5_000);
    const run = await stage.run();
    holds(stage, run);
    expect(soaked(run)).toBeGreaterThanOrEqual(30);
    expect(soaked(run)).toBeLessThan(31);
  });

  it('is counted from when a step was first told unknown, however often it is read again', async () => {
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

  it('ends where finishBy is reached, with what is left for another run', async () => {
    const stage = await setStage(SOAKING);
    const finishBy = new Date(stage.clock.now() + 10 * MINUTE).toISOString();
    const bounded = await setStage({ ...SOAKING, plan: `${SOAKING.plan}\nfinishBy: ${finishBy}` });
    const run = await bounded.run();
    expect(run.end).toEqual({ because: 'finish-by', exitCode: 8 });
    expect(run.took).toBeLessThan(12 * MINUTE);
    expect(at(run, 'intent')).toHaveLength(1);
  });

  it('is not waited for after the last wave, and the review says so', async () => {
    const plan = `${ALL_TO_8GB}\nwaves: [{ name: all, take: rest, soak: 10h }]`;
    const stage = await setStage({ ...SOAKING, plan });
    expect(stage.saved.findings.map(({ code }) => code)).toContain('Refit.SoakLast');
    const run = await stage.run();
    expect(run.took).toBeLessThan(10 * MINUTE);
  });
});

describe('waves by region and tag', () => {
  it('begin in the order of the plan, whatever the order of the targets', async () => {
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

/** The greatest number under way at once after so many ends. */
function most(run: Run): number[] {
  const greatest: number[] = [];
  let [underWay, ended] = [0, 0];
  for (const { kind } of run.entries) {
    if (kind === 'intent') underWay += 1;
    if (kind === 'step-ended') {
      underWay -= 1;
      ended += 1;
    }
    greatest[ended] = Math.max(greatest[ended] ?? 0, underWay);
  }
  return greatest;
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
  ])('after %i verified steps lets %i be under way', (verified, bound) => {
    expect(slowStartBound(verified)).toBe(bound);
  });

  const SLOW = { fleet: standards(40), duration: [20_000, 30_000] as const };
  const slow = `${ALL_TO_8GB}\nexecution: { inFlight: 6, slowStart: true }`;
  const within = (greatest: readonly number[], inFlight: number) => {
    for (const [ended, count] of greatest.entries())
      expect(count, `after ${ended} ends`).toBeLessThanOrEqual(Math.min(inFlight, slowStartBound(ended)));
  };

  it('begins with one resize, doubles as they are verified, and goes no higher than inFlight', async () => {
    const stage = await setStage({ ...SLOW, plan: slow });
    const run = await stage.run();
    holds(stage, run);
    const greatest = most(run);
    within(greatest, 6);
    expect(greatest.slice(0, 4)).toEqual([1, 2, 2, 4]);
    expect(Math.max(...greatest)).toBe(6);
  });

  it('goes on after a crash from what is verified', async () => {
    const stage = await setStage({ ...SLOW, plan: slow });
    let ends = 0;
    await stage.run({
      diesAt: (one) => one.kind === 'durable' && one.text.includes('"step-ended"') && ++ends === 3,
      leaves: 'everything',
    });
    const run = await stage.run();
    holds(stage, run);
    within(most(run), 6);
    expect(Math.max(...most(run))).toBe(6);
  });

  it('stays within what is set meanwhile', async () => {
    const stage = await setStage({ ...SLOW, plan: slow });
    const set = (value: number): ControlCommand => ({ kind: 'set', setting: 'inFlight', value });
    const run = await stage.run({
      steer: [
        [1_000, set(3)],
        [120_000, set(5)],
      ],
    });
    holds(stage, run);
    expect(run.answers.map(({ what }) => what.slice(0, 29))).toEqual([
      'inFlight is now 3, it was 6 (',
      'inFlight is now 5, it was 3 (',
    ]);
    within(most(run), 5);
    expect(
      most(run)
        .slice(0, 8)
        .every((count) => count <= 3),
    ).toBe(true);
    expect(Math.max(...most(run))).toBe(5);
  });

  it('is of the wave that asks for it, and each begins anew', async () => {
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

  it('does not grow by steps that fail, and goes on', async () => {
    const stage = await setStage({
      ...SLOW,
      fleet: standards(6),
      plan: `${ALL_TO_8GB}\nexecution: { slowStart: true, haltWhen: { failed: "> 9" } }`,
      faults: ['sold-out'],
    });
    const run = await stage.run();
    expect(run.report.totals.refused).toBe(6);
    expect(Math.max(...most(run))).toBe(1);
  });
});
