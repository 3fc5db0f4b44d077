/** The errors of files: what is wrong with which file, never what is in it. */
import { RefitError } from '../errors.ts';
import { shellQuote } from '../next-command.ts';

/** A file that cannot be read or that Refit refuses. */
export class FileRefused extends RefitError {
  /** The clause after `cannot be read:`, for messages that name the file themselves. */
  readonly reason: string;

  /** @param subject as a sentence starts. @param cause the error of the system, or why Refit refuses the file. */
  constructor(subject: string, path: string, cause: Refusal | NodeJS.ErrnoException) {
    const isSystem = cause instanceof Error;
    const reason = isSystem ? describeSystemError(cause) : cause.reason;
    const fix = isSystem ? fixFor(cause, path) : cause.fix;
    const verb = isSystem || !cause.isFolder ? 'cannot be read' : 'is not used';
    super(isSystem ? 'usage' : 'file-refused', `${subject} ${path} ${verb}: ${reason}`, fix, { cause });
    this.reason = reason;
  }
}

/** Why Refit refuses a file or a folder that it could read. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
  /** The folder is refused, and so is all that is in it. */
  readonly isFolder?: boolean;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENXIO: 'it is a socket, or a pipe that nobody reads',
  ELOOP: 'it is a symbolic link, or a chain of links without an end',
};

/** The text of a system error. */
export function describeSystemError(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message ?? String(error);
}

function fixFor({ code }: NodeJS.ErrnoException, path: string): string {
  if (code === 'ENOENT')
    return `check the spelling: ls ${path.includes('/') ? shellQuote(path.slice(0, path.lastIndexOf('/') + 1)) : '.'}`;
  if (code === 'EISDIR') return 'use a file in that folder';
  return `ls -l ${shellQuote(path)}`;
}

/** True if the error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof FileRefused ? error.cause : error;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
