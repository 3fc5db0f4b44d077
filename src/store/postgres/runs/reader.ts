/** Reads the runs of a database, for `RunReader` and `RunsOfStore`. */
import { sha256 } from '../../../digest.ts';
import { RefitError } from '../../../errors.ts';
import { given, pick } from '../../../given.ts';
import type { Message } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readSavedPlan } from '../../../plan/saved/read-saved-plan.ts';
import { buildReport, createReport } from '../../../report/run/build-report.ts';
import { renderReport } from '../../../report/run/render-report.ts';
import type { FoundRun, RunHolder, RunReader, RunsOfStore, StoreState, WorkersForRun } from '../../ports.ts';
import { RUN_FILES } from '../../run-files.ts';
import { LATEST } from '../../run-id.ts';
import { type RunNeeds, whyNotOffered } from '../../run-needs.ts';
import { ambiguousRun } from '../../run-reading.ts';
import type { Database } from '../database.ts';
import { liveWorkers } from '../work.ts';
import { claimStoredRun, type StoreSelf } from './claim.ts';
import { askStoredRun } from './control.ts';
import { isHeld, OWNERSHIP, type Ownership, type RunOwner } from './owner.ts';
import {
  followStoredRun,
  noSuchRun,
  readHead,
  readPlanText,
  readStoredRun,
  storedJournalText,
  trustOf,
  walkStoredJournal,
} from './read.ts';
import { readSigned, signaturesOfPlan } from './signatures.ts';
import { DIES_AT_START, describeDeaths } from './starts.ts';

/** How many runs a word is compared with. */
const MOST_CANDIDATES = 1_000;

/** One run. @param id of a run that may be missing; reading it then throws. */
export function readerOfStored(database: Database, id: string, self: StoreSelf): RunReader {
  const digestOf = async (): Promise<string> => {
    const [row] = await database.query<{ digest: string }>('SELECT digest FROM refit.runs WHERE id = $1', [
      id,
    ]);
    if (row === undefined) throw noSuchRun(id);
    return row.digest;
  };
  const reportRow = async (): Promise<ReportRow | null> => {
    const [row] = await database.query<{ report: ReportRow | null }>(
      'SELECT report FROM refit.runs WHERE id = $1',
      [id],
    );
    return row?.report ?? null;
  };
  const exists = async () => (await database.query('SELECT FROM refit.runs WHERE id = $1', [id])).length > 0;
  return {
    kind: 'database',
    name: id,
    id,
    exists,
    read: (each) => readStoredRun(database, id, each),
    follow: () => followStoredRun(database, id),
    readPlan: async () => readSavedPlan(await readPlanText(database, id)),
    planText: () => readPlanText(database, id),
    async walk(_saved, each) {
      const stored = await readHead(database, id);
      return { journal: await walkStoredJournal(database, stored, each), trust: trustOf(stored) };
    },
    async *journalPieces() {
      yield* storedJournalText(database, await readHead(database, id));
    },
    report: async (file) => reportAgain(database, id, file, await reportRow()),
    reportedHead: async () => (await reportRow())?.head ?? null,
    async kept(kind) {
      const texts = await readSigned(database, await digestOf(), [kind]);
      return texts.map(({ file, text, login }) => ({
        file: file.replace(kind, RUN_FILES[kind]),
        text,
        // Who may withdraw a decline depends on it.
        ...(kind === 'declines' ? given({ login }) : {}),
      }));
    },
    async keep(kind, { name, text }) {
      await database.execute(
        `INSERT INTO refit.signatures (digest, kind, name, text) VALUES ($1, $2, $3, $4)
         ON CONFLICT (digest, kind, name) DO UPDATE SET text = excluded.text, at = clock_timestamp()`,
        [await digestOf(), kind, name, text],
      );
      return `${RUN_FILES[kind]}/${name} of ${id}`;
    },
    async holder() {
      const ownership = await ownershipOf(database, id);
      const owner = ownership?.owner ?? null;
      return ownership && owner && (await isHeld(ownership, self.host)) ? shownOwner(owner) : null;
    },
    isKnown: exists,
    ask: (line) => askStoredRun(database, id, line, self),
    storeState: () => storeStateOf(database, id, self.host),
    claim: () => claimStoredRun(database, id, 'refit reconcile', self),
  };
}

async function ownershipOf(database: Database, id: string): Promise<Ownership | null> {
  const [row] = await database.query<Ownership & object>(
    `SELECT ${OWNERSHIP} FROM refit.runs WHERE id = $1`,
    [id],
  );
  return row ?? null;
}

/** The owner for people: not the token of its claim. */
function shownOwner(owner: RunOwner): RunHolder {
  return pick(owner, 'pid', 'host', 'since', 'purpose');
}

/** What a run's row says of its newest reports. */
interface ReportRow {
  readonly head: string | null;
  /** By file. */
  readonly sha256: Readonly<Record<string, string>>;
}

/**
 * A report is a function of plan and journal, so the store keeps only its hash, and this makes it again.
 * @throws RefitError `format-unknown` if this version renders it with other bytes.
 */
async function reportAgain(
  database: Database,
  id: string,
  file: string,
  row: ReportRow | null,
): Promise<string | null> {
  const expected = row?.sha256[file];
  if (row === null || expected === undefined) return null;
  const saved = readSavedPlan(await readPlanText(database, id));
  const building = createReport(saved);
  let isComplete = false;
  await readStoredRun(database, id, (entry) => {
    if (!isComplete) building.add(entry);
    isComplete ||= entry.hash === row.head;
  });
  const report = isComplete ? building.end() : buildReport(saved, []);
  const text = renderReport(report, file === RUN_FILES.page ? 'html' : 'json', { color: false, width: 100 });
  if (sha256(text) === expected) return text;
  throw new RefitError(
    'format-unknown',
    `${id}: this version renders ${file} with other bytes than the process that ended the run`,
    `use the version that wrote the journal: refit status ${shellQuote(id)}${database.target.option}`,
  );
}

interface StateRow extends Ownership, RunNeeds {
  readonly state: string;
  readonly at: number;
  readonly by: string | null;
  readonly wakeAt: number | null;
  readonly waiting: {
    readonly reason?: string;
    readonly about?: unknown;
    readonly fix?: string | null;
  } | null;
  /** null: no worker takes the run. */
  readonly queue: string | null;
  readonly starts: number;
  readonly dies: boolean;
  readonly mayWork: boolean;
}

async function storeStateOf(database: Database, id: string, host: string): Promise<StoreState | null> {
  const [row] = await database.query<StateRow>(
    `SELECT state, submitted_at AS at, submitted_by ->> 'user' AS by, wake_at AS "wakeAt", waiting, queue, endpoint,
       profiles, programs, starts, ${DIES_AT_START} AS dies,
       pg_has_role('refit_worker', 'USAGE') AS "mayWork", ${OWNERSHIP} FROM refit.runs WHERE id = $1`,
    [id],
  );
  if (row === undefined) return null;
  const { state, owner, waiting } = row;
  if (owner !== null && (await isHeld(row, host)))
    return { kind: 'claimed', holder: shownOwner(owner), worker: owner.worker };
  const until = row.wakeAt === null ? null : new Date(row.wakeAt).toISOString();
  if (row.dies && (state === 'queued' || state === 'running' || state === 'waiting')) {
    const deaths = describeDeaths({ ...row, id }, database.target.option);
    return {
      kind: 'waiting',
      ...deaths,
      about: null,
      until,
      diesAtStart: true,
      ...(await workersFor(database, row)),
    };
  }
  const why = { reason: waiting?.reason ?? null, fix: waiting?.fix ?? null };
  switch (state) {
    case 'stopped':
      return { kind: 'stopped', ...why };
    case 'ended':
    case 'pruned':
      return { kind: 'ended' };
    case 'waiting': {
      const reason = why.reason ?? 'it waits for its time';
      return {
        ...{ kind: 'waiting', ...why, reason, about: messageIn(waiting?.about), until, diesAtStart: false },
        ...(await workersFor(database, row)),
      };
    }
    default: {
      const at = new Date(row.at).toISOString();
      return { kind: 'submitted', at, by: row.by ?? 'somebody', ...(await workersFor(database, row)) };
    }
  }
}

/** A message of a row, which anybody with rights on the database can have written. */
function messageIn(about: unknown): Message | null {
  const { id, params } = (about ?? {}) as Partial<Message>;
  const isOne = typeof id === 'string' && typeof params === 'object' && params !== null;
  return isOne ? { id, params } : null;
}

async function workersFor(
  database: Database,
  { queue, mayWork, ...needs }: StateRow,
): Promise<WorkersForRun> {
  const workers = await liveWorkers(database);
  const unfit = workers.flatMap(({ id, offers }) => {
    const reason = whyNotOffered(needs, offers);
    return reason === null ? [] : [{ worker: id, reason }];
  });
  const { endpoint } = needs;
  return { isForWorkers: queue !== null, endpoint, mayWork, workers: workers.length, unfit };
}

/** The runs of a store. */
export function runsOfDatabase(database: Database, self: StoreSelf): RunsOfStore {
  const of = (id: string) => readerOfStored(database, id, self);
  return {
    kind: 'database',
    async find(typed) {
      if (typed === LATEST) {
        const [latest] = await idsOf(database, 'true', []);
        if (latest !== undefined) return of(latest);
        throw new RefitError(
          'usage',
          'no run is the latest: the store has none',
          'refit apply SAVED submits one',
        );
      }
      const [same] = await idsOf(database, 'id = $1', [typed]);
      if (same !== undefined) return of(same);
      const [one, ...others] = typed === '' ? [] : await idsOf(database, 'starts_with(id, $1)', [typed]);
      if (one === undefined) throw noSuchRun(typed);
      if (others.length > 0) throw ambiguousRun('database', typed, [one, ...others]);
      return of(one);
    },
    async list(most) {
      const rows = await database.query<{ id: string; at: number; all: number; stamp: string | null }>(
        `SELECT id, submitted_at AS at, head_seq || ' ' || head_hash AS stamp, count(*) OVER () AS all FROM refit.runs
         ORDER BY submitted_at DESC, id DESC LIMIT $1`,
        [Math.min(most, 1_000_000)],
      );
      const runs = rows.map(
        ({ id, at, stamp }): FoundRun => ({ name: id, run: of(id), isKnown: true, since: at, stamp }),
      );
      return { runs, more: (rows[0]?.all ?? 0) - rows.length };
    },
    signaturesOf: (digest) => signaturesOfPlan(database, digest),
    close: () => database.close(),
  };
}

/** Ids of runs, newest first. */
async function idsOf(
  database: Database,
  where: string,
  values: readonly unknown[],
): Promise<readonly string[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT id FROM refit.runs WHERE ${where} ORDER BY submitted_at DESC, id DESC LIMIT ${MOST_CANDIDATES}`,
    values,
  );
  return rows.map(({ id }) => id);
}
