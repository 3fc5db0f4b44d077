/** Follows a run of a database from outside: its new entries, and what its row says. */
import { iso } from '../../../clock.ts';
import { type ErrorCode, RefitError } from '../../../errors.ts';
import { createDecoder } from '../../../journal/chain.ts';
import type { JournalEntry } from '../../../model.ts';
import type { Database, Queries } from '../database.ts';
import type { StoredState } from './progress.ts';
import { noSuchRun } from './read.ts';
import { DIES_AT_START, describeDeaths } from './starts.ts';

/** What the row of a run says to those who follow it. */
export interface RunRow {
  readonly state: StoredState;
  readonly exitCode: number | null;
  /** ISO 8601 UTC. */
  readonly wakeAt: string | null;
  /** What it waits for, or why it stopped. Each member may be missing. */
  readonly waiting: {
    readonly reason?: string;
    readonly code?: ErrorCode;
    readonly message?: string;
    readonly fix?: string | null;
    /** Of the last process, if it threw nothing. */
    readonly exitCode?: number;
  } | null;
  /** The live process that has it, for people; null: none. */
  readonly owner: string | null;
  readonly queue: string | null;
  /** Where the provider is, as its submitter named it. */
  readonly endpoint: string;
  /** Its processes die at their start: why it waits, with what a person can do. Null: they do not. */
  readonly deaths: { readonly reason: string; readonly fix: string } | null;
}

/** The most entries that one call reads. */
const MOST_ENTRIES = 1_000;

/** Reads a journal while it grows. @param onEntry gets every entry once. */
export function createTail(database: Database, id: string, onEntry: (entry: JournalEntry) => void) {
  const decoder = createDecoder(onEntry);
  return {
    /** Reads what is new. @throws RefitError `journal-broken` */
    async read(): Promise<void> {
      for (;;) {
        const rows = await database.query<{ line: string }>(
          'SELECT line FROM refit.journal WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT $3',
          [id, decoder.end.seq, MOST_ENTRIES],
        );
        decoder.read(rows.map(({ line }) => `${line}\n`).join(''));
        const { fault } = decoder;
        if (fault !== null)
          throw new RefitError(
            'journal-broken',
            `${id}: entry ${fault.line} of the journal: ${fault.message}`,
            `refit audit verify ${id}`,
          );
        if (rows.length < MOST_ENTRIES) return;
      }
    },
  };
}

/** @throws RefitError `usage` without such a run. */
export async function readRunRow(database: Database, id: string): Promise<RunRow> {
  const [row] = await database.query<{
    readonly state: StoredState;
    readonly exit_code: number | null;
    readonly wake_at: number | null;
    readonly waiting: RunRow['waiting'];
    readonly owner: { readonly host: string; readonly pid: number; readonly worker: string | null } | null;
    readonly queue: string | null;
    readonly endpoint: string | null;
    readonly starts: number;
    readonly dies: boolean;
  }>(
    `SELECT state, exit_code, wake_at, waiting, owner, queue, endpoint, starts, ${DIES_AT_START} AS dies
     FROM refit.runs WHERE id = $1`,
    [id],
  );
  if (row === undefined) throw noSuchRun(id);
  const { state, exit_code, wake_at, waiting, owner, queue, endpoint, starts, dies } = row;
  return {
    ...{ state, waiting, queue, endpoint: endpoint ?? '' },
    exitCode: exit_code,
    wakeAt: wake_at === null ? null : iso(wake_at),
    owner: owner && (owner.worker ?? `process ${owner.pid} on ${owner.host}`),
    deaths: dies ? describeDeaths({ id, starts, endpoint }, database.target.option) : null,
  };
}

/**
 * Lets a run that stopped go on, because a person says so.
 * @returns false if it has not stopped: then nothing changes.
 */
export async function continueStopped(
  database: Queries,
  id: string,
  by: { readonly user: string; readonly host: string; readonly pid: number },
): Promise<boolean> {
  const changed = await database.execute(
    `UPDATE refit.runs SET state = 'queued', wake_at = NULL, wakes_on = NULL, waiting = $2::jsonb
     WHERE id = $1 AND state = 'stopped'`,
    [id, JSON.stringify({ continuedBy: by })],
  );
  if (changed > 0) await database.query("SELECT pg_notify('refit_work', '')");
  return changed > 0;
}
