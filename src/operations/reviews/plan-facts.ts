/** What a plan will do, as data: for people who ask what comes, and read no plan. Texts are escaped. Pure. */
import {
  DIMENSIONS,
  type Dimension,
  type PlanReview,
  type PriceSum,
  type Size,
  totalMemory,
  type UnsealedPlan,
} from '../../model.ts';
import { type MonthlyCost, monthlyOf, termsOf } from '../../plan/price/monthly.ts';
import { escapeControls } from '../../text.ts';
import type { ApprovalState } from '../approvals/approval-state.ts';

/** Memory in MB, times ISO 8601 UTC. */
export interface PlanFacts {
  readonly verdict: PlanReview['verdict'];
  /** How many instances change, and in how many steps. */
  readonly instances: number;
  readonly steps: number;
  /** Where they are: the region with the most first. */
  readonly regions: readonly string[];
  /** What changes, by target: at most `MOST_GROUPS`. `others` is about the instances of the rest. */
  readonly groups: readonly ChangedGroup[];
  readonly others: number;
  /** Of the instances that change, replicas included. */
  readonly memory: { readonly before: number; readonly after: number };
  /** The first instances that change. */
  readonly first: readonly ChangedInstance[];
  /** Targets that cannot change, by the code of the reason. */
  readonly leftOut: { readonly count: number; readonly reasons: readonly CountedCode[] };
  /** Targets that have their size already. */
  readonly unchanged: number;
  /** What refuses the whole plan. */
  readonly refusedBy: readonly string[];
  /** null: no step has a price. */
  readonly prices: {
    readonly sums: readonly PriceSum[];
    readonly months: readonly MonthlyCost[];
    readonly unpriced: number;
  } | null;
  /** Seconds that the run takes, in half of all cases and in 9 of 10; null: nothing is ordered. */
  readonly takes: { readonly p50: number; readonly p90: number } | null;
  readonly approvals: readonly NeededApproval[];
  /** The reading that this is made from: `live`, or an inventory. */
  readonly inventory: { readonly source: string; readonly readAt: string };
}

/** Instances of one target. */
export interface ChangedGroup {
  /** The glob of names of its selector, or what all names begin with, as a glob; null: they have nothing in common. */
  readonly name: string | null;
  readonly instances: number;
  /** The new size, where it changes. `least` and `most` differ if the target is relative. */
  readonly to: readonly { readonly dimension: Dimension; readonly least: number; readonly most: number }[];
}

export interface ChangedInstance {
  readonly instance: string;
  readonly name: string;
  readonly from: Size;
  readonly to: Size;
}

export interface CountedCode {
  readonly code: string;
  readonly count: number;
}

/** Approvals of a list of people, of the plan or of a wave. */
export interface NeededApproval {
  readonly wave: string | null;
  /** The place of the rule of the policy that demands it; null: the plan itself. */
  readonly rule: string | null;
  readonly need: number;
  readonly have: number;
  /** Who may still approve. */
  readonly names: readonly string[];
}

const MOST_GROUPS = 5;
const MOST_FIRST = 3;
const MOST_REASONS = 4;

/** What plan facts are made from. */
export interface Planned {
  readonly review: Pick<PlanReview, 'verdict' | 'plan' | 'findings'>;
  readonly approvals: readonly NeededApproval[];
  /** The glob of names of the target in a line of the plan file; absent: there is none. */
  readonly nameIn?: (line: number) => string | undefined;
}

/** The facts of a plan against one reading of the fleet. */
export function planFacts({ review, approvals, nameIn = () => undefined }: Planned): PlanFacts {
  const { verdict, plan, findings } = review;
  const { preconditions, steps, inventory, unchanged, forecast } = plan;
  const groups = groupsOf(plan, nameIn);
  const regions = [...Map.groupBy(preconditions, ({ region }) => region)];
  const sum = (sizes: readonly Size[]) => sizes.reduce((total, size) => total + totalMemory(size), 0);
  const isPriced = steps.some(({ quote }) => quote !== null);
  const refusals = findings.filter(({ severity, instance }) => severity === 'error' && instance === null);
  return {
    ...{ verdict, instances: preconditions.length, steps: steps.length },
    regions: regions.sort(([, a], [, b]) => b.length - a.length).map(([region]) => escapeControls(region)),
    groups: groups.slice(0, MOST_GROUPS),
    others: groups.slice(MOST_GROUPS).reduce((total, { instances }) => total + instances, 0),
    memory: {
      before: sum(preconditions.map(({ size }) => size)),
      after: sum(preconditions.map(({ target }) => target)),
    },
    first: preconditions.slice(0, MOST_FIRST).map(({ instance, name, size: from, target: to }) => ({
      ...{ instance: escapeControls(instance), name: escapeControls(name), from, to },
    })),
    leftOut: leftOutOf(review),
    unchanged: unchanged.length,
    refusedBy: [...new Set(refusals.map(({ code }) => escapeControls(code)))].slice(0, MOST_REASONS),
    prices: isPriced
      ? {
          sums: plan.prices,
          months: monthlyOf(steps, termsOf(preconditions)).costs,
          unpriced: steps.filter(({ quote }) => quote === null).length,
        }
      : null,
    takes: steps.length === 0 || forecast.time === undefined ? null : forecast.time.total,
    approvals,
    inventory: { source: escapeControls(inventory.source), readAt: inventory.readAt },
  };
}

/** Targets with a glob are groups of their own; the others belong together if they get the same size. */
function groupsOf(
  { preconditions, steps }: Pick<UnsealedPlan, 'preconditions' | 'steps'>,
  nameIn: NonNullable<Planned['nameIn']>,
): ChangedGroup[] {
  const lines = new Map(steps.map(({ instance, location }) => [instance, location?.line ?? 0]));
  const keyed = preconditions.map(({ instance, name: called, size, target }) => {
    const changed = DIMENSIONS.filter((one) => size[one] !== target[one]);
    const name = nameIn(lines.get(instance) ?? 0) ?? null;
    const key = name ?? changed.map((one) => `${one} ${target[one]}`).join();
    return { key: `${name === null} ${key}`, name, called, changed, target };
  });
  return [...Map.groupBy(keyed, ({ key }) => key).values()].map((own) => ({
    name: escapeOrNull(own[0]!.name ?? beginOf(own.map(({ called }) => called))),
    instances: own.length,
    to: DIMENSIONS.flatMap((dimension) => {
      const sizes = own.flatMap(({ changed, target }) =>
        changed.includes(dimension) ? [target[dimension]] : [],
      );
      return sizes.length === 0 ? [] : [{ dimension, least: Math.min(...sizes), most: Math.max(...sizes) }];
    }),
  }));
}

const escapeOrNull = (text: string | null): string | null => text && escapeControls(text);

/** `session-*`: the first parts of all names, up to a `-`; null: names begin differently, or there is one. */
function beginOf(names: readonly string[]): string | null {
  const [first, ...others] = names;
  if (first === undefined || others.length === 0) return null;
  for (let end = first.lastIndexOf('-'); end > 0; end = first.lastIndexOf('-', end - 1)) {
    const begin = first.slice(0, end + 1);
    if (others.every((name) => name.startsWith(begin))) return `${begin}*`;
  }
  return null;
}

/** Each target once, by its first error. */
function leftOutOf({ plan, findings }: Planned['review']): PlanFacts['leftOut'] {
  const codes = new Map<string, string>();
  const errors = [...plan.blocked.flatMap((target) => target.findings), ...findings];
  for (const { severity, instance, code } of errors)
    if (severity === 'error' && instance !== null && !codes.has(instance)) codes.set(instance, code);
  for (const { instance } of plan.blocked) if (!codes.has(instance)) codes.set(instance, 'Refit.Blocked');
  const reasons = [...Map.groupBy(codes.values(), (code) => code)]
    .map(([code, all]) => ({ code: escapeControls(code), count: all.length }))
    .sort((a, b) => b.count - a.count);
  return { count: codes.size, reasons: reasons.slice(0, MOST_REASONS) };
}

/** Those of a saved plan, with what people have signed. */
export function neededApprovals(states: readonly ApprovalState[]): NeededApproval[] {
  return states.flatMap(({ wave, lists }) =>
    lists.map(({ rule, need, have, people }) => ({
      ...{ wave: wave && escapeControls(wave), rule: rule && escapeControls(rule), need, have },
      names: people.flatMap(({ name, state }) => (state === 'open' ? [escapeControls(name)] : [])),
    })),
  );
}
