/** The facts of a plan under review in the words of every format: how much, how long, who must agree. */
import { type PriceShare, type Review, type Size, totalMemory, type UnsealedPlan } from '../../model.ts';
import { SECOND } from '../../units.ts';
import * as show from '../quantities.ts';
import { describeSchedule, describeSpread, forecastFacts, rolloutOfWaves } from './describe-rollout.ts';
import { planOf, type ReviewedTarget } from './review-targets.ts';

/** Waves that are named. */
const NAMED_WAVES = 12;

/** Name and value of each fact; empty where there is nothing to say. @param targets those of the review. */
export function factsOfReview(review: Review, targets: readonly ReviewedTarget[]): [string, string][] {
  const plan = planOf(review);
  if (plan === null) return [];
  const { forecast, inventory } = plan;
  const tally = (state: ReviewedTarget['state']) => targets.filter((target) => target.state === state).length;
  const instances = `${show.counted(tally('change'), 'instance')} in ${show.counted(plan.steps.length, 'step')}`;
  const unpriced = plan.steps.filter(({ quote }) => quote === null).length;
  const warnings = review.findings.filter(({ severity }) => severity === 'warning').length;
  const monitor =
    forecast.monitorCalls &&
    `${show.counted(forecast.monitorCalls, 'call')} made to read the memory in use, billed beyond 1,000,000 a month`;
  return [
    [
      'targets',
      `${instances}; ${show.count(tally('blocked'))} blocked, ${show.count(tally('unchanged'))} unchanged`,
    ],
    ['money', plan.prices.length === 0 ? '' : priceOfShare({ sums: plan.prices, unpriced })],
    ...factsOfSteps(plan),
    ...forecastFacts(forecast),
    ['monitor', monitor || ''],
    ['waves', plan.steps.length === 0 ? '' : describeWaves(plan)],
    ['approvals', describeApprovals(plan)],
    ['conduct', rolloutOfWaves(plan).join(' · ')],
    ['spread', describeSpread(plan)],
    ['window', describeWindow(plan)],
    ['windows', show.windows(plan.preconditions.flatMap(({ window }) => window ?? []))],
    [
      'fleet',
      `${show.counted(inventory.instances, 'instance')}, read ${show.instant(inventory.readAt)} from ${inventory.source}`,
    ],
    ['expires', review.verdict === 'blocked' ? '' : show.instant(plan.expiresAt)],
    ['schedule', plan.schedule ? `carried out by itself, ${describeSchedule(plan.schedule)}` : ''],
    ['finish by', plan.finishBy === null ? '' : show.instant(plan.finishBy)],
    ['warnings', warnings === 0 ? '' : show.count(warnings)],
  ];
}

/** What is there only where something changes. */
function factsOfSteps({ steps, preconditions, forecast, execution }: UnsealedPlan): [string, string][] {
  if (steps.length === 0) return [];
  const sum = (sizes: readonly Size[]) =>
    show.memory(sizes.reduce((total, size) => total + totalMemory(size), 0));
  const before = sum(preconditions.map(({ size }) => size));
  const after = sum(preconditions.map(({ target }) => target));
  const least = forecast.leastSeconds;
  const takes = least < 1 ? 'under a second' : `at least ${show.duration(least * SECOND)}`;
  const orders = `${show.counted(forecast.orders, 'order')}, ${takes} at ${execution.requestsPerSecond} a second`;
  return [
    ['memory', `${before} → ${after}, replicas included`],
    ['calls', `${orders}; ${execution.inFlight} in flight`],
  ];
}

/** `canary 4 · rest 49`, and of many waves their number and how long they are. */
function describeWaves({ waves }: UnsealedPlan): string {
  const lengths = waves.map(({ steps }) => steps.length);
  if (waves.length > NAMED_WAVES) {
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
    const steps =
      least === most ? show.counted(least, 'step') : `${show.count(least)} to ${show.counted(most, 'step')}`;
    return `${show.count(waves.length)} waves, of ${steps} each`;
  }
  return waves.map(({ name, steps }) => `${name} ${show.count(steps.length)}`).join(' · ');
}

/** `Wed 2026-11-25 01:00-05:00 Asia/Shanghai (opens 2026-11-24 17:00:00 UTC); the orders fit`. */
function describeWindow({ forecast: { window }, windows, steps }: UnsealedPlan): string {
  if (windows === undefined) return '';
  if (window === undefined) return 'none opens within a year';
  const fits = window.fits ? 'the orders fit' : 'the orders do not fit, the rest goes on in the next';
  return show.join([
    `${window.local} (opens ${show.instant(window.opens)})`,
    steps.length > 0 && fits,
    windows.atClose === 'halt' && 'what is under way at its close is left to the next apply',
  ]);
}

/** `2 of wei, jun, li; not by dba-oncall, who made it; again for wave tenth`; empty where nobody has to sign. */
function describeApprovals({ approvals, waves }: Pick<UnsealedPlan, 'approvals' | 'waves'>): string {
  if (approvals === undefined) return '';
  const { need, approvers, authors } = approvals;
  const again = waves.filter(({ approval }) => approval !== undefined).map(({ name }) => name);
  const who = approvers.map(({ name }) => name).join(', ');
  const waved = again.length > 0 && `again for wave ${again.join(', ')}`;
  return show.join([`${need} of ${who}`, `not by ${authors.join(', ')}, who made it`, waved]);
}

/** `+¥412.00 now, ¥1.752 an hour; 2 steps without a price`. */
export function priceOfShare({ sums, unpriced }: Pick<PriceShare, 'sums' | 'unpriced'>): string {
  return show.join([show.quotes(sums), unpriced > 0 && `${show.counted(unpriced, 'step')} without a price`]);
}
