/** Claims a run in a database for this process, on any host. */
import { type Clock, iso } from '../../../clock.ts';
import { sha256 } from '../../../digest.ts';
import { RefitError } from '../../../errors.ts';
import type { JournalEvent, SavedPlan } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readSavedPlan } from '../../../plan/saved/read-saved-plan.ts';
import { escapeControls } from '../../../text.ts';
import { type Holder, holderOf } from '../../folder/lock.ts';
import type { ClaimedRun, HeldRun, RunMark } from '../../ports.ts';
import { providerOf } from '../../provider-of.ts';
import { RUN_FILES } from '../../run-files.ts';
import { headInReport, watchReportedHead } from '../../run-reading.ts';
import type { Database, Queries } from '../database.ts';
import { uniqueToken, whileConnectionIsLost } from '../retry.ts';
import { type Fence, openStoredJournal } from './append.ts';
import { openStoredControl } from './control.ts';
import { countStoredInFlight } from './in-flight.ts';
import { claimStoredInstances, freeStoredInstances } from './instances.ts';
import { giveBack, keepLease } from './lease.ts';
import { fencedError, heldError, isHeld, OWNERSHIP, type Ownership, type RunOwner } from './owner.ts';
import {
  HEAD,
  hasEntriesAfter,
  headOf,
  noSuchRun,
  readPlanText,
  readStoredJournal,
  readStoredRun,
  type StoredHead,
} from './read.ts';
import { signaturesOfRun } from './signatures.ts';
import { describeDeaths, MOST_STARTS, PAUSE } from './starts.ts';

/** The process that claims. */
export interface StoreSelf {
  /** The name of this machine. */
  readonly host: string;
  /** The name of the worker; null for another command. */
  readonly worker: string | null;
  readonly clock: Clock;
  /** The process as others see it. Absent: this process of the system; a simulated process is none. */
  readonly process?: Pick<Holder, 'pid' | 'startTicks'>;
  /** Whether another process of this host lives. Absent: as the system says. */
  readonly lives?: (owner: RunOwner) => Promise<boolean>;
}

/** A claimed run of a database. */
export interface StoredClaim extends ClaimedRun {
  /**
   * Says how the run goes on after this process. `release` leaves it so. Without it, a run that has not ended is queued.
   * @throws RefitError `fenced`
   */
  settle(next: {
    readonly state: 'queued' | 'waiting' | 'stopped' | 'ended';
    /** When a worker takes it again, milliseconds since 1970 UTC; null: not by time. */
    readonly wakeAt: number | null;
    /** The event that wakes it earlier: `approval`, `control`. */
    readonly wakesOn: string | null;
    /** What it waits for, for people. */
    readonly waiting: object | null;
  }): Promise<void>;
}

/** A claim, as the database has it. */
interface Claimed {
  readonly fence: Fence;
  readonly stored: StoredHead;
  /** The plan that the row is for. */
  readonly digest: string;
  readonly provider: string;
  /** The owner before, if it never gave the run back. */
  readonly former: RunOwner | null;
}

/**
 * Claims a run: raises its epoch, which fences every other process, and reads it.
 * @param purpose what the process does, for people: `refit apply`.
 * @throws RefitError `locked` while the process of another claim lives, or if this is a worker and the earlier ones died at
 *   their start; and as `RunReader.read` does.
 */
export async function claimStoredRun(
  database: Database,
  id: string,
  purpose: string,
  self: StoreSelf,
): Promise<StoredClaim> {
  const { host, worker, clock } = self;
  const holder =
    self.process === undefined
      ? await holderOf({ host, purpose }, clock)
      : { ...self.process, host, purpose, since: iso(clock.now()) };
  const owner: RunOwner = {
    ...holder,
    worker,
    token: await uniqueToken(database, clock),
    listens: false,
  };
  const claimed = await whileConnectionIsLost(clock, () =>
    database.transaction((queries) => raiseEpoch(queries, id, owner, self.lives, database.target.option)),
  );
  if ('pausedUntil' in claimed) throw pausedError(claimed);
  const { fence } = claimed;
  const fenced = async () => fencedError(id, await ownerOf(database, id), database.target.option);
  // Reading a long journal takes longer than a lease.
  const lease = keepLease(database, fence, clock, fenced);
  try {
    // After the commit: no other process can append any more, so these are all entries.
    const saved = readSavedPlan(await readPlanText(database, id));
    if (saved.digest !== claimed.digest)
      throw otherPlanError(id, saved, claimed.digest, database.target.option);
    const watch = watchReportedHead(await reportedHead(database, id));
    const run = await readStoredJournal(database, claimed.stored, saved, watch.add);
    if (await hasEntriesAfter(database, claimed.stored)) {
      // They can be those of a process that took the run over meanwhile.
      if (!(await isMine(database, fence))) throw await fenced();
      throw extendedError(id, claimed.stored);
    }
    return heldRun(database, run, claimed, { clock, lease, fenced, watch });
  } catch (error) {
    lease.end();
    await giveBack(database, fence, clock);
    throw error;
  }
}

async function raiseEpoch(
  queries: Queries,
  id: string,
  owner: RunOwner,
  lives: StoreSelf['lives'],
  option: string,
): Promise<Claimed | Paused> {
  const [row] = await queries.query<ClaimRow>(
    `SELECT ${HEAD}, epoch, digest, endpoint, handed_over ->> 'directory' AS folder, ${OWNERSHIP},
       starts, wake_at > owner_seen_at AS "hasPaused", wake_at > clock_timestamp() AS "isPaused"
     FROM refit.runs WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (row === undefined) throw noSuchRun(id);
  const { digest } = row;
  // The row may say anything. What the process connects to decides which instances are the same.
  const provider = providerOf(row.endpoint ?? '');
  if (row.state === 'importing') throw importingError(id, row.folder, option);
  const stored = headOf(row);
  // The commit of an earlier try did happen, and only its answer was lost.
  if (row.owner?.token === owner.token)
    return { fence: { id, epoch: row.epoch }, stored, digest, provider, former: null };
  if (row.owner !== null && (await isHeld(row, owner.host, lives))) throw heldError(id, row.owner, option);
  // A person who wants to see why is not kept waiting.
  if (owner.worker !== null && row.owner !== null && row.starts >= MOST_STARTS) {
    const deaths = describeDeaths(row, option);
    if (!row.hasPaused) return await pause(queries, id, deaths);
    if (row.isPaused) return await pausedUntil(queries, id, deaths);
  }
  const epoch = row.epoch + 1;
  await queries.execute(
    'UPDATE refit.runs SET epoch = $2, owner = $3, owner_seen_at = clock_timestamp(), starts = starts + 1 WHERE id = $1',
    [id, epoch, JSON.stringify(owner)],
  );
  return { fence: { id, epoch }, stored, digest, provider, former: row.owner };
}

/** A claim that waits, because those before it died at their start. */
interface Paused {
  readonly id: string;
  readonly deaths: ReturnType<typeof describeDeaths>;
  /** Milliseconds since 1970 UTC. */
  readonly pausedUntil: number;
}

/** Lets a run wait whose last process died. The row keeps that process, so that the next one records the takeover. */
async function pause(queries: Queries, id: string, deaths: Paused['deaths']): Promise<Paused> {
  await queries.execute(
    `UPDATE refit.runs SET wake_at = clock_timestamp() + ${PAUSE}, waiting = coalesce(waiting, '{}') || $2::jsonb
     WHERE id = $1`,
    [id, JSON.stringify(deaths)],
  );
  return await pausedUntil(queries, id, deaths);
}

async function pausedUntil(queries: Queries, id: string, deaths: Paused['deaths']): Promise<Paused> {
  const [row] = await queries.query<{ at: number }>('SELECT wake_at AS at FROM refit.runs WHERE id = $1', [
    id,
  ]);
  return { id, deaths, pausedUntil: row!.at };
}

function pausedError({ id, deaths: { reason, fix }, pausedUntil: until }: Paused): RefitError {
  return new RefitError('locked', `${id}: ${reason}; the next one is at ${iso(until)}`, fix);
}

/** One plan under two digests would be carried out twice. */
function otherPlanError(id: string, { digest }: SavedPlan, row: string, option: string): RefitError {
  return new RefitError(
    'plan-altered',
    escapeControls(
      `${id}: its row is for plan ${row.slice(0, 8)}, and it has plan ${digest.slice(0, 8)}. Refit did not write this row`,
    ),
    `refit runs${option}   shows who submitted it; submit the saved plan again: refit apply SAVED${option}`,
  );
}

function importingError(id: string, folder: string | null, option: string): RefitError {
  return new RefitError(
    'locked',
    escapeControls(`${id}: the folder ${folder} has not given this run away yet`),
    `refit store import ${shellQuote(folder ?? 'DIR')}${option}   continues it`,
  );
}

type ClaimRow = Parameters<typeof headOf>[0] &
  Ownership & {
    readonly epoch: number;
    readonly digest: string;
    readonly endpoint: string | null;
    readonly folder: string | null;
    readonly starts: number;
    /** A pause began after the last word of the owner. */
    readonly hasPaused: boolean | null;
    readonly isPaused: boolean | null;
  };

/** What keeps a claim. */
interface Holding {
  readonly clock: Clock;
  readonly lease: ReturnType<typeof keepLease>;
  /** The error of this process once another one has the run. */
  readonly fenced: () => Promise<RefitError>;
  readonly watch: ReturnType<typeof watchReportedHead>;
}

function heldRun(
  database: Database,
  run: HeldRun,
  { fence, stored, provider, former }: Claimed,
  { clock, lease, fenced, watch }: Holding,
): StoredClaim {
  const { id, epoch } = fence;
  const { option } = database.target;
  /** Changes the row of the run, if this process still has it. @throws RefitError `fenced` */
  const update = async (set: string, values: readonly unknown[]): Promise<void> => {
    const changed = await whileConnectionIsLost(clock, () =>
      database.execute(`UPDATE refit.runs SET ${set} WHERE id = $1 AND epoch = $2`, [id, epoch, ...values]),
    );
    if (changed === 0) throw await fenced();
  };
  // A report at the end of a run must not fail because the server restarts: each page is read again.
  const steady: Pick<Queries, 'query'> = {
    query: (sql, values) => whileConnectionIsLost(clock, () => database.query(sql, values)),
  };
  const read: ClaimedRun['read'] = (each) => readStoredRun(steady, id, each);
  const logs = createLogs(database, fence, clock);
  let isReleased = false;
  return {
    run,
    read,
    plan: id,
    signatures: signaturesOfRun(database, run.saved.digest, fence, fenced),
    lost: lease.lost,
    register: {
      // The head in the row is the mark, and each append moves it. A new mark means that the run was adopted.
      register: () => update('generation = $3', [stored.storeGeneration]),
      open: async () => NO_MARK,
    },
    headAhead: async () => watch.ahead(await reportedHead(steady, id), read),
    claimInstances: (instances) =>
      whileConnectionIsLost(clock, () =>
        database.transaction(async (queries) => {
          const [own] = await queries.query('SELECT FROM refit.runs WHERE id = $1 AND epoch = $2 FOR SHARE', [
            id,
            epoch,
          ]);
          if (own === undefined) throw await fenced();
          await freeStoredInstances(queries, { id, instances });
          await claimStoredInstances(queries, { id, provider, instances }, option);
        }),
      ),
    inFlight: countStoredInFlight(database, fence, clock),
    takeOvers: () => (former === null ? [] : [takeOverFrom(former)]),
    openJournal: async () => openStoredJournal(database, fence, run.journal.end, clock),
    log: logs.append,
    openControl: (answer, controlClock) => openStoredControl(database, fence, answer, controlClock),
    async writeReports(reports) {
      const report = reports.find(({ file }) => file === RUN_FILES.report);
      const head = headInReport(report?.text ?? null);
      const hashes = Object.fromEntries(reports.map(({ file, text }) => [file, sha256(text)]));
      await update('report = $3', [JSON.stringify({ head, sha256: hashes })]);
    },
    settle: ({ state, wakeAt, wakesOn, waiting }) =>
      update('state = $3, wake_at = $4::timestamptz, wakes_on = $5, waiting = $6::jsonb, starts = 0', [
        state,
        wakeAt === null ? null : iso(wakeAt),
        wakesOn,
        waiting && JSON.stringify(waiting),
      ]),
    async release() {
      if (isReleased) return;
      isReleased = true;
      lease.end();
      await logs.written();
      await giveBack(database, fence, clock);
    },
  };
}

/** The logs of a run, in pieces. One after the other, because each piece counts those before it. */
function createLogs(database: Database, { id, epoch }: Fence, clock: Clock) {
  let last: Promise<void> = Promise.resolve();
  const write = async (file: string, text: string): Promise<void> => {
    await whileConnectionIsLost(clock, () =>
      database.execute(
        `INSERT INTO refit.logs (run, file, seq, text)
         SELECT id, $3, (SELECT coalesce(max(seq), 0) + 1 FROM refit.logs WHERE run = $1 AND file = $3), $4
         FROM refit.runs WHERE id = $1 AND epoch = $2`,
        [id, epoch, file, text],
      ),
    );
  };
  return {
    append(file: string, text: string): Promise<void> {
      last = last.catch(() => undefined).then(() => write(file, text));
      return last;
    },
    /** Resolves when all pieces are written, or could not be. */
    written: (): Promise<void> => last.catch(() => undefined),
  };
}

/** The database has no mark apart from the journal: both are in one transaction. */
const NO_MARK: RunMark = { write: async () => undefined, close: async () => undefined };

/** The event that says from which dead process a run was taken over. */
function takeOverFrom({ pid, host, since, purpose }: RunOwner): JournalEvent {
  return { kind: 'lock-taken-over', locks: ['run'], from: { pid, host, since, purpose } };
}

/** True while the claim is the newest one of its run. */
async function isMine(database: Database, { id, epoch }: Fence): Promise<boolean> {
  return (
    (await database.query('SELECT FROM refit.runs WHERE id = $1 AND epoch = $2', [id, epoch])).length > 0
  );
}

async function ownerOf(database: Database, id: string): Promise<RunOwner | null> {
  const [row] = await database.query<{ owner: RunOwner | null }>(
    'SELECT owner FROM refit.runs WHERE id = $1',
    [id],
  );
  return row?.owner ?? null;
}

async function reportedHead(database: Pick<Queries, 'query'>, id: string): Promise<string | null> {
  const [row] = await database.query<{ head: string | null }>(
    `SELECT report ->> 'head' AS head FROM refit.runs WHERE id = $1`,
    [id],
  );
  return row?.head ?? null;
}

function extendedError(id: string, { head }: StoredHead): RefitError {
  return new RefitError(
    'journal-broken',
    `${id}: the journal has entries after entry ${head.seq}, its head, which no process of Refit wrote`,
    `refit store export ${id} -o DIR   writes what the store has; then restore the database from a backup`,
  );
}
