/** Replays a sizing file over the history of a fleet. It reads only the store. */
import type { Clock } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { type Backtest, HOURLY, type Inventory, periodStart, type Sizing } from '../../model.ts';
import {
  type Backtesting,
  backtestInstance,
  createBacktestSum,
  historyFor,
} from '../../recommend/backtest/backtest.ts';
import { indexOffers } from '../../rules/is-sold.ts';
import type { UsageStore } from '../../store/usage-store.ts';
import { DAY } from '../../units.ts';
import { historiesOf, isAdvised } from './histories.ts';

export interface BacktestOptions {
  /** The fleet and the catalogue, as they are now. */
  readonly inventory: Pick<Inventory, 'instances' | 'catalogue'>;
  readonly sizing: Sizing;
  /** How many days up to now. */
  readonly days: number;
  readonly store: UsageStore;
  /** The provider whose history it is: the result of `usageProvider`. */
  readonly provider: string;
  readonly clock: Clock;
  readonly onProgress?: (subject: string, done: number, of: number) => void;
}

/** How often progress is shown. */
const EVERY = 20;

/**
 * The replay for every running instance, by the sizes that are sold now.
 * @throws RefitError `usage` if no instance has a history in that time.
 */
export async function backtestFleet(options: BacktestOptions): Promise<Backtest> {
  const { inventory, sizing, days, clock, store } = options;
  const until = periodStart(HOURLY, clock.now());
  const backtesting: Backtesting = {
    ...{ sizing, until, from: until - days * DAY },
    sold: indexOffers(inventory.catalogue),
  };
  const running = inventory.instances.filter(isAdvised);
  const sum = createBacktestSum(backtesting);
  const found = new Set<(typeof running)[number]>();
  for await (const [instance, usage] of historiesOf(running, options, historyFor(backtesting))) {
    sum.add(instance, backtestInstance(usage, instance, backtesting));
    found.add(instance);
    if (found.size % EVERY === 0) options.onProgress?.('instances replayed', found.size, running.length);
  }
  for (const instance of running) if (!found.has(instance)) sum.add(instance, null);
  const result = sum.result();
  if (result.instances === 0 && running.length > 0)
    throw refitError('usage', message('error.no-history', { store: store.name, instances: running.length }));
  return result;
}
