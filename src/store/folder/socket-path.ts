/**
 * The path at which a run's control socket is bound and reached. A socket address holds about a hundred bytes. For a longer
 * path, Refit makes a short symbolic link to the run directory for that moment. The socket itself is always in the run
 * directory.
 */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RUN_FILES } from './run-files.ts';

/** Bytes of an address that every system accepts: 104 on some, 108 on others, with a closing zero. */
const LONGEST = 103;

/** Calls `use` with a path to the control socket that is short enough and valid until `use` ends. */
export async function atSocketPath<T>(directory: string, use: (path: string) => Promise<T>): Promise<T> {
  const own = join(resolve(directory), RUN_FILES.control);
  if (isShort(own)) return use(own);
  const folder = await mkdtemp(join(shortFolder(), 'refit-'));
  try {
    const link = join(folder, 'run');
    await symlink(resolve(directory), link);
    return await use(join(link, RUN_FILES.control));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function shortFolder(): string {
  return isShort(join(tmpdir(), 'refit-XXXXXX', 'run', RUN_FILES.control)) ? tmpdir() : '/tmp';
}

function isShort(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST;
}
