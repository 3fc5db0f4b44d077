/**
 * Takes over a run from a folder. The store reserves the plan first, then the folder records that it gave the run away, then
 * the store accepts it. A crash in between leaves the run in one place, and the same command goes on:
 *
 *     reserved in the store ──► `handed-over` in the folder's journal ──► accepted by the store
 *     (the folder may go on)    (nobody may go on)                        (the store goes on)
 */
import { type Clock, iso } from '../../../clock.ts';
import { sha256 } from '../../../digest.ts';
import { RefitError } from '../../../errors.ts';
import { type ChainEnd, createDecoder } from '../../../journal/chain.ts';
import { isFinished } from '../../../journal/replay.ts';
import type { Operator, RunState, SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import type { KeptText, SignatureKind } from '../../ports.ts';
import { providerOf } from '../../provider-of.ts';
import { RUN_FILES } from '../../run-files.ts';
import { runIdOf } from '../../run-id.ts';
import { needsOf, queueOf } from '../../run-needs.ts';
import { headInReport } from '../../run-reading.ts';
import type { Database, Queries } from '../database.ts';
import { whileConnectionIsLost } from '../retry.ts';
import type { StoredState } from './progress.ts';
import { alreadySubmitted, type Present } from './submit.ts';

/** Where a run comes from. */
export interface ImportedFrom {
  readonly directory: string;
  readonly by: Operator;
}

/** The run of a folder, before the store has it. */
export interface RunToImport {
  readonly saved: SavedPlan;
  readonly endpoint: string;
  readonly from: ImportedFrom;
  /** The name of its folder, which becomes its id if it has the form of one. */
  readonly name: string;
}

/** Everything that the folder has of the run, including the entry that gives it away. */
export interface ImportedContent {
  readonly planText: string;
  /** Gives the whole lines of the journal in pieces, each time from the start. */
  readonly journal: () => AsyncIterable<string>;
  /** The last entry of the journal. */
  readonly end: ChainEnd;
  readonly state: RunState;
  readonly signed: Readonly<Partial<Record<SignatureKind, readonly KeptText[]>>>;
  /** Logs and reports, by the names in `RUN_FILES`. */
  readonly files: Readonly<Record<string, string | null>>;
}

/**
 * Reserves the plan of a run in the store. Nobody can claim the run before the store has accepted it.
 * @returns its id. @throws RefitError `already-carried-out` if the store has another run of this plan, `usage` if this login may
 * not import. Nothing is reserved then, because nobody could work on a reserved run.
 */
export async function reserveImport(database: Database, run: RunToImport, clock: Clock): Promise<string> {
  return await whileConnectionIsLost(clock, () =>
    database.transaction((queries) => insertReserved(queries, run, clock, database.target.option)),
  );
}

async function insertReserved(
  queries: Queries,
  { saved, endpoint, from, name }: RunToImport,
  clock: Clock,
  option: string,
): Promise<string> {
  await mustBeImporter(queries, `refit store import ${shellQuote(from.directory)}${option}`);
  const needs = needsOf(saved, endpoint);
  const isId = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/.test(name) && name.endsWith(saved.digest.slice(0, 8));
  const id = isId ? name : runIdOf(clock.now(), saved.digest);
  await queries.execute(
    `INSERT INTO refit.runs (id, digest, plan, name, endpoint, provider, profiles, programs, queue, submitted_by, state,
       handed_over, generation)
     SELECT $1, $2, '', $3, $4, $5, $6::text[], $7::text[], $8, $9::jsonb, 'importing', $10::jsonb, generation
     FROM refit.store ON CONFLICT DO NOTHING`,
    [
      ...[id, saved.digest, saved.name, endpoint, providerOf(endpoint), needs.profiles, needs.programs],
      ...[queueOf(needs), JSON.stringify(from.by), JSON.stringify({ ...from, at: iso(clock.now()) })],
    ],
  );
  const [present] = await queries.query<Present & { from: ImportedFrom | null }>(
    `SELECT id, state, submitted_at AS at, submitted_by ->> 'user' AS user, NULL AS token, handed_over AS "from"
     FROM refit.runs WHERE digest = $1`,
    [saved.digest],
  );
  if (present === undefined) throw new Error(`internal error: another run has the id ${id}`);
  const isSame = present.from?.directory === from.directory && present.from.by.host === from.by.host;
  if (!isSame) throw alreadySubmitted(saved, present, option);
  return present.id;
}

/** Only the owner of the schema writes the plan and the journal of a run together. */
async function mustBeImporter(queries: Queries, command: string): Promise<void> {
  const [found] = await queries.query<{ may: boolean; owner: string }>(
    `SELECT has_column_privilege('refit.runs', 'plan', 'UPDATE') AS may, tableowner AS owner
     FROM pg_tables WHERE schemaname = 'refit' AND tablename = 'runs'`,
  );
  if (found?.may !== false) return;
  throw new RefitError(
    'usage',
    `only the owner of the schema imports runs; it is ${found.owner}`,
    command.replace(/(postgres:\/\/)(?:[^@/]*@)?/, `$1${found.owner}@`),
  );
}

/**
 * Accepts a reserved run, with everything that its folder has, in one transaction: a crash in between leaves it reserved.
 * Holds one piece of the journal at a time. Does nothing for a run that the store has accepted before.
 * @returns how many entries its journal has.
 * @throws RefitError `journal-broken` if the journal is not the one that ends with `content.end`.
 */
export async function acceptImport(
  database: Database,
  id: string,
  content: ImportedContent,
  clock: Clock,
): Promise<number> {
  return await whileConnectionIsLost(clock, () =>
    database.transaction((queries) => insertContent(queries, id, content)),
  );
}

async function insertContent(queries: Queries, id: string, content: ImportedContent): Promise<number> {
  const [run] = await queries.query<{ state: StoredState; digest: string; seq: number }>(
    'SELECT state, digest, head_seq AS seq FROM refit.runs WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (run === undefined) throw new Error(`internal error: run ${id} was not reserved`);
  if (run.state !== 'importing') return run.seq;
  await insertJournal(queries, id, content);
  for (const [kind, texts] of Object.entries(content.signed))
    for (const { file, text } of texts ?? [])
      await queries.execute(
        `INSERT INTO refit.signatures (digest, kind, name, text) VALUES ($1, $2, $3, $4)
         ON CONFLICT (digest, kind, name) DO UPDATE SET text = excluded.text`,
        [run.digest, kind, file.slice(file.lastIndexOf('/') + 1), text],
      );
  for (const file of [RUN_FILES.hooks, RUN_FILES.notifications])
    if (content.files[file])
      await queries.execute('INSERT INTO refit.logs (run, file, seq, text) VALUES ($1, $2, 1, $3)', [
        id,
        file,
        content.files[file],
      ]);
  await queries.execute(
    `UPDATE refit.runs SET plan = $2, head_seq = $3, head_hash = $4, state = $5, started_at = $6::timestamptz,
       ended_at = $7::timestamptz, ended_because = $8, exit_code = $9::int, report = $10::jsonb WHERE id = $1`,
    [
      id,
      content.planText,
      content.end.seq,
      content.end.hash,
      ...progressOf(content.state),
      reportOf(content),
    ],
  );
  return content.end.seq;
}

/** Checks each piece before it is inserted: the file may have changed since its run was claimed. */
async function insertJournal(queries: Queries, id: string, { journal, end }: ImportedContent): Promise<void> {
  const decoding = createDecoder(() => undefined);
  for await (const piece of journal()) {
    const { seq } = decoding.end;
    decoding.read(piece);
    if (decoding.fault !== null || decoding.end.seq > end.seq) break;
    await queries.execute(
      `INSERT INTO refit.journal (run, seq, epoch, line)
       SELECT $1, $2 + number, 0, line FROM unnest(string_to_array($3, E'\\n')) WITH ORDINALITY AS added (line, number)`,
      [id, seq, piece.slice(0, -1)],
    );
  }
  const { fault } = decoding;
  if (fault === null && decoding.end.seq === end.seq && decoding.end.hash === end.hash) return;
  throw new RefitError(
    'journal-broken',
    `${id}: the journal changed while the store took it over${fault === null ? '' : ` (line ${fault.line}: ${fault.message})`}`,
    'run the same refit store import command again; nothing was imported',
  );
}

/** A person decides how a run goes on that has work left. */
function progressOf(state: RunState): readonly unknown[] {
  const { startedAt, endedAt, endedBecause, exitCode } = state;
  return [isFinished(state) ? 'ended' : 'stopped', startedAt, endedAt, endedBecause, exitCode];
}

function reportOf({ files }: ImportedContent): string | null {
  const report = files[RUN_FILES.report];
  const page = files[RUN_FILES.page];
  if (typeof report !== 'string' || typeof page !== 'string') return null;
  const hashes = { [RUN_FILES.report]: sha256(report), [RUN_FILES.page]: sha256(page) };
  return JSON.stringify({ head: headInReport(report), sha256: hashes });
}
