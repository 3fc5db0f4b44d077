/** Reads and writes the plans of a folder for an editor. A version that somebody else wrote meanwhile is never lost. */
import { link, lstat, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../../digest.ts';
import { RefitError } from '../../errors.ts';
import { FileRefused, isMissing } from '../../files/file-refused.ts';
import { readRegularFile } from '../../files/open-file.ts';
import type { Subject } from '../../files/subjects.ts';
import { describeSystemError, fixForWriting } from '../../files/system-error.ts';
import { draftBeside, replaceFile, syncDirectory } from '../../files/write-file.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { FileText } from '../../model.ts';
import { MAX_PLAN_BYTES } from '../../plan/parse/decode-plan.ts';
import type { ReadNamed } from '../machine.ts';
import { mayReplace } from '../named-files.ts';
import type { PlanFolder } from './plan-folder.ts';

/** The text of a plan, as it is on disk. */
export interface PlanText {
  readonly text: string;
  /** SHA-256, hex, over its bytes: the version that an editor has. */
  readonly version: string;
}

/** Reads a plan of the folder. @throws RefitError `usage` for another name, FileRefused if there is none. */
export async function readPlanText(folder: PlanFolder, name: string): Promise<PlanText> {
  const bytes = await readRegularFile(planPath(folder, name), { subject: 'plan' });
  if (bytes.length > MAX_PLAN_BYTES) throw refitError('usage', message('error.plan-too-large', { name }));
  return { text: bytes.toString('utf8'), version: sha256(bytes) };
}

/**
 * Writes a plan, as a whole or not at all.
 * @param base the version that the editor opened; null: the plan is new.
 * @returns the version that is on disk now.
 * @throws RefitError `file-changed` if the file on disk is not that version, and `disk-failed`.
 */
export function writePlanText(
  folder: PlanFolder,
  name: string,
  { text, base }: { readonly text: string; readonly base: string | null },
): Promise<string> {
  const path = planPath(folder, name);
  return writeInTurn(path, async () => {
    const found = await versionAt(path, 'plan');
    if (found !== base) throw changed(name, found, base);
    await writeChecked(path, text, base === null);
    return sha256(text);
  });
}

/**
 * Writes a saved plan. @param replaces the version that it may replace; null: the name must be free.
 * @throws RefitError as `writePlanText` does.
 */
export function writeSavedPlan(
  folder: PlanFolder,
  name: string,
  { text, replaces }: { readonly text: string; readonly replaces: string | null },
): Promise<void> {
  const path = folder.pathOf(name);
  if (!name.endsWith('.json')) throw wrongEnd(name, '.json');
  return writeInTurn(path, async () => {
    const found = await versionAt(path, 'saved-plan');
    if (found !== replaces) throw changed(name, found, replaces);
    await writeChecked(path, text, replaces === null);
  });
}

/** Removes a plan. @param base the version that the editor shows, so that what nobody has seen is not removed. */
export function removePlan(folder: PlanFolder, name: string, base: string): Promise<void> {
  const path = planPath(folder, name);
  return writeInTurn(path, async () => {
    const found = await versionAt(path, 'plan');
    if (found !== base) throw changed(name, found, base);
    await rm(path);
  });
}

/** The version of a file of the folder: SHA-256, hex, over its bytes; null if there is none. */
export function versionOf(folder: PlanFolder, name: string): Promise<string | null> {
  return versionAt(folder.pathOf(name), name.endsWith('.json') ? 'saved-plan' : 'plan');
}

/**
 * Reads the files that a plan of the folder names, only inside the folder, also behind links. Its readers may not see the
 * other files of this machine.
 */
export function readWithin(folder: Pick<PlanFolder, 'path'>): ReadNamed {
  return async (path, subject): Promise<FileText> => {
    try {
      return (await readRegularFile(path, { subject, links: { inside: folder.path } })).toString('utf8');
    } catch (error) {
      if (isMissing(error)) return null;
      if (error instanceof FileRefused) return { refused: error.reason };
      throw error;
    }
  };
}

/** @throws RefitError `usage` */
function planPath(folder: PlanFolder, name: string): string {
  const path = folder.pathOf(name);
  if (/\.ya?ml$/.test(name)) return path;
  throw wrongEnd(name, '.yaml');
}

function wrongEnd(name: string, end: string): RefitError {
  const kind = end === '.yaml' ? 'plan' : 'saved-plan';
  return refitError('usage', message('error.plan-end', { name, kind, end }));
}

/** The hash of the bytes; null if there is no file. A link is refused: the folder holds its files itself. */
async function versionAt(path: string, subject: Subject): Promise<string | null> {
  try {
    return sha256(await readRegularFile(path, { subject }));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function changed(name: string, found: string | null, base: string | null): RefitError {
  const message =
    found === null
      ? `${name} was removed after you opened it`
      : base === null
        ? `there is already a file named ${name}`
        : `${name} changed on disk after you opened it`;
  const fix = base === null ? 'use another name' : 'compare both versions, then save again';
  const kind = found === null ? 'removed' : base === null ? 'exists' : 'changed';
  const about = { id: `refusal.file-${kind}`, params: { name } };
  return new RefitError('file-changed', `${message}; nothing was written`, fix, { about });
}

async function writeChecked(path: string, text: string, isNew: boolean): Promise<void> {
  await mayReplace(path);
  try {
    if (isNew) await createFile(path, text);
    else if ((await lstat(path)).isFile()) await replaceFile(path, text);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw changed(nameOf(path), '', null);
    const about = { name: nameOf(path), reason: describeSystemError(cause), fix: fixForWriting(cause, path) };
    throw refitError('disk-failed', message('error.cannot-write', about), cause);
  }
}

const nameOf = (path: string): string => path.slice(dirname(path).length + 1);

/** Creates a file as a whole, and only if the name is free: another process may take the name meanwhile. */
async function createFile(path: string, text: string): Promise<void> {
  const draft = draftBeside(path);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    await link(draft, path);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  await syncDirectory(dirname(path));
}

/** The last write of each path, so that two people who save at the same time do not both win. */
const writing = new Map<string, Promise<unknown>>();

function writeInTurn<T>(path: string, write: () => Promise<T>): Promise<T> {
  const done = (writing.get(path) ?? Promise.resolve()).then(write, write);
  const settled = done
    .catch(() => undefined)
    .finally(() => {
      if (writing.get(path) === settled) writing.delete(path);
    });
  writing.set(path, settled);
  return done;
}
