/** Reads what the submitter of a run left for the process that carries it out. A submitter may write anything there. */
import { iso } from '../../../clock.ts';
import type { Database } from '../database.ts';
import { noSuchRun } from './read.ts';
import type { Submission } from './submit.ts';

/** What the submitter said about carrying out the run. */
export interface SubmittedWith extends Pick<Submission, 'approval' | 'allowHooks' | 'policy'> {
  /** Where the provider is, for which the run holds its instances. */
  readonly endpoint: string;
  /** A person continued the run after it had stopped, and no process has started since. */
  readonly isContinued: boolean;
  /** When this was read, by the database's clock, milliseconds since 1970 UTC. */
  readonly readAt: number;
}

/** @throws RefitError `usage` without such a run. */
export async function readSubmission(database: Database, id: string): Promise<SubmittedWith> {
  const [row] = await database.query<{
    endpoint: string | null;
    approval: unknown;
    allow_hooks: boolean;
    policy: unknown;
    waiting: unknown;
    now: number;
  }>(
    `SELECT endpoint, approval, allow_hooks, policy, waiting, clock_timestamp() AS now FROM refit.runs WHERE id = $1`,
    [id],
  );
  if (row === undefined) throw noSuchRun(id);
  return {
    endpoint: row.endpoint ?? '',
    approval: approvalFrom(row.approval),
    allowHooks: row.allow_hooks,
    policy: Array.isArray(row.policy) ? row.policy.map(policyTextFrom) : [],
    isContinued: isRecord(row.waiting) && isRecord(row.waiting.continuedBy),
    readAt: row.now,
  };
}

/**
 * Wakes a run that waits for an approval if somebody offered one, or withdrew a decline, while its process still worked. Call it after the row says
 * that the run waits: the trigger of later approvals wakes it by itself. @param since by the database's clock.
 */
export async function wakeIfApproved(database: Database, id: string, since: number): Promise<void> {
  await database.execute(
    `UPDATE refit.runs SET wake_at = clock_timestamp() WHERE id = $1 AND state = 'waiting' AND wakes_on = 'approval'
       AND EXISTS (SELECT FROM refit.signatures WHERE signatures.digest = runs.digest
         AND kind IN ('offeredApprovals', 'declines') AND at >= $2::timestamptz)`,
    [id, iso(since)],
  );
}

function approvalFrom(value: unknown): Submission['approval'] {
  if (!isRecord(value) || typeof value.by !== 'string') return null;
  const { how, by } = value;
  return how === 'prompt' || how === 'auto-approve' || how === 'console' ? { how, by } : null;
}

/** A text that is not understood becomes a policy that nobody can read, so nothing is ordered. */
function policyTextFrom(value: unknown): Submission['policy'][number] {
  const { kind, file, text } = isRecord(value) ? value : {};
  return {
    kind: kind === 'approvers' ? kind : 'policy',
    file: typeof file === 'string' ? file : 'policy',
    text: typeof text === 'string' ? text : '',
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
