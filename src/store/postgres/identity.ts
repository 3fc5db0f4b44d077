/**
 * Whether a database is the one that a process knows. A backup restores runs together with their marks, so the database
 * alone cannot show that its newest entries are missing. What a restore cannot restore shows it: the server, its timeline,
 * and the number of the table. A user's state keeps a copy.
 */
import type { Queries } from './database.ts';

/** The server that a store is on. */
export interface ServerIdentity {
  /** Of the cluster; a new one for each `initdb`. */
  readonly systemIdentifier: string;
  /** Raised by each recovery to a point in time, and by each failover. */
  readonly timeline: number;
  /** Of the table of the journal. A restored dump makes the table again. */
  readonly journalTable: number;
}

/** A store, on a server. */
export interface StoreIdentity extends ServerIdentity {
  readonly id: string;
  /** Raised by each announced restore. */
  readonly generation: number;
}

/** The identity of the server now, as a list of SQL expressions. The WAL of the newest timeline has its number in its name. */
export const SERVER_NOW = `(SELECT system_identifier::text FROM pg_control_system()),
  ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int,
  'refit.journal'::regclass::oid::bigint`;

/** What a connection sees: the identity on record in the database, and that of its server now. */
export interface IdentitySeen {
  readonly recorded: StoreIdentity;
  readonly now: StoreIdentity;
}

/** Reads the identity over one connection. */
export async function readIdentity(queries: Queries): Promise<IdentitySeen> {
  const [row] = await queries.query<IdentityRow>(
    `SELECT store.id::text AS id, generation, system_identifier AS system, timeline, journal_table AS "table",
       server.system AS "systemNow", server.timeline_now AS "timelineNow", server.table_now AS "tableNow"
     FROM refit.store, (SELECT ${SERVER_NOW}) AS server (system, timeline_now, table_now)`,
  );
  const { id, generation, system, timeline, table, systemNow, timelineNow, tableNow } = row!;
  return {
    recorded: { id, generation, systemIdentifier: system, timeline, journalTable: table },
    now: { id, generation, systemIdentifier: systemNow, timeline: timelineNow, journalTable: tableNow },
  };
}

interface IdentityRow {
  readonly id: string;
  readonly generation: number;
  readonly system: string;
  readonly timeline: number;
  readonly table: number;
  readonly systemNow: string;
  readonly timelineNow: number;
  readonly tableNow: number;
}

/** The first difference between two identities, in words; null if they are the same. Pure. */
export function differenceOf(known: StoreIdentity, seen: StoreIdentity): string | null {
  if (known.id !== seen.id) return `its id is ${seen.id}, and it was ${known.id}`;
  if (known.systemIdentifier !== seen.systemIdentifier)
    return `its server is another one (system identifier ${seen.systemIdentifier}, and it was ${known.systemIdentifier})`;
  if (known.timeline !== seen.timeline)
    return `its server is on timeline ${seen.timeline}, and it was on ${known.timeline}: a recovery or a failover`;
  if (known.journalTable !== seen.journalTable) return 'its tables were made again, as from a dump';
  if (known.generation !== seen.generation)
    return `its generation is ${seen.generation}, and it was ${known.generation}: a restore was announced`;
  return null;
}
