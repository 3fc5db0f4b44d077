/** Decides from owner and mode whether somebody else could have written a file or a folder. Pure. */
import { shellQuote } from '../next-command.ts';
import type { Refusal } from './file-refused.ts';
import type { User } from './this-user.ts';

/** What `stat` says about a file or a folder. */
export interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Why somebody else could change a file or a folder. */
export interface Foreign extends Refusal {
  /** True if it belongs to another user; false if only its mode lets others write. */
  readonly isForeign: boolean;
}

const ROOT = 0;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Why others could change this; null if only the user and root can. A group whose number is the user's number counts as the
 * user alone: systems make such a group for each user, and so does the `fsGroup` of a pod.
 * @param role an `ancestor` may be shared if it is sticky, such as /tmp: nobody can replace the files of others there.
 */
export function whoElseWrites(
  path: string,
  { uid, gid, mode }: Owned,
  user: User,
  role: 'itself' | 'ancestor',
): Foreign | null {
  if (uid !== user.uid && uid !== ROOT)
    return {
      reason: `${path} belongs to user ${uid}, not to you (user ${user.uid}) or root`,
      fix: `if you trust what is in it: chown ${user.uid} ${shellQuote(path)}`,
      isForeign: true,
    };
  if (role === 'ancestor' && (mode & STICKY) !== 0) return null;
  const isShared = (mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITES) !== 0 && gid !== user.uid);
  if (!isShared) return null;
  const who = (mode & OTHERS_WRITE) !== 0 ? 'every user' : `group ${gid}`;
  return {
    reason: `${who} can write to ${path} (mode ${(mode & 0o7777).toString(8).padStart(4, '0')})`,
    fix: `chmod go-w ${shellQuote(path)}`,
    isForeign: false,
  };
}

/**
 * True if the mount that holds a path is read-only, so that nobody can write there whatever the modes say.
 * @param path absolute, without links. @param mounts the text of `/proc/self/mountinfo`.
 */
export function isOnReadOnlyMount(path: string, mounts: string): boolean {
  let longest = '';
  let isReadOnly = false;
  for (const line of mounts.split('\n')) {
    const [, , , , point = '', options = ''] = line.split(' ');
    const folder = point.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const holds = folder === '/' || path === folder || path.startsWith(`${folder}/`);
    // A later mount at the same point covers the earlier one.
    if (point === '' || !holds || folder.length < longest.length) continue;
    longest = folder;
    isReadOnly = options.split(',').includes('ro');
  }
  return isReadOnly;
}
