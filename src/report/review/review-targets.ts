/** A review seen target by target: what becomes of each instance the plan names. */
import type { Finding, Precondition, Review, Step, UnsealedPlan } from '../../model.ts';
import * as show from '../quantities.ts';

/** The plan that was made; null where only the text was looked at. */
export function planOf(review: Review): UnsealedPlan | null {
  return 'plan' in review ? review.plan : null;
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
  readonly why: string | null;
}

/** Every target exactly once, blocked ones first. An instance with an error is blocked, whatever else is said of it. */
export function reviewedTargets(review: Review): ReviewedTarget[] {
  const { findings } = review;
  const plan = planOf(review) ?? NOTHING_PLANNED;
  const about = groupBy(findings, ({ instance }) => instance ?? '');
  const steps = groupBy(plan.steps, ({ instance }) => instance);
  const known = new Map(plan.preconditions.map((precondition) => [precondition.instance, precondition]));
  const blocked = new Map(plan.blocked.map((target) => [target.instance, target]));
  const regions = new Map<string, string>([
    ...plan.unchanged.map(({ instance, region }) => [instance, region] as const),
    ...plan.blocked.map(({ instance, region }) => [instance, region] as const),
    ...plan.preconditions.map(({ instance, region }) => [instance, region] as const),
  ]);
  const refused = findings.flatMap(({ severity, instance }) =>
    severity === 'error' && instance ? [instance] : [],
  );
  const unchanged = new Map(plan.unchanged.map(({ instance, why }) => [instance, why]));
  const target = (instance: string, state: ReviewedTarget['state']): ReviewedTarget => ({
    instance,
    name: known.get(instance)?.name ?? '',
    region: regions.get(instance) ?? '',
    state,
    steps: state === 'change' ? (steps.get(instance) ?? []) : [],
    findings: [
      ...new Map(
        [...(blocked.get(instance)?.findings ?? []), ...(about.get(instance) ?? [])].map(keyed),
      ).values(),
    ],
    why: unchanged.get(instance) ?? whyOf(known.get(instance)),
  });
  const seen = new Set<string>();
  const each = (instances: Iterable<string>, state: ReviewedTarget['state']) =>
    [...instances].flatMap((instance) => {
      if (seen.has(instance)) return [];
      seen.add(instance);
      return [target(instance, state)];
    });
  return [
    ...each([...refused, ...blocked.keys()], 'blocked'),
    ...each(steps.keys(), 'change'),
    ...each(unchanged.keys(), 'unchanged'),
  ];
}

const NOTHING_PLANNED: Pick<UnsealedPlan, 'steps' | 'preconditions' | 'blocked' | 'unchanged'> = {
  steps: [],
  preconditions: [],
  blocked: [],
  unchanged: [],
};

function whyOf(precondition: Precondition | undefined): string | null {
  const { because = null, window } = precondition ?? {};
  const waits = window ? `waits for its window ${show.hours(window)}` : null;
  return [because, waits].filter((part) => part !== null).join('; ') || null;
}

function keyed(finding: Finding): [string, Finding] {
  return [JSON.stringify([finding.code, finding.what, finding.place]), finding];
}

/** Items in groups, each in the order in which its first one came. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Findings of one code together, in the order in which the first of each came. */
export function findingGroups(findings: readonly Finding[]): (readonly [Finding, ...Finding[]])[] {
  const groups = groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  return [...groups.values()].map((group) => group as [Finding, ...Finding[]]);
}

/** Findings of one code from which on only the first is shown. */
export const MANY = 4;

/** `9 errors, 1 warning`. */
export function tally(findings: readonly Pick<Finding, 'severity'>[]): string {
  return (['error', 'warning', 'note'] as const)
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, number]) => number > 0)
    .map(([severity, number]) => show.counted(number, severity))
    .join(', ');
}

/** The steps by what they change, the most frequent first. */
export function changeKinds(
  steps: readonly Step[],
): { readonly words: string; readonly own: readonly Step[] }[] {
  return [...groupBy(steps, ({ change, after }) => show.change(change, after))]
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
