/**
 * Creates files so that nobody can make Refit write somewhere else. It creates a new name exclusively, and never opens an
 * existing file through a link. A replacement is a new file that gets the old name.
 */
import { randomBytes } from 'node:crypto';
import {
  chmod,
  constants,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shellQuote } from '../next-command.ts';
import { FileRefused } from './file-refused.ts';
import { whoElseWrites } from './judge-trust.ts';
import { SUBJECTS, type Subject } from './subjects.ts';
import { thisUser } from './this-user.ts';

/**
 * Replaces a file so that readers and crashes see the whole old text or the whole new one. Mode 0600.
 * @param text may come in pieces, of which it holds one at a time. @throws what reading the next piece throws.
 */
export async function replaceFile(
  path: string,
  text: string | Uint8Array | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const draft = draftBeside(path);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    // A failed write does not name its path.
    (error as NodeJS.ErrnoException).path = path;
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Replaces a file in a folder that Refit owns, as `replaceFile` does, and removes drafts that a crash left there. */
export async function replaceOwnFile(path: string, text: string | Uint8Array): Promise<void> {
  await replaceFile(path, text);
  await removeOldDrafts(path);
}

/** A new name in the folder of a file, which nobody can guess. */
export function draftBeside(path: string): string {
  return join(dirname(path), `.refit-${randomBytes(8).toString('hex')}.tmp`);
}

const DRAFT = /^\.refit-[0-9a-f]{16}\.tmp$/;

/** Milliseconds. A draft exists for a few of them, so the process that made an older one is dead. */
const OLD_DRAFT = 60_000;

/**
 * Removes drafts beside a file that was just written, which dates them by the clock of the disk. It removes regular files of
 * this user only: no link, folder, or file of somebody else. Call it in a folder that Refit owns. It never rejects.
 */
export async function removeOldDrafts(written: string): Promise<void> {
  const folder = dirname(written);
  const user = thisUser();
  try {
    const drafts = (await readdir(folder)).filter((name) => DRAFT.test(name));
    if (drafts.length === 0) return;
    const { mtimeMs: now } = await lstat(written);
    for (const name of drafts) {
      const there = await lstat(join(folder, name));
      const isOwn = there.isFile() && (user === null || there.uid === user.uid);
      if (isOwn && now - there.mtimeMs > OLD_DRAFT) await unlink(join(folder, name));
    }
  } catch {
    // Another process removed it first, or the next write succeeds.
  }
}

/** Makes the names in a folder durable. */
export async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder and those above it, for this user only. An existing folder stays as it is. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Opens a file for appending, and creates it if there is none.
 * @throws FileRefused if it is a link, has a second name, is no regular file, or others can write to it.
 */
export async function openForAppending(path: string, subject: Subject): Promise<FileHandle> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: FileHandle;
  try {
    file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP') throw error;
    const fix = `remove it: rm ${shellQuote(path)}`;
    throw new FileRefused(SUBJECTS[subject].name, path, { reason: 'it is a symbolic link', fix });
  }
  try {
    await mustBeAppendable(file, path, subject);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Checks an open file before the first append. @throws FileRefused as `openForAppending` does. */
export async function mustBeAppendable(file: FileHandle, path: string, subject: Subject): Promise<void> {
  const there = await file.stat();
  const user = thisUser();
  const others = user && whoElseWrites(path, there, user, 'itself');
  const fix = `remove it: rm ${shellQuote(path)}`;
  const refusal = !there.isFile()
    ? { reason: 'it is not a regular file', fix }
    : there.nlink > 1
      ? { reason: 'the same file has another name', fix }
      : others;
  if (refusal) throw new FileRefused(SUBJECTS[subject].name, path, refusal);
}

/** Appends a text, under the rules of `openForAppending`. */
export async function appendText(path: string, text: string, subject: Subject): Promise<void> {
  const file = await openForAppending(path, subject);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** Gives a folder of this user the mode 0700. The folder of another user stays as it is. */
export async function makePrivate(folder: string): Promise<void> {
  const user = thisUser();
  if (user === null || (await stat(folder)).uid === user.uid) await chmod(folder, 0o700);
}
