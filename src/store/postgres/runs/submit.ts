/** Submits a saved plan to a store: one run for each plan, and one live run for each instance. */
import { type Clock, iso } from '../../../clock.ts';
import type { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import type { Confirmation, Operator, SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { earliestSeal } from '../../../plan/may-start.ts';
import { encodeSavedPlan } from '../../../plan/saved/seal-plan.ts';
import { providerOf } from '../../provider-of.ts';
import { runIdOf } from '../../run-id.ts';
import { needsOf, queueOf } from '../../run-needs.ts';
import type { Database, Queries } from '../database.ts';
import { uniqueToken, whileConnectionIsLost } from '../retry.ts';
import { claimStoredInstances } from './instances.ts';

/** A saved plan, and what its submitter says about carrying it out. */
export interface Submission {
  readonly saved: SavedPlan;
  /** Where the provider is, as the client names it. */
  readonly endpoint: string;
  readonly by: Operator;
  /** The answer of the submitter; null: the worker needs none, because signatures approve. */
  readonly approval: { readonly how: Confirmation; readonly by: string } | null;
  /** The submitter allows programs of the plan. A worker runs only those that its own policy allows, too. */
  readonly allowHooks: boolean;
  /** The policy files of the submitter and the lists of people that they name, which a worker parses again. */
  readonly policy: readonly {
    readonly kind: 'policy' | 'approvers';
    readonly file: string;
    readonly text: string;
  }[];
  /** False: no worker takes the run, because this process carries it out. */
  readonly isForWorkers: boolean;
  /** Joins the transaction that makes the run. */
  readonly onSubmit?: (
    queries: Queries,
    run: { readonly run: string; readonly queue: string },
  ) => Promise<void>;
}

/**
 * Submits a plan.
 * @returns the id of its run. @throws RefitError `already-carried-out` if the store has a run of this plan, `locked` if a
 * live run has one of its instances.
 */
export async function submitRun(database: Database, submission: Submission, clock: Clock): Promise<string> {
  const token = await uniqueToken(database, clock);
  return await whileConnectionIsLost(clock, () =>
    database.transaction((queries) => insertRun(queries, submission, token, database.target.option)),
  );
}

async function insertRun(
  queries: Queries,
  submission: Submission,
  token: string,
  option: string,
): Promise<string> {
  const { saved, endpoint, by, approval, allowHooks, policy, isForWorkers, onSubmit } = submission;
  const needs = needsOf(saved, endpoint);
  const queue = isForWorkers ? queueOf(needs) : null;
  const [{ now } = { now: 0 }] = await queries.query<{ now: number }>('SELECT clock_timestamp() AS now');
  const provider = providerOf(endpoint);
  // Another plan may have the same start of its digest in the same second.
  for (let second = 0; ; second++) {
    const id = runIdOf(now + second * 1_000, saved.digest);
    const inserted = await queries.execute(INSERT, [
      ...[id, saved.digest, encodeSavedPlan(saved), saved.name, endpoint, provider],
      ...[needs.profiles, needs.programs, queue, JSON.stringify({ ...by, token })],
      ...[approval && JSON.stringify(approval), allowHooks, JSON.stringify(policy)],
      iso(earliestSeal(saved.sealedAt)),
    ]);
    if (inserted === 1) {
      const instances = saved.steps.map(({ instance }) => instance);
      await claimStoredInstances(queries, { id, provider, instances }, option);
      if (queue !== null) await onSubmit?.(queries, { run: id, queue });
      return id;
    }
    const [present] = await queries.query<Present>(
      `SELECT id, state, submitted_at AS at, submitted_by ->> 'user' AS user, submitted_by ->> 'token' AS token
       FROM refit.runs WHERE digest = $1`,
      [saved.digest],
    );
    if (present?.token === token) return present.id;
    if (present !== undefined) throw alreadySubmitted(saved, present, option);
  }
}

/**
 * A run of a plan that is older than an announced restore may have been carried out in entries that are lost. So it reads
 * every step before it orders, as the runs that the backup had.
 */
const INSERT = `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, profiles, programs, queue, submitted_by,
    approval, allow_hooks, policy, generation)
  SELECT $1, $2, $3, $4, $5, $6, $7::text[], $8::text[], $9, $10::jsonb, $11::jsonb, $12, $13::jsonb, CASE
    WHEN EXISTS (SELECT FROM refit.restorations WHERE at >= $14::timestamptz) THEN generation - 1 ELSE generation END
  FROM refit.store
  ON CONFLICT DO NOTHING`;

/** The run of a plan that the store has. */
export interface Present {
  readonly id: string;
  readonly state: string;
  readonly at: number;
  readonly user: string | null;
  readonly token: string | null;
}

/** The refusal to carry out a plan a second time. */
export function alreadySubmitted(
  { digest }: SavedPlan,
  { id, state, at, user }: Present,
  option: string,
): RefitError {
  const run = shellQuote(id);
  const isOver = state === 'ended' || state === 'pruned';
  return refitError(
    'already-carried-out',
    message('error.submitted', {
      ...{ digest, run: id, by: user, isOver, at: new Date(at).toISOString() },
      status: `refit status ${run}${option}`,
      apply: `refit apply ${run}${option}`,
    }),
  );
}
