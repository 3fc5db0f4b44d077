/** Opens the runs of a PostgreSQL database, and makes sure that it stays the database that this process knows. */
import { RefitError } from '../../errors.ts';
import type { ChainEnd } from '../../journal/chain.ts';
import type { RunsOfStore } from '../ports.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { differenceOf, type IdentitySeen, readIdentity, type StoreIdentity } from './identity.ts';
import { demandSchema } from './migrate.ts';
import { claimStoredRun, type StoredClaim, type StoreSelf } from './runs/claim.ts';
import { acceptImport, type ImportedContent, type RunToImport, reserveImport } from './runs/import.ts';
import { storedJournalText } from './runs/read.ts';
import { runsOfDatabase } from './runs/reader.ts';
import { type Submission, submitRun } from './runs/submit.ts';
import type { StoreTarget } from './store-target.ts';

/** The runs of a database. */
export interface PostgresStore extends RunsOfStore {
  readonly database: Database;
  /** The identity at the start of this process. */
  readonly identity: StoreIdentity;
  /** Submits a saved plan. @returns the id of its run. @throws as `submitRun` does. */
  submit(submission: Submission): Promise<string>;
  /** The text of a log of a run. @param file a name in `RUN_FILES`. */
  log(id: string, file: string): Promise<string>;
  /** The lines of a journal up to an entry, byte by byte, in pieces. */
  journalPieces(id: string, end: ChainEnd): AsyncIterable<string>;
  /** Takes over the run of a folder, in two steps: see `runs/import.ts`. */
  reserveImport(run: RunToImport): Promise<string>;
  acceptImport(id: string, content: ImportedContent): Promise<number>;
  /** Claims a run to carry it out. @param purpose for people: `refit apply`. @throws as `claimStoredRun` does. */
  claim(id: string, purpose: string): Promise<StoredClaim>;
}

/**
 * Opens a store.
 * @param demandKnown decides about the identity before anything else is read; it throws if this process may not go on.
 * @throws RefitError `store-unreachable`, and `store-restored` later if the database is another one after a reconnect.
 */
export async function openStore(
  target: StoreTarget,
  options: Omit<DatabaseOptions, 'onConnect'> & Omit<StoreSelf, 'clock'>,
  demandKnown: (seen: IdentitySeen, database: Database) => Promise<void> = async () => undefined,
): Promise<PostgresStore> {
  let known: StoreIdentity | null = null;
  const database = await openDatabase(target, {
    ...options,
    async onConnect(queries) {
      if (known !== null) mustBeSame(known, (await readIdentity(queries)).now, target);
    },
  });
  try {
    await demandSchema(database);
    const seen = await readIdentity(database);
    await demandKnown(seen, database);
    // Announcing a restore raises the generation.
    const identity = (await readIdentity(database)).now;
    known = identity;
    const self = { host: options.host, worker: options.worker, clock: options.clock };
    return {
      ...runsOfDatabase(database, self),
      database,
      identity,
      submit: (submission) => submitRun(database, submission, self.clock),
      log: (id, file) => readLog(database, id, file),
      journalPieces: (id, head) => storedJournalText(database, { id, head }),
      reserveImport: (run) => reserveImport(database, run, self.clock),
      acceptImport: (id, content) => acceptImport(database, id, content, self.clock),
      claim: (id, purpose) => claimStoredRun(database, id, purpose, self),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function readLog(database: Database, id: string, file: string): Promise<string> {
  const rows = await database.query<{ text: string }>(
    'SELECT text FROM refit.logs WHERE run = $1 AND file = $2 ORDER BY seq',
    [id, file],
  );
  return rows.map(({ text }) => text).join('');
}

function mustBeSame(known: StoreIdentity, now: StoreIdentity, { place, option }: StoreTarget): void {
  const difference = differenceOf(known, now);
  if (difference === null) return;
  throw new RefitError(
    'store-restored',
    `the store ${place} is not the one that this process started with: ${difference}. It orders nothing more`,
    `start the command again; if the database was restored from a backup: refit store restored${option}`,
  );
}
