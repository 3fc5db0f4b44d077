/** The real state of a world as plain data. Tests compare it with the state that a client assumes. */
import { beijingTime } from './beijing-time.ts';
import { usedAt } from './usage/memory.ts';
import { FIRST_ACCOUNT, sum, type World } from './world.ts';

export type WorldState = ReturnType<typeof worldState>;

/** Returns a copy that does not change with the world. @param now the time of the memory in use, ms since 1970 UTC */
export function worldState(world: World, now = world.startedAt) {
  return {
    instances: [...world.instances.values()].map((one) => ({
      id: one.id,
      account: one.account.name,
      region: one.region.code,
      status: one.status,
      memoryPerShard: one.memoryPerShard,
      shards: one.shards,
      replicas: one.replicas,
      /** MB over all shards. */
      used: sum(usedAt(world, one, now)),
      /** Accepted orders. */
      orders: one.orderCount,
      /** Milliseconds since 1970 UTC; 0: never locked. */
      lockedUntil: one.lockedUntil,
    })),
    deals: [...world.deals.values()].map((deal) => ({
      name: deal.name,
      instance: deal.instance.id,
      status: deal.status,
      by: deal.by,
      createdAt: beijingTime(deal.createdAt),
      /** Cents. */
      charged: deal.charged,
    })),
    tasks: [...world.accounts.values()].flatMap(({ tasks }) =>
      tasks.map(({ id, instance, type, result }) => ({ id, instance: instance.id, type, result })),
    ),
    /** Balance of the first account, cents. */
    balance: world.accounts.get(FIRST_ACCOUNT)!.balance,
    /** Balance of each account, cents. */
    balances: Object.fromEntries([...world.accounts.values()].map(({ name, balance }) => [name, balance])),
  };
}
