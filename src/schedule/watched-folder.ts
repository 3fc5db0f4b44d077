/**
 * The watched folder with its plans, and the operators' files beside the occurrences: `switches/<file>.json`, and
 * `requests/<id>.json`, which Refit removes after its answer. Each of them is replaced whole.
 */

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, RefitError } from '../errors.ts';
import { mustBeOwnFolder } from '../files/check-folder.ts';
import { FileRefused, isMissing } from '../files/file-refused.ts';
import { readRegularFile } from '../files/open-file.ts';
import { makeFolder, replaceOwnFile } from '../files/write-file.ts';
import { aboutOf } from '../messages/refit-error.ts';
import type { Message } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import type { FolderView, PlanSwitch, RunRequest } from './decide.ts';
import { type FileReading, mayBePlan, readPlanFile } from './plan-file.ts';

/** The reading of each file, its text, and the stamp of the file at that time. */
type Known = Map<
  string,
  { readonly stamp: string; readonly reading: FileReading | null; readonly text: string }
>;

/** How a process reads a folder that only shows the plans. */
export interface Viewing {
  /** The files that can be plans: the others are not opened. */
  readonly names: () => Promise<ReadonlySet<string>>;
}

/**
 * @param folder where the plans are. @param root where the occurrences are.
 * @param viewing of a process that carries nothing out: it keeps no text and no steps. Absent: all files count.
 */
export function watchFolder(folder: string, root: string, viewing: Viewing | null = null) {
  const known: Known = new Map();
  return {
    /** Reads the files that changed since the last call. @throws RefitError `usage` if the folder cannot be read. */
    async read(): Promise<FolderView> {
      const allowed = (await viewing?.names()) ?? null;
      const names = (await namesOf(folder)).filter((name) => allowed === null || allowed.has(name));
      const files: FileReading[] = [];
      for (const name of names) {
        const reading = await readingOf(folder, name, known);
        const kept = known.get(name);
        if (viewing !== null && kept !== undefined && kept.text !== '')
          known.set(name, { ...kept, text: '', reading: withoutSteps(kept.reading) });
        if (reading !== null) files.push(viewing === null ? reading : withoutSteps(reading)!);
      }
      for (const name of known.keys()) if (!names.includes(name)) known.delete(name);
      return { files, switches: await readSwitches(root), requests: await readRequests(root) };
    },
    /** The text of a file as it was read last; null if it could not be read. */
    textOf: (name: string): string | null => known.get(name)?.text ?? null,
  };
}

function withoutSteps(reading: FileReading | null): FileReading | null {
  if (reading?.kind !== 'scheduled' || reading.plan.saved === null) return reading;
  const saved = {
    ...reading.plan.saved,
    steps: [],
    preconditions: [],
    unchanged: [],
    blocked: [],
    findings: [],
  };
  return { ...reading, plan: { ...reading.plan, saved } };
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'it is not a folder',
};

/** The files that may be plans. @throws RefitError if the folder cannot be read, or others can write to it. */
async function namesOf(folder: string): Promise<string[]> {
  await mustBeOwnFolder(folder, 'the folder of plans');
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && mayBePlan(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    const reason = READ_ERRORS[(cause as NodeJS.ErrnoException).code ?? ''] ?? messageOf(cause);
    const fix = `mkdir ${shellQuote(folder)}, or give the folder of the plans`;
    throw new RefitError('usage', `${folder} cannot be read: ${reason}`, fix, { cause });
  }
}

async function readingOf(folder: string, name: string, known: Known): Promise<FileReading | null> {
  const path = join(folder, name);
  try {
    const there = await stat(path, { bigint: true });
    const stamp = `${there.ino} ${there.size} ${there.mtimeNs} ${there.ctimeNs}`;
    const before = known.get(name);
    if (before?.stamp === stamp) return before.reading;
    const subject = name.endsWith('.json') ? 'saved-plan' : 'plan';
    const bytes = await readRegularFile(path, { subject, links: { inside: folder }, isTrusted: true });
    const text = bytes.toString('utf8');
    const reading = readPlanFile(name, text, path);
    known.set(name, { stamp, reading, text });
    return reading;
  } catch (error) {
    // The file was removed during this reading.
    if (isMissing(error)) return null;
    if (error instanceof FileRefused)
      return {
        kind: 'invalid',
        name,
        message: `the file is refused: ${error.reason}`,
        fix: error.fix,
        ...withAbout(error),
      };
    const message = `the file cannot be read: ${messageOf(error)}`;
    return { kind: 'invalid', name, message, fix: `ls -l ${shellQuote(path)}` };
  }
}

/** Whether a text is a time that an entry can have. Refit wrote no other. */
function isMoment(text: string): boolean {
  return /^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text));
}

async function readSwitches(root: string): Promise<FolderView['switches']> {
  const switches = new Map<string, PlanSwitch>();
  for (const [plan, { enabled, at }] of await jsonFilesIn(join(root, 'switches')))
    if (typeof enabled === 'boolean' && typeof at === 'string' && isMoment(at))
      switches.set(plan, { enabled, at: Date.parse(at) });
  return switches;
}

async function readRequests(root: string): Promise<FolderView['requests']> {
  const requests: RunRequest[] = [];
  for (const [id, { plan, at, by }] of await jsonFilesIn(join(root, 'requests')))
    if (typeof plan === 'string' && typeof at === 'string' && typeof by === 'string' && isMoment(at))
      requests.push({ id, plan, at: Date.parse(at), by });
  return requests.sort((a, b) => a.at - b.at);
}

/** The JSON objects in the files of a folder, with the file name without its extension. */
async function jsonFilesIn(folder: string): Promise<[string, Record<string, unknown>][]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const files: [string, Record<string, unknown>][] = [];
  for (const name of names) {
    try {
      const value = JSON.parse(String(await readRegularFile(join(folder, name), { subject: 'state' })));
      if (typeof value === 'object' && value !== null) files.push([name.slice(0, -'.json'.length), value]);
    } catch {
      // Refit writes regular files and replaces them whole, so it did not write this one.
    }
  }
  return files;
}

/** Writes an operator's file. @param name the plan's file for a switch; a unique id for a request. */
export async function writeControlFile(
  root: string,
  kind: 'switches' | 'requests',
  name: string,
  value: object,
): Promise<void> {
  await makeFolder(join(root, kind));
  await replaceOwnFile(join(root, kind, `${name}.json`), `${JSON.stringify(value)}\n`);
}

/** Removes a request: the operator withdraws it, or it is answered. */
export async function dropRequest(root: string, id: string): Promise<void> {
  await rm(join(root, 'requests', `${id}.json`), { force: true });
}

/** The parts of a refused file, for other languages. */
function withAbout(error: FileRefused): { readonly about?: Message } {
  const about = aboutOf(error);
  return typeof about === 'string' ? {} : { about };
}
