/** The facts of a plan review, the same in every format. */

import * as show from '../../messages/en/quantities.ts';
import { type PriceShare, type Review, type Size, totalMemory, type UnsealedPlan } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { describeSchedule, describeSpread, forecastFacts, rolloutOfWaves } from './describe-rollout.ts';
import { planOf, type ReviewedTarget } from './review-targets.ts';

/** The most waves that are listed by name. */
const NAMED_WAVES = 12;

/** The facts as name and value; formats leave out empty values. @param targets the targets of the review. */
export function factsOfReview(review: Review, targets: readonly ReviewedTarget[]): [string, string][] {
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
    ...factsOfSteps(plan),
    ...forecastFacts(forecast),
    ['monitoring', monitoring || ''],
    ['waves', plan.steps.length === 0 ? '' : describeWaves(plan)],
    ['approvals', describeApprovals(plan)],
    ['rollout', rolloutOfWaves(plan).join(' · ')],
    ['spread', describeSpread(plan)],
    ['window', describeWindow(plan)],
    ['maintenance', show.windows(plan.preconditions.flatMap(({ window }) => window ?? []))],
    [
      'fleet',
      `${show.counted(inventory.instances, 'instance')}, read ${show.instant(inventory.readAt)} (${inventory.source})`,
    ],
    ['expires', review.verdict === 'blocked' ? '' : show.instant(plan.expiresAt)],
    ['schedule', plan.schedule ? `started by the scheduler, ${describeSchedule(plan.schedule)}` : ''],
    ['finish by', plan.finishBy === null ? '' : show.instant(plan.finishBy)],
    ['warnings', warnings === 0 ? '' : show.count(warnings)],
  ];
}

/** The facts of a plan that has steps. */
function factsOfSteps({ steps, preconditions, forecast, execution }: UnsealedPlan): [string, string][] {
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
function describeWindow({ forecast: { window }, windows, steps }: UnsealedPlan): string {
  if (windows === undefined) return '';
  if (window === undefined) return 'no window opens within a year';
  const fits = window.fits ? 'all orders fit' : 'not all orders fit; the next window continues';
  return show.join([
    `${window.local} (opens ${show.instant(window.opens)})`,
    steps.length > 0 && fits,
    windows.atClose === 'halt' && 'orders in flight at its close are left to the next apply',
  ]);
}

/** `2 of wei, jun, li; the author dba-oncall cannot approve; again for wave tenth`; empty without approvals. */
function describeApprovals({ approvals, waves }: Pick<UnsealedPlan, 'approvals' | 'waves'>): string {
  if (approvals === undefined) return '';
  const { need, approvers, authors } = approvals;
  const again = waves.filter(({ approval }) => approval !== undefined).map(({ name }) => name);
  const names = approvers.map(({ name }) => name).join(', ');
  const perWave = again.length > 0 && `again for wave ${again.join(', ')}`;
  const excluded = `the ${authors.length === 1 ? 'author' : 'authors'} ${authors.join(', ')} cannot approve`;
  return show.join([`${need} of ${names}`, excluded, perWave]);
}

/** `+¥412.00 once, ¥1.752 per hour; 2 steps without a price`. */
export function priceOfShare({ sums, unpriced }: Pick<PriceShare, 'sums' | 'unpriced'>): string {
  return show.join([show.quotes(sums), unpriced > 0 && `${show.counted(unpriced, 'step')} without a price`]);
}
