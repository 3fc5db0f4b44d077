/** A review seen target by target: what becomes of each instance the plan names. */
import type { Finding, Precondition, Review, Step, TextReview, UnsealedPlan } from '../../model.ts';
import * as show from '../quantities.ts';

/** The plan that was made; null where only the text was looked at. */
export function planOf(review: Review): UnsealedPlan | null {
  return 'plan' in review ? review.plan : null;
}

/**
 * A plan of which only the text was looked at, as a review: its findings, and nothing else to show.
 * @param file the plan file, or several. @param next the command to type next.
 */
export function createTextReview(
  file: string,
  findings: readonly Finding[],
  next: string | null,
): TextReview {
  const isInvalid = findings.some(({ severity }) => severity === 'error');
  return { verdict: isInvalid ? 'invalid' : 'valid', file, findings, next };
}

/** What a review is called, and by which digest; null where nothing was sealed. */
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
  /** Its steps in order; empty unless it changes. */
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  /** Why it stays, or how its size and order of steps came about; null where there is nothing to say. */
  readonly reason: string | null;
}

/** Every target exactly once, blocked ones first. An instance with an error is blocked, whatever else is said of it. */
export function reviewedTargets(review: Review): ReviewedTarget[] {
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
  const unchanged = new Map(plan.unchanged.map(({ instance, why }) => [instance, why]));
  const target = (instance: string, state: ReviewedTarget['state']): ReviewedTarget => ({
    instance,
    name: known.get(instance)?.name ?? '',
    region: regions.get(instance) ?? '',
    state,
    steps: state === 'change' ? (steps.get(instance) ?? []) : [],
    findings: distinct([...(blocked.get(instance)?.findings ?? []), ...(about.get(instance) ?? [])]),
    reason: unchanged.get(instance) ?? reasonOf(known.get(instance)),
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

function reasonOf(precondition: Precondition | undefined): string | null {
  const { because = null, window } = precondition ?? {};
  const waits = window ? `waits for its window ${show.hours(window)}` : null;
  return [because, waits].filter((part) => part !== null).join('; ') || null;
}

function distinct(findings: readonly Finding[]): Finding[] {
  const keyed = new Map(findings.map((one) => [JSON.stringify([one.code, one.message, one.location]), one]));
  return [...keyed.values()];
}

/** Findings of one code together, in the order in which the first of each came. */
export function findingGroups(findings: readonly Finding[]): (readonly [Finding, ...Finding[]])[] {
  const groups = Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  return [...groups.values()] as [Finding, ...Finding[]][];
}

/** Findings of one code from which on only the first is shown. */
export const MANY = 4;

/** `9 errors, 1 warning`. */
export function severityCounts(findings: readonly Pick<Finding, 'severity'>[]): string {
  return (['error', 'warning', 'note'] as const)
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => show.counted(number, severity))
    .join(', ');
}

/** The steps by what they change, the most frequent first. */
export function changeKinds(steps: readonly Step[]) {
  return [...Map.groupBy(steps, ({ change, after }) => show.change(change, after))]
    .map(([words, own]) => ({ words, own }))
    .sort((a, b) => b.own.length - a.own.length);
}

/** Each wave that has steps, with them. */
export function wavesOf({ waves, steps }: Pick<UnsealedPlan, 'waves' | 'steps'>) {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return waves
    .map((wave) => ({ wave, own: wave.steps.flatMap((one) => byId.get(one) ?? []) }))
    .filter(({ own }) => own.length > 0);
}
