/**
 * The directory of an occurrence, `<file>/<due, UTC>/`: the run directory of what it carries out, with the reviews, the
 * draft that planning made and the output of its processes beside.
 */
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Outcome, Report, SavedPlan } from '../model.ts';
import { readSavedPlan } from '../plan/seal.ts';
import { isAlive, readHolder } from '../store/folder/lock.ts';
import { RUN_FILES, readStanding, replaceFile } from '../store/folder/run-directory.ts';
import { syncDirectory } from '../store/folder/run-files.ts';

/** What an occurrence has on disk. */
export interface OccurrenceDisk {
  directoryOf(plan: string, due: string): string;
  fileIn(directory: string, name: string): string;
  prepare(directory: string): Promise<void>;
  /** The live process that carries its run out, in words; null: none does. */
  heldBy(directory: string): Promise<string | null>;
  /** How far its run's journal goes, and how the run ended where that is the last of it; null where there is no run. */
  run(directory: string): Promise<{
    readonly entries: number;
    /** `byCommand`: it was told to drain or to leave by a command of its own. */
    readonly end: { readonly exitCode: number; readonly byCommand: boolean } | null;
  } | null>;
  /** What it carries out; null where nothing is sealed yet. */
  sealed(directory: string): Promise<SavedPlan | null>;
  /** Seals a text, unless something is sealed already. Durable when it resolves. */
  seal(directory: string, text: string): Promise<void>;
  /** The same with what planning left in a file. @throws RefitError where that is no saved plan. */
  sealDraft(directory: string, draft: string): Promise<void>;
  /** The outcomes in its run's report; null where there is none. */
  totals(directory: string): Promise<Readonly<Record<Outcome, number>> | null>;
}

/** `20261124T173000Z`, with milliseconds where there are some. @param due ISO 8601 UTC. */
export function occurrenceName(due: string): string {
  return due.replace(/[-:]/g, '').replace(/\.000Z$/, 'Z');
}

/** @param root the folder that holds all occurrences. @param host this host's name. */
export function openOccurrenceDisk(root: string, host: string): OccurrenceDisk {
  const sealed = async (directory: string): Promise<SavedPlan | null> => {
    const text = await textOf(join(directory, RUN_FILES.plan));
    return text === null ? null : readSavedPlan(text);
  };
  const seal = async (directory: string, text: string): Promise<void> => {
    const draft = join(directory, 'sealing.json');
    await replaceFile(draft, text);
    await linkOnce(draft, directory);
  };
  return {
    directoryOf: (plan, due) => join(resolve(root), plan, occurrenceName(due)),
    fileIn: (directory, name) => join(directory, name),
    async prepare(directory) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    },
    async heldBy(directory) {
      const holder = await readHolder(join(directory, RUN_FILES.lock));
      if (holder === null || !(await isAlive(holder, host))) return null;
      return `process ${holder.pid}${holder.host === host ? '' : ` on ${holder.host}`}`;
    },
    async run(directory) {
      if ((await textOf(join(directory, RUN_FILES.journal))) === null) return null;
      const { state } = await readStanding(directory);
      const { exitCode, toldToStop } = state;
      return { entries: state.entries, end: exitCode === null ? null : { exitCode, byCommand: toldToStop } };
    },
    sealed,
    seal,
    async sealDraft(directory, draft) {
      const text = await readFile(draft, 'utf8');
      readSavedPlan(text);
      await seal(directory, text);
      await rm(draft, { force: true });
    },
    async totals(directory) {
      const text = await textOf(join(directory, RUN_FILES.report));
      return text === null ? null : ((JSON.parse(text) as Report).totals ?? null);
    },
  };
}

/** Exactly one text becomes the plan of a run: a name that is taken stays as it is. */
async function linkOnce(draft: string, directory: string): Promise<void> {
  try {
    await link(draft, join(directory, RUN_FILES.plan));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await syncDirectory(directory);
  await rm(draft, { force: true });
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
