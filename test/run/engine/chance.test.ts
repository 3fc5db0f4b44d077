import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/simulator/world/random.ts';
import { clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

/** Random faults of orders and reads. None may cause a second order or a wrong report. */
const MAYBE = [
  'lost-answer:0.2',
  'reset-before:0.2',
  'http-500:0.1',
  'http-500=executed:0.1',
  'html=executed:0.1',
  'half-json:0.1',
  'internal-error=executed:0.1',
  'system-error:0.2',
  'system-error=executed:0.1',
  'unknown-error=executed:0.1',
  'failed-task:0.1',
  'sold-out:0.1',
  'no-permission:0.03',
  'slow=7s:0.1',
  'slow=70s@UpgradeInstance:0.1',
  'lost-answer@DescribeInstances:0.1',
  'http-500@DescribeTaskList:0.2',
  'internal-error@DescribeDealsByCond:0.2',
  'limit=4@UpgradeInstance',
];

const FROM = 1;
const SEEDS = 50;

describe('random faults', () => {
  it.each(Array.from({ length: SEEDS / 10 }, (_, n) => FROM + 10 * n))(
    'break no invariant, and every run ends with known outcomes (ten seeds from %i)',
    async (from) => {
      for (let seed = from; seed < from + 10; seed++) {
        try {
          await live(seed);
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
  );
});

async function live(seed: number): Promise<void> {
  const chance = seededRandom(seed * 7919);
  const faults = MAYBE.filter(() => chance.next() < 0.25);
  const stage = await setStage({
    seed,
    fleet: [...standards(5), ...clusters(2)],
    plan: `targets:
  - { select: { editions: [redis-5.0-standard] }, memoryPerShard: 8GB }
  - { select: { editions: [redis-5.0-cluster] }, memoryPerShard: 8GB, replicas: 2 }
waves: [{ name: first, take: 2 }, { name: rest, take: rest }]
execution: { inFlight: ${chance.whole(1, 6)}, patience: 90s, haltWhen: { failed: "> 4" } }`,
    faults,
    startLag: [0, chance.whole(1, 60_000)],
    duration: [1000, chance.whole(1000, 200_000)],
    lockTail: [0, chance.whole(0, 60_000)],
  });
  const except = { refusedByLimit: true, stuck: 0 };
  for (let lives = 1; ; lives++) {
    const dies = lives < 6 && chance.next() < 0.6 ? chance.whole(1, 60) : 0;
    let moments = 0;
    const run = await stage.run({
      diesAt: () => ++moments === dies,
      leaves: chance.pick(['nothing', 'half a line', 'everything']),
      ...(chance.next() < 0.2 ? { drainAfter: chance.whole(0, 60_000) } : {}),
      ...(chance.next() < 0.2 ? { leaveAfter: chance.whole(0, 60_000) } : {}),
    });
    holds(stage, run, except);
    expect(run.error, `${faults}`).toBeNull();
    const open = run.report.totals['not-run'] + run.report.totals.unknown;
    if (run.end && open === 0 && run.end.because === 'done') return;
    expect(
      lives,
      `lives of a run with ${faults}: ${JSON.stringify(run.end)} ${JSON.stringify(run.report.totals)}`,
    ).toBeLessThan(40);
  }
}
