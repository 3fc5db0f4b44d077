/** The errors of the file system: each with its reason and its own fix, for reading and for writing. Pure. */
import { shellQuote } from '../next-command.ts';

interface Cause {
  readonly reason: string;
  /** @param path the file or folder; @param folder the one that holds it. Both are quoted for a shell. */
  readonly toRead: (path: string, folder: string) => string;
  readonly toWrite: (path: string, folder: string) => string;
  /** The fix where no path is known, such as for the journal of a run. */
  readonly inGeneral: string;
}

const show = (path: string) => `ls -l ${path}`;
const FULL = 'free disk space';
const FORBIDDEN: Cause = {
  reason: 'permission denied',
  toRead: (path) => `ls -l ${path}   shows who may read it`,
  toWrite: (_, folder) => `ls -ld ${folder}   shows who may write there; use a folder of your own`,
  inGeneral: 'fix the permissions',
};

const CAUSES: Readonly<Record<string, Cause>> = {
  ENOENT: {
    reason: 'no such file or folder',
    toRead: (_, folder) => `check the spelling: ls ${folder}`,
    toWrite: (_, folder) => `make the folder: mkdir -p ${folder}`,
    inGeneral: 'restore the folder',
  },
  EISDIR: {
    reason: 'it is a folder',
    toRead: () => 'use a file in that folder',
    toWrite: () => 'use a file in that folder',
    inGeneral: 'remove the folder that is in its place',
  },
  ENOTDIR: {
    reason: 'a part of its path is not a folder',
    toRead: (_, folder) => `check the path: ls -ld ${folder}`,
    toWrite: (_, folder) => `use another folder; ls -ld ${folder}   shows what is there`,
    inGeneral: 'remove the file that is in the place of a folder',
  },
  EEXIST: {
    reason: 'something with this name exists',
    toRead: show,
    toWrite: (path) => `use another name; ls -ld ${path}   shows what is there`,
    inGeneral: 'remove what has this name',
  },
  EACCES: FORBIDDEN,
  // Also the owner of a file gets this, for example if it is immutable.
  EPERM: FORBIDDEN,
  EROFS: {
    reason: 'the file system is read-only',
    toRead: show,
    toWrite: (_, folder) => `use a folder on another file system; findmnt -T ${folder}   shows this one`,
    inGeneral: 'make the file system writable again',
  },
  ENOSPC: {
    reason: 'the disk is full',
    toRead: show,
    toWrite: (_, folder) => `${FULL}; df -h ${folder}   shows the space, and df -i the number of files`,
    inGeneral: FULL,
  },
  EDQUOT: {
    reason: 'your disk quota is used up',
    toRead: show,
    toWrite: () =>
      'remove files of yours, or use a folder on another file system; quota -s   shows the quota',
    inGeneral: 'remove files of yours, or raise your disk quota',
  },
  EMFILE: {
    reason: 'this process has too many open files',
    toRead: () => 'ulimit -n 4096',
    toWrite: () => 'ulimit -n 4096',
    inGeneral: 'ulimit -n 4096',
  },
  ENAMETOOLONG: {
    reason: 'the name is too long',
    toRead: () => 'use a shorter name',
    toWrite: () => 'use a shorter name',
    inGeneral: 'use a shorter path',
  },
  EIO: {
    reason: 'the disk has an error',
    toRead: () => 'check the disk: dmesg',
    toWrite: () => 'check the disk: dmesg; use a folder on another one',
    inGeneral: 'check the disk: dmesg',
  },
  ENXIO: {
    reason: 'it is a socket, or a pipe that nobody reads',
    toRead: show,
    toWrite: show,
    inGeneral: 'remove what is in its place',
  },
  ELOOP: {
    reason: 'it is a symbolic link, or a chain of links without an end',
    toRead: show,
    toWrite: show,
    inGeneral: 'remove the link',
  },
};

/** The cause of an error, or of the error that it wraps. */
function causeOf(error: unknown): Cause | undefined {
  const { code = '', cause } = (error ?? {}) as NodeJS.ErrnoException;
  return CAUSES[code] ?? (cause instanceof Error ? causeOf(cause) : undefined);
}

/** The text of a system error. */
export function describeSystemError(error: unknown): string {
  return causeOf(error)?.reason ?? (error as Error | null)?.message ?? String(error);
}

/** What to type if a file cannot be read. */
export function fixForReading(error: unknown, path: string): string {
  return (causeOf(error)?.toRead ?? show)(shellQuote(path), folderOf(path));
}

/** What to type if a file or a folder cannot be written or made. */
export function fixForWriting(error: unknown, path: string): string {
  const fix = causeOf(error)?.toWrite(shellQuote(path), folderOf(path));
  return fix ?? 'use a file in a folder that exists and that you can write to';
}

/** What to do if the records of a run cannot be written. The sentence continues with the command to repeat. */
export function fixInGeneral(error: unknown, otherwise: string): string {
  return causeOf(error)?.inGeneral ?? otherwise;
}

/** The folder of a path, quoted for a shell. */
function folderOf(path: string): string {
  const slash = path.replace(/\/+$/, '').lastIndexOf('/');
  return slash < 0 ? '.' : shellQuote(path.slice(0, slash) || '/');
}
