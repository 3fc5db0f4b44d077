/** Reads and writes files that users name: helpful errors, atomic writes. */
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RefitError } from '../errors.ts';
import { escapeControls } from '../report/document/escape.ts';
import { RUN_FILES, replaceFile } from '../store/folder/run-files.ts';

/** @param subject the kind of file, for the error. @throws RefitError `usage` if the file cannot be read. */
export async function readInput(path: string, subject: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const problem = `${subject} ${escapeControls(path)} cannot be read: ${describeSystemError(cause)}`;
    throw new RefitError('usage', problem, fixFor(cause, path), { cause });
  }
}

/**
 * Writes a result. It replaces a whole file, follows a link, and writes into a device or a pipe.
 * @param not the source file, which must not be overwritten.
 * @throws RefitError `disk-failed` if the file cannot be written, `usage` if it must not be overwritten.
 */
export async function writeOutput(
  path: string,
  text: string | Uint8Array,
  not: string | null = null,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  if (not !== null && target === (await realpath(not).catch(() => not))) {
    throw new RefitError(
      'usage',
      `${escapeControls(path)} is the source file; writing would destroy it`,
      'use another file name',
    );
  }
  await mustNotBeRunFile(target, path);
  try {
    const known = await stat(target).catch(() => null);
    if (known !== null && !known.isFile() && !known.isDirectory()) await writeFile(target, text);
    else await replaceFile(target, text);
  } catch (cause) {
    const problem = `${escapeControls(path)} cannot be written: ${describeSystemError(cause)}`;
    const fix = 'use a file in a folder that exists and that you can write to';
    throw new RefitError('disk-failed', problem, fix, { cause });
  }
}

/** Only the run itself writes the files of a run. */
async function mustNotBeRunFile(target: string, path: string): Promise<void> {
  const records: readonly string[] = [RUN_FILES.plan, RUN_FILES.journal, RUN_FILES.lock];
  if (!records.includes(basename(target))) return;
  const run = await stat(join(dirname(target), RUN_FILES.journal)).catch(() => null);
  if (run === null) return;
  throw new RefitError(
    'usage',
    `${escapeControls(path)} is a file of a run; writing would destroy it`,
    'use a file outside the run directory',
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** The text of a system error. */
export function describeSystemError(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message ?? String(error);
}

function fixFor(error: unknown, path: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return `check the spelling: ls ${path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '.'}`;
  if (code === 'EISDIR') return 'use a file in that folder';
  return `ls -l ${path}`;
}
