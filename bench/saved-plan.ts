/** A saved plan with a given number of steps, made offline and always the same. */
import type { SavedPlan } from '../src/model.ts';
import { draftPlan, finishPlan } from '../src/plan/make-plan.ts';
import { parsePlan } from '../src/plan/parse/parse-plan.ts';
import { inventoryOf } from './inventory.ts';

/** @param more additional lines of the plan. */
export function savedPlanOf(steps: number, more: readonly string[] = []): SavedPlan {
  const inventory = inventoryOf(steps);
  const { plan, findings } = parsePlan(
    [
      'version: 1',
      'name: bench',
      'targets:',
      '  - { select: { regions: [ap-guangzhou, ap-shanghai] }, replicas: 2 }',
      ...more,
    ].join('\n'),
    'bench.yaml',
  );
  if (!plan) throw new Error(findings.map(({ message }) => message).join('\n'));
  const now = Date.parse(inventory.readAt);
  const review = finishPlan(draftPlan(plan, inventory, now), { quotes: null, now, saveAs: null });
  if (review.verdict !== 'ready') throw new Error(review.findings.map(({ message }) => message).join('\n'));
  return review.plan;
}
