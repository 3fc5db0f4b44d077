/**
 * Pure decisions from what was read of the provider: has a change begun, and how did an accepted order end? (Whether an
 * unanswered one landed is in judge-order-fate.ts.) None ever trusts a status alone: "running" is also what a change shows before it starts (docs/provider.md P165, P166 and P174).
 */
import type { Deal, Task } from '../../cloud/cloud.ts';
import { type Instance, type InstanceNode, type Money, type Size, type Step, sameSize } from '../../model.ts';

/** What was read of one instance at one moment. `null` = this source could not be asked. */
export interface Reading {
  /** undefined: the provider knows no such instance. */
  readonly instance: Instance | undefined;
  readonly tasks: readonly Task[] | null;
  readonly deals: readonly Deal[] | null;
}

/** True for an addition of named nodes: not an absolute wish, so that asking twice may add twice (docs/provider.md P18). */
export function addsNodes({ nodes }: Pick<Step, 'nodes'>): boolean {
  return nodes?.kind === 'add';
}

/** True where the instance shows what the step was to make of it, by its size or by its nodes. */
export function isAtTarget(step: Step, instance: Instance): boolean {
  return sameSize(instance.size, step.after) || judgeNodes(step, instance).kind === 'landed';
}

/** True where nothing stands against ordering the step: it runs, at the size and with the nodes that were approved. */
export function isAsPlanned(step: Step, instance: Instance): boolean {
  return (
    instance.status === 'running' &&
    sameSize(instance.size, step.before) &&
    nodesDrifted(step, instance) === null
  );
}

/** Whether the nodes of an instance at its new size are the ordered ones; `late`: the list does not show the size yet. */
function nodesFound({ nodes, after }: Step, instance: Instance): 'as-ordered' | 'late' | 'other' {
  if (!nodes) return 'as-ordered';
  const replicas = replicasOf(instance.nodes);
  if (replicas.length !== after.replicas) return 'late';
  const inZone = (number: number, zones: readonly { readonly number: number }[]) =>
    zones.filter((zone) => zone.number === number).length;
  const zones = replicas.map(({ zone }) => zone);
  const found =
    nodes.kind === 'remove'
      ? nodes.nodes.every((gone) => replicas.every(({ id }) => id !== gone.id))
      : nodes.zones.every(({ number }) => inZone(number, zones) >= inZone(number, nodes.zones));
  return found ? 'as-ordered' : 'other';
}

/** The nodes as evidence beside the count of replicas, which another field tells and maybe later. */
export function judgeNodes(
  step: Step,
  { nodes }: Instance,
): { readonly kind: 'landed' | 'silent' | 'unclear'; readonly what: string } {
  if (!step.nodes) return { kind: 'silent', what: '' };
  const replicas = replicasOf(nodes).length;
  const what = `the instance lists ${replicas} replicas`;
  if (replicas === step.after.replicas) return { kind: 'landed', what };
  return replicas === step.before.replicas
    ? { kind: 'silent', what }
    : { kind: 'unclear', what: `${what}, and it had ${step.before.replicas}` };
}

function replicasOf(nodes: readonly InstanceNode[]): readonly InstanceNode[] {
  return nodes.filter(({ role }) => role === 'replica');
}

/**
 * Why the nodes are no longer those that the step was planned with; null where they are. Their number must fit the
 * size, and those to be removed must still be replicas where they were: a failover may have made one the master.
 */
export function nodesDrifted(step: Step, instance: Instance): string | null {
  if (step.change.dimension !== 'replicas') return null;
  const replicas = replicasOf(instance.nodes);
  if (!step.nodes)
    return instance.nodes.length === 0
      ? null
      : 'it spans several zones now, and was in one when it was planned';
  if (replicas.length !== step.before.replicas)
    return `it lists ${replicas.length} replicas, planned with ${step.before.replicas}`;
  if (step.nodes.kind === 'add') return null;
  const gone = step.nodes.nodes.find(
    (node) => !replicas.some(({ id, zone }) => id === node.id && zone.number === node.zone.number),
  );
  return gone
    ? `replica ${gone.id} in ${gone.zone.code}, which is to be removed, is no replica there now`
    : null;
}

/** The verdict on an accepted order. */
export type FollowState =
  | { readonly kind: 'verified'; readonly size: Size; readonly billed: Money | null }
  | {
      readonly kind: 'failed';
      readonly what: string;
      readonly code: string | null;
      readonly size: Size | null;
    }
  /** Somebody else has changed the instance since: `what` names the order. */
  | { readonly kind: 'drifted'; readonly what: string; readonly size: Size; readonly billed: Money | null }
  /** Under way. `near`: it looks finished, and only the last facts are missing. */
  | { readonly kind: 'under-way'; readonly near: boolean };

/**
 * A task dated so long before an order was asked is not that order's, ms: both the task list and the provider's clock, as
 * its answers tell it, know whole seconds (docs/provider.md P90).
 */
const TASK_BEFORE = 5_000;

/**
 * Whether a change that was told to wait has begun, and by what; null where nothing shows it. The status alone is
 * trusted only where no task tells more: what it is while a change waits is not documented. A task does not say whose it
 * is, so one is taken for each order of somebody else's before any is taken for this step's.
 * @param askedAt by the provider's clock, ms since 1970 UTC.
 * @param foreign the instance's orders since then that are not this step's.
 */
export function judgeStart(
  step: Step,
  { instance, tasks, deals }: Reading,
  { orders, askedAt }: { readonly orders: readonly string[]; readonly askedAt: number },
  foreign: readonly Deal[],
): { readonly evidence: string; readonly taskAt: number | null } | null {
  const earlier = (tasks ?? []).filter(({ startedAt }) => startedAt < askedAt - TASK_BEFORE);
  const begun = (tasks ?? []).filter((task) => task.result !== 'pending' && !earlier.includes(task));
  const others = foreign.filter(({ state }) => state !== 'unpaid').length - earlier.length;
  const task = begun.sort((a, b) => a.startedAt - b.startedAt).at(-1);
  if (task && begun.length > Math.max(0, others))
    return { evidence: `task ${task.id} is ${task.result}`, taskAt: task.startedAt };
  const own = deals?.find(({ order }) => orders.includes(order));
  if (own?.state === 'failed') return { evidence: `order ${own.order} was not delivered`, taskAt: null };
  if (own?.state === 'delivered') return { evidence: `order ${own.order} is delivered`, taskAt: null };
  // What the instance shows may be theirs.
  if (!instance || foreign.length > 0) return null;
  if (isAtTarget(step, instance))
    return { evidence: `the instance is at ${describe(step.after)}`, taskAt: null };
  return instance.status === 'processing' && (tasks === null || tasks.length === 0)
    ? { evidence: 'the instance is in process', taskAt: null }
    : null;
}

/**
 * Finished means the final facts: exact size, running, every task done, the order delivered.
 * @param foreign the instance's orders since then that are not this step's, each in words.
 */
export function judgeFollowing(
  step: Step,
  reading: Reading,
  orders: readonly string[],
  foreign: readonly { readonly deal: Deal; readonly words: string }[],
): FollowState {
  const { instance, tasks, deals } = reading;
  const deal = deals?.find(({ order }) => orders.includes(order));
  const billed = deal?.billed ?? null;
  const latest = tasks?.reduce<Task | null>(
    (last, task) => (last && last.startedAt > task.startedAt ? last : task),
    null,
  );
  const size = instance?.size ?? null;
  // A delivered order's task has not failed, and another's failure is not this one's.
  const isOthers =
    deal !== undefined &&
    (deal.state === 'delivered' || foreign.some((other) => other.deal.state === 'failed'));
  if (latest?.result === 'failed' && instance?.status === 'running' && !isOthers) {
    const what = `the provider's task ${latest.id} failed; the instance is at ${describe(instance.size)}`;
    return { kind: 'failed', what, code: null, size };
  }
  if (deal?.state === 'failed') {
    return { kind: 'failed', what: `order ${deal.order} was not delivered`, code: null, size };
  }
  if (instance?.status !== 'running') return { kind: 'under-way', near: false };
  const working = tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
  if (sameSize(instance.size, step.after)) {
    const nodes = nodesFound(step, instance);
    if (nodes === 'late') return { kind: 'under-way', near: false };
    if (nodes === 'other') {
      const listed = instance.nodes.map(({ id, role, zone }) => `${role} ${id} in ${zone.code}`).join(', ');
      const what = `the change ended at its size, and not with the nodes that were ordered: ${listed}`;
      return { kind: 'failed', what, code: 'Refit.OtherNodes', size };
    }
    const othersWork = deal?.state === 'delivered' && foreign.length > 0;
    if ((working && !othersWork) || deal?.state === 'under-way' || deal?.state === 'unpaid')
      return { kind: 'under-way', near: true };
    return { kind: 'verified', size: instance.size, billed };
  }
  const otherSize = `the instance is at ${describe(instance.size)} instead of ${describe(step.after)}`;
  const ended = deal?.state === 'delivered' || tasks?.some(({ result }) => result === 'done') === true;
  const over = !working && foreign.every((other) => other.deal.state !== 'under-way');
  if (ended && over && foreign.some((other) => other.deal.state === 'delivered')) {
    const what = `${otherSize}: somebody else changed it, by ${foreign.map(({ words }) => words).join('; ')}`;
    return { kind: 'drifted', what, size: instance.size, billed };
  }
  if (!sameSize(instance.size, step.before) && tasks?.some(({ result }) => result === 'done')) {
    return { kind: 'failed', what: `the change ended, and ${otherSize}`, code: 'Refit.OtherSize', size };
  }
  return { kind: 'under-way', near: false };
}

/** A size in words, for the record: exact, in MB. */
export function describe(size: Size): string {
  return `${size.memoryPerShard} MB x ${size.shards} shards, ${size.replicas} replicas`;
}
