/**
 * What happens after a database was restored from a backup. Entries may be missing, and orders may have left that no entry
 * names. So every run that has not ended belongs to an older generation from then on: its next process adopts it, and reads
 * every open step before it orders. The claim of each process that still works on one is over.
 */
import type { Database, Queries } from './database.ts';
import { differenceOf, type IdentitySeen, readIdentity, SERVER_NOW, type StoreIdentity } from './identity.ts';

/** What a process decides about the database that it opened. */
export type StoreVerdict =
  /** Nobody here has seen this store before. */
  | { readonly kind: 'first' }
  | { readonly kind: 'same' }
  /** It may lack entries. `reason` says what gave it away. */
  | { readonly kind: 'restored'; readonly reason: string };

/**
 * Decides whether a store was restored. Pure.
 * @param known as this user's state has it; null: it has none.
 */
export function judgeStore(known: StoreIdentity | null, { recorded, now }: IdentitySeen): StoreVerdict {
  const moved = differenceOf(recorded, now);
  if (moved !== null) return { kind: 'restored', reason: moved };
  if (known === null) return { kind: 'first' };
  if (known.generation > now.generation)
    return {
      kind: 'restored',
      reason: `its generation is ${now.generation}, and this user has seen ${known.generation}`,
    };
  // A newer generation was announced, which is what a new server, timeline or table needs.
  if (known.generation < now.generation) return { kind: 'same' };
  const difference = differenceOf(known, now);
  return difference === null ? { kind: 'same' } : { kind: 'restored', reason: difference };
}

/** Who announces a restore, and why. */
export interface Announcement {
  readonly reason: string;
  readonly by: string;
  readonly host: string;
  /** The newest generation that the announcer has seen, here or elsewhere. The new one is larger. */
  readonly seen: number;
  /** The generation that looked wrong; null: announce anyway. Somebody else may have announced the restore since. */
  readonly unless: number | null;
}

/** The store after an announcement. */
export interface Announced {
  readonly generation: number;
  /** Runs that read every open step before they order. */
  readonly runs: number;
}

/** Announces a restore. @returns null if somebody else did, after the caller looked. */
export async function announceRestore(
  database: Database,
  { reason, by, host, seen, unless }: Announcement,
): Promise<Announced | null> {
  return await database.transaction(async (queries) => {
    const [row] = await queries.query<{ generation: number }>(
      'SELECT generation FROM refit.store FOR UPDATE',
    );
    if (unless !== null && row!.generation !== unless && (await isOnRecord(queries))) return null;
    const generation = Math.max(row!.generation, seen) + 1;
    await queries.execute(
      `UPDATE refit.store SET generation = $1, system_identifier = server.system, timeline = server.timeline_now,
         journal_table = server.table_now
       FROM (SELECT ${SERVER_NOW}) AS server (system, timeline_now, table_now)`,
      [generation],
    );
    await queries.execute(
      `INSERT INTO refit.restorations (generation, reason, announced_by, host, system_identifier, timeline)
       SELECT generation, $1, $2, $3, system_identifier, timeline FROM refit.store`,
      [reason, by, host],
    );
    // A new epoch ends the claim of every process that works.
    const [counted] = await queries.query<{ runs: number }>(
      `WITH open AS (UPDATE refit.runs SET epoch = epoch + 1 WHERE state NOT IN ('ended', 'pruned') RETURNING id)
       SELECT count(*)::int AS runs FROM open`,
    );
    return { generation, runs: counted!.runs };
  });
}

async function isOnRecord(queries: Queries): Promise<boolean> {
  const { recorded, now } = await readIdentity(queries);
  return differenceOf(recorded, now) === null;
}
