/** Checks that nobody else can replace a folder, or what is in it, because Refit executes or believes its content. */
import { lstat, readlink } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { FileRefused, type Refusal } from './file-refused.ts';
import { isOnReadOnlyMount, whoElseWrites } from './judge-trust.ts';
import { readMounts, thisUser, type User } from './this-user.ts';

/** Links on a path before Refit takes it for a circle. */
const MOST_LINKS = 40;

/** The parts of the machine that a check reads, so that tests can give others. */
export interface FolderPorts {
  readonly user: User | null;
  /** The text of `/proc/self/mountinfo`; empty on systems without it. */
  readonly mounts: () => Promise<string>;
}

const MACHINE: FolderPorts = {
  get user() {
    return thisUser();
  },
  mounts: readMounts,
};

/**
 * Refuses a folder if another user can write to it, or can replace it by another one. Links on the way are followed, and
 * the folders that hold them are checked like all others. A folder that does not exist yet is judged by its ancestors.
 * @param subject as a sentence starts, such as `the run directory`.
 * @throws FileRefused with the first folder that somebody else can change.
 */
export async function mustBeOwnFolder(
  path: string,
  subject: string,
  { user, mounts }: FolderPorts = MACHINE,
): Promise<void> {
  if (user === null) return;
  const refuse = (refusal: Refusal) => new FileRefused(subject, path, { ...refusal, isFolder: true });
  let folder: string = sep;
  let links = 0;
  const rest = resolve(path).split(sep).slice(1);
  while (rest.length > 0) {
    const name = rest.shift()!;
    if (name === '' || name === '.') continue;
    const here = join(folder, name);
    const there = await lstat(here).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw new FileRefused(subject, path, error);
    });
    if (there === null) return;
    if (there.isSymbolicLink()) {
      links += 1;
      if (links > MOST_LINKS) throw refuse({ reason: 'its links have no end', fix: `ls -l ${here}` });
      const target = await readlink(here);
      const others = whoElseWrites(here, { ...there, mode: 0o755 }, user, 'ancestor');
      if (others) throw refuse(others);
      if (isAbsolute(target)) folder = sep;
      rest.unshift(...target.split(sep));
      continue;
    }
    const isLast = rest.every((one) => one === '' || one === '.');
    if (!there.isDirectory())
      throw refuse({ reason: `${here} is not a folder`, fix: 'give a folder of your own' });
    const others = whoElseWrites(here, there, user, isLast ? 'itself' : 'ancestor');
    if (others && (others.isForeign || !isOnReadOnlyMount(here, await mounts()))) throw refuse(others);
    folder = here;
  }
}
