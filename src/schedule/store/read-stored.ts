/** Reads the schedule of a store for people, and changes it for them. Every change is in the log. */
import type { Clock } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { shellQuote } from '../../next-command.ts';
import type { Database } from '../../store/postgres/database.ts';
import { readLines, readLogHead } from '../../store/postgres/schedules/log.ts';
import { readAttemptTexts } from '../../store/postgres/schedules/occurrences.ts';
import {
  addRequest,
  listPlans,
  listRequests,
  putPlan,
  readPlanText,
  removePlan,
  removeRequest,
  switchStoredPlan,
} from '../../store/postgres/schedules/plans.ts';
import { liveSchedulers } from '../../store/postgres/schedules/schedulers.ts';
import { SECOND } from '../../units.ts';
import type { ScheduledPlan } from '../plan-file.ts';
import type { ScheduledBy, ScheduleEntry } from '../schedule-log.ts';
import { EMPTY_LOG, entryOf, lineOf, readOn } from './stored-log.ts';
import { createPlanReader, mostBytes, readStoredPlan } from './stored-plan.ts';

/** The schedule of a store, as read. */
export type StoredSchedule = Awaited<ReturnType<typeof readStoredSchedule>>;

/** Milliseconds that a live scheduler has to answer. It reads the store every two seconds. */
const ANSWER_WITHIN = 30 * SECOND;

/** Reads everything. @throws RefitError `store-unreachable`, and `journal-broken` for a line that Refit did not write. */
export async function readStoredSchedule(database: Database) {
  const { head, now } = await readLogHead(database);
  const { state } = readOn(EMPTY_LOG, await readLines(database, 0, head), head);
  const plans = await listPlans(database);
  const files = await createPlanReader((plan) => readPlanText(database, plan)).read(plans);
  const switches = new Map(plans.map(({ name, enabled, switchedAt }) => [name, { enabled, at: switchedAt }]));
  const requests = await listRequests(database);
  return {
    view: { files, switches, requests },
    state,
    now,
    plans,
    schedulers: await liveSchedulers(database),
  };
}

/** The entries of the log, the oldest first. @param plan only those of this plan; null: all. */
export async function readStoredEntries(database: Database, plan: string | null): Promise<ScheduleEntry[]> {
  const { head } = await readLogHead(database);
  const entries = (await readLines(database, 0, head)).map(entryOf);
  return plan === null ? entries : entries.filter((entry) => 'plan' in entry && entry.plan === plan);
}

/** The review and the output of the newest attempt of an occurrence; null if the store has none. */
export const readStoredTexts = readAttemptTexts;

/**
 * Reads a plan that somebody wants to put. @param path as the user typed it, for the fix.
 * @throws RefitError `plan-invalid` if the store could not schedule it.
 */
export function planToPut(name: string, text: string, path: string): ScheduledPlan {
  const most = mostBytes(name);
  if (Buffer.byteLength(text) > most)
    throw new RefitError(
      'plan-invalid',
      `${path} cannot be put on schedule: it is larger than ${most / (1 << 20)} MB`,
      'make several plans, each with a part of the instances',
    );
  const reading = readStoredPlan(name, text, path);
  if (reading.kind === 'scheduled') return reading.plan;
  throw new RefitError('plan-invalid', `${path} cannot be put on schedule: ${reading.message}`, reading.fix);
}

/** Puts a plan. @returns `same`: the store has this text already. */
export async function putOnSchedule(
  database: Database,
  { name, text, by }: { readonly name: string; readonly text: string; readonly by: ScheduledBy },
): Promise<'put' | 'replaced' | 'same'> {
  const digest = sha256(text);
  const done = await putPlan(
    database,
    { name, text, sha256: digest, by: `${by.user} on ${by.host}` },
    'command',
    (replaces) => lineOf({ kind: 'put', plan: name, by, from: 'command', sha256: digest, replaces }),
  );
  if (done === 'taken') throw new Error('internal error: a command replaces every plan');
  return done;
}

/** Removes a plan. An occurrence that has started goes on. @returns false if there is none. */
export function removeFromSchedule(database: Database, name: string, by: ScheduledBy): Promise<boolean> {
  return removePlan(database, name, lineOf({ kind: 'removed', plan: name, by }), null);
}

/** Enables or disables a plan from now on. @returns false if nothing changes. */
export function switchOnSchedule(
  database: Database,
  name: string,
  enabled: boolean,
  by: ScheduledBy,
): Promise<boolean> {
  return switchStoredPlan(database, name, enabled, lineOf({ kind: 'switched', plan: name, enabled, by }));
}

/**
 * Asks the schedulers of a store to start a plan now, and waits for the answer of one.
 * @throws RefitError `run-silent` if none answers.
 */
export async function requestStoredRun(
  database: Database,
  plan: string,
  by: ScheduledBy,
  clock: Clock,
): Promise<ScheduleEntry> {
  const { head } = await readLogHead(database);
  const id = await addRequest(database, plan, `${by.user} on ${by.host}`);
  const until = clock.monotonic() + ANSWER_WITHIN;
  let seq = head.seq;
  for (;;) {
    const { head: end } = await readLogHead(database);
    const lines = await readLines(database, seq, end);
    const answer = lines.map(entryOf).find((entry) => 'request' in entry && entry.request === id);
    if (answer !== undefined) return answer;
    seq = end.seq;
    if (clock.monotonic() > until) {
      await removeRequest(database, id);
      throw refitError(
        'run-silent',
        message('error.no-scheduler', { seconds: ANSWER_WITHIN / SECOND, plan: shellQuote(plan) }),
      );
    }
    await clock.sleep(200);
  }
}
