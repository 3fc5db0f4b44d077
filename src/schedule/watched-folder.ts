/**
 * The watched folder: its plans, and beside the occurrences what people have said of them, each a file that is replaced
 * whole: `switches/<file>.json`, and `requests/<id>.json`, which is gone once it is answered.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefitError } from '../errors.ts';
import { word } from '../next-command.ts';
import { replaceFile } from '../store/folder/run-directory.ts';
import type { FolderView, RunRequest, Switch } from './decide.ts';
import { type FileReading, mayBePlan, readPlanFile } from './plan-file.ts';

/** Greater files are no plans. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads the folder again and again: a file that has not changed since is not read anew. */
export interface WatchedFolder {
  /** @throws RefitError `usage` where the folder cannot be read. */
  look(): Promise<FolderView>;
}

/** @param folder where the plans are. @param root where the occurrences are. */
export function watchFolder(folder: string, root: string): WatchedFolder {
  const known = new Map<string, { readonly stamp: string; readonly reading: FileReading | null }>();
  return {
    async look() {
      const names = await namesOf(folder);
      const files: FileReading[] = [];
      for (const name of names) {
        const reading = await readingOf(folder, name, known);
        if (reading !== null) files.push(reading);
      }
      for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
      return { files, switches: await readSwitches(root), requests: await readRequests(root) };
    },
  };
}

async function namesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && mayBePlan(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such folder'
        : code === 'ENOTDIR'
          ? 'it is no folder'
          : error instanceof Error
            ? error.message
            : String(error);
    throw new RefitError(
      'usage',
      `${folder} cannot be read: ${why}`,
      `mkdir ${word(folder)}, or name the folder of the plans`,
      {
        cause: error,
      },
    );
  }
}

async function readingOf(
  folder: string,
  name: string,
  known: Map<string, { readonly stamp: string; readonly reading: FileReading | null }>,
): Promise<FileReading | null> {
  const path = join(folder, name);
  try {
    const there = await stat(path, { bigint: true });
    if (!there.isFile()) return null;
    const stamp = `${there.ino} ${there.size} ${there.mtimeNs}`;
    const before = known.get(name);
    if (before?.stamp === stamp) return before.reading;
    if (there.size > MOST_BYTES)
      return { kind: 'invalid', name, what: 'it is too great for a plan', mend: 'move it elsewhere' };
    const reading = readPlanFile(name, (await readFile(path)).toString('utf8'), path);
    known.set(name, { stamp, reading });
    return reading;
  } catch (error) {
    // Removed between two looks.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const what = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', name, what: `it cannot be read: ${what}`, mend: `ls -l ${word(path)}` };
  }
}

const switchesIn = (root: string) => join(root, 'switches');
const requestsIn = (root: string) => join(root, 'requests');

async function readSwitches(root: string): Promise<Map<string, Switch>> {
  const switches = new Map<string, Switch>();
  for (const [file, value] of await jsonFilesIn(switchesIn(root))) {
    const { enabled, at } = value as { enabled?: unknown; at?: unknown };
    if (typeof enabled === 'boolean' && typeof at === 'string')
      switches.set(file.slice(0, -'.json'.length), { enabled, at: Date.parse(at) });
  }
  return switches;
}

async function readRequests(root: string): Promise<RunRequest[]> {
  const requests: RunRequest[] = [];
  for (const [file, value] of await jsonFilesIn(requestsIn(root))) {
    const { plan, at, by } = value as { plan?: unknown; at?: unknown; by?: unknown };
    if (typeof plan === 'string' && typeof at === 'string' && typeof by === 'string')
      requests.push({ id: file.slice(0, -'.json'.length), plan, at: Date.parse(at), by });
  }
  return requests.sort((a, b) => a.at - b.at);
}

async function jsonFilesIn(folder: string): Promise<[string, unknown][]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const files: [string, unknown][] = [];
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) files.push([name, value]);
    } catch {
      // It is replaced whole, so this is none of ours.
    }
  }
  return files;
}

/** Says that a plan's times are heeded from `at` on, or are not any more. @param at ISO 8601 UTC. */
export async function writeSwitch(
  root: string,
  plan: string,
  value: { readonly enabled: boolean; readonly at: string; readonly by: string },
): Promise<void> {
  await mkdir(switchesIn(root), { recursive: true, mode: 0o700 });
  await replaceFile(join(switchesIn(root), `${plan}.json`), `${JSON.stringify(value)}\n`);
}

/** Asks the scheduler to begin a plan now. @param id a name that no other request has. */
export async function writeRequest(
  root: string,
  id: string,
  value: { readonly plan: string; readonly at: string; readonly by: string },
): Promise<void> {
  await mkdir(requestsIn(root), { recursive: true, mode: 0o700 });
  await replaceFile(join(requestsIn(root), `${id}.json`), `${JSON.stringify(value)}\n`);
}

/** Takes a request back, or away once it is answered. */
export async function dropRequest(root: string, id: string): Promise<void> {
  await rm(join(requestsIn(root), `${id}.json`), { force: true });
}
