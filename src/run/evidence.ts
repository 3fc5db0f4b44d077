/**
 * Pure decisions from what was read of the provider: did an unanswered order land, and how did an accepted one end?
 * Neither ever trusts a status alone: "running" is also what a change shows before it starts (facts §7.1, §7.4,
 * read 2026-11).
 */
import type { Deal, Task } from '../cloud/cloud.ts';
import type { Instance, InstanceNode, Money, Size, Step } from '../model.ts';
import { sameSize } from '../model.ts';

/** What was read of one instance at one moment. `null` = this source could not be asked. */
export interface Reading {
  /** undefined: the provider knows no such instance. */
  readonly instance: Instance | undefined;
  readonly tasks: readonly Task[] | null;
  readonly deals: readonly Deal[] | null;
}

/** The verdict on an order that got no answer. */
export type Landing =
  | { readonly kind: 'landed'; readonly order: string | null; readonly evidence: string }
  /** Nothing points to it. Only patience turns this into "not landed". */
  | { readonly kind: 'silent' }
  /** Something is under way that may or may not be this order. */
  | { readonly kind: 'unclear'; readonly why: string };

/** @param known order numbers on the journal that are not this attempt's. */
export function judgeLanding(step: Step, reading: Reading, known: ReadonlySet<string>): Landing {
  const { instance, tasks, deals } = reading;
  const order = orderInBilling(deals, known);
  if (order !== null) return { kind: 'landed', order, evidence: sayInBilling(order) };
  const task = tasks?.[0];
  if (task)
    return {
      kind: 'landed',
      order: null,
      evidence: `task ${task.id} (type ${task.type}) began after it was asked`,
    };
  if (!instance) return { kind: 'unclear', why: 'the instance is not listed' };
  if (sameSize(instance.size, step.after)) {
    return { kind: 'landed', order: null, evidence: `the instance already is at ${describe(instance.size)}` };
  }
  const nodes = judgeNodes(step, instance);
  if (nodes.kind !== 'silent') return nodes;
  if (instance.status === 'processing')
    return { kind: 'unclear', why: 'something is under way on the instance' };
  if (!sameSize(instance.size, step.before)) {
    return { kind: 'unclear', why: `the instance is at ${describe(instance.size)}` };
  }
  return { kind: 'silent' };
}

/** The number of an order that is on no record of ours; null where billing shows none, or could not be asked. */
export function orderInBilling(deals: readonly Deal[] | null, known: ReadonlySet<string>): string | null {
  return deals?.find(({ order }) => !known.has(order))?.order ?? null;
}

/** Where the number of an order without an answer came from, for the record. */
export function sayInBilling(order: string): string {
  return `billing lists order ${order} for it`;
}

/** True for an addition of named nodes: not an absolute wish, so that asking twice may add twice (facts §7.4). */
export function addsNodes({ nodes }: Pick<Step, 'nodes'>): boolean {
  return nodes?.kind === 'add';
}

/** True where the instance shows what the step was to make of it, by its size or by its nodes. */
export function isAtTarget(step: Step, instance: Instance): boolean {
  return sameSize(instance.size, step.after) || judgeNodes(step, instance).kind === 'landed';
}

/** Whether the nodes of an instance at its new size are the ordered ones; `late`: the list does not show the size yet. */
function nodesFound({ nodes, after }: Step, instance: Instance): 'as-ordered' | 'late' | 'other' {
  if (!nodes) return 'as-ordered';
  const replicas = replicasOf(instance.nodes);
  if (replicas.length !== after.replicas) return 'late';
  const inZone = (number: number, zones: readonly { readonly number: number }[]) =>
    zones.filter((zone) => zone.number === number).length;
  const found =
    nodes.kind === 'remove'
      ? nodes.nodes.every((gone) => replicas.every(({ id }) => id !== gone.id))
      : nodes.zones.every(
          ({ number }) =>
            inZone(
              number,
              replicas.map(({ zone }) => zone),
            ) >= inZone(number, nodes.zones),
        );
  return found ? 'as-ordered' : 'other';
}

/** The nodes as evidence beside the count of replicas, which another field tells and maybe later. */
function judgeNodes(step: Step, { nodes }: Instance): Landing {
  if (!step.nodes) return { kind: 'silent' };
  const replicas = replicasOf(nodes).length;
  const list = `the instance lists ${replicas} replicas`;
  if (replicas === step.after.replicas) return { kind: 'landed', order: null, evidence: list };
  return replicas === step.before.replicas
    ? { kind: 'silent' }
    : { kind: 'unclear', why: `${list}, and it had ${step.before.replicas}` };
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
export type Settling =
  | { readonly kind: 'verified'; readonly size: Size; readonly billed: Money | null }
  | {
      readonly kind: 'failed';
      readonly what: string;
      readonly code: string | null;
      readonly size: Size | null;
    }
  /** Under way. `near`: it looks finished, and only the last facts are missing. */
  | { readonly kind: 'under-way'; readonly near: boolean };

/**
 * Whether a change that was told to wait has begun, and by what; null where nothing shows it. The status alone is
 * trusted only where no task tells more: what it is while a change waits is not documented.
 */
export function judgeBegun(
  step: Step,
  { instance, tasks, deals }: Reading,
  orders: readonly string[],
): { readonly evidence: string; readonly taskAt: number | null } | null {
  const task = tasks?.find(({ result }) => result !== 'pending');
  if (task) return { evidence: `task ${task.id} is ${task.result}`, taskAt: task.startedAt };
  const failed = deals?.find(({ order, state }) => orders.includes(order) && state === 'failed');
  if (failed) return { evidence: `order ${failed.order} was not delivered`, taskAt: null };
  if (!instance) return null;
  if (isAtTarget(step, instance))
    return { evidence: `the instance is at ${describe(step.after)}`, taskAt: null };
  return instance.status === 'processing' && (tasks === null || tasks.length === 0)
    ? { evidence: 'the instance is in process', taskAt: null }
    : null;
}

/** Finished means the final facts: exact size, running, every task done, the order delivered. */
export function judgeSettling(step: Step, reading: Reading, orders: readonly string[]): Settling {
  const { instance, tasks, deals } = reading;
  const deal = deals?.find(({ order }) => orders.includes(order));
  const billed = deal?.billed ?? null;
  const latest = tasks?.reduce<Task | null>(
    (last, task) => (last && last.startedAt > task.startedAt ? last : task),
    null,
  );
  const size = instance?.size ?? null;
  if (latest?.result === 'failed' && instance?.status === 'running') {
    return {
      kind: 'failed',
      what: `the provider's task ${latest.id} failed; the instance is at ${describe(instance.size)}`,
      code: null,
      size,
    };
  }
  if (deal?.state === 'failed') {
    return { kind: 'failed', what: `order ${deal.order} was not delivered`, code: null, size };
  }
  if (instance?.status !== 'running') return { kind: 'under-way', near: false };
  if (sameSize(instance.size, step.after)) {
    const nodes = nodesFound(step, instance);
    if (nodes === 'late') return { kind: 'under-way', near: false };
    if (nodes === 'other') {
      return {
        kind: 'failed',
        what: `the change ended at its size, and not with the nodes that were ordered: ${instance.nodes.map(({ id, role, zone }) => `${role} ${id} in ${zone.code}`).join(', ')}`,
        code: 'Refit.OtherNodes',
        size,
      };
    }
    const working = tasks?.some(({ result }) => result === 'pending' || result === 'running') ?? false;
    if (working || deal?.state === 'under-way' || deal?.state === 'unpaid')
      return { kind: 'under-way', near: true };
    return { kind: 'verified', size: instance.size, billed };
  }
  if (!sameSize(instance.size, step.before) && tasks?.some(({ result }) => result === 'done')) {
    return {
      kind: 'failed',
      what: `the change ended, and the instance is at ${describe(instance.size)} instead of ${describe(step.after)}`,
      code: 'Refit.OtherSize',
      size,
    };
  }
  return { kind: 'under-way', near: false };
}

/** A size in words, for the record: exact, in MB. */
export function describe(size: Size): string {
  return `${size.memoryPerShard} MB x ${size.shards} shards, ${size.replicas} replicas`;
}
