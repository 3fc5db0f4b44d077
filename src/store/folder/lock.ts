/**
 * Locks between processes. A lock is a file that names its holder; a dead holder's lock is taken over. It protects on
 * one host; truth is in the journals alone.
 */
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Clock, iso } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { RefitError } from '../../errors.ts';
import { shellQuote } from '../../next-command.ts';
import { readText } from './run-files.ts';

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly purpose: string;
  /** When the process began, in the kernel's ticks, where the system tells: a pid alone may be another's by now. */
  readonly startTicks: string | null;
}

/** Who takes a lock. */
export interface LockOwner {
  readonly host: string;
  readonly purpose: string;
}

export interface Lock {
  /** The holder whose abandoned lock was taken over; null where it was free. */
  readonly tookOverFrom: Holder | null;
  /** Frees the lock, if it still is this one. */
  release(): Promise<void>;
}

/**
 * Takes the lock at `path`.
 *
 * A dead holder's lock has one successor: a file named by the digest of that very lock, which exactly one process can
 * make. Who has made it, and finds it at the end of the chain that begins at `path`, holds the lock and moves it to
 * `path`. No lock has the same text twice, so who looked at a chain that has gone meanwhile finds that its file hangs on
 * nothing, and looks again.
 * @throws RefitError `locked` while a live process, or any process of another host, holds it.
 */
export async function takeLock(path: string, self: LockOwner, clock: Clock): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ ...(await holderOf(self, clock)), nth: taken++ })}\n`;
  const release = async (): Promise<void> => {
    if ((await readText(path)) === text) await rm(path, { force: true });
  };
  for (;;) {
    const chain = await chainFrom(path);
    const last = chain.at(-1);
    if (last === undefined) {
      if (await create(path, text)) return { tookOverFrom: null, release };
      continue;
    }
    const present = parseHolder(last.text);
    if (present && (await isAlive(present, self.host))) throw lockedBy('held', path, present, self.host);
    const next = successor(path, last);
    if (!(await create(next, text))) continue;
    if ((await chainFrom(path)).at(-1)?.file !== next) {
      await rm(next, { force: true });
      continue;
    }
    await rename(next, path);
    for (const { file } of chain.slice(1)) await rm(file, { force: true });
    return { tookOverFrom: present, release };
  }
}

/** Locks that this process has taken: no two of one holder have the same text. */
let taken = 0;

/** This process as the holder of a lock from now on. */
export async function holderOf({ host, purpose }: LockOwner, clock: Clock): Promise<Holder> {
  const { pid } = process;
  const since = iso(clock.now());
  return { pid, host, since, purpose, startTicks: (await statOf(pid))?.began ?? null };
}

/**
 * The refusal that names a holder.
 * @param what what is held, as the sentence begins.
 * @param host the host that this process runs on.
 */
export function lockedBy(what: string, path: string, holder: Holder, host: string): RefitError {
  const { pid, since, purpose } = holder;
  return new RefitError(
    'locked',
    `${what} by process ${pid} on ${holder.host} since ${since} (${purpose})`,
    holder.host === host
      ? `wait for it, or stop it with: kill ${pid}   (the lock is ${path})`
      : `wait for it, or stop it on ${holder.host}: what runs there cannot be seen from ${host}. Only where it is known to be gone: rm ${shellQuote(path)}`,
  );
}

interface Link {
  readonly file: string;
  readonly text: string;
}

/** The lock at `path` and what followed it, each the successor of the one before; empty where the lock is free. */
async function chainFrom(path: string): Promise<Link[]> {
  const chain: Link[] = [];
  for (let file = path; ; ) {
    const text = await readText(file);
    if (text === null) return chain;
    chain.push({ file, text });
    file = successor(path, { file, text });
  }
}

/** The place counts too: files that were cut off by a power cut may be alike. */
function successor(path: string, { file, text }: Link): string {
  return `${path}.after-${sha256(`${basename(file)} ${text}`).slice(0, 16)}`;
}

let drafts = 0;

/** Makes the file with its holder in it, or not at all: nobody ever reads a lock that is still being written. */
async function create(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.${drafts++}.tmp`;
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

/** The holder on file; null where the lock is free or was cut off while being written. */
export async function readHolder(path: string): Promise<Holder | null> {
  return parseHolder((await readText(path).catch(() => null)) ?? '');
}

/** A holder as it was written; null where the text is none. */
export function parseHolder(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Holder;
    return typeof value?.pid === 'number' && typeof value.host === 'string' ? value : null;
  } catch {
    return null;
  }
}

/**
 * Whether the holder still runs, as far as this host can tell: a holder elsewhere counts as alive. One that has ended
 * and that nobody has asked after is dead, although its pid is kept: in a container perhaps for ever.
 */
export async function isAlive(holder: Holder, host: string): Promise<boolean> {
  if (holder.host !== host) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // One that we may not signal may be another user's, who has the pid by now.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const present = await statOf(holder.pid);
  if (present === null) return true;
  return !present.ended && (holder.startTicks === null || present.began === holder.startTicks);
}

/** What the kernel tells of a process; null where it tells nothing. `ended`: down to its last thread. */
async function statOf(pid: number): Promise<{ readonly began: string; readonly ended: boolean } | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses and may hold anything; the state is the 3rd, the start time the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, began] = [fields[0], fields[19]];
    if (began === undefined) return null;
    const ended = state === 'Z' || state === 'X';
    return { began, ended: ended && (await readdir(`/proc/${pid}/task`)).length <= 1 };
  } catch {
    return null;
  }
}
