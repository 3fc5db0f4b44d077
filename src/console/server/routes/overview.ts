/** What the store does now. */
import type { OverviewView } from '../../api/overview.ts';
import type { Route } from '../context.ts';

export const overviewRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/overview',
    action: 'see',
    answer: async (_, { record }): Promise<OverviewView> => await record.overview.latest(),
  },
  {
    method: 'GET',
    path: '/overview/events',
    action: 'see',
    async answer({ stream }, { record }) {
      await record.overview.watch(stream);
    },
  },
];
