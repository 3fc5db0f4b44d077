/** The targets of a review: one record for each instance that the plan names. */

import * as show from '../../messages/en/quantities.ts';
import { textOf } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type { Finding, Precondition, Review, Step, TextReview, UnsealedPlan } from '../../model.ts';
import { unchangedTargets } from '../unchanged.ts';

/** The plan of a review; null where Refit only checked the plan file. */
export function planOf(review: Review): UnsealedPlan | null {
  return 'plan' in review ? review.plan : null;
}

/**
 * The review of a plan file that Refit only checked and did not plan.
 * @param file the plan file, or several. @param next the next command.
 */
export function createTextReview(
  file: string,
  findings: readonly Finding[],
  next: string | null,
): TextReview {
  const isInvalid = findings.some(({ severity }) => severity === 'error');
  return { verdict: isInvalid ? 'invalid' : 'valid', file, findings, next };
}

/** The name, file and digest of a review. The digest is null without a sealed plan. */
export function titleOf(review: Review) {
  if (!('plan' in review)) return { name: review.file, file: review.file, about: [], digest: null };
  const { name, file, change, owner } = review.plan;
  return {
    name,
    file,
    about: [change, owner],
    digest: review.verdict === 'blocked' ? null : review.plan.digest,
  };
}

/** One instance under review. */
export interface ReviewedTarget {
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly state: 'change' | 'unchanged' | 'blocked';
  /** Its steps in order; empty unless the state is `change`. */
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  /** The reason for no change, or for its size and order of steps. */
  readonly reason: string | null;
}

/** Every target exactly once, blocked ones first. An instance with an error finding is always blocked. */
export function reviewedTargets(review: Review, words: Words = english): ReviewedTarget[] {
  const { findings } = review;
  const plan = planOf(review) ?? EMPTY_PLAN;
  const about = Map.groupBy(findings, ({ instance }) => instance ?? '');
  const steps = Map.groupBy(plan.steps, ({ instance }) => instance);
  const known = new Map(plan.preconditions.map((precondition) => [precondition.instance, precondition]));
  const blocked = new Map(plan.blocked.map((target) => [target.instance, target]));
  const regions = new Map(
    [...plan.unchanged, ...plan.blocked, ...plan.preconditions].map(({ instance, region }) => [
      instance,
      region,
    ]),
  );
  const refused = findings.flatMap(({ severity, instance }) => (severity === 'error' && instance) || []);
  const unchanged = new Map(unchangedTargets(plan, words).map(({ instance, reason }) => [instance, reason]));
  const target = (instance: string, state: ReviewedTarget['state']): ReviewedTarget => ({
    instance,
    name: known.get(instance)?.name ?? '',
    region: regions.get(instance) ?? '',
    state,
    steps: state === 'change' ? (steps.get(instance) ?? []) : [],
    findings: distinct([...(blocked.get(instance)?.findings ?? []), ...(about.get(instance) ?? [])]),
    reason: unchanged.get(instance) ?? reasonOf(known.get(instance), words),
  });
  const states = new Map<string, ReviewedTarget['state']>();
  for (const instance of [...refused, ...blocked.keys()]) states.set(instance, 'blocked');
  for (const instance of steps.keys()) if (!states.has(instance)) states.set(instance, 'change');
  for (const instance of unchanged.keys()) if (!states.has(instance)) states.set(instance, 'unchanged');
  return [...states].map(([instance, state]) => target(instance, state));
}

const EMPTY_PLAN: Pick<UnsealedPlan, 'steps' | 'preconditions' | 'blocked' | 'unchanged'> = {
  steps: [],
  preconditions: [],
  blocked: [],
  unchanged: [],
};

function reasonOf(
  precondition: Precondition | undefined,
  { review: say, sentences, show }: Words,
): string | null {
  const { reason = null, window } = precondition ?? {};
  const waits = window ? say.waitsForWindow(show.hours(window)) : null;
  return show.join([reason && textOf(reason, sentences), waits]) || null;
}

function distinct(findings: readonly Finding[]): Finding[] {
  const keyed = new Map(findings.map((one) => [JSON.stringify([one.code, one.message, one.location]), one]));
  return [...keyed.values()];
}

/** The findings grouped by severity and code. The first findings set the order of the groups. */
export function findingGroups(findings: readonly Finding[]): (readonly [Finding, ...Finding[]])[] {
  const groups = Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  return [...groups.values()] as [Finding, ...Finding[]][];
}

/** From this number of findings of one code, reviews show only the first. */
export const MANY = 4;

/** `9 errors, 1 warning`. */
export function severityCounts(
  findings: readonly Pick<Finding, 'severity'>[],
  { frame, show }: Words = english,
): string {
  const counts = (['error', 'warning', 'note'] as const)
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => show.counted(number, severity));
  return frame.list(counts);
}

/** The steps grouped by change, the most frequent first. */
export function changeKinds(steps: readonly Step[]) {
  return [...Map.groupBy(steps, ({ change, after }) => show.change(change, after))]
    .map(([change, own]) => ({ change, own }))
    .sort((a, b) => b.own.length - a.own.length);
}

/** Each wave that has steps, with its steps. */
export function wavesOf({ waves, steps }: Pick<UnsealedPlan, 'waves' | 'steps'>) {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return waves
    .map((wave) => ({ wave, own: wave.steps.flatMap((one) => byId.get(one) ?? []) }))
    .filter(({ own }) => own.length > 0);
}
