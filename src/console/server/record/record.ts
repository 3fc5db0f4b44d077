/** What the console knows of the work of a store beside single runs: the overview, the schedule, the audit, and reviews. */
import type { Clock } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { faultOf } from '../../../messages/refit-error.ts';
import { type AuditIndex, createAuditIndex } from '../../../operations/audit/find-steps.ts';
import type { WaitingWindows } from '../../../operations/overview/overview.ts';
import { createOverview } from '../../../operations/overview/read-overview.ts';
import type { PlanFolder } from '../../../operations/plans/plan-folder.ts';
import { createDuePlans, type DuePlans } from '../../../operations/reviews/due-plans.ts';
import { createReviewedPlans, type ReviewedPlans } from '../../../operations/reviews/reviewed-plans.ts';
import type { RunsOfStore } from '../../../operations/runs/open-runs.ts';
import { scheduledPlans } from '../../../schedule/calendar.ts';
import type { ReadAccess, ScheduleAccess } from '../../../schedule/schedule-access.ts';
import type { OverviewView, OverviewWeek } from '../../api/overview.ts';
import { type ConsoleProvider, folderPlanning } from '../console-provider.ts';
import { createPolledFeed, type PolledFeed } from './polled-feed.ts';
import { dueFirst, type FactsOf, type RunOf, startCommand, weekOf } from './schedule-view.ts';

export interface ConsoleRecord {
  readonly overview: PolledFeed<OverviewView>;
  /** null: there is no schedule, because the console has no folder of plans and no database. */
  readonly schedule: ScheduleAccess | null;
  /** Searches the steps of all runs. */
  readonly audit: AuditIndex;
  /** Plans under review. */
  readonly reviews: ReviewedPlans;
  /** What plans on schedule will do. */
  readonly due: Pick<DuePlans, 'keep' | 'settled'>;
  /** The facts of those of a reading that are due first, or of the one with this name. */
  readonly factsOf: (read: ReadAccess, only?: string) => Promise<FactsOf>;
  /** Names the run of an occurrence for addresses. */
  readonly runOf: (read: ReadAccess) => RunOf;
  /** What waits, at most a second old. Nothing, if the runs cannot be read: the overview says so. */
  waiting(): Promise<readonly WaitingWindows[]>;
  close(): void;
}

const NOTHING_DUE = { coming: [], plans: [], more: 0, wrong: [], hasScheduler: false } as const;

/**
 * @param schedule of the store, or of the folder of plans. @param provider how plans are made; absent: no plan is made, so only
 * saved plans have facts.
 */
export function createRecord(options: {
  readonly clock: Clock;
  readonly runs: RunsOfStore;
  readonly plans: PlanFolder | null;
  readonly schedule: ScheduleAccess | null;
  readonly provider?: ConsoleProvider;
}): ConsoleRecord {
  const { clock, runs, schedule } = options;
  const { due, factsOf } = dueFacts(options);
  const overview = createOverview(options);
  const runOf = (read: ReadAccess) => runNames(read, schedule?.kind === runs.kind || runs.kind === 'folder');
  const week = async (): Promise<OverviewWeek | null> => {
    if (schedule === null) return null;
    try {
      const read = await schedule.read();
      return weekOf(read, runOf(read), schedule, await factsOf(read));
    } catch (error) {
      if (!(error instanceof RefitError)) throw error;
      return { ...NOTHING_DUE, startCommand: startCommand(schedule), fault: faultOf(error) };
    }
  };
  const feed = createPolledFeed<OverviewView>(
    clock,
    async () => {
      const [runsNow, scheduleNow] = await Promise.all([overview.read(), week()]);
      return { ...runsNow, week: scheduleNow };
    },
    ({ at: _, ...rest }) => JSON.stringify(rest),
  );
  const waiting = async (): Promise<readonly WaitingWindows[]> => {
    try {
      await feed.latest();
      return overview.waiting();
    } catch (error) {
      if (error instanceof RefitError) return [];
      throw error;
    }
  };
  const reviews = createReviewedPlans(runs, clock);
  return {
    ...{ overview: feed, schedule, audit: createAuditIndex(runs), reviews, runOf, waiting, due, factsOf },
    close() {
      feed.close();
      reviews.close();
      due.close();
    },
  };
}

function dueFacts({ clock, runs, plans, schedule, provider }: Parameters<typeof createRecord>[0]) {
  const due = createDuePlans({
    ...{ clock, runs, isFolder: schedule?.kind === 'folder' },
    planning: plans && provider ? folderPlanning(plans, provider, clock) : null,
  });
  const factsOf = async (read: ReadAccess, only?: string): Promise<FactsOf> => {
    const wanted =
      only === undefined ? dueFirst(read) : scheduledPlans(read).filter(({ name }) => name === only);
    const facts = wanted.map(
      async ({ name, saved, files = [] }) =>
        [
          name,
          await due.factsOf({
            ...{ name, files, digest: saved?.digest ?? null },
            read: async () => (await schedule?.textOf(name)) ?? null,
          }),
        ] as const,
    );
    return new Map(await Promise.all(facts));
  };
  return { due, factsOf };
}

/**
 * The console names a run of a folder by its directory, and two plans that were due at the same time have one of the same name.
 * @param isSameStore whether the console shows the runs of this schedule.
 */
function runNames({ entries, placeOf }: ReadAccess, isSameStore: boolean): RunOf {
  if (!isSameStore) return () => null;
  const plans = new Map<string, Set<string>>();
  for (const entry of entries)
    if (entry.kind === 'attempt-started')
      plans.set(entry.due, (plans.get(entry.due) ?? new Set()).add(entry.plan));
  return (plan, due, run) => {
    const place = placeOf(plan, due, run);
    if (place === null || place === run) return place;
    return (plans.get(due)?.size ?? 0) > 1 ? null : place;
  };
}
