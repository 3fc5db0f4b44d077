/** Advice for a fleet, from the history of a store. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import type { Instance } from '../../src/model.ts';
import { type FactsWanted, recommendFleet } from '../../src/operations/recommend/recommend-fleet.ts';
import { DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { CATALOGUE, GB, instance, NOW, size } from '../plan/fixtures/small-fleet.ts';
import { memoryUsage } from '../usage/memory-usage.ts';
import { type History, historyOf } from './history.ts';

const PROVIDER = 'https://redis.example';

/** A store with these histories, by the id of the instance. */
async function storeOf(histories: Readonly<Record<string, History>>) {
  const store = memoryUsage();
  for (const [id, is] of Object.entries(histories)) {
    const { series, sizes } = historyOf(is);
    await store.put(PROVIDER, [
      {
        instance: id,
        series: series.map((one) => ({ ...one, instance: id })),
        size: sizes.at(-1)!.size,
        at: sizes.at(-1)!.until,
      },
    ]);
  }
  return store;
}

async function recommend(
  instances: readonly Instance[],
  histories: Readonly<Record<string, History>>,
  more: object = {},
) {
  return recommendFleet({
    inventory: { instances, catalogue: CATALOGUE },
    sizing: DEFAULT_SIZING,
    store: await storeOf(histories),
    provider: PROVIDER,
    clock: new VirtualClock(NOW),
    ...more,
  });
}

const one = (number: number, is: Partial<Instance> = {}) =>
  instance({ id: `crs-${String(number).padStart(8, '0')}`, ...is });
const full: History = { memory: 11_000 };

describe('advice for a fleet', () => {
  it.each([3, 40])('has one entry for each of %i running instances, ranked', async (count) => {
    const instances = Array.from({ length: count }, (_, number) => one(number));
    const { recommendations, notRunning } = await recommend(
      [...instances, one(900, { status: 'isolated' }), one(901, { edition: 'unrecognised' })],
      { 'crs-00000001': full, 'crs-00000002': { memory: 3000 } },
    );
    expect(recommendations.map(({ instance: id }) => id).sort()).toEqual(instances.map(({ id }) => id));
    expect(recommendations.slice(0, 2).map(({ verdict }) => verdict)).toEqual(['grow', 'shrink']);
    expect(recommendations.slice(2).every(({ verdict }) => verdict === 'insufficient-data')).toBe(true);
    expect(notRunning).toBe(2);
  });

  it('gives each profile that sees an instance its advice', async () => {
    const twice = [one(1), one(1, { profile: 'other' })];
    const { recommendations } = await recommend(twice, { 'crs-00000001': full });
    expect(recommendations.map(({ profile, verdict }) => [profile, verdict])).toEqual([
      ['default', 'grow'],
      ['other', 'grow'],
    ]);
  });

  it('says which command collects a history when there is none', async () => {
    await expect(recommend([one(1)], {})).rejects.toMatchObject({
      code: 'usage',
      fix: expect.stringContaining('refit usage collect'),
    });
  });

  it('takes no history of another provider', async () => {
    await expect(
      recommend([one(1)], { 'crs-00000001': full }, { provider: 'https://other' }),
    ).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('reads facts for what changes only, and decides again with them', async () => {
    const asked: FactsWanted[] = [];
    const { recommendations } = await recommend(
      [one(1), one(2), one(3)],
      {
        'crs-00000001': full,
        'crs-00000002': { memory: 3000, bandwidth: 60 },
        'crs-00000003': { memory: 8000 },
      },
      {
        readFacts: async (wanted: readonly FactsWanted[]) => {
          asked.push(...wanted);
          return () => ({
            evictionPolicy: 'noeviction',
            limitsOf: ({ memoryPerShard }: { memoryPerShard: number }) => ({
              bandwidth: memoryPerShard < 4 * GB ? 50 : 100,
              connections: 10_000,
            }),
          });
        },
      },
    );
    expect(asked.map(({ instance: { id }, policy, sizes }) => [id, policy, sizes])).toEqual([
      ['crs-00000001', true, []],
      ['crs-00000002', true, [size(4 * GB, 3), size(2 * GB, 3)]],
    ]);
    const byId = new Map(recommendations.map((advice) => [advice.instance, advice]));
    expect(byId.get('crs-00000001')!.risk.message.params).toMatchObject({ policy: 'noeviction' });
    expect(byId.get('crs-00000002')).toMatchObject({ verdict: 'optimal', metric: 'bandwidth' });
  });
});
