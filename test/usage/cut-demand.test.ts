/** Parts of a demand, and the same demand at another size. */
import { describe, expect, it } from 'vitest';
import { cutDemand, rescaleDemand } from '../../src/usage/cut-demand.ts';
import type { Demand } from '../../src/usage/demand.ts';

const HOUR = 3_600_000;
const START = 100 * HOUR;
const at = (hour: number) => START + hour * HOUR;
const hours = (scale: number) => Float64Array.from([0, 1, 2, 3, 4, 5], (hour) => hour * scale);
const DEMAND = {
  ...{
    from: START,
    until: at(6),
    memory: hours(1),
    cpu: hours(2),
    connections: hours(3),
    bandwidth: hours(4),
  },
  ...{ evicted: hours(5), throttled: hours(6), skew: hours(7), since: at(3) },
  changes: [1, 3, 5].map((hour) => ({ by: at(hour) })),
} as unknown as Demand;

describe('a part of a demand', () => {
  it.each([
    ['the middle', [2, 4], [2, 4], [3], 3],
    ['all of it', [0, 6], [0, 6], [1, 3, 5], 3],
    ['what is there of a longer span', [-5, 9], [0, 6], [1, 3, 5], 3],
    ['nothing before it', [-5, -2], [0, 0], [], null],
    ['nothing of an empty span', [4, 4], [4, 4], [], 3],
    ['up to the moment of the last size, which is not known yet', [0, 3], [0, 3], [1, 3], null],
  ] as const)('has %s', (_, [from, until], [first, end], changes, since) => {
    const part = cutDemand(DEMAND, { from: at(from), until: at(until) });
    expect([part.from, part.until, part.since]).toEqual([
      at(first),
      at(end),
      since === null ? null : at(since),
    ]);
    const wanted = [0, 1, 2, 3, 4, 5].slice(first, end);
    const scales = {
      memory: 1,
      cpu: 2,
      connections: 3,
      bandwidth: 4,
      evicted: 5,
      throttled: 6,
      skew: 7,
    } as const;
    for (const [name, scale] of Object.entries(scales))
      expect([...part[name as keyof typeof scales]], name).toEqual(wanted.map((hour) => hour * scale));
    expect(part.changes).toEqual(changes.map((hour) => ({ by: at(hour) })));
  });

  it('without a known last size has none', () => {
    expect(cutDemand({ ...DEMAND, since: null }, { from: at(0), until: at(6) }).since).toBeNull();
  });
});

describe('the demand at another size', () => {
  const size = (shards: number) => ({ memoryPerShard: 4096, shards, replicas: 1 });
  const limits = (of: { readonly shards: number }) => ({
    bandwidth: 10 * of.shards ** 2,
    connections: of.shards,
  });
  it.each([
    ['follows the number of shards', 4, 8, null, [0.5, 0.5, 0.5, 0.5]],
    ['stays with the same number', 4, 4, null, [1, 1, 1, 1]],
    ['follows what the sizes allow', 4, 8, limits, [0.5, 0.5, 0.5, 0.25]],
    ['follows the shards if a limit is not known', 4, 8, () => null, [0.5, 0.5, 0.5, 0.5]],
  ] as const)('%s', (_, from, to, limitsOf, [memory, cpu, connections, bandwidth]) => {
    const scaled = rescaleDemand(DEMAND, size(from), size(to), limitsOf);
    const last = (values: Float64Array) => values[5]!;
    expect([scaled.memory, scaled.cpu, scaled.connections, scaled.bandwidth].map(last)).toEqual([
      ...[5 * memory, 10 * cpu, 15 * connections, 20 * bandwidth],
    ]);
    expect([scaled.evicted, scaled.throttled, scaled.skew]).toEqual([
      DEMAND.evicted,
      DEMAND.throttled,
      DEMAND.skew,
    ]);
  });
});
