/** Compares the rows of schedules with each other, for `refit store check`. It only reads. */
import type { Queries } from '../database.ts';
import { MOST_PLANS } from './plans.ts';
import { liveSchedulers } from './schedulers.ts';

/** What was found. `fault`: the first contradiction; null if there is none. */
export type ScheduleExamination =
  | { readonly fault: null; readonly plans: number; readonly open: number; readonly schedulers: number }
  | { readonly fault: string; readonly fix: string };

interface Row {
  readonly heads: number;
  readonly head: number | null;
  readonly last: number;
  readonly plans: number;
  readonly open: number;
  /** Occurrences that have not ended and whose plan is gone, or whose run is. */
  readonly lost: string | null;
  /** Lines whose columns are not those of their entry. */
  readonly wrong: number | null;
}

/** The entry of a line as JSON would fail on a text that is none, so the columns are compared as texts. */
const EXAMINE = `SELECT (SELECT count(*)::int FROM refit.schedule_head) AS heads, (SELECT max(seq) FROM refit.schedule_head) AS head,
  (SELECT coalesce(max(seq), 0) FROM refit.schedule_log) AS last,
  (SELECT count(*)::int FROM refit.schedule_plans) AS plans,
  (SELECT count(*)::int FROM refit.schedule_occurrences WHERE ended_at IS NULL) AS open,
  (SELECT min(plan || ', due ' || due) FROM refit.schedule_occurrences AS o WHERE ended_at IS NULL AND run IS NOT NULL
    AND NOT EXISTS (SELECT FROM refit.runs WHERE id = o.run)) AS lost,
  (SELECT min(seq) FROM refit.schedule_log WHERE position('"kind":"' || kind || '"' IN line) = 0
    OR (plan IS NOT NULL AND position('"plan":' || to_json(plan)::text IN line) = 0)) AS wrong`;

/** Examines the schedule of a store. @throws RefitError `store-unreachable` */
export async function examineSchedule(queries: Queries): Promise<ScheduleExamination> {
  const [row] = await queries.query<Row>(EXAMINE);
  const { heads, head, last, plans, open, lost, wrong } = row!;
  if (heads !== 1 || head !== last)
    return {
      fault: `its log ends at entry ${last}, and its head is ${head ?? 'missing'}: schedulers decide nothing`,
      fix: `as the owner of the schema: UPDATE refit.schedule_head SET seq = ${last}`,
    };
  if (wrong !== null)
    return {
      fault: `entry ${wrong} of its log is not one that Refit wrote`,
      fix: `find out who wrote it: SELECT login, at, line FROM refit.schedule_log WHERE seq = ${wrong}`,
    };
  if (lost !== null)
    return {
      fault: `the run of an occurrence is not in the store: ${lost}`,
      fix: 'start a scheduler: it ends the occurrence and says why',
    };
  if (plans > MOST_PLANS)
    return {
      fault: `${plans} plans are on schedule, and schedulers read ${MOST_PLANS}`,
      fix: 'refit schedule remove NAME',
    };
  return { fault: null, plans, open, schedulers: (await liveSchedulers(queries)).length };
}
