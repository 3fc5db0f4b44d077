/** Whether the steps of a plan could be taken back after its run. */
import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/messages/messages.ts';
import type { SavedPlan, Size, UsedMemory } from '../../src/model.ts';
import { countRollbacks, rollbacksOf } from '../../src/plan/rollbacks.ts';
import { type Case, savedPlan } from '../report/situations.ts';

const GB = 1024;
const SIZE: Size = { memoryPerShard: 4 * GB, shards: 1, replicas: 1 };
const used = (total: number, fullestShard: number | null = total): UsedMemory => ({
  total,
  fullestShard,
  source: 'test',
  readAt: '2026-01-05T01:57:00.000Z',
});

function planOf(size: Size, changes: Case['changes'], known: UsedMemory | null): SavedPlan {
  const plan = savedPlan([{ instance: 'crs-00000001', name: 'cart', size, changes }]);
  const preconditions = plan.preconditions.map((one) => (known === null ? one : { ...one, used: known }));
  return { ...plan, preconditions };
}

describe('a rollback', () => {
  const three = { ...SIZE, shards: 3 };
  const grow = [{ memoryPerShard: 8 * GB }];
  it.each<[string, Size, Case['changes'], UsedMemory | null, string[]]>([
    ['of memory that the data needs is refused, with the number', SIZE, grow, used(3600), ['refused 4680']],
    [
      'of memory is possible at exactly 1.3 x the memory in use',
      SIZE,
      grow,
      used((4 * GB * 10) / 13 - 0.1),
      ['possible'],
    ],
    ['of memory is not known without the memory in use', SIZE, grow, null, ['unknown']],
    ['of replicas is possible whatever is in use', SIZE, [{ replicas: 2 }], null, ['possible']],
    [
      'of a reduction is possible, because it grows',
      { ...SIZE, memoryPerShard: 8 * GB },
      [{ memoryPerShard: 4 * GB }],
      used(3000),
      ['possible'],
    ],
    ['of a cluster is refused by its fullest shard', three, grow, used(6000, 3500), ['refused 4550']],
    ['of a cluster is not known without its fullest shard', three, grow, used(6000, null), ['unknown']],
    [
      'of a cluster is refused by the total, even without its fullest shard',
      three,
      grow,
      used(10_000, null),
      ['refused 13000'],
    ],
    ['of shards needs room for the total', three, [{ shards: 6 }], used(10_000, 3400), ['refused 13000']],
    [
      'counts each step by itself',
      three,
      [{ memoryPerShard: 8 * GB }, { shards: 6 }],
      used(12_000, 4000),
      ['refused 15600', 'possible'],
    ],
  ])('%s', (_, size, changes, known, expected) => {
    const rollbacks = rollbacksOf(planOf(size, changes, known));
    expect(rollbacks.map(({ verdict, needs }) => [verdict, needs ?? ''].join(' ').trim())).toEqual(expected);
    expect(rollbacks.every(({ verdict, reason }) => (verdict === 'possible') === (reason === null))).toBe(
      true,
    );
  });

  it('says why it would be refused, with the numbers', () => {
    const [one] = rollbacksOf(planOf(SIZE, grow, used(3600)));
    expect(textOf(one!.reason!)).toBe(
      '4 GB in total is less than the 4,680 MB that a reduction needs: 1.3 x the 3,600 MB in use',
    );
  });

  it('of an instance counts as refused if one step is, and else as not known if one step is not', () => {
    const of = (instance: string, ...verdicts: ('possible' | 'refused' | 'unknown')[]) =>
      verdicts.map((verdict, at) => ({
        step: `${instance}/${at}`,
        instance,
        verdict,
        reason: null,
        needs: null,
      }));
    const all = [...of('a', 'unknown', 'refused'), ...of('b', 'possible', 'unknown'), ...of('c', 'possible')];
    expect(countRollbacks(all)).toEqual({ instances: 3, refused: 1, unknown: 1 });
  });
});
