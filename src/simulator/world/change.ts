/**
 * A change over time. Source: docs/provider.md P165 to P167.
 *
 *   accepted ──start lag──▶ in process ──duration──▶ running, new size ──lock tail──▶ free
 *   Status 2                Status 1                 Status 2                         Status 2
 *   deal 2                  deal 3, task 1           deal 4, task 2
 *
 * With SwitchOption 1, the task is pending (Result 0) and Status stays 2 until the maintenance window of the instance.
 * Then the change starts as usual.
 *
 * The task (Result 0) and the order become visible at some time within the start lag. Before that, no read shows
 * them and the provider accepts a second order. Clients must handle this danger.
 */
import { type DailySpan, nextWithin } from './beijing-time.ts';
import {
  createDeal,
  createTask,
  endTask,
  listDeal,
  type SimChange,
  type SimDeal,
  type SimInstance,
  type SimJob,
  type SimNode,
  type SimSize,
  type SimTask,
  spread,
  startTask,
  sum,
  type World,
} from './world.ts';

/** Task type of a change. Source: docs/provider.md P93, an inference from the names. */
const TASK_TYPE: Readonly<Record<keyof SimSize, string>> = {
  memoryPerShard: '002',
  shards: '028',
  replicas: '029',
};

/** Task types of a move to other zones. Source: docs/provider.md P196, an inference from the names. */
const TO_SEVERAL_ZONES = '047';
const TO_OTHER_ZONES = '066';

/** The default maintenance window: 03:00 to 06:00, as in the provider's sample. */
export const DEFAULT_WINDOW: DailySpan = [3 * 60, 6 * 60];

/** Checks a maintenance window: allowed length, within one day. Source: docs/provider.md P97 and P98. */
export function isWindow(start: number, end: number): boolean {
  return [30, 60, 90, 120, 180].includes(end - start);
}

/**
 * Accepts an order that passed all checks: charges it and schedules the change.
 * @param order.cents the quote; a prepaid order is charged immediately, and a negative quote is paid back
 */
export function acceptOrder(
  world: World,
  instance: SimInstance,
  change: SimChange,
  order: { by: string; cents: number; inWindow: boolean; now: number; grows: boolean },
): SimDeal {
  const { now } = order;
  const price = Math.round(order.cents);
  const charged = instance.billing === 1 ? price : 0;
  const deal = createDeal(world, instance, {
    by: order.by,
    at: now,
    action: order.grows ? 'upgrade' : 'downgrade',
    price,
    charged,
  });
  instance.account.balance -= charged;
  instance.orderCount += 1;
  const job: SimJob = {
    instance,
    change,
    deal,
    task: null,
    inWindow: order.inWindow,
    ...trouble(world, instance, 'UpgradeInstance'),
  };
  const lag = world.random.whole(...world.options.startLag);
  const startsAt = startOf(job, now, lag);
  world.agenda.add(Math.round(now + lag * world.random.next()), () => listDeal(world, deal));
  world.agenda.add(Math.round(now + lag * world.random.next()), (at) => {
    job.task = createTask(world, instance, { type: TASK_TYPE[change.dimension], by: order.by, at });
  });
  world.agenda.add(startsAt, (at) => startOrQueue(world, job, at));
  return deal;
}

/**
 * Accepts a move of nodes to other zones. It has a task immediately and no order.
 * @param nodes all nodes after the move
 */
export function acceptZones(
  world: World,
  instance: SimInstance,
  nodes: readonly SimNode[],
  { by, inWindow, now }: { by: string; inWindow: boolean; now: number },
): SimTask {
  const type = instance.nodes === null ? TO_SEVERAL_ZONES : TO_OTHER_ZONES;
  const task = createTask(world, instance, { type, by, at: now });
  const job: SimJob = {
    instance,
    change: { dimension: 'replicas', to: nodes.length - 1, nodes: { place: nodes } },
    deal: null,
    task,
    inWindow,
    ...trouble(world, instance, 'ModifyInstanceAvailabilityZones'),
  };
  const startsAt = startOf(job, now, world.random.whole(...world.options.startLag));
  world.agenda.add(startsAt, (at) => startOrQueue(world, job, at));
  return task;
}

/** The faults that strike the execution of a change. */
function trouble({ faults }: World, { id }: SimInstance, action: string): Pick<SimJob, 'fails' | 'stuck'> {
  const fails = faults.strike('failed-task', action, id) !== null;
  return { fails, stuck: faults.strike('stuck', action, id) !== null };
}

/** When a change starts that was accepted at `now`: after the lag, or after the next opening of its window. */
function startOf({ instance, inWindow }: SimJob, now: number, lag: number): number {
  const waits = inWindow ? nextWithin(now + lag, instance.window) - now - lag : 0;
  return now + lag + (waits > 0 ? waits + lag : 0);
}

function startOrQueue(world: World, job: SimJob, at: number): void {
  const { jobs } = job.instance;
  jobs.push(job);
  if (jobs.length === 1) startJob(world, job, at);
}

function startJob(world: World, job: SimJob, at: number): void {
  job.instance.status = 1;
  if (job.deal) job.deal.status = 3;
  if (job.task) startTask(job.task, job.inWindow, at);
  if (job.stuck) return;
  const { duration, durationOf } = world.options;
  const takes = durationOf ? durationOf(job) : world.random.whole(...duration);
  world.agenda.add(at + takes, (end) => finishJob(world, job, end));
}

function finishJob(world: World, job: SimJob, at: number): void {
  const { instance, deal } = job;
  instance.status = 2;
  instance.lockedUntil = at + world.random.whole(...world.options.lockTail);
  if (deal) {
    deal.endedAt = at;
    deal.status = job.fails ? 5 : 4;
  }
  if (job.task) endTask(job.task, job.fails ? 4 : 2, at);
  // A failed order is paid back. The documentation does not say so; it is an inference.
  if (job.fails) instance.account.balance += deal?.charged ?? 0;
  else applyChange(instance, job.change, at);
  instance.jobs.shift();
  if (instance.jobs[0]) startJob(world, instance.jobs[0], at);
}

function applyChange(instance: SimInstance, { dimension, to, nodes }: SimChange, at: number): void {
  const { used, memoryPerShard, shards, replicas } = instance;
  instance.past.push({ until: at, memoryPerShard, shards, replicas, used });
  if (dimension === 'shards') {
    const mean = sum(used) / used.length;
    const ratio = mean === 0 ? 1 : Math.max(...used) / mean;
    // The fullest shard keeps its ratio to the mean (docs/provider-choices.md).
    instance.used = spread(sum(used), to, (ratio * sum(used)) / to);
  }
  instance[dimension] = to;
  if (nodes && 'place' in nodes) instance.nodes = [...nodes.place];
  else if (nodes && instance.nodes) {
    const left = instance.nodes.filter(({ id }) => !nodes.drop.includes(id));
    let last = Math.max(...instance.nodes.map(({ id }) => id));
    for (const zone of nodes.add) {
      last += 1;
      left.push({ id: last, kind: 1, zone: zone.number });
    }
    // NodeSet is an increment: an order that is accepted twice adds the nodes twice.
    instance.nodes = left;
    instance.replicas = left.length - 1;
  }
}

/** Another user grows the instance to the next sold size, without any delay. */
export function makeForeignChange(world: World, instance: SimInstance, by: string, now: number): void {
  const to = largerSizes(world, instance)[0] ?? instance.memoryPerShard * 2;
  const deal = createDeal(world, instance, { by, at: now, action: 'upgrade', price: 0, charged: 0 });
  deal.status = 4;
  deal.endedAt = now;
  listDeal(world, deal);
  endTask(createTask(world, instance, { type: TASK_TYPE.memoryPerShard, by, at: now }), 2, now);
  applyChange(instance, { dimension: 'memoryPerShard', to, nodes: null }, now);
}

/** Accepts another user's order for a memory size. It becomes visible and starts as any other order. */
export function placeForeignOrder(
  world: World,
  instance: SimInstance,
  { to, by, now }: { to: number; by: string; now: number },
): SimDeal {
  const change: SimChange = { dimension: 'memoryPerShard', to, nodes: null };
  const grows = to > instance.memoryPerShard;
  return acceptOrder(world, instance, change, { by, cents: 0, inWindow: false, now, grows });
}

/** The sold sizes above the present one, ascending. */
export function largerSizes(world: World, { zone, type, billing, memoryPerShard }: SimInstance): number[] {
  const sold = world.catalogue.sold(zone.code, type, billing)?.sizes ?? [];
  return [...sold].filter((size) => size > memoryPerShard).sort((a, b) => a - b);
}
