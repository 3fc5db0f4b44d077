/** Instances of one group are never resized together, and do not block other groups. In virtual time. */
import { describe, expect, it } from 'vitest';
import { A, ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { together } from '../in-progress-together.ts';
import { setStage } from '../stage.ts';

/** Instances of these applications in turn. `-` has no tag. */
const fleet = (...apps: readonly string[]): object[] =>
  standards(apps.length).map((one, n) => ({ ...one, tags: apps[n] === '-' ? {} : { app: apps[n] } }));
const plan = (more = '', spread = 'spread: { by: tags.app }') => `${ALL_TO_8GB}\n${spread}\n${more}`;
const duration = [20_000, 60_000] as const;

describe('a spread', () => {
  it('resizes one instance of an application at a time, and does not block others', async () => {
    const stage = await setStage({ fleet: fleet('a', 'a', 'a', 'b', 'b', '-', '-'), plan: plan(), duration });
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(together(run)).toEqual({ a: 1, b: 1, [A(6)]: 1, [A(7)]: 1 });
    const first = run.entries.findIndex(({ kind }) => kind === 'step-ended');
    const started = run.entries
      .slice(0, first)
      .flatMap((one) => (one.kind === 'intent' ? [one.step.slice(0, 12)] : []));
    expect(started.sort()).toEqual([A(1), A(4), A(6), A(7)]);
  });

  it('leaves an in-flight slot to a small application behind a large one', async () => {
    const apps = [...Array(10).fill('large'), 'small'];
    const stage = await setStage({
      fleet: fleet(...apps),
      plan: plan('execution: { inFlight: 2 }'),
      duration,
    });
    const run = await stage.run();
    const ends = run.entries.flatMap((one) => (one.kind === 'step-ended' ? [one.step.slice(0, 12)] : []));
    expect(ends.indexOf(A(11))).toBeLessThanOrEqual(2);
    expect(together(run)).toEqual({ large: 1, small: 1 });
  });

  it('allows maxInFlight resizes of one application', async () => {
    const apps = Array(6).fill('a');
    const stage = await setStage({
      fleet: fleet(...apps),
      plan: plan('', 'spread: { by: tags.app, maxInFlight: 2 }'),
      duration,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(together(run)).toEqual({ a: 2 });
  });

  it('by zone resizes the instances of one zone one after the other', async () => {
    const stage = await setStage({
      fleet: fleet('a', 'b', '-'),
      plan: plan('', 'spread: { by: zone }'),
      duration,
    });
    const run = await stage.run();
    expect(Object.values(together(run))).toEqual([1]);
  });

  it('counts an instance with two steps until the second has ended', async () => {
    const pair = clusters(2, { tags: { app: 'a' } });
    const targets =
      'targets: [{ select: { all: true }, memoryPerShard: 8GB, shards: 5 }]\nspread: { by: tags.app }';
    const stage = await setStage({ fleet: pair, plan: targets, duration });
    const run = await stage.run();
    holds(stage, run);
    const order = run.entries.flatMap((one) => (one.kind === 'intent' ? [one.step.slice(0, 12)] : []));
    expect(new Set(order.slice(0, 2)).size).toBe(1);
    expect(together(run)).toEqual({ a: 1 });
  });

  it.each([1, 2, 3, 4])('still applies after a crash at order %i', async (nth) => {
    const stage = await setStage({ fleet: fleet('a', 'a', 'a', 'b', 'b', 'b'), plan: plan(), duration });
    let orders = 0;
    const dead = await stage.run({ diesAt: ({ kind }) => kind === 'arrived' && ++orders === nth });
    expect(dead.died).toBe(true);
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(together(run)).toEqual({ a: 1, b: 1 });
    expect(stage.violations).toEqual([]);
  });

  it('resizes one instance of an application a night in maintenance windows', async () => {
    const stage = await setStage({
      fleet: fleet('a', 'a', 'b'),
      plan: plan('execution: { switch: maintenance-window }'),
      duration,
    });
    const run = await stage.run();
    holds(stage, run);
    expect(run.report.totals.verified).toBe(3);
    expect(together(run)).toEqual({ a: 1, b: 1 });
    expect(run.took).toBeGreaterThan(86_400_000 / 2);
  });

  it('starts no other instance of an application while one is unknown', async () => {
    const stage = await setStage({
      fleet: fleet('a', 'a', 'b', 'b'),
      plan: plan('execution: { haltWhen: { unknown: "> 9" } }'),
      duration,
      faults: [`stuck=${A(1)}`],
    });
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'done', exitCode: 10 });
    const outcomes = () => run.report.steps.map(({ outcome }) => outcome);
    expect(outcomes()).toEqual(['unknown', 'not-run', 'verified', 'verified']);
    expect(run.counts.orders[A(2)]).toBeUndefined();
  });
});
