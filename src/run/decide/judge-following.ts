/**
 * Judges from a reading whether a change has started, and how an accepted order ended. Pure. `judge-order-fate.ts` judges
 * orders without an answer. No judgement trusts a status alone: an instance is also "running" before its change starts
 * (docs/provider.md P165, P166 and P174).
 */
import type { Deal, Task } from '../../cloud/cloud.ts';
import { message } from '../../messages/messages.ts';
import {
  type Instance,
  type InstanceNode,
  type Message,
  type Money,
  type Size,
  type Step,
  sameSize,
} from '../../model.ts';
import { orderTraces } from './traces.ts';

/** One reading of one instance. `null`: Refit could not ask this source. */
export interface Reading {
  /** undefined: the provider knows no such instance. */
  readonly instance: Instance | undefined;
  readonly tasks: readonly Task[] | null;
  readonly deals: readonly Deal[] | null;
}

/** True for an addition of named nodes. It is not absolute: two orders may add the nodes twice (docs/provider.md P18). */
export function addsNodes({ nodes }: Pick<Step, 'nodes'>): boolean {
  return nodes?.kind === 'add';
}

/** True if the instance shows the step's target, by its size or by its nodes. */
export function isAtTarget(step: Step, instance: Instance): boolean {
  return sameSize(instance.size, step.after) || judgeNodes(step, instance).kind === 'executed';
}

/** True if Refit may order the step: the instance runs, at the approved size and with the approved nodes. */
export function isAsPlanned(step: Step, instance: Instance): boolean {
  return (
    instance.status === 'running' &&
    sameSize(instance.size, step.before) &&
    nodesDrifted(step, instance) === null
  );
}

/** Whether an instance at its new size has the ordered nodes. `late`: its list does not show the size yet. */
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

/** The list of nodes as evidence. The count of replicas is another field, which may change later. */
export function judgeNodes(
  step: Step,
  { nodes }: Instance,
): { readonly kind: 'silent' } | { readonly kind: 'executed' | 'unclear'; readonly evidence: Message } {
  if (!step.nodes) return { kind: 'silent' };
  const listed = replicasOf(nodes).length;
  const before = step.before.replicas;
  if (listed === step.after.replicas)
    return { kind: 'executed', evidence: message('run.replicas-listed', { listed }) };
  if (listed === before) return { kind: 'silent' };
  return { kind: 'unclear', evidence: message('run.replicas-changed', { listed, before }) };
}

function replicasOf(nodes: readonly InstanceNode[]): readonly InstanceNode[] {
  return nodes.filter(({ role }) => role === 'replica');
}

/**
 * How the nodes differ from the planned ones; null: they do not. Their number must fit the size. Nodes to remove must
 * still be replicas in their zones, because a failover may have made one of them the master.
 */
export function nodesDrifted(step: Step, instance: Instance): Message | null {
  if (step.change.dimension !== 'replicas') return null;
  const replicas = replicasOf(instance.nodes);
  if (!step.nodes) return instance.nodes.length === 0 ? null : message('run.nodes-span-zones');
  const planned = step.before.replicas;
  if (replicas.length !== planned)
    return message('run.replica-count-differs', { listed: replicas.length, planned });
  if (step.nodes.kind === 'add') return null;
  const gone = step.nodes.nodes.find(
    (node) => !replicas.some(({ id, zone }) => id === node.id && zone.number === node.zone.number),
  );
  return gone ? message('run.replica-gone', { node: gone.id, zone: gone.zone.code }) : null;
}

/** The verdict on an accepted order. */
export type FollowState =
  /** `isPassed`: the size is that of a later step, which needs this one. */
  | {
      readonly kind: 'verified';
      readonly size: Size;
      readonly billed: Money | null;
      readonly isPassed: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly cause: Message;
      readonly code: string | null;
      readonly size: Size | null;
    }
  /** Someone else has changed the instance since; `cause` names the order. */
  | { readonly kind: 'drifted'; readonly cause: Message; readonly size: Size; readonly billed: Money | null }
  /** `near`: it looks finished, and only the last facts are missing. */
  | { readonly kind: 'in-progress'; readonly near: boolean };

/**
 * A task that started this long before an order does not belong to it, ms. The task list and the provider's clock have
 * whole seconds (docs/provider.md P90).
 */
const TASK_BEFORE = 5_000;

/**
 * The evidence that a change that had to wait has started; null: there is none. A task does not name its owner, so Refit
 * assigns one task to each foreign order first. The status counts only if there is no task, because the status of a
 * waiting change is not documented.
 * @param askedAt when Refit ordered, by the provider's clock, ms since 1970 UTC.
 * @param foreign the instance's orders since then that are not this step's.
 */
export function judgeStart(
  step: Step,
  { instance, tasks, deals }: Reading,
  { orders, askedAt }: { readonly orders: readonly string[]; readonly askedAt: number },
  foreign: readonly Deal[],
): { readonly evidence: Message; readonly taskAt: number | null } | null {
  const earlier = (tasks ?? []).filter(({ startedAt }) => startedAt < askedAt - TASK_BEFORE);
  const started = (tasks ?? []).filter((task) => task.result !== 'pending' && !earlier.includes(task));
  const others = foreign.filter(({ state }) => state !== 'unpaid').length - earlier.length;
  const task = started.sort((a, b) => a.startedAt - b.startedAt).at(-1);
  if (task && started.length > Math.max(0, others)) {
    const evidence = message('run.task-state', { task: task.id, result: task.result });
    return { evidence, taskAt: task.startedAt };
  }
  const own = deals?.find(({ order }) => orders.includes(order));
  if (own?.state === 'failed')
    return { evidence: message('run.order-not-delivered', { order: own.order }), taskAt: null };
  if (own?.state === 'delivered')
    return { evidence: message('run.order-delivered', { order: own.order }), taskAt: null };
  // The state of the instance may be the effect of a foreign order.
  if (!instance || foreign.length > 0) return null;
  if (isAtTarget(step, instance))
    return { evidence: message('run.at-size', { size: step.after }), taskAt: null };
  return instance.status === 'processing' && (tasks === null || tasks.length === 0)
    ? { evidence: message('run.instance-processing'), taskAt: null }
    : null;
}

/**
 * How an accepted order ended. Finished means all final facts: exact size, running, every task done, order delivered.
 * @param foreign the instance's orders since then that are not this step's. @param hidden as for `Ownership`.
 */
export function judgeFollowing(
  step: Step,
  reading: Reading,
  orders: readonly string[],
  foreign: readonly Deal[],
  hidden: readonly Size[] = [],
): FollowState {
  const { instance, tasks, deals } = reading;
  const deal = deals?.find(({ order }) => orders.includes(order));
  const billed = deal?.billed ?? null;
  const latest = tasks?.reduce<Task | null>(
    (last, task) => (last && last.startedAt > task.startedAt ? last : task),
    null,
  );
  const size = instance?.size ?? null;
  // The task of a delivered order did not fail, and the failure of a foreign order is not this step's.
  const isOthers =
    deal !== undefined && (deal.state === 'delivered' || foreign.some(({ state }) => state === 'failed'));
  if (latest?.result === 'failed' && instance?.status === 'running' && !isOthers) {
    const cause = message('run.task-failed', { task: latest.id, size: instance.size });
    return { kind: 'failed', cause, code: null, size };
  }
  if (deal?.state === 'failed') {
    const cause = message('run.order-not-delivered', { order: deal.order });
    return { kind: 'failed', cause, code: null, size };
  }
  if (instance?.status !== 'running') return { kind: 'in-progress', near: false };
  const working = tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
  if (sameSize(instance.size, step.after)) {
    const nodes = nodesFound(step, instance);
    if (nodes === 'late') return { kind: 'in-progress', near: false };
    if (nodes === 'other') {
      const listed = instance.nodes.map(({ id, role, zone }) => ({ id, role, zone: zone.code }));
      const cause = message('run.other-nodes', { nodes: listed });
      return { kind: 'failed', cause, code: 'Refit.OtherNodes', size };
    }
    const othersWork = deal?.state === 'delivered' && foreign.length > 0;
    if ((working && !othersWork) || deal?.state === 'in-progress' || deal?.state === 'unpaid')
      return { kind: 'in-progress', near: true };
    return { kind: 'verified', size: instance.size, billed, isPassed: false };
  }
  if (hidden.some((after) => sameSize(instance.size, after)))
    return { kind: 'verified', size: instance.size, billed, isPassed: true };
  const sizes = { size: instance.size, wanted: step.after };
  const ended = deal?.state === 'delivered' || tasks?.some(({ result }) => result === 'done') === true;
  const over = !working && foreign.every(({ state }) => state !== 'in-progress');
  if (ended && over && foreign.some(({ state }) => state === 'delivered')) {
    const cause = message('run.changed-by-others', { ...sizes, orders: orderTraces(foreign) });
    return { kind: 'drifted', cause, size: instance.size, billed };
  }
  if (!sameSize(instance.size, step.before) && tasks?.some(({ result }) => result === 'done')) {
    const cause = message('run.ended-at-other-size', sizes);
    return { kind: 'failed', cause, code: 'Refit.OtherSize', size };
  }
  return { kind: 'in-progress', near: false };
}
