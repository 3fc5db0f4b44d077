/** Claims of instances: a run that may still change an instance keeps every other run away from it, on all hosts. */
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { shellQuote } from '../../../next-command.ts';
import type { Queries } from '../database.ts';
import { ownerName, type RunOwner } from './owner.ts';

/** The run that claims, and its provider. */
export interface InstanceClaim {
  readonly id: string;
  readonly provider: string;
  readonly instances: readonly string[];
}

/** In one order, so that two runs that share instances wait for each other instead of for ever. */
const CLAIM = `INSERT INTO refit.instances (provider, instance, run)
  SELECT $1, wanted, $2 FROM unnest($3::text[]) AS wanted ORDER BY wanted
  ON CONFLICT (provider, instance) DO UPDATE SET run = excluded.run, since = clock_timestamp()
    WHERE instances.run = excluded.run
      OR (SELECT state FROM refit.runs WHERE id = instances.run) IN ('stopped', 'ended', 'pruned')
  RETURNING instance`;

/** Frees the instances that a run does not need any more. */
export async function freeStoredInstances(
  queries: Queries,
  { id, instances }: Pick<InstanceClaim, 'id' | 'instances'>,
): Promise<void> {
  await queries.execute('DELETE FROM refit.instances WHERE run = $1 AND instance <> ALL ($2::text[])', [
    id,
    instances,
  ]);
}

/**
 * Claims instances for a run, within a transaction that the caller ends.
 * @throws RefitError `locked` if a run that has not ended has one of them. The caller then rolls back.
 */
export async function claimStoredInstances(
  queries: Queries,
  { id, provider, instances }: InstanceClaim,
  option: string,
): Promise<void> {
  const wanted = [...new Set(instances)];
  const claimed = await queries.execute(CLAIM, [provider, id, wanted]);
  if (claimed === wanted.length) return;
  const held = await queries.query<Held>(
    `SELECT instances.instance, instances.run, runs.owner, runs.name FROM refit.instances JOIN refit.runs ON runs.id = instances.run
     WHERE instances.provider = $1 AND instance = ANY ($2::text[]) AND run <> $3 ORDER BY instance`,
    [provider, wanted, id],
  );
  const [first] = held;
  if (first === undefined) throw new Error('internal error: instances are not free, and nobody holds them');
  throw refitError(
    'locked',
    message('error.instance-held', {
      ...{ instance: first.instance, others: held.length - 1, run: first.run },
      owner: first.owner === null ? null : ownerName(first.owner),
      command: `refit status ${shellQuote(first.run)}${option}`,
    }),
  );
}

interface Held {
  readonly instance: string;
  readonly run: string;
  readonly owner: RunOwner | null;
}
