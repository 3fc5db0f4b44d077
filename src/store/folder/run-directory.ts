/** A run's directory: its saved plan, its journal, its reports. Folders 0700. */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RefitError } from '../../errors.ts';
import { GENESIS } from '../../journal/chain.ts';
import { createReplay, isFinished } from '../../journal/replay.ts';
import { JOURNAL_FORMAT, type JournalEntry, type RunState, type SavedPlan } from '../../model.ts';
import { encodeSavedPlan, readSavedPlan } from '../../plan/seal.ts';
import { type JournalOnDisk, type JournalWalk, walkJournalFile } from './journal-file.ts';
import { RUN_FILES, readText, replaceFile } from './run-files.ts';

export { RUN_FILES, readText, replaceFile };

/** A run as its journal tells it, of which no more is held than where it stands. */
export interface RunStanding {
  readonly directory: string;
  readonly saved: SavedPlan;
  readonly journal: JournalWalk;
  /** Its first entry; null where it has not begun. */
  readonly first: JournalEntry | null;
  readonly state: RunState;
}

/** A run as it lies on disk, with all of its journal. */
export interface RunOnDisk extends RunStanding {
  readonly journal: JournalOnDisk;
}

/**
 * Reads a run directory. Writes nothing.
 * @throws RefitError `usage` where there is none, `plan-altered` or `format-unknown` where its plan cannot be trusted,
 * `journal-broken` where the journal's chain is broken or belongs to another plan.
 */
export async function readRun(directory: string): Promise<RunOnDisk> {
  const entries: JournalEntry[] = [];
  const { journal, ...run } = await readStanding(directory, (entry) => entries.push(entry));
  return { ...run, journal: { ...journal, entries } };
}

/** Reads where a run stands, however long its journal is. As `readRun`. @param each is given every entry. */
export async function readStanding(
  directory: string,
  each: (entry: JournalEntry) => void = () => undefined,
): Promise<RunStanding> {
  const path = resolve(directory);
  const saved = await readPlan(directory, path);
  const replay = createReplay(saved);
  let first: JournalEntry | null = null;
  let unread: JournalEntry | null = null;
  const journal = await walkJournalFile(join(path, RUN_FILES.journal), (entry) => {
    first ??= entry;
    if (entry.kind === 'run-started' && entry.format !== JOURNAL_FORMAT) unread ??= entry;
    // What another version wrote, or does not begin with a run, is not understood: it is refused below.
    if (unread === null && first.kind === 'run-started') replay.add(entry);
    each(entry);
  });
  mustBeSound(directory, saved, journal, first, unread);
  return { directory: path, saved, journal, first, state: replay.state() };
}

/** The saved plan of a run directory. Its text is not held while the journal is read. */
async function readPlan(directory: string, path: string): Promise<SavedPlan> {
  const planText = await readText(join(path, RUN_FILES.plan));
  if (planText === null) {
    throw new RefitError(
      'usage',
      `${directory} is no run directory: it holds no ${RUN_FILES.plan}`,
      'name a folder below runs/, as in: refit status runs/<utc>-<digest8>',
    );
  }
  return readSavedPlan(planText);
}

/** @param first entry; null where there is none. @param other the first that begins a run of another format. */
function mustBeSound(
  directory: string,
  saved: SavedPlan,
  journal: JournalWalk,
  first: JournalEntry | null,
  other: JournalEntry | null,
): void {
  if (journal.fault) {
    const { line, message: what } = journal.fault;
    throw new RefitError(
      'journal-broken',
      `${join(directory, RUN_FILES.journal)}:${line}: ${what}`,
      `refit audit verify ${directory} tells the place; restore the journal from a copy: without it nothing is ordered`,
    );
  }
  if (!first) return;
  if (first.kind !== 'run-started') {
    throw new RefitError(
      'journal-broken',
      `${directory}: the journal does not begin with a run`,
      `refit audit verify ${directory}`,
    );
  }
  if (other?.kind === 'run-started') {
    throw new RefitError(
      'format-unknown',
      `${directory}: the journal has the format ${JSON.stringify(other.format).slice(0, 80)}, and this version reads ${JOURNAL_FORMAT}`,
      'use the version of refit that wrote it',
    );
  }
  if (first.digest !== saved.digest) {
    throw new RefitError(
      'journal-broken',
      `${directory}: the journal is of another plan (${first.digest.slice(0, 8)}, not ${saved.digest.slice(0, 8)})`,
      'put back the plan.json that belongs to this journal, or name another run directory with --run-dir',
    );
  }
}

/** The head that the run's own report was made at; null where there is no report of any entry that can be read. */
export async function reportedHead(directory: string): Promise<string | null> {
  try {
    const { head } = JSON.parse((await readText(join(directory, RUN_FILES.report))) ?? '') as {
      head?: unknown;
    };
    return typeof head === 'string' && head !== GENESIS ? head : null;
  } catch {
    return null;
  }
}

/** Makes a run directory for a plan, or checks that an existing one is this plan's. */
export async function prepareRunDirectory(directory: string, saved: SavedPlan): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, RUN_FILES.plan);
  const present = await readText(path);
  if (present === null) {
    if ((await readText(join(directory, RUN_FILES.journal))) !== null) {
      throw new RefitError(
        'journal-broken',
        `${directory} holds a journal and no plan`,
        'name another run directory with --run-dir',
      );
    }
    await chmod(directory, 0o700);
    await replaceFile(path, encodeSavedPlan(saved));
  } else if (readSavedPlan(present).digest !== saved.digest) {
    throw new RefitError(
      'plan-altered',
      `${directory} is the run directory of another plan (${readSavedPlan(present).digest.slice(0, 8)})`,
      'leave --run-dir away, or name an empty folder',
    );
  }
}

/** The newest unfinished run of a digest below `root`; null where there is none. */
export async function findUnfinishedRun(root: string, digest: string): Promise<string | null> {
  const names = await readdir(root).catch((): string[] => []);
  const ours = names.filter((name) => name.endsWith(`-${digest.slice(0, 8)}`)).sort();
  for (const name of ours.reverse()) {
    const directory = join(root, name);
    const run = await readRun(directory).catch((error: unknown) => {
      // A broken run of this very plan must not be passed over: it may have ordered.
      if (error instanceof RefitError && error.code === 'usage') return null;
      throw error;
    });
    if (run && run.saved.digest === digest && !isFinished(run.state)) return directory;
  }
  return null;
}

/** The default name of a new run directory: `<utc>-<digest8>`. @param now ms since 1970 UTC. */
export function runDirectoryName(now: number, digest: string): string {
  const utc = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${utc}-${digest.slice(0, 8)}`;
}
