/** What an instance needed in each hour, as if it always had its present shards. */
import { describe, expect, it } from 'vitest';
import type { ObservedSize, Size } from '../../src/model.ts';
import { DAY, HOUR } from '../../src/units.ts';
import { type Demand, demandOf, foundIn, lastHours, peakIn } from '../../src/usage/demand.ts';
import { statisticOf } from '../../src/usage/statistic.ts';
import { NOW, size } from '../plan/fixtures/small-fleet.ts';
import { type History, historyOf } from '../recommend/history.ts';

const SPAN = { from: NOW - 4 * DAY, until: NOW };

function demand(present: Size, is: History): Demand {
  return demandOf(historyOf({ days: 4, size: present, ...is }), present, SPAN);
}

/** The value of an hour, by the hours before the last one. */
function at(values: Float64Array, ago: number): number | null {
  const value = values[values.length - 1 - ago]!;
  return Number.isNaN(value) ? null : Math.round(value * 100) / 100;
}

const seen = (from: number, until: number, of: Size): ObservedSize => ({
  size: of,
  from: NOW - from * HOUR,
  until: NOW - until * HOUR,
});

const BIG = size(4096, 8);
/** It had 4 shards until it got 8; the change was between 40 and 30 hours ago. */
const RESHARDED: History = {
  memory: 12_000,
  cpu: 60,
  bandwidth: 40,
  connections: 50,
  skew: 1.2,
  size: (ago) => (ago < 35 ? BIG : size(4096, 4)),
  sizes: [seen(90, 40, size(4096, 4)), seen(30, 1, BIG)],
};
/** Its shards had 2 GB and evicted until they got 4 GB, 35 hours ago. */
const GROWN: History = {
  memory: (ago) => (ago < 35 ? 14_000 : 8100),
  evicted: (ago) => (ago < 35 ? 0 : 70),
  size: (ago) => (ago < 35 ? size(4096, 4) : size(2048, 4)),
  sizes: [seen(90, 40, size(2048, 4)), seen(30, 1, size(4096, 4))],
};

type Row = readonly [
  title: string,
  is: History,
  present: Size,
  values: 'memory' | 'cpu' | 'connections' | 'bandwidth' | 'evicted' | 'skew',
  ago: number,
  expected: number | null,
];

const ROWS: readonly Row[] = [
  ['memory is that of the fullest shard', { memory: 6000, skew: 1.2 }, size(4096, 3), 'memory', 3, 2400],
  ['a single shard has all memory', { memory: 3000, skew: 1 }, size(4096, 1), 'memory', 3, 3000],
  ['no shard holds more than all of them', { memory: 300, skew: 9 }, size(4096, 3), 'memory', 3, 300],
  ['a gap stays a gap', { memory: (ago) => (ago === 3 ? null : 6000) }, size(4096, 3), 'memory', 3, null],
  [
    'zero memory with keys is a gap',
    { memory: (ago) => (ago === 3 ? 0 : 6000) },
    size(4096, 3),
    'memory',
    3,
    null,
  ],
  [
    'zero memory without keys is zero',
    { memory: (ago) => (ago === 3 ? 0 : 6000), keys: 0 },
    size(4096, 3),
    'memory',
    3,
    0,
  ],
  ['memory before a change of shards is spread over the present ones', RESHARDED, BIG, 'memory', 50, 1800],
  ['memory after a change of shards', RESHARDED, BIG, 'memory', 5, 1800],
  ['CPU before more shards is spread over them', RESHARDED, BIG, 'cpu', 50, 30],
  ['CPU after more shards stays', RESHARDED, BIG, 'cpu', 5, 60],
  ['between two observations, the total of memory shows the size: before', RESHARDED, BIG, 'cpu', 37, 30],
  ['between two observations, the total of memory shows the size: after', RESHARDED, BIG, 'cpu', 33, 60],
  ['bandwidth before more shards is spread over them', RESHARDED, BIG, 'bandwidth', 50, 20],
  ['connections are a share of the present limit', RESHARDED, BIG, 'connections', 50, 25],
  [
    'a size that nobody observed makes CPU a gap',
    { ...RESHARDED, sizes: [seen(30, 1, BIG)] },
    BIG,
    'cpu',
    50,
    null,
  ],
  [
    'a size that nobody observed keeps memory',
    { ...RESHARDED, sizes: [seen(30, 1, BIG)] },
    BIG,
    'memory',
    50,
    1800,
  ],
  ['what evicted at a smaller size needed at least that size', GROWN, size(4096, 4), 'memory', 50, 2048],
  ['evictions at another size do not count', GROWN, size(4096, 4), 'evicted', 50, null],
  ['evictions at the present size count', { evicted: 7 }, size(4096, 3), 'evicted', 5, 7],
  ['hours before the history are gaps', { days: 2 }, size(4096, 3), 'memory', 60, null],
];

describe('an hour', () => {
  it.each(ROWS)('%s', (...[, is, present, values, ago, expected]) => {
    expect(at(demand(present, is)[values], ago)).toBe(expected);
  });

  it('has changes of the size within the span, and the first value ever', () => {
    const { changes, since } = demand(BIG, RESHARDED);
    expect(changes).toEqual([{ after: NOW - 40 * HOUR, by: NOW - 30 * HOUR, from: size(4096, 4), to: BIG }]);
    expect(since).toBe(NOW - 4 * DAY);
    expect(demand(BIG, { memory: () => null }).since).toBeNull();
  });
});

describe('statistics', () => {
  const { memory, ...rest } = demand(size(4096, 1), { memory: (ago) => (ago % 2 === 0 ? null : ago) });
  const whole = { memory, ...rest };
  const range = lastHours(whole, 4 * DAY);

  it('leave gaps out', () => {
    expect(foundIn(memory, range)).toBe(48);
    expect(statisticOf(memory, range, 'max')).toBe(95);
    expect(statisticOf(memory, range, 'p50')).toBe(47);
    expect(statisticOf(memory, range, 'p95')).toBe(91);
    expect(peakIn(memory, range)).toBe(0);
  });

  it('have no value without values', () => {
    const none = demand(size(4096, 1), { memory: () => null });
    expect(statisticOf(none.memory, lastHours(none, DAY), 'max')).toBeNull();
    expect(peakIn(none.memory, lastHours(none, DAY))).toBeNull();
  });

  it('have no more hours than the demand', () => {
    expect(lastHours(whole, 400 * DAY)).toEqual({ first: 0, end: 96 });
  });
});
