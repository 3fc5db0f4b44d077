/** Moves runs between folders and a store: a copy of a stored run as a run directory, and a folder's run into the store. */
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { replaceFile, replaceOwnFile } from '../../files/write-file.ts';
import { type ChainEnd, createDecoder } from '../../journal/chain.ts';
import { isFinished } from '../../journal/replay.ts';
import type { SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { createReport } from '../../report/run/build-report.ts';
import { renderReport } from '../../report/run/render-report.ts';
import { appendHandOver } from '../../run/hand-over.ts';
import { claimToHandOver } from '../../store/folder/claim-run.ts';
import { hasJournal, prepareRunDirectory } from '../../store/folder/run-directory.ts';
import { keepSigned } from '../../store/folder/signed-files.ts';
import type { ClaimedRun, KeptText, RunReader, SignatureKind } from '../../store/ports.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { RUN_FILES } from '../../store/run-files.ts';
import { escapeControls } from '../../text.ts';
import { userName } from '../machine.ts';
import { readerAt } from './open-runs.ts';

const KINDS: readonly SignatureKind[] = [
  'approvals',
  'policyApprovals',
  'planSignatures',
  'signatures',
  'declines',
];
const LOGS = [RUN_FILES.hooks, RUN_FILES.notifications];
const REPORTS = [
  { file: RUN_FILES.report, format: 'json' },
  { file: RUN_FILES.page, format: 'html' },
] as const;

/** A run that was written as a directory. */
export interface ExportedRun {
  readonly run: string;
  readonly directory: string;
  readonly head: string;
  readonly entries: number;
  /** False if another version of Refit wrote the run's reports: then they are rendered again by this one. */
  readonly sameReports: boolean;
}

/**
 * Writes a run of a store as a run directory. It is a copy: the run stays in the store.
 * @param typed the run as the user named it. @param directory a new or an empty folder.
 * @throws RefitError `usage` if the folder has a run, and as `RunReader.read` does. FileRefused for a folder of others.
 */
export async function exportStoredRun(
  store: PostgresStore,
  typed: string,
  directory: string,
): Promise<ExportedRun> {
  const reader = await store.find(typed);
  if (await hasJournal(directory))
    throw new RefitError(
      'usage',
      `${directory} has a run already`,
      `refit store export ${shellQuote(reader.name)} -o ${shellQuote(`${directory}-2`)}`,
    );
  const planText = await reader.planText();
  const saved = readSavedPlan(planText);
  await prepareRunDirectory(directory, saved);
  await replaceOwnFile(join(directory, RUN_FILES.plan), planText);
  // Reading checks the chain, before anything of the journal is written.
  const { journal } = await reader.read();
  for (const kind of KINDS) {
    const kept = await reader.kept(kind);
    if (kept.length > 0) await keepSigned(directory, kind, kept.map(nameOf));
  }
  for (const file of LOGS) {
    const log = await store.log(reader.id, file);
    if (log !== '') await replaceOwnFile(join(directory, file), log);
  }
  const sameReports = await writeReports(reader, saved, directory);
  // The journal comes last and whole, so that a crash leaves no part of one: the same command then starts again.
  if (journal.end.seq > 0)
    await replaceFile(
      join(directory, RUN_FILES.journal),
      checked(store.journalPieces(reader.id, journal.end), journal.end),
    );
  return { run: reader.id, directory, head: journal.end.hash, entries: journal.end.seq, sameReports };
}

/** The pieces of a journal, while each is checked. @throws RefitError `journal-broken` if they do not lead to `end`. */
async function* checked(pieces: AsyncIterable<string>, end: ChainEnd): AsyncGenerator<string> {
  const decoding = createDecoder(() => undefined);
  for await (const piece of pieces) {
    decoding.read(piece);
    if (decoding.fault !== null) break;
    yield piece;
  }
  const { fault } = decoding;
  if (fault === null && decoding.end.hash === end.hash) return;
  throw new RefitError(
    'journal-broken',
    `the journal changed while it was exported${fault === null ? '' : ` (line ${fault.line}: ${fault.message})`}`,
    'run the same refit store export command again; if it fails again: refit audit verify RUN',
  );
}

function nameOf({ file, text }: KeptText) {
  return { name: file.slice(file.lastIndexOf('/') + 1), text };
}

async function writeReports(
  reader: Pick<RunReader, 'report' | 'read'>,
  saved: SavedPlan,
  directory: string,
): Promise<boolean> {
  let same = true;
  for (const { file, format } of REPORTS) {
    const written = await reader.report(file).catch((error: unknown) => {
      if (!(error instanceof RefitError) || error.code !== 'format-unknown') throw error;
      same = false;
      return null;
    });
    const text = written ?? (await renderAgain(reader, saved, format));
    if (text !== null) await replaceOwnFile(join(directory, file), text);
  }
  return same;
}

/** The report of a run as it is now; null if it has not started. */
async function renderAgain(
  reader: Pick<RunReader, 'read'>,
  saved: SavedPlan,
  format: 'json' | 'html',
): Promise<string | null> {
  const building = createReport(saved);
  const { first } = await reader.read(building.add);
  return first && renderReport(building.end(), format, { color: false, width: 100 });
}

/** A run that a store took over. */
export interface ImportedRun {
  readonly run: string;
  readonly directory: string;
  readonly entries: number;
  /** True if nothing is left to do in it. */
  readonly isOver: boolean;
}

/**
 * Takes the run of a folder over into a store, under the locks of the run. The same call continues after a crash.
 * @throws RefitError `locked` while a process carries the run out, and `usage` if it has not started.
 * @throws RefitError `already-carried-out` if the store has another run of the plan, `run-unknown` or `journal-broken` if the
 * user's state does not vouch for the run.
 */
export async function importRun(
  store: PostgresStore,
  directory: string,
  { clock, stateDirectory }: { readonly clock: Clock; readonly stateDirectory: string },
): Promise<ImportedRun> {
  const path = resolve(directory);
  const reader = readerAt(path, { stateDirectory, clock });
  const { first } = await reader.read();
  if (first?.kind !== 'run-started')
    throw new RefitError(
      'usage',
      `${directory}: this run has not started, so it has nothing to hand over`,
      `refit apply ${shellQuote(join(directory, RUN_FILES.plan))}${store.database.target.option}   carries its plan out in the store`,
    );
  const { endpoint } = first;
  const claim = await claimToHandOver(path, { stateDirectory, clock, endpoint, host: hostname() });
  try {
    const { id, end } = await handOver(store, claim, { path, endpoint, clock });
    const texts = await Promise.all(KINDS.map(async (kind) => [kind, await reader.kept(kind)] as const));
    const files = await Promise.all(
      [...LOGS, ...REPORTS.map(({ file }) => file)].map(
        async (file) => [file, await readTextIfPresent(join(path, file), { subject: 'report' })] as const,
      ),
    );
    // The entry that gives the run away changes nothing of this state.
    const { state } = claim.run;
    const entries = await store.acceptImport(id, {
      planText: await reader.planText(),
      journal: () => reader.journalPieces(),
      end,
      state,
      signed: Object.fromEntries(texts),
      files: Object.fromEntries(files),
    });
    return { run: id, directory, entries, isOver: isFinished(state) };
  } finally {
    await claim.release();
  }
}

/** Reserves the run in the store, and records in the folder that the store has it. @returns its id, and the last entry. */
async function handOver(
  store: PostgresStore,
  claim: ClaimedRun,
  { path, endpoint, clock }: { readonly path: string; readonly endpoint: string; readonly clock: Clock },
): Promise<{ readonly id: string; readonly end: ChainEnd }> {
  const { saved, state, last } = claim.run;
  const { place } = store.database.target;
  const by = { user: userName(), host: hostname(), pid: process.pid };
  const given = state.handedOver !== null && last?.kind === 'handed-over' ? last : null;
  if (given !== null && given.store !== store.identity.id)
    throw new RefitError(
      'already-carried-out',
      escapeControls(`${path}: this run was handed over to another store, ${given.place}`),
      `refit status ${shellQuote(given.run)} --store ${shellQuote(given.place)}`,
    );
  const name = given?.run ?? basename(path);
  const id = await store.reserveImport({ saved, endpoint, from: { directory: path, by }, name });
  const end =
    given ??
    (await appendHandOver(
      claim,
      { kind: 'handed-over', store: store.identity.id, place, run: id, by },
      clock,
    ));
  return { id, end };
}
