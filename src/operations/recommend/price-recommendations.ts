/** Asks the provider what advice costs, as for any other plan. */
import type { CloudReader } from '../../cloud/cloud.ts';
import { type Recommendation, type Recommendations, totalMemory } from '../../model.ts';
import { money } from '../../money.ts';
import { monthOf, termsOf } from '../../plan/price/monthly.ts';
import { toPlan } from '../../recommend/to-plan.ts';
import { planFleet } from '../plans/plan-fleet.ts';
import type { ReadOptions } from '../read-fleet.ts';

/**
 * The advice with the provider's cost of each change a month. A change that cannot be ordered keeps its estimate.
 * The quote of an hourly price is the whole new price, so Refit takes the part of it that the added memory has.
 * @throws RefitError if the provider cannot be read.
 */
export async function priceRecommendations(
  result: Recommendations,
  reader: CloudReader,
  options: ReadOptions,
): Promise<Recommendations> {
  const text = toPlan(result, { name: 'recommended', schema: null, next: 'refit plan' });
  if (text === null) return result;
  const { review } = await planFleet(text, 'recommended.yaml', { ...options, from: reader, price: true });
  if (review === null) return result;
  const { steps, preconditions } = review.plan;
  const terms = termsOf(preconditions);
  const months = new Map<string, ReturnType<typeof monthOf>>();
  for (const step of steps) months.set(step.instance, monthOf(step, terms));
  return {
    ...result,
    recommendations: result.recommendations.map((one) => {
      const month = one.advised === null ? null : (months.get(one.instance) ?? null);
      return month === null ? one : { ...one, monthly: costOf(one, month) };
    }),
  };
}

/** What the change adds a month. */
function costOf(
  { billedMemory, advised }: Recommendation,
  { amount, currency, basis }: NonNullable<ReturnType<typeof monthOf>>,
): NonNullable<Recommendation['monthly']> {
  if (basis !== 'hourly') return { amount: { amount: money(amount), currency }, source: 'provider' };
  const part = billedMemory / totalMemory(advised!);
  return { amount: { amount: money(amount * part), currency }, source: 'provider-hourly' };
}
