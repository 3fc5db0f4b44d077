import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { planFleet } from '../../../src/operations/plans/plan-fleet.ts';
import { type PlanHistory, readUse } from '../../../src/operations/plans/read-use.ts';
import { memoryUsage } from '../../usage/memory-usage.ts';
import { inventory, NOW, standard } from '../fixtures/small-fleet.ts';
import { filled, historyOf } from './history.ts';

const clock = { ...systemClock, now: () => NOW };
const full = standard({ id: 'crs-00000001' });
const half = standard({ id: 'crs-00000002' });
const unknown = standard({ id: 'crs-00000003' });

async function history(): Promise<PlanHistory> {
  const store = memoryUsage();
  for (const [one, share] of [
    [full, 91],
    [half, 50],
  ] as const) {
    const { series } = historyOf(one, filled(one, share));
    await store.put('', [{ instance: one.id, series, size: one.size, at: NOW }]);
  }
  return { store, provider: '' };
}

const TEXT = `version: 1
name: test
defaults: { region: ap-guangzhou }
targets:
  - { select: { used: "> 80%" }, memoryPerShard: 8GB }
`;
const from = { inventory: inventory([full, half, unknown]), source: 'fleet.json' };

describe('a plan by use', () => {
  it('reads the history of the instances in question', async () => {
    const { review } = await planFleet(TEXT, 'plan.yaml', { from, clock, history: await history() });
    expect(review!.plan.preconditions.map(({ instance }) => instance)).toEqual([full.id]);
    expect(review!.findings.map(({ code }) => code)).toContain('Refit.UsageUnknown');
  });

  it('says that nothing is known without a history', async () => {
    const { review } = await planFleet(TEXT, 'plan.yaml', { from, clock });
    expect(review!.verdict).toBe('blocked');
    expect(review!.findings.map(({ code }) => code)).toEqual(['Refit.UsageUnknown']);
  });

  it('does not open the history for a plan that needs none', async () => {
    const text = TEXT.replace('used: "> 80%"', 'all: true');
    const env = { REFIT_STORE: 'postgres://127.0.0.1:1/none' };
    const { review } = await planFleet(text, 'plan.yaml', {
      ...{ from, clock },
      history: { choice: { env }, provider: '' },
    });
    expect(review!.plan.preconditions).toHaveLength(3);
  });

  it('finds the same in one walk as in many reads', async () => {
    const questions = [{ of: 'memory', statistic: 'max', over: 86_400_000 }] as const;
    const instances = [full, half, unknown];
    const [read, walked] = await Promise.all(
      [10, 1].map(async (few) => readUse(instances, questions, await history(), { clock, few })),
    );
    expect([...read!].sort()).toEqual([...walked!].sort());
    expect([...read!.get(full.id)!.values()][0]).toMatchObject({ value: 91, found: 24, hours: 24 });
  });
});
