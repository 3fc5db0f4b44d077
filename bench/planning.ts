/** 100,000 instances planned and sealed, against JSON.parse of their inventory. */
import { draftPlan, finishPlan } from '../src/plan/make-plan.ts';
import { parsePlan } from '../src/plan/parse-plan.ts';
import { inventoryOf } from './inventory.ts';
import { type Row, rounds, timed } from './measure.ts';

export async function planning(): Promise<Row> {
  const inventory = inventoryOf(100_000);
  const text = JSON.stringify(inventory);
  const { plan, findings } = parsePlan(
    [
      'version: 1',
      'name: bench',
      'onBlocked: skip',
      'targets:',
      '  - select: { regions: [ap-guangzhou], tags: { app: cart } }',
      '    memoryPerShard: { grow: 25%, roundTo: sold }',
      '  - select: { regions: [ap-shanghai], name: "feed-*" }',
      '    memoryPerShard: { atLeast: 8GB, roundTo: sold }',
      '  - select: { regions: [ap-guangzhou, ap-shanghai], tags: { tier: gold } }',
      '    replicas: 2',
    ].join('\n'),
    'bench.yaml',
  );
  if (!plan) throw new Error(findings.map(({ what }) => what).join('\n'));
  const now = Date.parse(inventory.readAt);
  return rounds(
    () =>
      timed(() => {
        const review = finishPlan(draftPlan(plan, inventory, now), { quotes: null, now, saveAs: null });
        if (review.plan.steps.length < 10_000) throw new Error(`only ${review.plan.steps.length} steps`);
      }),
    () => timed(() => JSON.parse(text)),
    {
      name: 'planning: 100,000 instances, three selectors, sealed',
      unit: 'ms',
      floorIs: 'JSON.parse of the inventory',
    },
  );
}
