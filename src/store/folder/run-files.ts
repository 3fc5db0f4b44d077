/** The names of a run's files, and the durable replacement of a file. Imports nothing else, so that it loads fast. */
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The files of a run directory. */
export const RUN_FILES = {
  plan: 'plan.json',
  journal: 'journal.jsonl',
  report: 'report.json',
  page: 'report.html',
  lock: 'lock.json',
  /** A folder with the approvals of the run and its waves. */
  approvals: 'approvals',
  /** A folder with signatures over the head of the journal, if there are any. */
  signatures: 'signatures',
  /** The output and results of hooks, and the results of webhooks, if the plan has any. */
  hooks: 'hooks.log',
  notifications: 'notifications.log',
  /** Exists while a process carries out the run. */
  control: 'control.sock',
} as const;

/** Replaces a file so that readers and crashes see the whole old text or the whole new one. Mode 0600. */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    // A failed write does not name its path.
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

/** The text of a file; null if it does not exist. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Decodes bytes; null if they are not UTF-8. */
export function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
