/**
 * Where a run's control socket is bound and reached. A socket's address holds about a hundred bytes whatever a path may
 * hold, so a run directory that lies deeper is gone through by a link of a short name for that moment; the socket itself
 * always lies in the run directory.
 */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RUN_FILES } from '../../store/folder/run-directory.ts';

/** Bytes of an address that every system takes: 104 on some, 108 on others, a closing zero included. */
const LONGEST = 103;

/** Hands on a path to the control socket of a run directory that is short enough, for as long as `use` takes. */
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
