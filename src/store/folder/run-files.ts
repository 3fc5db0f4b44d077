/** The names of a run's files, and how a file is replaced: whole, durable, 0600. Loads nothing else, so that any command may. */
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The files of a run directory. */
export const RUN_FILES = {
  plan: 'plan.json',
  journal: 'journal.jsonl',
  report: 'report.json',
  page: 'report.html',
  lock: 'lock.json',
  /** A folder: the approvals by which the run and its waves began. */
  approvals: 'approvals',
  /** A folder: signatures over the head of its journal, where somebody gave one. */
  signatures: 'signatures',
  /** What hooks wrote and how they ended; whom webhooks reached. There where the plan has some. */
  hooks: 'hooks.log',
  notifications: 'notifications.log',
  /** While a process carries the run out. */
  control: 'control.sock',
} as const;

/** Replaces a file so that a reader, or a crash, sees either the old text or the new one whole. Mode 0600. */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    // A write that fails does not say where.
    (error as NodeJS.ErrnoException).path ??= path;
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes the names in a folder durable. */
export async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file's text; null where it does not exist. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** The text of these bytes; null where they are not UTF-8. */
export function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
