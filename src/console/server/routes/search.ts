/** Finds plans, runs, instances, orders and tasks by a part of what they are called. */
import { findAnything } from '../../../operations/overview/find-anything.ts';
import { type SearchView, SHORTEST_SEARCH } from '../../api/search.ts';
import type { Route } from '../context.ts';
import { fleetOf } from '../fleet-cache.ts';
import { forAWhile } from './audit.ts';

const LONGEST = 200;
const NOTHING: SearchView = { plans: [], runs: [], steps: [], instances: [] };

export const searchRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/search',
    action: 'see',
    async answer({ query }, context): Promise<SearchView> {
      const text = typeof query.text === 'string' ? query.text.trim().slice(0, LONGEST) : '';
      if (text.length < SHORTEST_SEARCH) return NOTHING;
      const { clock, record, plans } = context;
      const fleet = fleetOf(context);
      await fleet.readFirst();
      const sources = { audit: record.audit, plans, fleet: fleet.state().reading?.query ?? null };
      return await forAWhile(clock, (enough) => findAnything(text, sources, enough));
    },
  },
];
