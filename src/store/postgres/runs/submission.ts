/** Reads what the submitter of a run left for the process that carries it out. A submitter may write anything there. */
import type { Database } from '../database.ts';
import { noSuchRun } from './read.ts';
import type { Submission } from './submit.ts';

/** What the submitter said about carrying out the run. */
export interface SubmittedWith extends Pick<Submission, 'approval' | 'allowHooks' | 'policy'> {
  /** A person continued the run after it had stopped, and no process has started since. */
  readonly isContinued: boolean;
}

/** @throws RefitError `usage` without such a run. */
export async function readSubmission(database: Database, id: string): Promise<SubmittedWith> {
  const [row] = await database.query<{
    approval: unknown;
    allow_hooks: boolean;
    policy: unknown;
    waiting: unknown;
  }>('SELECT approval, allow_hooks, policy, waiting FROM refit.runs WHERE id = $1', [id]);
  if (row === undefined) throw noSuchRun(id);
  return {
    approval: approvalFrom(row.approval),
    allowHooks: row.allow_hooks,
    policy: Array.isArray(row.policy) ? row.policy.map(policyTextFrom) : [],
    isContinued: isRecord(row.waiting) && isRecord(row.waiting.continuedBy),
  };
}

function approvalFrom(value: unknown): Submission['approval'] {
  if (!isRecord(value) || typeof value.by !== 'string') return null;
  return value.how === 'prompt' || value.how === 'auto-approve' ? { how: value.how, by: value.by } : null;
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
