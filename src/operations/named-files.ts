/** The command line's files: read with a refusal that teaches, written atomically. */
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RefitError } from '../errors.ts';
import { escapeControls } from '../report/document/escape.ts';
import { RUN_FILES, replaceFile } from '../store/folder/run-files.ts';

/** @throws RefitError `usage` where it cannot be read. */
export async function readInput(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const problem = `${what} ${escapeControls(path)} cannot be read: ${describeSystemError(cause)}`;
    throw new RefitError('usage', problem, fixFor(cause, path), { cause });
  }
}

/**
 * Writes a result: a file is replaced whole, a link is followed, and a device or a pipe is written to.
 * @param not a file that must not be overwritten: the one that was read.
 * @throws RefitError `disk-failed` where it cannot be written, `usage` where it must not be.
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
      `${escapeControls(path)} is the file that is read; it would be lost`,
      'name another file',
    );
  }
  await mustNotBeRunFile(target, path);
  try {
    const known = await stat(target).catch(() => null);
    if (known !== null && !known.isFile() && !known.isDirectory()) await writeFile(target, text);
    else await replaceFile(target, text);
  } catch (cause) {
    const problem = `${escapeControls(path)} cannot be written: ${describeSystemError(cause)}`;
    const fix = 'name a file in a folder that exists and may be written to';
    throw new RefitError('disk-failed', problem, fix, { cause });
  }
}

/** The records of a run are written by the run alone. */
async function mustNotBeRunFile(target: string, path: string): Promise<void> {
  const records: readonly string[] = [RUN_FILES.plan, RUN_FILES.journal, RUN_FILES.lock];
  if (!records.includes(basename(target))) return;
  const run = await stat(join(dirname(target), RUN_FILES.journal)).catch(() => null);
  if (run === null) return;
  throw new RefitError(
    'usage',
    `${escapeControls(path)} is a record of a run; it would be lost`,
    'name a file outside the run directory',
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'there is no right to',
  EPERM: 'there is no right to',
  EROFS: 'there is no right to',
  ENOSPC: 'the disk is full',
};

/** A system error in words. */
export function describeSystemError(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message ?? String(error);
}

function fixFor(error: unknown, path: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return `check the spelling: ls ${path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '.'}`;
  if (code === 'EISDIR') return 'name a file in it';
  return `ls -l ${path}`;
}
