/** Reads of orders, and of the tasks that carry them out. */
import type { Scope } from '../../model.ts';
import { DAY, MINUTE } from '../../units.ts';
import { isKeyRefusal, isMissingPermission, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader, Deal, OrderNumber, Task } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import type { Fields, RowRange } from '../wire/fields.ts';
import {
  DEALS_PER_PAGE,
  decodeDeals,
  decodeOrders,
  encodeDeals,
  encodeOrderNumbers,
  ORDERS_PER_CALL,
} from '../wire/order.ts';
import { decodeTasks, encodeRunningTasks, encodeTasks, TASKS_PER_PAGE } from '../wire/tasks.ts';
import { inBatches, type ReadSource, readList } from './source.ts';

/** The list of tasks goes 30 days back. One minute less covers clock skew. Source: docs/provider.md P90. */
const TASKS_REACH_MS = 30 * DAY - MINUTE;

export function orderReads(source: ReadSource) {
  const { ask, clock } = source;

  const readTasks = async (scope: Scope, encode: (page: RowRange) => Fields): Promise<Task[]> => {
    const { rows } = await readList(source, {
      action: READS.tasks,
      scope,
      perPage: TASKS_PER_PAGE,
      encode,
      decode: (fields) => decodeTasks(fields, clock.now()),
      idOf: (task) => task.id,
    });
    return [...rows.values()];
  };

  return {
    describeTasks: (scope, since, instance, only) =>
      readTasks(scope, (page) =>
        encodeTasks(page, Math.max(since, clock.now() - TASKS_REACH_MS), instance, only),
      ),

    describeRunningTasks: (scope) => readTasks(scope, encodeRunningTasks),

    async findDeals(scope, since, until, instance) {
      const { rows } = await readList(source, {
        action: READS.deals,
        scope,
        perPage: DEALS_PER_PAGE,
        numbered: true,
        encode: (page) => encodeDeals(page, since, until, instance),
        decode: (fields) => decodeDeals(fields, clock.now(), instance),
        idOf: (deal) => deal.order,
      });
      return [...rows.values()];
    },

    async describeOrders(scope, orders, currency) {
      const read = async (asked: readonly OrderNumber[]): Promise<Deal[]> => {
        const answer = await ask(READS.orders, scope, encodeOrderNumbers(asked));
        if (answer.kind === 'ok') {
          const found = decodeOrders(answer.fields, clock.now(), currency);
          return found.flatMap((deal) => askedAs(deal, asked) ?? []);
        }
        if (isKeyRefusal(answer.code) || isMissingPermission(answer.code))
          throw readRefusedError(READS.orders, scope, answer);
        return [];
      };
      const deals = await inBatches(orders, ORDERS_PER_CALL, read);
      if (orders.length > 1) {
        // The provider may refuse the old parameter for several orders. Ask for each missing order alone.
        const found = new Set(deals.map(({ order }) => order));
        const missing = orders.filter(({ order }) => !found.has(order));
        deals.push(...(await inBatches(missing, 1, read)));
      }
      return [...new Map(deals.map((deal) => [deal.order, deal])).values()];
    },
  } satisfies Partial<CloudReader>;
}

/** The order under the number that it was asked by; null if nobody asked for it. An order that was asked alone has it. */
function askedAs(deal: Deal, asked: readonly OrderNumber[]): Deal | null {
  const { numbers } = deal;
  const isIts = ({ order, dealId }: OrderNumber) =>
    numbers.includes(order) || (dealId !== undefined && numbers.includes(dealId));
  const one = asked.length === 1 ? asked[0] : asked.find(isIts);
  return one === undefined ? null : { ...deal, order: one.order };
}
