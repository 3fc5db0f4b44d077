/** The facts of a plan review, the same in every format. */

import { given } from '../../given.ts';
import type { Fact } from '../../messages/en/page/frame.ts';
import { message, textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import { type PriceShare, type Review, type Size, totalMemory, type UnsealedPlan } from '../../model.ts';
import { priceCommand } from '../../next-command.ts';
import { costStateOf, whyNotKnown } from '../../plan/price/cost-state.ts';
import { type Monthly, monthlyOf, termsOf } from '../../plan/price/monthly.ts';
import { countRollbacks, rollbacksOf } from '../../plan/rollbacks.ts';
import { SECOND } from '../../units.ts';
import { describeSpread, describeThresholds, forecastFacts, rolloutOfWaves } from './describe-rollout.ts';
import { planOf, type ReviewedTarget } from './review-targets.ts';

/** The most waves that are listed by name. */
const NAMED_WAVES = 12;

/** The facts as name and value; formats leave out empty values. @param targets the targets of the review. */
export function factsOfReview(
  review: Review,
  targets: readonly ReviewedTarget[],
  words: Words = english,
): Fact[] {
  const plan = planOf(review);
  if (plan === null) return [];
  const { review: say, show } = words;
  const { forecast, inventory } = plan;
  const countOf = (state: ReviewedTarget['state']) =>
    targets.filter((target) => target.state === state).length;
  const warnings = review.findings.filter(({ severity }) => severity === 'warning').length;
  return [
    ['targets', say.targets(countOf('change'), plan.steps.length, countOf('blocked'), countOf('unchanged'))],
    ['cost', describeCost(review, plan, words)],
    ['by month', describeMonthly(monthlyOf(plan.steps, termsOf(plan.preconditions)), false, words)],
    ...factsOfSteps(plan, words),
    ['rollback', describeRollbacks(plan, words)],
    ...forecastFacts(forecast, words),
    ['monitoring', forecast.monitorCalls ? say.monitoring(forecast.monitorCalls) : ''],
    ['waves', plan.steps.length === 0 ? '' : describeWaves(plan, words)],
    ['planned by', describePlanners(review, words)],
    ['withdrawn', describeWithdrawn(review, words)],
    ['rollout', rolloutOfWaves(plan, words).join(' · ')],
    ['spread', describeSpread(plan, words)],
    ['window', describeWindow(plan, words)],
    ['maintenance', describeMaintenance(plan, words)],
    ['halts', haltsOf(plan.execution, words)],
    ['patience', plan.steps.length === 0 ? '' : say.patience(plan.execution.patience)],
    ['fleet', say.fleet(inventory.instances, inventory.readAt, inventory.source)],
    ['warnings', warnings === 0 ? '' : show.count(warnings)],
  ];
}

/** `+¥412.00 once; 2 steps without a price`; without prices, whether nobody asked for them, or why none came. */
function describeCost({ findings, verdict }: Review, plan: UnsealedPlan, words: Words): string {
  const { review: say } = words;
  switch (costStateOf(plan, findings)) {
    case 'none':
      return '';
    case 'known':
      return priceOfShare(
        { sums: plan.prices, unpriced: plan.steps.filter(({ quote }) => quote === null).length },
        words,
      );
    case 'not-known':
      return say.costNotKnown(whyNotKnown(findings));
    case 'not-asked':
      return say.costNotAsked(priceCommand(plan, verdict !== 'blocked' && 'digest' in plan));
  }
}

/** `wei (SHA256:…)`; a key that no trusted list names is no name: `unverified: SHA256:… says wei`. */
function describePlanners(review: Review, { review: say }: Words): string {
  const planners = 'plannedBy' in review ? (review.plannedBy ?? []) : [];
  return planners
    .map(({ name, verified, fingerprint }) => say.planner(name, fingerprint, verified))
    .join(' · ');
}

/** Declines that hold are findings. These do not, and a reviewer knows why somebody objected. */
function describeWithdrawn(review: Review, { sentences }: Words): string {
  const declines = 'declines' in review ? (review.declines ?? []) : [];
  return declines
    .filter(({ withdrawn }) => withdrawn !== null)
    .map((decline) => textOf(message('decline.withdrawn', { decline }), sentences))
    .join(' · ');
}

/** The facts of a plan that has steps. */
function factsOfSteps(
  { steps, preconditions, forecast, execution }: UnsealedPlan,
  { review: say }: Words,
): Fact[] {
  if (steps.length === 0) return [];
  const sum = (sizes: readonly Size[]) => sizes.reduce((total, size) => total + totalMemory(size), 0);
  const before = sum(preconditions.map(({ size }) => size));
  const after = sum(preconditions.map(({ target }) => target));
  return [
    ['memory', say.memory(before, after)],
    ['orders', say.orders(forecast.orders, forecast.leastSeconds * SECOND, execution)],
  ];
}

/**
 * `hourly instances: ¥1,278.96 in all, increase not known; prepaid instances: +¥340.20`. The note of the costs says what is assumed. @param isShort for a
 * column of a table.
 */
export function describeMonthly(
  { costs, withoutTerm }: Monthly,
  isShort = false,
  { frame, review: say, show }: Words = english,
): string {
  const sums = costs.flatMap(({ currency, after, more }) => [
    ...(after === null ? [] : [say.hourlyByMonth({ amount: after, currency }, isShort)]),
    ...(more === null ? [] : [say.prepaidByMonth({ amount: more, currency }, isShort)]),
  ]);
  return show.join([
    ...(isShort ? [frame.list(sums)] : sums),
    !isShort && withoutTerm > 0 && say.withoutTerm(withoutTerm),
  ]);
}

/** `after this run, of 78 rollbacks: 70 would be refused, 8 not known`; empty without steps. */
function describeRollbacks(plan: UnsealedPlan, { review: say }: Words): string {
  const { instances, refused, unknown } = countRollbacks(rollbacksOf(plan));
  if (instances === 0) return '';
  return refused + unknown === 0 ? say.allPossible(instances) : say.rollbacks(instances, refused, unknown);
}

/** `canary 4 · rest 49`; for many waves, their number and their size. */
function describeWaves({ waves }: UnsealedPlan, { review: say, show }: Words): string {
  const lengths = waves.map(({ steps }) => steps.length);
  if (waves.length > NAMED_WAVES)
    return say.manyWaves(waves.length, Math.min(...lengths), Math.max(...lengths));
  return waves.map(({ name, steps }) => `${name} ${show.count(steps.length)}`).join(' · ');
}

/** `Wed 2026-11-25 01:00-05:00 Asia/Shanghai (opens 2026-11-24 17:00:00 UTC); all orders fit`. */
function describeWindow(
  { forecast: { window }, windows, steps, sealedAt }: UnsealedPlan,
  { review: say, show }: Words,
): string {
  if (windows === undefined) return '';
  if (window === undefined) return say.noWindow;
  const local = say.localWindow(window.local);
  return show.join([
    window.opens === null || (window.closes === null && window.opens <= sealedAt)
      ? local
      : say.opensAt(local, window.opens),
    steps.length > 0 && (window.fits ? say.allFit : say.notAllFit),
    windows.atClose === 'halt' && say.leftAtClose,
  ]);
}

/** The maintenance windows in which changes start; empty if they start right after their orders. */
function describeMaintenance(
  { execution, preconditions }: UnsealedPlan,
  { review: say, show }: Words,
): string {
  if (execution.switch === 'now') return '';
  return show.windows(preconditions.flatMap(({ window }) => window ?? [])) || say.startInWindows;
}

/** `if failed > 5% of run or unknown > 2`; empty without a threshold. */
function haltsOf({ haltWhen: { failed, unknown } }: UnsealedPlan['execution'], words: Words): string {
  const thresholds = describeThresholds(given({ failed, unknown }), words);
  return thresholds === '' ? '' : words.review.haltsIf(thresholds);
}

/** `+¥412.00 once, ¥1.752 per hour; 2 steps without a price`. */
export function priceOfShare(
  { sums, unpriced }: Pick<PriceShare, 'sums' | 'unpriced'>,
  { review: say }: Words = english,
): string {
  return say.price(sums, unpriced);
}
