/**
 * Locks between processes. A lock is a file that names its holder. A process can take over the lock of a dead holder. Locks
 * protect on one host only. The journal stays the only record.
 */
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Clock, iso } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import type { RefitError } from '../../errors.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { draftBeside, makeFolder, removeOldDrafts } from '../../files/write-file.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { shellQuote } from '../../next-command.ts';
import { readProcess } from './process-state.ts';

/** The holder of a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly purpose: string;
  /** Start time as `startedAt` of `ProcessState`; null if the system does not show it. It detects a reused pid. */
  readonly startTicks: string | null;
}

/** The process that takes a lock. */
export interface LockOwner {
  readonly host: string;
  readonly purpose: string;
}

export interface Lock {
  /** The dead holder of the lock; null if the lock was free. */
  readonly tookOverFrom: Holder | null;
  /** Frees the lock, unless another process has replaced it. */
  release(): Promise<void>;
}

/**
 * Takes the lock at `path`.
 *
 * The lock of a dead holder has one successor: a file named after the digest of that lock, which only one process can
 * create. The process that created it must find it at the end of the chain from `path`. Then it holds the lock, and moves
 * the file to `path`. Lock texts are unique. A process that read a lock which has since been removed finds its own file
 * orphaned and retries.
 *
 *     one.json (dead) ← one.json.after-1a… (dead) ← one.json.after-2b… (this process, moved to one.json)
 *
 * @throws RefitError `locked` while a live process, or any process of another host, holds it.
 */
export async function takeLock(path: string, self: LockOwner, clock: Clock): Promise<Lock> {
  await makeFolder(dirname(path));
  const text = `${JSON.stringify({ ...(await holderOf(self, clock)), sequence: taken++ })}\n`;
  const release = async (): Promise<void> => {
    if ((await readText(path)) === text) await rm(path, { force: true });
  };
  for (;;) {
    const chain = await chainFrom(path);
    const last = chain.at(-1);
    if (last === undefined) {
      if (!(await create(path, text))) continue;
      await removeOldDrafts(path);
      return { tookOverFrom: null, release };
    }
    const present = parseHolder(last.text);
    if (present && (await isAlive(present, self.host))) throw lockedBy([], path, present, self.host);
    const next = successor(path, last);
    if (!(await create(next, text))) continue;
    if ((await chainFrom(path)).at(-1)?.file !== next) {
      await rm(next, { force: true });
      continue;
    }
    await rename(next, path);
    for (const { file } of chain.slice(1)) await rm(file, { force: true });
    await removeOldDrafts(path);
    return { tookOverFrom: present, release };
  }
}

/** Counts the locks of this process, so that each text is unique. */
let taken = 0;

/** Describes this process as the holder of a lock from now on. */
export async function holderOf({ host, purpose }: LockOwner, clock: Clock): Promise<Holder> {
  const { pid } = process;
  const since = iso(clock.now());
  return { pid, host, since, purpose, startTicks: (await readProcess(pid))?.startedAt ?? null };
}

/**
 * The error that names the holder of a lock.
 * @param instances those that are held; empty: the lock is that of a plan or a run. @param host the host of this process.
 */
export function lockedBy(
  instances: readonly string[],
  path: string,
  holder: Holder,
  host: string,
): RefitError {
  const { since } = holder;
  const isHere = holder.host === host;
  return refitError(
    'locked',
    message('error.locked', {
      ...{ instance: instances[0] ?? null, others: Math.max(0, instances.length - 1) },
      holder: { pid: holder.pid, host: holder.host, purpose: holder.purpose },
      ...{ since, lock: isHere ? path : shellQuote(path), here: isHere ? null : host },
    }),
  );
}

/** One lock file of a chain. */
interface Link {
  readonly file: string;
  readonly text: string;
}

/** The lock at `path` and its successors in order; empty if the lock is free. */
async function chainFrom(path: string): Promise<Link[]> {
  const chain: Link[] = [];
  for (let file = path; ; ) {
    const text = await readText(file);
    if (text === null) return chain;
    chain.push({ file, text });
    file = successor(path, { file, text });
  }
}

/** The successor's path. It depends on the file name too, because truncated lock files may have equal texts. */
function successor(path: string, { file, text }: Link): string {
  return `${path}.after-${sha256(`${basename(file)} ${text}`).slice(0, 16)}`;
}

/** Creates the complete file or none, so that no process reads an unfinished lock. @returns false if it exists. */
async function create(path: string, text: string): Promise<boolean> {
  const draft = draftBeside(path);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    (error as NodeJS.ErrnoException).path ??= path;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function readText(path: string): Promise<string | null> {
  return readTextIfPresent(path, { subject: 'state' });
}

/** Reads the holder; null if the lock is free or truncated. */
export async function readHolder(path: string): Promise<Holder | null> {
  return parseHolder((await readText(path).catch(() => null)) ?? '');
}

/** Parses a holder; null if the text is not one. */
export function parseHolder(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Holder;
    return typeof value?.pid === 'number' && typeof value.host === 'string' ? value : null;
  } catch {
    return null;
  }
}

/**
 * True if the holder still runs, as far as this host can see. A holder on another host counts as alive. A zombie counts as
 * dead, although its pid exists; in a container it may stay for ever.
 */
export async function isAlive(holder: Holder, host: string): Promise<boolean> {
  if (holder.host !== host) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: the pid may now belong to a process of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const present = await readProcess(holder.pid);
  if (present === null) return true;
  return !present.ended && (holder.startTicks === null || present.startedAt === holder.startTicks);
}
