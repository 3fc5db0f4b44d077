import { stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { FileRefused } from '../files/file-refused.ts';
import { readTextIfPresent } from '../files/open-file.ts';
import type { Subject } from '../files/subjects.ts';
import type { FileText } from '../model.ts';

/**
 * Reads a file of keys; null if there is none, or if it is in a folder that this user may not enter.
 * @throws FileRefused also for a file that this user may not read.
 */
export async function readCredentialsFile(path: string): Promise<string | null> {
  try {
    return await readTextIfPresent(path, { subject: 'credentials', links: 'follow' });
  } catch (error) {
    if (error instanceof FileRefused && isForbidden(error.cause) && (await isHidden(path))) return null;
    throw error;
  }
}

function isForbidden(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'EACCES';
}

/** True if this user may not know whether the file exists. */
function isHidden(path: string): Promise<boolean> {
  return stat(path).then(() => false, isForbidden);
}

/** Reads a file that a plan names: calendars, approvers, a Terraform state. */
export type ReadNamed = (path: string, subject: Subject) => Promise<FileText>;

/** Reads a file that a plan names, wherever it is. */
export async function readNamedText(path: string, subject: Subject): Promise<FileText> {
  try {
    return await readTextIfPresent(path, { subject, links: 'follow' });
  } catch (error) {
    if (error instanceof FileRefused) return { refused: error.reason };
    throw error;
  }
}

/** The folder for locks and the register, as in the XDG specification. */
export function stateDirectoryOf(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  return join(base, 'refit');
}

/** The relative path if it is below the current folder, else the path. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  if (near === '' || near.startsWith('..')) return path;
  return near.startsWith('-') ? `./${near}` : near;
}

/** The user of the operating system. A container may have no name for it. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
