/** Which instances should change, by their history. The instance is a Redis 5.0 cluster of 3 shards of 4 GB with 1 replica. */
import { describe, expect, it } from 'vitest';
import { render } from '../../src/messages/messages.ts';
import type { Instance, InstanceKnowledge, Recommendation, Sizing, SizingRules } from '../../src/model.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { rank } from '../../src/recommend/rank.ts';
import { factsWanted, NOTHING_READ, recommendFor } from '../../src/recommend/recommend.ts';
import { DAY } from '../../src/units.ts';
import { GB, instance, NOW, offer, select, size, standard } from '../plan/fixtures/small-fleet.ts';
import { type History, historyOf, line } from './history.ts';

interface Case {
  readonly history?: History | null;
  readonly instance?: Instance;
  readonly rules?: Partial<SizingRules>;
  readonly sizing?: Partial<Sizing>;
  readonly knowledge?: Partial<InstanceKnowledge>;
}

function advise({ history = {}, instance: of = instance(), rules, sizing, knowledge }: Case): Recommendation {
  const isCluster = of.edition.endsWith('cluster');
  return recommendFor(
    of,
    history === null ? null : historyOf({ size: of.size, ...history }),
    {
      sizing: { ...DEFAULT_SIZING, rules: { ...DEFAULT_RULES, ...rules }, ...sizing },
      sold: () => (isCluster ? offer() : offer({ edition: of.edition, shards: [1] } as object)),
      now: NOW,
    },
    { ...NOTHING_READ, ...knowledge },
  );
}

/** A day's season: the peak at one hour of the day, and half of it twelve hours away. */
const season =
  (peak: number) =>
  (ago: number): number =>
    peak * (0.75 + 0.25 * Math.cos((2 * Math.PI * ago) / 24));

type Row = readonly [title: string, of: Case, verdict: string, metric: string | null, advised: string];

const of = ({ memoryPerShard, shards, replicas }: Recommendation['current']) =>
  `${memoryPerShard / GB}GB x ${shards} x ${replicas}`;

const ROWS: readonly Row[] = [
  [
    'keeps an instance that is not too full and not too empty',
    { history: { memory: 8000 } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'grows one whose memory is above the limit',
    { history: { memory: 10_000 } },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  [
    'grows one that will be above the limit in ten days',
    { history: { memory: line(8600, 140) } },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  [
    'keeps one that grows too slowly to matter',
    { history: { memory: line(7000, 10) } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'grows with two days of history',
    { history: { memory: 10_000, days: 2 } },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  ['shrinks one that is half empty', { history: { memory: 3000 } }, 'shrink', 'memory', '2GB x 3 x 1'],
  [
    'shrinks by the peak of the day and not by its average',
    { history: { memory: season(4500) } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'does not shrink below a peak that came once in the lookback',
    { history: { memory: (ago) => (ago === 400 ? 7000 : 3000) } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'does not shrink what grows into its size',
    { history: { memory: line(3000, 60) } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'does not take a falling trend for granted',
    { history: { memory: (ago) => 3900 + 8 * ago } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'does not shrink with ten days of history',
    { history: { memory: 3000, days: 10 } },
    'insufficient-data',
    'memory',
    '-',
  ],
  [
    'keeps a young instance for which no smaller size would do anyway',
    { history: { memory: 8000, days: 10 } },
    'optimal',
    'memory',
    '-',
  ],
  ['says nothing without history', { history: null }, 'insufficient-data', null, '-'],
  [
    'says nothing when every hour is a gap',
    { history: { memory: () => null } },
    'insufficient-data',
    null,
    '-',
  ],
  [
    'says nothing when the newest hours are missing',
    { history: { memory: (ago) => (ago < 60 ? null : 10_000) } },
    'insufficient-data',
    null,
    '-',
  ],
  [
    'takes hours that were not collected yet for no gaps',
    { history: { memory: 10_000, until: 30 } },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  [
    'says nothing when nothing was collected for three days',
    { history: { memory: 10_000, until: 72 } },
    'insufficient-data',
    null,
    '-',
  ],
  [
    'does not shrink with gaps in a fifth of the hours',
    { history: { memory: (ago) => (ago % 5 === 0 ? null : 3000) } },
    'insufficient-data',
    'memory',
    '-',
  ],
  [
    'grows with gaps in a fifth of the hours',
    { history: { memory: (ago) => (ago % 5 === 0 ? null : 10_000) } },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  [
    'takes zero memory with keys for a gap',
    { history: { memory: (ago) => (ago % 3 === 0 ? 0 : 3000) } },
    'insufficient-data',
    null,
    '-',
  ],
  [
    'is not misled by a restart that emptied the instance',
    {
      history: {
        memory: (ago) => (ago >= 30 && ago < 50 ? 0 : 10_000),
        keys: (ago) => (ago >= 30 && ago < 50 ? 0 : 1000),
      },
    },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  ['looks at the fullest shard', { history: { memory: 6000, skew: 1.45 } }, 'optimal', 'memory', '-'],
  [
    'blocks growth that only one uneven shard needs',
    { history: { memory: 6000, skew: 1.7 } },
    'blocked',
    'memory',
    '-',
  ],
  [
    'grows uneven shards that will be full soon',
    { history: { memory: 6600, skew: 1.7 } },
    'grow',
    'memory',
    '8GB x 3 x 1',
  ],
  [
    'grows uneven shards when the average one is full, too',
    { history: { memory: 10_200, skew: 1.6 } },
    'grow',
    'memory',
    '12GB x 3 x 1',
  ],
  [
    'adds shards when no larger shard is sold',
    { instance: instance({ size: size(64 * GB, 3) }), history: { memory: 170 * GB } },
    'reshape',
    'memory',
    '64GB x 5 x 1',
  ],
  [
    'is blocked when a standard instance has the largest size',
    { instance: standard({ size: size(64 * GB) }), history: { memory: 60 * GB } },
    'blocked',
    'memory',
    '-',
  ],
  ['adds shards when CPU binds', { history: { cpu: 95 } }, 'reshape', 'cpu', '4GB x 5 x 1'],
  [
    'names another cure for CPU of a standard instance',
    { instance: standard(), history: { memory: 2000, cpu: 95 } },
    'blocked',
    'cpu',
    '-',
  ],
  [
    'adds a replica where replicas serve reads and CPU binds',
    { instance: { ...standard(), readsFromReplicas: true }, history: { memory: 2000, cpu: 95 } },
    'reshape',
    'cpu',
    '4GB x 1 x 2',
  ],
  [
    'adds shards when connections bind',
    { history: { connections: 90 } },
    'reshape',
    'connections',
    '4GB x 5 x 1',
  ],
  ['adds shards when bandwidth binds', { history: { bandwidth: 97 } }, 'reshape', 'bandwidth', '4GB x 5 x 1'],
  [
    'does not shrink what was throttled',
    { history: { memory: 3000, throttled: (ago) => (ago === 50 ? 4 : 0) } },
    'optimal',
    'bandwidth',
    '-',
  ],
  [
    'does not shrink what evicted keys two weeks ago',
    { history: { memory: 3000, evicted: (ago) => (ago === 350 ? 4 : 0) } },
    'optimal',
    'evictions',
    '-',
  ],
  [
    'grows what evicts keys lately',
    { history: { memory: 8000, evicted: (ago) => (ago < 5 ? 90 : 0) } },
    'grow',
    'evictions',
    '8GB x 3 x 1',
  ],
  [
    'leaves a cache alone that is full on purpose',
    { history: { memory: 12_000, evicted: 500 } },
    'optimal',
    'evictions',
    '-',
  ],
  [
    'grows a full cache if the sizing file wants that',
    { history: { memory: 12_000, evicted: 500 }, rules: { caches: 'grow' } },
    'grow',
    'evictions',
    '8GB x 3 x 1',
  ],
  [
    'takes the next larger size when connections would not fit the smallest',
    {
      history: { memory: 600, connections: 40 },
      instance: instance({ size: size(4 * GB, 3) }),
      knowledge: {
        limitsOf: ({ memoryPerShard }) => ({
          bandwidth: 100,
          connections: memoryPerShard < 2 * GB ? 3000 : 10_000,
        }),
      },
    },
    'shrink',
    'memory',
    '2GB x 3 x 1',
  ],
  [
    'does not shrink when bandwidth would bind at every smaller size',
    {
      history: { memory: 3000, bandwidth: 60 },
      knowledge: {
        limitsOf: ({ memoryPerShard }) => ({
          bandwidth: memoryPerShard < 4 * GB ? 50 : 100,
          connections: 10_000,
        }),
      },
    },
    'optimal',
    'bandwidth',
    '-',
  ],
  [
    'removes shards only if the sizing file wants that',
    { instance: instance({ size: size(1 * GB, 8) }), history: { memory: 900 } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'removes shards',
    {
      instance: instance({ used: null, size: size(1 * GB, 8) }),
      history: { memory: 900, cpu: 8 },
      rules: { fewerShards: true },
    },
    'reshape',
    'memory',
    '1GB x 3 x 1',
  ],
  [
    'removes no shards whose CPU the others could not carry',
    {
      instance: instance({ used: null, size: size(1 * GB, 8) }),
      history: { memory: 900, cpu: 50 },
      rules: { fewerShards: true },
    },
    'optimal',
    'memory',
    '-',
  ],
  [
    'removes idle replicas',
    {
      instance: instance({ size: size(4 * GB, 3, 3) }),
      history: { memory: 7000 },
      rules: { fewerReplicas: true },
    },
    'reshape',
    'replicas',
    '4GB x 3 x 1',
  ],
  [
    'keeps replicas that serve reads',
    {
      instance: { ...instance({ size: size(4 * GB, 3, 3) }), readsFromReplicas: true },
      history: { memory: 7000 },
      rules: { fewerReplicas: true },
    },
    'optimal',
    'memory',
    '-',
  ],
  [
    'shrinks nothing if the sizing file forbids it',
    { history: { memory: 3000 }, rules: { shrink: { ...DEFAULT_RULES.shrink, allow: false } } },
    'optimal',
    'memory',
    '-',
  ],
  [
    'is blocked by a task in progress',
    { instance: instance({ task: 'resize' }), history: { memory: 10_000 } },
    'blocked',
    'memory',
    '-',
  ],
  [
    'leaves alone what the provider scales',
    {
      history: { memory: 10_000 },
      sizing: {
        leaveAlone: [
          { select: select(), because: 'auto-scaling', location: { file: 's.yaml', line: 9, column: 3 } },
        ],
      },
    },
    'blocked',
    'memory',
    '-',
  ],
  [
    'shrinks nothing within two weeks after a change of its size',
    {
      history: {
        memory: 3000,
        size: (ago) => (ago < 100 ? size(4 * GB, 3) : size(2 * GB, 3)),
        sizes: [
          { size: size(2 * GB, 3), from: NOW - 20 * DAY, until: NOW - 5 * DAY },
          { size: size(4 * GB, 3), from: NOW - 4 * DAY, until: NOW - DAY },
        ],
      },
    },
    'blocked',
    'memory',
    '-',
  ],
  [
    'needs no more than its data after shards were added in between',
    {
      instance: instance({ size: size(4 * GB, 8) }),
      history: {
        memory: 10_000,
        size: (ago) => (ago < 480 ? size(4 * GB, 8) : size(4 * GB, 3)),
        sizes: [
          { size: size(4 * GB, 3), from: NOW - 27 * DAY, until: NOW - 21 * DAY },
          { size: size(4 * GB, 8), from: NOW - 20 * DAY, until: NOW - DAY },
        ],
      },
    },
    'shrink',
    'memory',
    '2GB x 8 x 1',
  ],
];

describe('the verdict', () => {
  it.each(ROWS)('%s', (_, given, verdict, metric, advised) => {
    const found = advise(given);
    const { message: reason } = render(found.reason);
    expect([found.verdict, found.metric, found.advised === null ? '-' : of(found.advised)], reason).toEqual([
      verdict,
      metric,
      advised,
    ]);
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe('every recommendation', () => {
  it.each(ROWS)('that %s is consistent', (_, given) => {
    const found = advise(given);
    const changes = ['grow', 'shrink', 'reshape'].includes(found.verdict);
    expect(found.advised !== null).toBe(changes);
    expect(found.billedMemory === 0).toBe(!changes);
    if (found.without !== null) expect(found.verdict).toBe('blocked');
    for (const text of [found.reason, found.risk.message, found.confidence?.message])
      if (text) expect(render(text).message).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(numbersIn(found).filter((value) => !Number.isFinite(value))).toEqual([]);
    // What was read since may only make advice better.
    expect(factsWanted(found, offer()).sizes.length >= 2).toBe(
      found.evidence.memory !== null &&
        [found.advised, found.without].some(
          (to) =>
            to !== null &&
            (to.memoryPerShard < found.current.memoryPerShard || to.shards < found.current.shards),
        ),
    );
  });
});

describe('the limits that are wanted', () => {
  it('are those of the present size, of a smaller advised one, and of the sizes between them', () => {
    const wanted = (given: Case) => factsWanted(advise(given), offer()).sizes;
    const large = instance({ size: size(24 * GB, 3) });
    const sizes = wanted({ instance: large, history: { memory: 3000 } });
    expect(sizes.map(({ memoryPerShard }) => memoryPerShard / GB)).toEqual([24, 2, 4, 8, 12, 16, 20]);
    expect(wanted({ history: { memory: 10_000 } })).toEqual([]);
    expect(wanted({ history: { memory: 8000 } })).toEqual([]);
  });

  it('are enough to skip every size whose limits are too low', () => {
    const limitsOf = ({ memoryPerShard }: { memoryPerShard: number }) => ({
      bandwidth: memoryPerShard < 12 * GB ? 24 : 48,
      connections: 10_000,
    });
    const given = {
      instance: instance({ size: size(24 * GB, 3) }),
      history: { memory: 3000, bandwidth: 40 },
    };
    expect(of(advise(given).advised!)).toBe('2GB x 3 x 1');
    const found = advise({ ...given, knowledge: { limitsOf } });
    expect(of(found.advised!)).toBe('12GB x 3 x 1');
    // Memory is not why the next smaller size is too small.
    expect(found.smaller).toEqual({
      size: size(8 * GB, 3),
      reason: { id: 'advice.bound-by', params: { metric: 'bandwidth', size: size(8 * GB, 3) } },
    });
  });
});

describe('the ranking', () => {
  it('has the greatest risk first, then what saves most', () => {
    const rows: Record<string, Case> = {
      full: { history: { memory: 11_500 } },
      soon: { history: { memory: line(8600, 140) } },
      large: { instance: instance({ size: size(16 * GB, 3) }), history: { memory: 3000 } },
      small: { history: { memory: 3000 } },
      fine: { history: { memory: 8000 } },
      unknown: { history: null },
    };
    const advice = Object.entries(rows).map(([id, given]) => ({ ...advise(given), instance: id }));
    expect(rank(advice.reverse()).map(({ instance: id }) => id)).toEqual([
      'full',
      'soon',
      'large',
      'small',
      'unknown',
      'fine',
    ]);
  });
});
