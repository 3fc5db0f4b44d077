/** The truth about a world as plain data, for tests that compare it with what a client believes. */
import { beijingTime } from './beijing-time.ts';
import { FIRST_ACCOUNT, sum, type World } from './world.ts';

export type WorldState = ReturnType<typeof worldState>;

/** A copy: nothing in it changes with the world. */
export function worldState(world: World) {
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
      used: sum(one.used),
      /** Orders accepted over the wire. */
      orders: one.orders,
      /** Milliseconds since 1970 UTC; 0 when never locked. */
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
    tasks: world.tasks.map(({ id, instance, type, result }) => ({ id, instance: instance.id, type, result })),
    /** The first account's, cents. */
    balance: world.accounts.get(FIRST_ACCOUNT)!.balance,
    /** Each account's, cents. */
    balances: Object.fromEntries([...world.accounts.values()].map(({ name, balance }) => [name, balance])),
  };
}
