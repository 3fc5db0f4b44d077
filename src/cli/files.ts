/** The command line's files: read with a refusal that teaches, written atomically. */
import { readFile } from 'node:fs/promises';
import { RefitError } from '../errors.ts';
import { visible } from '../report/escape.ts';
import { replaceFile } from '../run/run-directory.ts';

/** @throws RefitError `usage` where it cannot be read. */
export async function readInput(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new RefitError(
      'usage',
      `${what} ${visible(path)} cannot be read: ${reason(error)}`,
      mendFor(error, path),
      { cause: error },
    );
  }
}

/** @throws RefitError `disk-failed` where it cannot be written. */
export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, text);
  } catch (error) {
    throw new RefitError(
      'disk-failed',
      `${visible(path)} cannot be written: ${reason(error)}`,
      'name a file in a folder that exists and may be written to',
      { cause: error },
    );
  }
}

/** A system error in words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'there is no right to';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return message ?? String(error);
  }
}

function mendFor(error: unknown, path: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return `check the spelling: ls ${path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '.'}`;
  if (code === 'EISDIR') return 'name a file in it';
  return `ls -l ${path}`;
}
