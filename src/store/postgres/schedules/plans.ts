/** The plans on schedule in a database, and the requests about them. Every change has its line in the log. */
import { RefitError } from '../../../errors.ts';
import { SUBJECTS } from '../../../files/subjects.ts';
import { MINUTE } from '../../../units.ts';
import type { NewLine, StoredPlan, StoredRequest } from '../../schedule-store.ts';
import type { Database, Queries } from '../database.ts';
import { appendLine } from './log.ts';

/** The most plans that a reading takes. */
export const MOST_PLANS = 10_000;
/** The most requests that a reading takes. */
const MOST_REQUESTS = 1_000;

/** The plans without their texts, by name. */
export function listPlans(queries: Queries): Promise<readonly StoredPlan[]> {
  return queries.query<StoredPlan>(
    `SELECT name, source, sha256, octet_length(text) AS bytes, enabled, switched_at AS "switchedAt",
       put_at AS "putAt", put_by AS "putBy" FROM refit.schedule_plans ORDER BY name COLLATE "C" LIMIT ${MOST_PLANS}`,
  );
}

/** The text of a plan; null if it is another one by now, or larger than a file may be. */
export async function readPlanText(
  queries: Queries,
  { name, sha256 }: Pick<StoredPlan, 'name' | 'sha256'>,
): Promise<string | null> {
  const most = SUBJECTS[name.toLowerCase().endsWith('.json') ? 'saved-plan' : 'plan'].most;
  const [row] = await queries.query<{ text: string }>(
    'SELECT text FROM refit.schedule_plans WHERE name = $1 AND sha256 = $2 AND octet_length(text) <= $3',
    [name, sha256, most],
  );
  return row?.text ?? null;
}

/** A plan to put. */
export interface PlanToPut {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
  readonly by: string;
}

/**
 * Puts a plan. A person replaces any; a scheduler only what a scheduler put.
 * @returns `same`: the store has this text already. `taken`: a person put a plan of this name.
 */
export async function putPlan(
  database: Database,
  { name, text, sha256, by }: PlanToPut,
  source: StoredPlan['source'],
  line: (replaces: boolean) => NewLine,
): Promise<'put' | 'replaced' | 'same' | 'taken'> {
  return await database.transaction(async (queries) => {
    // Everybody else who puts it waits here.
    await queries.query('SELECT FROM refit.schedule_head FOR UPDATE');
    const [known] = await queries.query<{ source: string; sha256: string }>(
      'SELECT source, sha256 FROM refit.schedule_plans WHERE name = $1',
      [name],
    );
    if (known?.source === 'command' && source === 'folder') return 'taken';
    if (known?.sha256 === sha256 && known.source === source) return 'same';
    if (known === undefined && source === 'command') await mustHaveRoom(queries);
    await queries.execute(
      `INSERT INTO refit.schedule_plans AS p (name, text, sha256, source, put_by) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (name) DO UPDATE SET text = excluded.text, sha256 = excluded.sha256, source = excluded.source,
         put_at = clock_timestamp(), put_by = excluded.put_by`,
      [name, text, sha256, source, by],
    );
    await appendLine(queries, line(known !== undefined), null);
    return known === undefined ? 'put' : 'replaced';
  });
}

/** One more would push the last one, by name, out of every reading. @throws RefitError `blocked-by-rule` */
async function mustHaveRoom(queries: Queries): Promise<void> {
  const [row] = await queries.query<{ plans: number }>(
    'SELECT count(*)::int AS plans FROM refit.schedule_plans',
  );
  if (row!.plans < MOST_PLANS) return;
  throw new RefitError(
    'blocked-by-rule',
    `the store has ${row!.plans} plans on schedule, and schedulers read ${MOST_PLANS}`,
    'refit schedule remove NAME',
  );
}

/** Removes a plan. @param only of this text and from a folder. @returns false if there is none. */
export async function removePlan(
  database: Database,
  name: string,
  line: NewLine,
  only: { readonly sha256: string } | null,
): Promise<boolean> {
  return await database.transaction(async (queries) => {
    await queries.query('SELECT FROM refit.schedule_head FOR UPDATE');
    const removed = await queries.execute(
      `DELETE FROM refit.schedule_plans WHERE name = $1 AND ($2::text IS NULL OR (sha256 = $2 AND source = 'folder'))`,
      [name, only?.sha256 ?? null],
    );
    if (removed > 0) await appendLine(queries, line, null);
    return removed > 0;
  });
}

/** Enables or disables a plan. @returns false if nothing changes. */
export async function switchStoredPlan(
  database: Database,
  name: string,
  enabled: boolean,
  line: NewLine,
): Promise<boolean> {
  return await database.transaction(async (queries) => {
    await queries.query('SELECT FROM refit.schedule_head FOR UPDATE');
    const changed = await queries.execute(
      `UPDATE refit.schedule_plans SET enabled = $2, switched_at = clock_timestamp() WHERE name = $1 AND enabled <> $2`,
      [name, enabled],
    );
    if (changed > 0) await appendLine(queries, line, null);
    return changed > 0;
  });
}

/** The person who asked has left after this time, milliseconds. Nothing then starts at a time at which nobody expects it. */
const REQUEST_LASTS = MINUTE;

/** The requests that nobody has answered, the oldest first. */
export function listRequests(queries: Queries): Promise<readonly StoredRequest[]> {
  return queries.query<StoredRequest>(
    `SELECT id, plan, asked_at AS at, asked_by AS by FROM refit.schedule_requests
     WHERE asked_at > clock_timestamp() - $1 * interval '1 ms' ORDER BY asked_at, id LIMIT ${MOST_REQUESTS}`,
    [REQUEST_LASTS],
  );
}

/** Asks the schedulers to start a plan now. @returns the id of the request. */
export async function addRequest(queries: Queries, plan: string, by: string): Promise<string> {
  await queries.execute(
    "DELETE FROM refit.schedule_requests WHERE asked_at < clock_timestamp() - $1 * interval '1 ms'",
    [REQUEST_LASTS],
  );
  const [row] = await queries.query<{ id: string }>(
    `INSERT INTO refit.schedule_requests (id, plan, asked_by) VALUES (gen_random_uuid()::text, $1, $2) RETURNING id`,
    [plan, by],
  );
  return row!.id;
}

/** Removes a request: its operator withdraws it, or it is answered. */
export async function removeRequest(queries: Queries, id: string): Promise<void> {
  await queries.execute('DELETE FROM refit.schedule_requests WHERE id = $1', [id]);
}
