/** The errors of files: what is wrong with which file, never what is in it. */
import { RefitError } from '../errors.ts';
import { describeSystemError, fixForReading } from './system-error.ts';

/** A file that cannot be read or that Refit refuses. */
export class FileRefused extends RefitError {
  /** The clause after `cannot be read:`, for messages that name the file themselves. */
  readonly reason: string;

  /** @param subject as a sentence starts. @param cause the error of the system, or why Refit refuses the file. */
  constructor(subject: string, path: string, cause: Refusal | NodeJS.ErrnoException) {
    const isSystem = cause instanceof Error;
    const reason = isSystem ? describeSystemError(cause) : cause.reason;
    const fix = isSystem ? fixForReading(cause, path) : cause.fix;
    const verb = isSystem || !cause.isFolder ? 'cannot be read' : 'is not used';
    const text = `${subject} ${path} ${verb}: ${reason}`;
    // English is the text itself. Other languages take the parts that they have words for.
    const params = { text, fix, subject, path, reason };
    super(isSystem ? 'usage' : 'file-refused', text, fix, {
      cause,
      about: { id: 'error.file-refused', params },
    });
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

/** True if the error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof FileRefused ? error.cause : error;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
