/** The size of an instance over time, as its page draws it. */
import { describe, expect, it } from 'vitest';
import type { InstanceStep } from '../../src/console/api/fleet.ts';
import { levelPath, sizeHistory } from '../../src/console/ui/pages/fleet/size-history.ts';
import type { Outcome } from '../../src/model.ts';

const MINUTE = 60_000;
const BEGAN = Date.parse('2026-01-05T02:00:00.000Z');
const time = (minute: number | null) =>
  minute === null ? null : new Date(BEGAN + minute * MINUTE).toISOString();
const size = (memoryPerShard: number, shards = 1) => ({ memoryPerShard, shards, replicas: 1 });

/** A step between two minutes. */
const step = (
  [from, to]: readonly [number | null, number | null],
  [before, after]: readonly [number, number],
  outcome: Outcome | null = 'verified',
): InstanceStep => ({
  ...{
    run: `r${from}`,
    plan: 'grow',
    step: 'crs-1/memoryPerShard',
    at: 0,
    code: null,
    name: 'cart',
    region: 'ap-guangzhou',
    message: null,
  },
  ...{ orders: [], startedAt: time(from), endedAt: time(to), outcome },
  ...{ before: size(before), after: size(after) },
});

/** The level in minutes and MB, and what something else changed. */
const drawn = (steps: readonly InstanceStep[], read: readonly [number, number] | null = null) => {
  const history = sizeHistory(steps, read && { at: time(read[0])!, size: size(read[1]) });
  const short = ([at, memory]: readonly [number, number]) => `${(at - BEGAN) / MINUTE}:${memory}`;
  return (
    history && {
      level: history.level.map(short).join(' '),
      elsewhere: history.elsewhere.map((pair) => pair.map(short).join(' ')),
    }
  );
};

describe('the size over time', () => {
  it.each<[string, ReturnType<typeof drawn>, ReturnType<typeof drawn>]>([
    ['is not drawn without steps', drawn([]), null],
    ['is not drawn if no step started', drawn([step([null, null], [1, 2], 'not-run')]), null],
    [
      'changes when a step is verified',
      drawn([step([0, 5], [1, 2])]),
      { level: '0:1 5:1 5:2', elsewhere: [] },
    ],
    ['stays when a step fails', drawn([step([0, 5], [1, 2], 'failed')]), { level: '0:1 5:1', elsewhere: [] }],
    [
      'stays while a step goes on',
      drawn([step([0, null], [1, 2], null)]),
      { level: '0:1 0:1', elsewhere: [] },
    ],
    [
      'goes on from step to step, in the order of time',
      drawn([step([9, 10], [2, 4]), step([0, 5], [1, 2])]),
      { level: '0:1 5:1 5:2 9:2 10:2 10:4', elsewhere: [] },
    ],
    [
      'shows what something else changed between two steps, and after them',
      drawn([step([0, 5], [1, 2]), step([9, 10], [3, 4])], [20, 8]),
      { level: '0:1 5:1 5:2 9:3 10:3 10:4 20:8', elsewhere: ['5:2 9:3', '10:4 20:8'] },
    ],
    [
      'ignores a reading that is older than the last step',
      drawn([step([0, 5], [1, 2])], [3, 1]),
      { level: '0:1 5:1 5:2', elsewhere: [] },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('counts all shards of the master, and nothing of its replicas', () => {
    const history = sizeHistory([{ ...step([0, 5], [1, 2]), before: size(4, 3), after: size(8, 3) }], null);
    expect(history?.marks).toMatchObject([{ before: 12, ordered: 24 }]);
    expect(history?.most).toBe(24);
  });

  it('has a span that can be drawn, also of one moment', () => {
    const { from, to } = sizeHistory([step([0, null], [1, 2], null)], null)!;
    expect(to).toBeGreaterThan(from);
  });

  it('lifts the pen where nobody knows the way', () => {
    const { level } = sizeHistory([step([0, 5], [1, 2]), step([9, 10], [3, 4])], null)!;
    const path = levelPath(level, ([at, memory]) => [(at - BEGAN) / MINUTE, memory]);
    expect(path).toBe('M0.0 1.0L5.0 1.0L5.0 2.0M9.0 3.0L10.0 3.0L10.0 4.0');
  });
});
