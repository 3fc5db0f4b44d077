/** The facts of a plan review, the same in every format. */

import { given } from '../../given.ts';
import type { Fact } from '../../messages/en/page/frame.ts';
import * as show from '../../messages/en/quantities.ts';
import { message, textOf } from '../../messages/messages.ts';
import { type PriceShare, type Review, type Size, totalMemory, type UnsealedPlan } from '../../model.ts';
import { type Monthly, monthlyOf, termsOf } from '../../plan/price/monthly.ts';
import { countRollbacks, rollbacksOf } from '../../plan/rollbacks.ts';
import { SECOND } from '../../units.ts';
import { describeSpread, describeThresholds, forecastFacts, rolloutOfWaves } from './describe-rollout.ts';
import { planOf, type ReviewedTarget } from './review-targets.ts';

/** The most waves that are listed by name. */
const NAMED_WAVES = 12;

/** The facts as name and value; formats leave out empty values. @param targets the targets of the review. */
export function factsOfReview(review: Review, targets: readonly ReviewedTarget[]): Fact[] {
  const plan = planOf(review);
  if (plan === null) return [];
  const { forecast, inventory } = plan;
  const countOf = (state: ReviewedTarget['state']) =>
    targets.filter((target) => target.state === state).length;
  const instances = `${show.counted(countOf('change'), 'instance')} in ${show.counted(plan.steps.length, 'step')}`;
  const unpriced = plan.steps.filter(({ quote }) => quote === null).length;
  const warnings = review.findings.filter(({ severity }) => severity === 'warning').length;
  const monitoring =
    forecast.monitorCalls &&
    `${show.counted(forecast.monitorCalls, 'call')} made to read the memory in use (billed above 1,000,000 calls per month)`;
  return [
    [
      'targets',
      `${instances}; ${show.count(countOf('blocked'))} blocked, ${show.count(countOf('unchanged'))} unchanged`,
    ],
    ['cost', plan.prices.length === 0 ? '' : priceOfShare({ sums: plan.prices, unpriced })],
    ['by month', describeMonthly(monthlyOf(plan.steps, termsOf(plan.preconditions)))],
    ...factsOfSteps(plan),
    ['rollback', describeRollbacks(plan)],
    ...forecastFacts(forecast),
    ['monitoring', monitoring || ''],
    ['waves', plan.steps.length === 0 ? '' : describeWaves(plan)],
    ['planned by', describePlanners(review)],
    ['withdrawn', describeWithdrawn(review)],
    ['rollout', rolloutOfWaves(plan).join(' · ')],
    ['spread', describeSpread(plan)],
    ['window', describeWindow(plan)],
    ['maintenance', describeMaintenance(plan)],
    ['halts', haltsOf(plan.execution)],
    [
      'patience',
      plan.steps.length === 0
        ? ''
        : `${show.duration(plan.execution.patience)} of silence before Refit orders again`,
    ],
    [
      'fleet',
      `${show.counted(inventory.instances, 'instance')}, read ${show.instant(inventory.readAt)} (${inventory.source})`,
    ],
    ['warnings', warnings === 0 ? '' : show.count(warnings)],
  ];
}

/** `wei (SHA256:…)`; a key that no trusted list names is no name: `unverified: SHA256:… says wei`. */
function describePlanners(review: Review): string {
  const planners = 'plannedBy' in review ? (review.plannedBy ?? []) : [];
  return planners
    .map(({ name, verified, fingerprint }) =>
      verified ? `${name} (${fingerprint})` : `unverified: ${fingerprint} says ${name}`,
    )
    .join(' · ');
}

/** Declines that hold are findings. These do not, and a reviewer knows why somebody objected. */
function describeWithdrawn(review: Review): string {
  const declines = 'declines' in review ? (review.declines ?? []) : [];
  return declines
    .filter(({ withdrawn }) => withdrawn !== null)
    .map((decline) => textOf(message('decline.withdrawn', { decline })))
    .join(' · ');
}

/** The facts of a plan that has steps. */
function factsOfSteps({ steps, preconditions, forecast, execution }: UnsealedPlan): Fact[] {
  if (steps.length === 0) return [];
  const sum = (sizes: readonly Size[]) =>
    show.memory(sizes.reduce((total, size) => total + totalMemory(size), 0));
  const before = sum(preconditions.map(({ size }) => size));
  const after = sum(preconditions.map(({ target }) => target));
  const least = forecast.leastSeconds;
  const takes = least < 1 ? 'under 1 s' : `at least ${show.duration(least * SECOND)}`;
  const rate = `at most ${execution.requestsPerSecond} per second, at most ${execution.inFlight} in flight`;
  return [
    ['memory', `${before} → ${after}, replicas included`],
    ['orders', `${show.count(forecast.orders)}, sent in ${takes}; ${rate}`],
  ];
}

/**
 * `¥1,278.96 by the hour (before: not known), +¥340.20 prepaid`. The note of the costs says what is assumed. @param isShort for a
 * column of a table.
 */
export function describeMonthly({ costs, withoutTerm }: Monthly, isShort = false): string {
  const sums = costs.flatMap(({ currency, after, more }) => [
    after !== null && `${show.money(after, currency)} by the hour${isShort ? '' : ' (before: not known)'}`,
    more !== null && `${more > 0 ? '+' : ''}${show.money(more, currency)} prepaid`,
  ]);
  const unknown = `${show.counted(withoutTerm, 'prepaid step')} without a known term`;
  return show.join([show.join(sums, ', '), !isShort && withoutTerm > 0 && unknown]);
}

/** `after this run, of 78 rollbacks: 70 would be refused, 8 not known`; empty without steps. */
function describeRollbacks(plan: UnsealedPlan): string {
  const { instances, refused, unknown } = countRollbacks(rollbacksOf(plan));
  if (instances === 0) return '';
  if (refused + unknown === 0)
    return `possible for all ${show.counted(instances, 'instance')} after this run`;
  const parts = show.join(
    [
      refused > 0 && `${show.count(refused)} would be refused`,
      unknown > 0 && `${show.count(unknown)} not known`,
    ],
    ', ',
  );
  return `after this run, of ${show.counted(instances, 'rollback')}: ${parts}`;
}

/** `canary 4 · rest 49`; for many waves, their number and their size. */
function describeWaves({ waves }: UnsealedPlan): string {
  const lengths = waves.map(({ steps }) => steps.length);
  if (waves.length > NAMED_WAVES) {
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
    const steps =
      least === most ? show.counted(least, 'step') : `${show.count(least)} to ${show.counted(most, 'step')}`;
    return `${show.count(waves.length)} waves of ${steps}`;
  }
  return waves.map(({ name, steps }) => `${name} ${show.count(steps.length)}`).join(' · ');
}

/** `Wed 2026-11-25 01:00-05:00 Asia/Shanghai (opens 2026-11-24 17:00:00 UTC); all orders fit`. */
function describeWindow({ forecast: { window }, windows, steps, sealedAt }: UnsealedPlan): string {
  if (windows === undefined) return '';
  if (window === undefined) return 'no window opens within a year';
  const fits = window.fits ? 'all orders fit' : 'not all orders fit; the next window continues';
  return show.join([
    window.opens === null || (window.closes === null && window.opens <= sealedAt)
      ? window.local
      : `${window.local} (opens ${show.instant(window.opens)})`,
    steps.length > 0 && fits,
    windows.atClose === 'halt' && 'orders in flight at its close are left to the next apply',
  ]);
}

/** The maintenance windows in which changes start; empty if they start right after their orders. */
function describeMaintenance({ execution, preconditions }: UnsealedPlan): string {
  if (execution.switch === 'now') return '';
  return (
    show.windows(preconditions.flatMap(({ window }) => window ?? [])) || 'changes start in these windows'
  );
}

/** `if failed > 5% of run or unknown > 2`; empty without a threshold. */
function haltsOf({ haltWhen: { failed, unknown } }: UnsealedPlan['execution']): string {
  const thresholds = describeThresholds(given({ failed, unknown }));
  return thresholds === '' ? '' : `if ${thresholds}`;
}

/** `+¥412.00 once, ¥1.752 per hour; 2 steps without a price`. */
export function priceOfShare({ sums, unpriced }: Pick<PriceShare, 'sums' | 'unpriced'>): string {
  return show.join([show.quotes(sums), unpriced > 0 && `${show.counted(unpriced, 'step')} without a price`]);
}
