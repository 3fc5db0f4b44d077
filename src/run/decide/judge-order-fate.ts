/**
 * Whether an order without an answer landed, from what was read: pure. What somebody else did to the instance at the same
 * time is told apart as far as the provider tells: who placed an order, what a task changes, and above all the size at
 * which it ends. The docs do not say which task an order becomes (docs/provider.md P93), so a task that does not
 * fit proves nothing until the size has.
 */
import { iso } from '../../clock.ts';
import type { Deal, Task } from '../../cloud/cloud.ts';
import type { StepState } from '../../model.ts';
import { type Step, sameSize, totalMemory } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { describe, judgeNodes, type Reading } from './judge-following.ts';

/** The verdict on an order that got no answer. */
export type OrderFate =
  /** `hasty`: by a trace that may yet turn out to be somebody else's, once billing lists whose it is. */
  | {
      readonly kind: 'landed';
      readonly order: string | null;
      readonly evidence: string;
      readonly provisional?: true;
    }
  /** Nothing points to it. Only patience turns this into "not landed". */
  | { readonly kind: 'silent' }
  /** Something is under way that may or may not be this order. */
  | { readonly kind: 'unclear'; readonly why: string; readonly working: boolean }
  /** Something else was done to the instance, and is over. `certain`: and this order was not. */
  | { readonly kind: 'foreign'; readonly what: string; readonly certain: boolean };

/** What is known of who placed the orders of an instance. */
export interface Ownership {
  /** Order numbers on the journal that are not this attempt's. */
  readonly known: ReadonlySet<string>;
  /** By what numbers orders name this identity; null where that is not known. */
  readonly self: ReadonlySet<string> | null;
}

/** True where somebody else is named as who placed the order. */
export function isForeign({ by }: Deal, { self }: Ownership): boolean {
  return by !== null && self !== null && !self.has(by);
}

/** The orders that are on no record of ours. */
export function otherOrders(deals: readonly Deal[] | null, { known }: Ownership): Deal[] {
  return (deals ?? []).filter(({ order }) => !known.has(order));
}

/**
 * The orders that are not this step's. While it has no number of its own, one that nobody else is named for may be it.
 * @param orders the numbers of its own.
 */
export function foreignOrders(
  deals: readonly Deal[] | null,
  whose: Ownership,
  orders: readonly string[],
): Deal[] {
  const known = new Set([...whose.known, ...orders]);
  return otherOrders(deals, { ...whose, known }).filter(
    (deal) => orders.length > 0 || isForeign(deal, whose),
  );
}

/**
 * The order that may be this step's: on no record, by no one else, and larger or smaller as the step is. The latest where
 * there are several: what is older was more likely there before it was asked. An order that was held up on its way may
 * come after somebody else's, and then it is larger or smaller than what that one made of the instance, which proves
 * nothing.
 */
export function ownInBilling(step: Step, deals: readonly Deal[] | null, whose: Ownership): Deal | null {
  const others = otherOrders(deals, whose);
  const foreign = others.filter((deal) => isForeign(deal, whose));
  const fitting = others.filter(
    (deal) =>
      !foreign.includes(deal) &&
      (fits(step, deal) || foreign.some(({ createdAt }) => createdAt <= deal.createdAt)),
  );
  return fitting.sort((a, b) => a.createdAt - b.createdAt).at(-1) ?? null;
}

function fits({ before, after }: Step, { direction }: Deal): boolean {
  return direction === null || (direction === 'up') === totalMemory(after) > totalMemory(before);
}

/** `order 2026… by 100000000099, created at 2026-01-05T02:00:00.000Z`, for the record. */
export function formatOrder({ order, by, createdAt }: Deal): string {
  return `order ${order}${by === null ? '' : ` by ${by}`}, created at ${iso(createdAt)}`;
}

/** `task 700001 (type 012), begun at …`, for the record. */
export function formatTask({ id, type, startedAt }: Task): string {
  return `task ${id} (type ${type}), begun at ${iso(startedAt)}`;
}

/** Where the number of an order without an answer came from, for the record. */
export function describeBillingMatch(order: string): string {
  return `billing lists order ${order} for it`;
}

export function judgeOrderFate(step: Step, reading: Reading, whose: Ownership): OrderFate {
  const { instance, deals } = reading;
  const tasks = reading.tasks ?? [];
  const others = otherOrders(deals, whose);
  const foreign = others.filter((deal) => isForeign(deal, whose));
  const own = ownInBilling(step, deals, whose);
  const odd = tasks.filter(({ dimension }) => dimension !== null && dimension !== step.change.dimension);
  const unexplained = tasks.length === odd.length && odd.length > foreign.length;
  if (own !== null && !unexplained) {
    const landed = { kind: 'landed' as const, order: own.order, evidence: describeBillingMatch(own.order) };
    // The task list may show yet that it is an order for something else.
    return reading.tasks?.length === 0 && own.state !== 'delivered' ? { ...landed, provisional: true } : landed;
  }

  const traces = [...others.map(formatOrder), ...odd.map(formatTask)];
  if (traces.length === 0) return judgeAlone(step, reading);
  const named = traces.join('; ');
  if (!instance)
    return { kind: 'unclear', why: `the instance is not listed, and there is ${named}`, working: false };
  const working =
    instance.status === 'processing' ||
    tasks.some(({ result }) => result === 'pending' || result === 'running') ||
    others.some(({ state }) => state === 'under-way');
  if (working) return { kind: 'unclear', why: `under way on the instance: ${named}`, working };

  const ours = others.length - foreign.length;
  const { size } = instance;
  const at = describe(size);
  if (sameSize(size, step.after) || judgeNodes(step, instance).kind === 'landed') {
    if (foreign.length > 0 && ours === 0)
      return { kind: 'foreign', what: `the instance is at ${at} by ${named}`, certain: true };
    const order = own?.order ?? others.find((deal) => !isForeign(deal, whose))?.order ?? null;
    const evidence = `the instance is at ${at}, and there is ${named}`;
    return { kind: 'landed', order, evidence, ...(order === null ? { provisional: true } : {}) };
  }
  if (sameSize(size, step.before)) {
    // What was placed by the same identity and left the size as it was may have been this order, and have failed.
    const certain = ours === 0 && (deals !== null || odd.length === 0) && reading.tasks !== null;
    return { kind: 'foreign', what: `the instance is at ${at} still, after ${named}`, certain };
  }
  const what = `the instance is at ${at} by ${named}`;
  return { kind: 'foreign', what, certain: isElsewhere(step, reading) };
}

/** An order of ours would have brought its dimension to its new value, whatever else was done. */
function isElsewhere({ change: { dimension, to } }: Step, { instance, tasks }: Reading): boolean {
  return tasks !== null && instance !== undefined && instance.size[dimension] !== to;
}

/** Where neither an order nor a task speaks of anything else. */
function judgeAlone(step: Step, reading: Reading): OrderFate {
  const { instance, tasks } = reading;
  const task = tasks?.[0];
  if (task)
    return { kind: 'landed', order: null, evidence: `${formatTask(task)}, after it was asked`, provisional: true };
  if (!instance) return { kind: 'unclear', why: 'the instance is not listed', working: false };
  if (sameSize(instance.size, step.after)) {
    const evidence = `the instance already is at ${describe(instance.size)}`;
    return { kind: 'landed', order: null, evidence, provisional: true };
  }
  const nodes = judgeNodes(step, instance);
  if (nodes.kind === 'landed') return { kind: 'landed', order: null, evidence: nodes.what, provisional: true };
  if (nodes.kind === 'unclear') return { kind: 'unclear', why: nodes.what, working: false };
  if (instance.status === 'processing')
    return { kind: 'unclear', why: 'something is under way on the instance', working: true };
  if (!sameSize(instance.size, step.before)) {
    const what = `the instance is at ${describe(instance.size)}, and nothing that can be read says by what`;
    return { kind: 'foreign', what, certain: isElsewhere(step, reading) };
  }
  return { kind: 'silent' };
}

/** The provider's clock and ours differ by less than this: what began that much before the intent may be its effect. */
const CLOCK_MARGIN = 30 * SECOND;

/**
 * Never those of the step before. The provider tells whole seconds, so what began within the second in which the step
 * before ended must not be lost: its own task and order began earlier than that.
 * @param intentAt ms since 1970 UTC by the provider's clock, as all here.
 */
export function factsSince(
  step: Step,
  earlier: { readonly state: StepState } | null,
  intentAt: number,
): number {
  const before = step.needs === null ? null : (earlier?.state.endedProviderAt ?? null);
  if (before === null) return intentAt - CLOCK_MARGIN;
  return Math.max(intentAt - CLOCK_MARGIN, Math.floor(Date.parse(before) / SECOND) * SECOND);
}
