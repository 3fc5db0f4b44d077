/**
 * Judges from a reading whether an order without an answer was executed. Pure. Someone else may change the instance at
 * the same time. Refit distinguishes their orders by who placed an order, what a task changes, and the final size. The
 * docs do not say which task an order becomes (docs/provider.md P93), so a task that does not fit proves nothing alone.
 */
import type { Deal } from '../../cloud/cloud.ts';
import { message } from '../../messages/messages.ts';
import { type Message, type Size, type Step, type StepState, sameSize, totalMemory } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { judgeNodes, type Reading } from './judge-following.ts';
import { orderTraces, taskTraces } from './traces.ts';

/** The verdict on an order that got no answer. */
export type OrderFate =
  /** `provisional`: billing may still show that the trace belongs to someone else. */
  | {
      readonly kind: 'executed';
      readonly order: string | null;
      readonly evidence: Message;
      readonly provisional?: true;
    }
  /** There is no trace of it. Only patience turns this into "not executed". */
  | { readonly kind: 'silent' }
  /** Something is in progress that may or may not be this order. */
  | { readonly kind: 'unclear'; readonly reason: Message; readonly working: boolean }
  /** Someone else's change is over. `certain`: and this order was not executed. */
  | { readonly kind: 'foreign'; readonly evidence: Message; readonly certain: boolean };

/** What Refit knows about who placed the orders of an instance. */
export interface Ownership {
  /** Order numbers in the journal that are not this attempt's. */
  readonly known: ReadonlySet<string>;
  /** The numbers by which orders name this identity; null: not known. */
  readonly self: ReadonlySet<string> | null;
  /** The sizes after later steps of the instance whose orders an adopted journal may lack. */
  readonly hidden: readonly Size[];
}

/** True if billing names someone else as who placed the order. */
export function isForeign({ createdBy }: Deal, { self }: Ownership): boolean {
  return createdBy !== null && self !== null && !self.has(createdBy);
}

/** The orders that this run has no record of. */
export function otherOrders(deals: readonly Deal[] | null, { known }: Pick<Ownership, 'known'>): Deal[] {
  return (deals ?? []).filter(({ order }) => !known.has(order));
}

/**
 * The orders that are not this step's. If the step has no number yet, an order without a foreign name may be its own. Such
 * an order may also be that of a later step that the journal lacks.
 * @param orders the step's own numbers.
 */
export function foreignOrders(
  deals: readonly Deal[] | null,
  whose: Ownership,
  orders: readonly string[],
): Deal[] {
  const known = new Set([...whose.known, ...orders]);
  return otherOrders(deals, { ...whose, known }).filter(
    (deal) => (orders.length > 0 && whose.hidden.length === 0) || isForeign(deal, whose),
  );
}

/**
 * The order that may be this step's, or null. It is on no record, not foreign, and has the step's direction. Of several,
 * Refit takes the latest: an older one probably existed before the step ordered. If the journal may lack orders of later
 * steps, Refit takes the first. After a foreign order the direction
 * proves nothing, because a delayed order compares with the size that the foreign one made.
 */
export function ownInBilling(step: Step, deals: readonly Deal[] | null, whose: Ownership): Deal | null {
  const others = otherOrders(deals, whose);
  const foreign = others.filter((deal) => isForeign(deal, whose));
  const fitting = others.filter(
    (deal) =>
      !foreign.includes(deal) &&
      (fits(step, deal) || foreign.some(({ createdAt }) => createdAt <= deal.createdAt)),
  );
  return fitting.sort((a, b) => a.createdAt - b.createdAt).at(whose.hidden.length > 0 ? 0 : -1) ?? null;
}

/** Whether an order can have the direction of the step. */
export function fits({ before, after }: Step, { direction }: Deal): boolean {
  return direction === null || (direction === 'up') === totalMemory(after) > totalMemory(before);
}

/** The evidence for an order number that came from billing. */
export function billingMatch(order: string): Message {
  return message('run.billing-lists', { order });
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
    const { order } = own;
    const executed = { kind: 'executed' as const, order, evidence: billingMatch(order) };
    // The task list may still show that it is an order for something else.
    return reading.tasks?.length === 0 && own.state !== 'delivered'
      ? { ...executed, provisional: true }
      : executed;
  }

  const traces = [...orderTraces(others), ...taskTraces(odd)];
  const passed = instance && whose.hidden.some((after) => sameSize(instance.size, after));
  if (passed)
    return {
      kind: 'executed',
      order: own?.order ?? null,
      evidence: message('run.at-later-size', { size: instance.size }),
      provisional: true,
    };
  if (traces.length === 0) return judgeAlone(step, reading);
  if (!instance)
    return { kind: 'unclear', reason: message('run.unlisted-with-traces', { traces }), working: false };
  const working =
    instance.status === 'processing' ||
    tasks.some(({ result }) => result === 'pending' || result === 'running') ||
    others.some(({ state }) => state === 'in-progress');
  if (working) return { kind: 'unclear', reason: message('run.traces-in-progress', { traces }), working };

  const ours = others.length - foreign.length;
  const { size } = instance;
  if (sameSize(size, step.after) || judgeNodes(step, instance).kind === 'executed') {
    if (foreign.length > 0 && ours === 0)
      return { kind: 'foreign', evidence: message('run.at-size-by', { size, traces }), certain: true };
    const order = own?.order ?? others.find((deal) => !isForeign(deal, whose))?.order ?? null;
    const evidence = message('run.at-size-with-traces', { size, traces });
    return { kind: 'executed', order, evidence, ...(order === null ? { provisional: true } : {}) };
  }
  if (sameSize(size, step.before)) {
    // An order of the same identity that left the size unchanged may be this order, failed.
    const certain = ours === 0 && (deals !== null || odd.length === 0) && reading.tasks !== null;
    return { kind: 'foreign', evidence: message('run.still-at-size', { size, traces }), certain };
  }
  const evidence = message('run.at-size-by', { size, traces });
  return { kind: 'foreign', evidence, certain: isElsewhere(step, reading) };
}

/** True if the step's dimension is not at its new value: an executed order would have changed it. */
function isElsewhere({ change: { dimension, to } }: Step, { instance, tasks }: Reading): boolean {
  return tasks !== null && instance !== undefined && instance.size[dimension] !== to;
}

/** The fate if no order and no task points to another change. */
function judgeAlone(step: Step, reading: Reading): OrderFate {
  const { instance, tasks } = reading;
  const task = tasks?.[0];
  if (task)
    return {
      kind: 'executed',
      order: null,
      evidence: message('run.task-after-order', { task: taskTraces([task])[0]! }),
      provisional: true,
    };
  if (!instance) return { kind: 'unclear', reason: message('run.instance-not-listed'), working: false };
  if (sameSize(instance.size, step.after)) {
    const evidence = message('run.already-at-size', { size: instance.size });
    return { kind: 'executed', order: null, evidence, provisional: true };
  }
  const nodes = judgeNodes(step, instance);
  if (nodes.kind === 'executed')
    return { kind: 'executed', order: null, evidence: nodes.evidence, provisional: true };
  if (nodes.kind === 'unclear') return { kind: 'unclear', reason: nodes.evidence, working: false };
  if (instance.status === 'processing')
    return { kind: 'unclear', reason: message('run.something-in-progress'), working: true };
  if (!sameSize(instance.size, step.before)) {
    const evidence = message('run.changed-without-trace', { size: instance.size });
    return { kind: 'foreign', evidence, certain: isElsewhere(step, reading) };
  }
  return { kind: 'silent' };
}

/** The provider's clock and Refit's differ by less than this. A task that started this long before may be the effect. */
const CLOCK_MARGIN = 30 * SECOND;

/**
 * From when on tasks and orders may belong to the step, ms since 1970 UTC by the provider's clock. It excludes those of
 * the previous step. Times are whole seconds, so the second in which the previous step ended is included: the task and
 * order of that step started earlier.
 * @param intentAt ms since 1970 UTC by the provider's clock.
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
