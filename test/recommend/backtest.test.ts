/** Replaying a sizing file over a history. */
import { describe, expect, it } from 'vitest';
import { type Instance, type MustHold, type Sizing, STRATEGIES } from '../../src/model.ts';
import {
  type Backtesting,
  backtestInstance,
  createBacktestSum,
} from '../../src/recommend/backtest/backtest.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { indexOffers } from '../../src/rules/is-sold.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { CATALOGUE, instance, NOW, select, size } from '../plan/fixtures/small-fleet.ts';
import { type History, historyOf, line } from './history.ts';

const DAYS = 30;
const one = (is: Partial<Instance> = {}) => instance({ id: 'crs-00000001', size: size(4096, 3), ...is });

function options(sizing: Partial<Sizing> = {}): Backtesting {
  return {
    sizing: { ...DEFAULT_SIZING, ...sizing },
    sold: indexOffers(CATALOGUE),
    from: NOW - DAYS * DAY,
    until: NOW,
  };
}

/** @param is a history of 58 days: 28 before the replayed time. */
function replayed(is: History, sizing: Partial<Sizing> = {}, of: Partial<Instance> = {}) {
  return backtestInstance(historyOf({ days: 58, ...is }), one(of), options(sizing))!;
}
describe('the replay of one instance', () => {
  it('keeps an instance that fits, and counts every hour', () => {
    expect(replayed({ memory: 7000 })).toMatchObject({
      atLeast: 0,
      replays: {
        advice: {
          ...{ hours: DAYS * 24, above90: 0, beyond: 0, cpuAbove90: 0, changes: 0 },
          ...{ gigabyteDays: 3 * 4 * 2 * DAYS, first: null, changesMade: [] },
        },
      },
    });
  });

  it('takes a smaller size on the first day, with the history before it', () => {
    const { advice, never } = replayed({ memory: 2500 }).replays;
    expect(advice.changesMade).toMatchObject([{ by: NOW - DAYS * DAY, to: { memoryPerShard: 2048 } }]);
    expect(advice.gigabyteDays).toBe(never.gigabyteDays / 2);
  });

  it('grows before a growing instance is full, which the same size would be', () => {
    const { advice, never } = replayed({ memory: line(12_000, 100) }).replays;
    expect(never.above90).toBeGreaterThan(24);
    expect(advice).toMatchObject({ above90: 0, first: null });
    expect(advice.changesMade.at(-1)!.to.memoryPerShard).toBeGreaterThan(4096);
  });

  it('knows nothing of what comes: a jump exceeds the advised size, and hindsight does not', () => {
    const jump = 10 * 24;
    const { advice, hindsight } = replayed({ memory: (ago) => (ago >= jump ? 2500 : 11_500) }).replays;
    expect(advice.first).toMatchObject({
      at: NOW - jump * HOUR,
      size: { memoryPerShard: 2048 },
      changedAt: NOW - DAYS * DAY,
    });
    expect(advice.first!.need).toBeCloseTo(11_500 / 3);
    // A day without room, and a day at 94 % of a size that was chosen by what it saw.
    expect(advice).toMatchObject({ beyond: 24, above90: 48 });
    expect(hindsight).toMatchObject({ above90: 0, changes: 0 });
  });

  it.each<[string, History]>([
    ['refused writes', { memory: (ago) => (ago >= 240 ? 2500 : 12_000) }],
    ['evictions', { memory: (ago) => (ago >= 240 ? 2500 : 12_000), evicted: (ago) => (ago < 3 ? 5 : 0) }],
  ])('sees no more memory than a size has, and grows again, with %s', (_, is) => {
    const { changesMade, beyond } = replayed(is).replays.advice;
    expect(changesMade.slice(0, 2)).toMatchObject([
      { to: { memoryPerShard: 2048 } },
      { to: { memoryPerShard: 4096 }, by: NOW - 9 * DAY },
    ]);
    expect(beyond).toBe(24);
  });

  it('forgets evictions of a larger size that it has left', () => {
    // What it needed before it was cleaned up would not fit the size that it gets; nothing was evicted there.
    const { changesMade } = replayed({ memory: (ago) => (ago >= 45 * 24 ? 11_000 : 2500) }).replays.advice;
    expect(changesMade).toHaveLength(1);
  });

  it('marks hours in which the real instance was full, because it needed at least that', () => {
    const { atLeast, replays } = replayed({ memory: 12_288, evicted: 50 });
    expect(atLeast).toBe(DAYS * 24);
    // It is full on purpose.
    expect(replays.advice).toMatchObject({ changes: 0, above90: DAYS * 24 });
  });

  it('counts no hour without a value', () => {
    const { advice } = replayed({ memory: (ago) => (ago % 5 === 0 ? null : 7000) }).replays;
    expect(advice.hours).toBe((DAYS * 24 * 4) / 5);
    expect(backtestInstance(historyOf({ days: 58, memory: () => null }), one(), options())).toBeNull();
  });

  it('starts with the size of then, and compares each shard with what it would need', () => {
    const { never } = replayed({
      memory: 7000,
      size: (ago) => (ago < 5 * 24 ? size(4096, 3) : size(2048, 5)),
      sizes: [
        { size: size(2048, 5), from: NOW - 58 * DAY, until: NOW - 5 * DAY - HOUR },
        { size: size(4096, 3), from: NOW - 5 * DAY, until: NOW },
      ],
    }).replays;
    expect(never).toMatchObject({ above90: 0, gigabyteDays: 5 * 2 * 2 * DAYS });
  });

  it('leaves alone what the sizing file leaves alone', () => {
    const alone = {
      leaveAlone: [
        {
          select: select({ ids: [one().id] }),
          because: 'excluded' as const,
          location: { file: 'sizing.yaml', line: 1, column: 1 },
        },
      ],
    };
    expect(replayed({ memory: 2500 }, alone).replays.advice.changes).toBe(0);
  });

  it('has the peak of each day x 1.3, and the percentile, beside it', () => {
    const { replays } = replayed({ memory: (ago) => (ago % 48 < 24 ? 2000 : 5000) });
    expect(replays['last-peak'].changes).toBeGreaterThan(20);
    expect(replays.percentile.changes).toBeLessThanOrEqual(1);
    expect(Object.keys(replays)).toEqual([...STRATEGIES]);
  });
});

describe('the sum over a fleet', () => {
  const demand = (figure: MustHold['figure'], operator: MustHold['operator'], value: number): MustHold => ({
    ...{ figure, operator, value },
    location: { file: 'sizing.yaml', line: 3, column: 5 },
  });
  const run = (sizing: Partial<Sizing>, histories: readonly (History | null)[]) => {
    const sum = createBacktestSum(options(sizing));
    for (const is of histories) sum.add(one(), is === null ? null : replayed(is, sizing));
    return sum.result();
  };

  it('adds the figures, and counts instances without a history', () => {
    const result = run({}, [{ memory: 7000 }, { memory: 2500 }, null]);
    expect(result).toMatchObject({ days: DAYS, instances: 2, withoutHistory: 1, exceeded: [] });
    const billed = Object.fromEntries(
      result.strategies.map(({ strategy, gigabyteDays }) => [strategy, gigabyteDays]),
    );
    expect(billed).toMatchObject({ never: 2 * 24 * DAYS, advice: 1.5 * 24 * DAYS });
  });

  it('names the instances above 90 %, the worst first', () => {
    const jump = (hours: number): History => ({ memory: (ago) => (ago >= hours ? 2500 : 11_000) });
    const { exceeded } = run({}, [jump(3), jump(400)]);
    expect(exceeded.map(({ hours }) => hours)).toEqual([16, 3]);
  });

  it.each<[MustHold['figure'], MustHold['operator'], number, boolean, number]>([
    ['saving', '>=', 50, true, 50],
    ['saving', '>', 50, false, 50],
    ['changes', '<=', 1, true, 1],
    ['above90', '<', 0.1, true, 0],
    ['evicting', '<', 0, false, 0],
    ['cpuAbove90', '<=', 0, true, 0],
  ])('judges whether %s is %s %d: %s', (figure, operator, value, holds, found) => {
    const result = run({ mustHold: [demand(figure, operator, value)] }, [{ memory: 2500 }]);
    expect(result.mustHold).toEqual([{ ...demand(figure, operator, value), holds, found }]);
  });

  it('says that nothing holds without a history', () => {
    const { mustHold } = run({ mustHold: [demand('above90', '<', 1)] }, [null]);
    expect(mustHold).toMatchObject([{ holds: false }]);
  });

  it('gives the advice that the rules of its class give', () => {
    const rules = { ...DEFAULT_RULES, shrink: { ...DEFAULT_RULES.shrink, allow: false } };
    expect(run({ rules }, [{ memory: 2500 }]).strategies[0]).toMatchObject({
      strategy: 'advice',
      changes: 0,
    });
  });
});
