/** The truth about a world as plain data, for tests that compare it with what a client believes. */
import { beijingTime } from './beijing-time.ts';
import { FIRST_ACCOUNT, sum, type World } from './world.ts';

export interface WorldState {
  readonly instances: readonly {
    readonly id: string;
    readonly account: string;
    readonly region: string;
    readonly status: number;
    readonly memoryPerShard: number;
    readonly shards: number;
    readonly replicas: number;
    /** MB over all shards. */
    readonly used: number;
    /** Orders accepted over the wire. */
    readonly orders: number;
    /** Milliseconds since 1970 UTC; 0 when never locked. */
    readonly lockedUntil: number;
  }[];
  readonly deals: readonly {
    readonly name: string;
    readonly instance: string;
    readonly status: number;
    readonly by: string;
    readonly createdAt: string;
    /** Cents. */
    readonly charged: number;
  }[];
  readonly tasks: readonly {
    readonly id: number;
    readonly instance: string;
    readonly type: string;
    readonly result: number;
  }[];
  /** The first account's, cents. */
  readonly balance: number;
  /** Each account's, cents. */
  readonly balances: Readonly<Record<string, number>>;
}

/** A copy: nothing in it changes with the world. */
export function worldState(world: World): WorldState {
  return {
    instances: [...world.instances.values()].map((one) => ({
      id: one.id,
      account: one.account.name,
      region: one.region.code,
      status: one.status,
      memoryPerShard: one.memoryPerShard,
      shards: one.shards,
      replicas: one.replicas,
      used: sum(one.used),
      orders: one.orders,
      lockedUntil: one.lockedUntil,
    })),
    deals: [...world.deals.values()].map((deal) => ({
      name: deal.name,
      instance: deal.instance.id,
      status: deal.status,
      by: deal.by,
      createdAt: beijingTime(deal.createdAt),
      charged: deal.charged,
    })),
    tasks: world.tasks.map(({ id, instance, type, result }) => ({ id, instance: instance.id, type, result })),
    balance: world.accounts.get(FIRST_ACCOUNT)!.balance,
    balances: Object.fromEntries([...world.accounts.values()].map(({ name, balance }) => [name, balance])),
  };
}
