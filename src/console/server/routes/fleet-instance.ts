/** One instance of the fleet: facts, what runs did with it, and what billing lists. */
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { readInstanceOrders } from '../../../operations/fleet/read-instance-orders.ts';
import { soldFor } from '../../../operations/fleet/sold-for.ts';
import { escapeControls } from '../../../text.ts';
import type { FleetInstanceView, InstanceOrdersView, InstanceRunsView } from '../../api/fleet.ts';
import type { ConsoleContext, ConsoleRequest, Route } from '../context.ts';
import { fleetOf } from '../fleet-cache.ts';
import { textsFrom } from '../fleet-request.ts';
import { forAWhile } from './audit.ts';
import { readingOf } from './fleet.ts';

export const fleetInstanceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/fleet/instances/:instance',
    action: 'see',
    async answer(request, context): Promise<FleetInstanceView | null> {
      // Nobody has read the fleet: the runs of the instance are known all the same.
      idFrom(request.params.instance);
      const shared = fleetOf(context);
      await shared.readFirst();
      // A person who comes from a step of a run has not been at the fleet.
      if (shared.state().inProgress?.source.kind === 'file') await shared.settled();
      if (shared.state().reading === null) return null;
      const { row, reading } = foundRow(request, context);
      const { fleet } = reading.query;
      const one = fleet.at(row);
      const use = fleet.useAt(row);
      const sold = soldFor(reading.head.catalogue, one);
      return {
        ...one,
        ...{ id: escapeControls(one.id), name: escapeControls(one.name), zone: escapeControls(one.zone) },
        ...{ profile: escapeControls(one.profile), region: escapeControls(one.region) },
        tags: one.tags.map(([key, value]) => [escapeControls(key), escapeControls(value)] as const),
        nodes: one.nodes.map(escapeControls),
        task: one.task && escapeControls(one.task),
        unpaidOrder: one.unpaidOrder && escapeControls(one.unpaidOrder),
        used: one.used && { ...one.used, source: escapeControls(one.used.source) },
        ...{ readAt: reading.head.readAt, source: reading.source, memory: fleet.memoryAt(row) },
        ...{ use: Number.isFinite(use) ? use : null, sold },
      };
    },
  },
  {
    method: 'GET',
    path: '/fleet/instances/:instance/runs',
    action: 'see',
    async answer({ params }, { record, clock }): Promise<InstanceRunsView> {
      const id = idFrom(params.instance);
      const { steps, more, searched, isComplete } = await forAWhile(clock, (signal) =>
        record.audit.history(id, signal),
      );
      return {
        ...{ more, isComplete, searched: searched.runs, notSearched: searched.more + searched.unreadable },
        steps: steps.map(({ id: step, plan, name, region, code, orders, ...rest }) => ({
          ...{ ...rest, step, plan: escapeControls(plan), code: code && escapeControls(code) },
          ...{ name: escapeControls(name), region: escapeControls(region) },
          orders: orders.map(escapeControls),
        })),
      };
    },
  },
  {
    method: 'GET',
    path: '/fleet/instances/:instance/orders',
    action: 'see',
    async answer(request, context): Promise<InstanceOrdersView> {
      const { row, reading } = foundRow(request, context);
      const { id, profile, region } = reading.query.fleet.at(row);
      const { clock, provider } = context;
      const { since, deals } = await readInstanceOrders(provider.connection, { profile, region }, id, clock);
      return {
        since: iso(since),
        orders: deals.map(({ order, createdAt, state, billed, direction }) => ({
          ...{ order: escapeControls(order), createdAt: iso(createdAt), state, billed, direction },
        })),
      };
    },
  },
];

/** @throws RefitError `usage` */
function idFrom(text: string | undefined): string {
  if (text !== undefined && /^[\x21-\x7e]{1,120}$/.test(text)) return text;
  throw new RefitError('usage', 'this address names no instance', 'open the fleet, and search there');
}

/** @throws RefitError `usage` if the reading does not have the instance. */
function foundRow({ params, query }: ConsoleRequest, context: ConsoleContext) {
  const reading = readingOf(fleetOf(context));
  const id = idFrom(params.instance);
  const where = {
    profile: textsFrom(query, 'profile')[0] ?? '',
    region: textsFrom(query, 'region')[0] ?? '',
  };
  const row = reading.query.rowOf(id, where);
  if (row >= 0) return { row, reading };
  throw refitError('usage', message('error.instance-not-read', { id, at: reading.head.readAt }));
}
