import { describe, expect, it } from 'vitest';
import { acceptOrder, placeForeignOrder } from '../../../src/simulator/world/change.ts';
import { OTHER_UIN, OWNER_UIN, type World } from '../../../src/simulator/world/world.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type ProcessOptions, type Run, type Stage, type StageOptions, setStage } from '../stage.ts';

const MINUTE = 60_000;
const first = ({ report }: Run) => report.steps[0]!;
const orderCallsFor = (stage: Stage, id = A(1)) =>
  stage.cloud.arrivals.filter(({ instance }) => instance === id).length;
const sizeOf = (stage: Stage) => stage.cloud.world.instances.get(A(1))!.memoryPerShard;
const dealsBy = (stage: Stage, uin: string) =>
  [...stage.cloud.world.deals.values()].filter(({ by }) => by === uin).map(({ numbers }) => numbers.orderId);
const resolved = ({ entries }: Run) =>
  entries.flatMap((entry) =>
    entry.kind === 'resolved' && entry.step.startsWith(A(1)) ? [[entry.executed, entry.order]] : [],
  );

/** Changes the world when the first order for the instance arrives, before its answer leaves. */
function whenOrderArrives(stage: Stage, act: (world: World, now: number) => void): ProcessOptions {
  let done = false;
  return {
    diesAt(moment) {
      if (!done && moment.kind === 'arrived' && moment.instance === A(1)) {
        done = true;
        act(stage.cloud.world, stage.clock.now());
      }
      return false;
    },
  };
}

const replicasByHand = (by: string) => (world: World, now: number) =>
  void acceptOrder(
    world,
    world.instances.get(A(1))!,
    { dimension: 'replicas', to: 2, nodes: null },
    { by, cents: 0, inWindow: false, now, grows: true },
  );

/** The answer names the orders as billing does, or by numbers that billing does not have. */
describe.each(['one', 'unrelated'] as const)('with order numbers %s', (orderNumbers) => {
  const STORY: StageOptions = {
    fleet: standards(3),
    plan: `${ALL_TO_8GB}\nexecution: { inFlight: 3 }`,
    startLag: [2_000, 5_000],
    duration: [20_000, 30_000],
    orderNumbers,
  };

  describe('a step whose request is lost while someone else orders for its instance', () => {
    it('is drifted, names the foreign order and orders nothing more; the other steps are verified', async () => {
      const stage = await setStage({
        ...STORY,
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
        faults: ['reset-before#1', `foreign-order=${A(1)}#1`],
      });
      const run = await stage.run();
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 3 });
      const [theirs] = dealsBy(stage, OTHER_UIN);
      expect(first(run)).toMatchObject({
        outcome: 'drifted',
        code: 'Refit.Drifted',
        orders: [],
        attempts: 1,
      });
      expect(first(run).message).toMatch(
        new RegExp(
          `someone else changed the instance meanwhile: .*order ${theirs} by ${OTHER_UIN}, created at`,
        ),
      );
      expect(resolved(run)).toEqual([[false, null]]);
      expect(orderCallsFor(stage)).toBe(1);
      expect(run.report.totals).toMatchObject({ verified: 2, drifted: 1 });
      expect(sizeOf(stage)).toBeGreaterThan(8192);
    });

    it('is drifted even if the foreign order brings it to its target', async () => {
      const stage = await setStage({
        ...STORY,
        faults: ['reset-before#1'],
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
      });
      const run = await stage.run(
        whenOrderArrives(stage, (world, now) =>
          placeForeignOrder(world, world.instances.get(A(1))!, { to: 8192, by: OTHER_UIN, now }),
        ),
      );
      holds(stage, run);
      expect(first(run)).toMatchObject({
        outcome: 'drifted',
        orders: [],
        readBack: { memoryPerShard: 8192 },
      });
      expect(orderCallsFor(stage)).toBe(1);
    });

    it('is drifted by a task of another dimension if billing cannot be read', async () => {
      const stage = await setStage({
        ...STORY,
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
        faults: ['reset-before#1', 'no-permission@DescribeDealsByCond'],
      });
      const run = await stage.run(whenOrderArrives(stage, replicasByHand(OTHER_UIN)));
      holds(stage, run);
      expect(first(run)).toMatchObject({ outcome: 'drifted', orders: [] });
      expect(first(run).message).toMatch(/task \d+ \(type 029\), started at/);
      expect(orderCallsFor(stage)).toBe(1);
    });

    it('is drifted by an order of the same identity, which the final size shows', async () => {
      const stage = await setStage({
        ...STORY,
        faults: ['reset-before#1'],
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
      });
      const run = await stage.run(
        whenOrderArrives(stage, (world, now) =>
          placeForeignOrder(world, world.instances.get(A(1))!, { to: 16_384, by: OWNER_UIN, now }),
        ),
      );
      holds(stage, run);
      expect(first(run)).toMatchObject({ outcome: 'drifted', code: 'Refit.Drifted' });
      expect(first(run).message).toMatch(
        /the order that Refit found for this step was someone else's: order \d+ by/,
      );
      expect(orderCallsFor(stage)).toBe(1);
    });

    it('is unknown and names both traces if Refit cannot distinguish them, and reconcile orders nothing', async () => {
      const stage = await setStage({
        ...STORY,
        plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1, haltWhen: { unknown: "> 5" } }`,
        faults: ['reset-before#1', `failed-task=${A(1)}`],
      });
      const run = await stage.run(whenOrderArrives(stage, replicasByHand(OWNER_UIN)));
      holds(stage, run);
      expect(run.end).toMatchObject({ exitCode: 10 });
      expect(first(run).outcome).toBe('unknown');
      expect(first(run).message).toMatch(
        /could not find out whether it was executed: .*order \d+ by \d+, created at .*; task \d+ \(type 029\), started at/,
      );
      const again = await stage.run({ reconciles: true });
      holds(stage, again);
      expect(first(again).outcome).toBe('unknown');
      expect(orderCallsFor(stage)).toBe(1);
    });
  });

  describe('an order that the provider accepts together with a foreign order', () => {
    it.each([
      ['its answer is lost', ['lost-answer#1']],
      ['its answer arrives', []],
    ])('has its own number, and is verified or drifted by its final size (%s)', async (_, faults) => {
      const outcomes = new Set<string>();
      for (let seed = 1; seed <= 6; seed++) {
        const stage = await setStage({
          ...STORY,
          seed,
          plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`,
          faults: [...faults, `foreign-order=${A(1)}#1`],
        });
        const run = await stage.run();
        holds(stage, run);
        const [theirs] = dealsBy(stage, OTHER_UIN);
        expect(stage.cloud.world.instances.get(A(1))!.jobs).toEqual([]);
        expect(first(run).orders).toEqual([ownOrder(stage)[faults.length > 0 ? 'orderId' : 'dealName']]);
        expect(orderCallsFor(stage)).toBe(1);
        outcomes.add(first(run).outcome);
        if (first(run).outcome === 'drifted') {
          expect(sizeOf(stage)).not.toBe(8192);
          expect(first(run).message).toContain(`someone else changed it, by order ${theirs} by ${OTHER_UIN}`);
        } else expect(first(run).outcome).toBe('verified');
      }
      expect(outcomes).toContain('drifted');
    });

    const ownOrder = (stage: Stage) =>
      [...stage.cloud.world.deals.values()].find(
        ({ by, instance }) => by === OWNER_UIN && instance.id === A(1),
      )!.numbers;

    it('is not failed by the failed task of the foreign order', async () => {
      const stage = await setStage({ ...STORY, fleet: standards(1), plan: ALL_TO_8GB });
      const run = await stage.run(
        whenOrderArrives(stage, (world, now) => {
          const instance = world.instances.get(A(1))!;
          const deal = placeForeignOrder(world, instance, { to: 16_384, by: OTHER_UIN, now });
          // The foreign order runs after ours, and fails.
          world.agenda.add(now + 40_000, () => {
            const job = instance.jobs.find((one) => one.deal === deal);
            if (job) Object.assign(job, { fails: true });
          });
        }),
      );
      holds(stage, run);
      expect(first(run).outcome).toBe(sizeOf(stage) === 8192 ? 'verified' : 'drifted');
    });
  });

  describe('a foreign change before the order', () => {
    it('delays the order while in progress, and is then named with its order number and time', async () => {
      const stage = await setStage({
        ...STORY,
        afterPlanning: (world, now) =>
          void placeForeignOrder(world, world.instances.get(A(1))!, { to: 16_384, by: OTHER_UIN, now }),
      });
      await stage.pass(10_000);
      const run = await stage.run();
      holds(stage, run);
      const [theirs] = dealsBy(stage, OTHER_UIN);
      expect(first(run)).toMatchObject({ outcome: 'drifted', orders: [], attempts: 0 });
      expect(first(run).message).toMatch(
        new RegExp(`it was changed meanwhile, by order ${theirs} by ${OTHER_UIN}, created at 2026-01-05T02:`),
      );
      expect(run.took).toBeGreaterThan(10_000);
    });

    it.each([
      [
        'billing',
        ['no-permission@DescribeDealsByCond'],
        /changed meanwhile, by task \d+ \(type 002\), started at/,
      ],
      [
        'billing and the task list',
        ['no-permission@DescribeDealsByCond', 'no-permission@DescribeTaskList'],
        /changed meanwhile$/,
      ],
    ])('is named by the other sources if Refit cannot read %s', async (_, faults, what) => {
      const stage = await setStage({ ...STORY, faults: [...faults, `hand-change=${A(1)}`] });
      const run = await stage.run();
      holds(stage, run);
      expect(first(run).outcome).toBe('drifted');
      expect(first(run).message).toMatch(what);
    });

    it('is named in the skipped step if it is a backup of more than 15 minutes', async () => {
      const stage = await setStage({ ...STORY, faults: [`foreign-task=${A(1)}+1m`] });
      await stage.pass(2 * MINUTE);
      const run = await stage.run();
      expect(first(run)).toMatchObject({ outcome: 'skipped' });
      expect(first(run).message).toMatch(/for 15 minutes\): task \d+ \(type 012\), started at/);
    });
  });
});
