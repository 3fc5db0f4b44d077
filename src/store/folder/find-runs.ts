/** Finds runs by their names: those that the user's state knows, wherever they are, and those in a folder of runs. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LATEST } from '../run-id.ts';
import { listKnownRuns, realPathOf } from './known-runs.ts';
import { RUN_FILES } from './run-files.ts';

/** A run directory that was found, not yet read. */
export interface FoundFolder {
  /** The last part of its path. */
  readonly name: string;
  /** Absolute, without links. Empty if the state has a record of the run that is damaged. */
  readonly directory: string;
  /** Whether the user's state knows this directory. */
  readonly isKnown: boolean;
  /** When it started, milliseconds since 1970 UTC; only for the order, because nobody vouches for it. */
  readonly since: number;
}

/** All runs, newest first. @param folder a folder of run directories; it may be missing. */
export async function findRuns(stateDirectory: string, folder: string): Promise<FoundFolder[]> {
  const found = new Map<string, FoundFolder>();
  for (const { digest, run } of await listKnownRuns(stateDirectory)) {
    const directory = run?.directory ?? '';
    const name = run === null ? digest.slice(0, 8) : basename(directory);
    const since = run === null ? 0 : Date.parse(run.at) || 0;
    found.set(directory || digest, { name, directory, isKnown: true, since });
  }
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const directory = await realPathOf(join(folder, name));
    if (found.has(directory) || !(await isRunDirectory(directory))) continue;
    found.set(directory, { name, directory, isKnown: false, since: await startOf(name, directory) });
  }
  return [...found.values()].sort((a, b) => b.since - a.since || (a.name < b.name ? 1 : -1));
}

async function isRunDirectory(directory: string): Promise<boolean> {
  for (const name of [RUN_FILES.plan, RUN_FILES.journal])
    if ((await stat(join(directory, name)).catch(() => null)) !== null) return true;
  return false;
}

/** When a run started, by its name `20261124T173000Z-1f0c2ab9`, else by its folder. */
async function startOf(name: string, directory: string): Promise<number> {
  const [, day, time] = /^(\d{8})T(\d{6})/.exec(name) ?? [];
  const written =
    day && time && `${day.replace(/(....)(..)/, '$1-$2-')}T${time.replace(/(..)(..)/, '$1:$2:')}Z`;
  const named = Date.parse(written ?? '');
  return named || ((await stat(directory).catch(() => null))?.mtimeMs ?? 0);
}

/**
 * The runs that a word means. `latest` is the newest run that the state knows, because anybody could have made another one;
 * every other word is the start of a name, or the whole of it. Pure.
 * @param runs newest first. @returns none, one, or the runs between which the word does not decide.
 */
export function runsNamed(word: string, runs: readonly FoundFolder[]): readonly FoundFolder[] {
  const usable = runs.filter(({ directory }) => directory !== '');
  if (word === LATEST) return usable.filter(({ isKnown }) => isKnown).slice(0, 1);
  if (word === '') return [];
  const same = usable.filter(({ name }) => name === word);
  return same.length > 0 ? same : usable.filter(({ name }) => name.startsWith(word));
}
