/** Lists runs, shows one, and follows it. */
import type { RunsOfStore } from '../../../operations/runs/open-runs.ts';
import { type KnownList, listRuns } from '../../../operations/runs/read-run.ts';
import { escapeControls } from '../../../text.ts';
import type { RunList } from '../../api/runs.ts';
import type { Route } from '../context.ts';
import { numberFrom, runNamed } from './from-request.ts';

/** How many runs a list reads, unless the browser asks for more or fewer. */
const LISTED = 50;
const MOST_LISTED = 1_000;

/** What earlier lists of a store read. */
const known = new WeakMap<RunsOfStore, KnownList>();
function knownOf(runs: RunsOfStore): KnownList {
  const list = known.get(runs) ?? new Map();
  if (list.size > MOST_LISTED) list.clear();
  known.set(runs, list);
  return list;
}

export const runRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/runs',
    action: 'see',
    async answer({ query }, { runs }): Promise<RunList> {
      const { runs: listed, more } = await listRuns(
        runs,
        Math.min(numberFrom(query.most) ?? LISTED, MOST_LISTED),
        knownOf(runs),
      );
      return {
        more,
        runs: listed.map(({ run, name, status, plan, message, ...one }) => ({
          ...{ id: run?.id ?? null, name: escapeControls(name), status },
          plan: plan && { name: escapeControls(plan.name), digest: plan.digest },
          message: message && escapeControls(message),
          startedAt: one.startedAt,
          endedAt: one.endedAt,
          exitCode: one.exitCode,
          totals: one.totals,
        })),
      };
    },
  },
  {
    method: 'GET',
    path: '/runs/:id',
    action: 'see',
    answer: async ({ params, query }, { runs, feeds }) =>
      await feeds.whole(await runNamed(runs, params.id), numberFrom(query.first) ?? undefined),
  },
  {
    method: 'GET',
    path: '/runs/:id/events',
    action: 'see',
    async answer({ params, query, lastEventId, stream }, { runs, feeds }) {
      const after = numberFrom(lastEventId ?? query.after) ?? 0;
      await feeds.watch(await runNamed(runs, params.id), after, stream);
    },
  },
];
