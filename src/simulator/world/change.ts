/**
 * A change over time, as docs/provider.md P165 to P167 describe it:
 *
 *   accepted ──start lag──▶ in process ──duration──▶ running, new size ──lock tail──▶ free
 *   Status 2                Status 1                 Status 2                         Status 2
 *   deal 2                  deal 3, task 1           deal 4, task 2
 *
 * With SwitchOption 1 accepted is not started: the task shows as pending (Result 0) and Status stays 2 until the
 * instance's maintenance window; then it begins as any other.
 *
 * Somewhere within the start lag the task list begins to show the task (Result 0) and billing the order: until
 * then no read reveals it, and a second order is taken as the first was, which is the danger that clients face.
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
  type SimSize,
  spread,
  startTask,
  sum,
  type World,
} from './world.ts';

/** Which task an order becomes. Source: docs/provider.md P93, by name, an inference there. */
const TASK_TYPE: Readonly<Record<keyof SimSize, string>> = {
  memoryPerShard: '002',
  shards: '028',
  replicas: '029',
};

/** The maintenance window that an instance has until somebody sets another: 03:00 to 06:00, as in the sample. */
export const DEFAULT_WINDOW: DailySpan = [3 * 60, 6 * 60];

/** Whether a maintenance window may be so: no wrap over midnight, and a length of the list. Source: docs/provider.md P97 and P98. */
export function isWindow(start: number, end: number): boolean {
  return [30, 60, 90, 120, 180].includes(end - start);
}

/**
 * Takes an order that passed every check: charges it, and lets it run its course.
 * @param cents the quote; prepaid orders are charged at once, negative ones paid back
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
  instance.orders += 1;
  const job: SimJob = {
    instance,
    change,
    deal,
    task: null,
    inWindow: order.inWindow,
    fails: world.faults.strike('failed-task', 'UpgradeInstance', instance.id) !== null,
    stuck: world.faults.strike('stuck', 'UpgradeInstance', instance.id) !== null,
  };
  const lag = world.random.whole(...world.options.startLag);
  const waits = order.inWindow ? nextWithin(now + lag, instance.window) - now - lag : 0;
  const begins = now + lag + (waits > 0 ? waits + lag : 0);
  world.agenda.add(Math.round(now + lag * world.random.next()), () => listDeal(world, deal));
  world.agenda.add(Math.round(now + lag * world.random.next()), (at) => {
    job.task = createTask(world, instance, { type: TASK_TYPE[change.dimension], by: order.by, at });
  });
  world.agenda.add(begins, (at) => startOrQueue(world, job, at));
  return deal;
}

function startOrQueue(world: World, job: SimJob, at: number): void {
  const { jobs } = job.instance;
  jobs.push(job);
  if (jobs.length === 1) startJob(world, job, at);
}

function startJob(world: World, job: SimJob, at: number): void {
  job.instance.status = 1;
  job.deal.status = 3;
  if (job.task) startTask(world, job.task, job.inWindow, at);
  if (job.stuck) return;
  const { duration, durationOf } = world.options;
  const takes = durationOf ? durationOf(job) : world.random.whole(...duration);
  world.agenda.add(at + takes, (end) => finishJob(world, job, end));
}

function finishJob(world: World, job: SimJob, at: number): void {
  const { instance, deal } = job;
  instance.status = 2;
  instance.lockedUntil = at + world.random.whole(...world.options.lockTail);
  deal.endedAt = at;
  deal.status = job.fails ? 5 : 4;
  if (job.task) endTask(job.task, job.fails ? 4 : 2, at);
  // What could not be delivered is paid back. Not documented; an inference.
  if (job.fails) instance.account.balance += deal.charged;
  else applyChange(instance, job.change, at);
  instance.jobs.shift();
  if (instance.jobs[0]) startJob(world, instance.jobs[0], at);
}

function applyChange(instance: SimInstance, { dimension, to, nodes }: SimChange, at: number): void {
  const { used, memoryPerShard, shards } = instance;
  instance.past.push({ until: at, memoryPerShard, shards, used });
  if (dimension === 'shards') {
    const mean = sum(used) / used.length;
    const lead = mean === 0 ? 1 : Math.max(...used) / mean;
    // The fullest shard keeps its lead over the mean (docs/provider-choices.md).
    instance.used = spread(sum(used), to, (lead * sum(used)) / to);
  }
  instance[dimension] = to;
  if (nodes && instance.nodes) {
    const left = instance.nodes.filter(({ id }) => !nodes.drop.includes(id));
    let last = Math.max(...instance.nodes.map(({ id }) => id));
    for (const zone of nodes.add) {
      last += 1;
      left.push({ id: last, kind: 1, zone: zone.number });
    }
    // Added nodes are an increment: the same order taken twice adds them twice.
    instance.nodes = left;
    instance.replicas = left.length - 1;
  }
}

/** Somebody else grows the instance to the next size sold, done before anybody can look. */
export function makeForeignChange(world: World, instance: SimInstance, by: string, now: number): void {
  const to = largerSizes(world, instance)[0] ?? instance.memoryPerShard * 2;
  const deal = createDeal(world, instance, { by, at: now, action: 'upgrade', price: 0, charged: 0 });
  deal.status = 4;
  deal.endedAt = now;
  listDeal(world, deal);
  endTask(createTask(world, instance, { type: TASK_TYPE.memoryPerShard, by, at: now }), 2, now);
  applyChange(instance, { dimension: 'memoryPerShard', to, nodes: null }, now);
}

/** Somebody else's order for a size of memory, taken and paid as any: it shows and begins as ours do. */
export function placeForeignOrder(
  world: World,
  instance: SimInstance,
  { to, by, now }: { to: number; by: string; now: number },
): SimDeal {
  const change: SimChange = { dimension: 'memoryPerShard', to, nodes: null };
  const grows = to > instance.memoryPerShard;
  return acceptOrder(world, instance, change, { by, cents: 0, inWindow: false, now, grows });
}

/** The sizes that are sold for an instance and larger than its own, ascending. */
export function largerSizes(world: World, { zone, type, billing, memoryPerShard }: SimInstance): number[] {
  const sold = world.catalogue.sold(zone.code, type, billing)?.sizes ?? [];
  return [...sold].filter((size) => size > memoryPerShard).sort((a, b) => a - b);
}
