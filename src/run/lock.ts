/**
 * Locks between processes, and the register of plans carried out. A lock names its holder; a dead holder's lock is
 * taken over. Both protect between run directories on one host; truth is in the journals alone.
 */
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { replaceFile } from './run-directory.ts';

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly purpose: string;
  /** When the process began, in the kernel's ticks, where the system tells: a pid alone may be another's by now. */
  readonly began: string | null;
}

export interface Lock {
  /** The holder whose abandoned lock was taken over; null where it was free. */
  readonly tookOverFrom: Holder | null;
  release(): Promise<void>;
}

/** A takeover lasts milliseconds; one older than this was itself abandoned. */
const TAKEOVER_MS = 10_000;

/**
 * Takes the lock at `path`.
 * @throws RefitError `locked` while a live process, or any process of another host, holds it.
 */
export async function takeLock(
  path: string,
  self: { host: string; purpose: string },
  clock: Clock,
): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const holder: Holder = {
    ...self,
    pid: process.pid,
    since: iso(clock.now()),
    began: await beganAt(process.pid),
  };
  const release = () => rm(path, { force: true });
  if (await create(path, holder)) return { tookOverFrom: null, release };

  const takeover = `${path}.takeover`;
  if (!(await create(takeover, holder))) {
    const age = await stat(takeover).then(
      ({ mtimeMs }) => clock.now() - mtimeMs,
      () => 0,
    );
    if (age > TAKEOVER_MS) await rm(takeover, { force: true });
    if (!(await create(takeover, holder))) throw locked(path, null);
  }
  try {
    const present = await readHolder(path);
    if (present && (await isAlive(present, self.host))) throw locked(path, present);
    // Moved aside and looked at once more, not removed: what lies there now may be the lock of one who was quicker.
    const aside = `${path}.${process.pid}.aside`;
    const moved = await rename(path, aside).then(
      () => readHolder(aside),
      () => null,
    );
    if (moved && (await isAlive(moved, self.host))) {
      await link(aside, path).catch(() => undefined);
      await rm(aside, { force: true });
      throw locked(path, moved);
    }
    await rm(aside, { force: true });
    if (!(await create(path, holder))) throw locked(path, await readHolder(path));
    return { tookOverFrom: present, release };
  } finally {
    await rm(takeover, { force: true });
  }
}

function locked(path: string, holder: Holder | null): RefitError {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} since ${holder.since} (${holder.purpose})`
    : 'another process, just now';
  return new RefitError(
    'locked',
    `held by ${who}`,
    holder && holder.pid > 0
      ? `wait for it, or stop it with: kill ${holder.pid}   (the lock is ${path})`
      : `try again in a moment   (the lock is ${path})`,
  );
}

let drafts = 0;

/** Makes the file with its holder in it, or not at all: nobody ever reads a lock that is still being written. */
async function create(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${process.pid}.${drafts++}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(holder)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The holder on file; null where the lock is free or was cut off while being written. */
export async function readHolder(path: string): Promise<Holder | null> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as Holder;
    return typeof value?.pid === 'number' ? value : null;
  } catch {
    return null;
  }
}

/** Whether the holder still runs, as far as this host can tell: a holder elsewhere counts as alive. */
export async function isAlive(holder: Holder, host: string): Promise<boolean> {
  if (holder.host !== host) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const began = await beganAt(holder.pid);
  return holder.began === null || began === null || began === holder.began;
}

async function beganAt(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses and may hold anything; the start time is the 22nd.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

interface Registered {
  readonly runDirectory: string;
  readonly at: string;
}

async function registered(stateDirectory: string, digest: string): Promise<Registered | null> {
  return readFile(join(stateDirectory, 'carried-out', `${digest}.json`), 'utf8').then(
    (text) => JSON.parse(text) as Registered,
    () => null,
  );
}

/** True where the register names this very directory for the plan: its run had begun. */
export async function isRegistered(
  stateDirectory: string,
  digest: string,
  runDirectory: string,
): Promise<boolean> {
  return (await registered(stateDirectory, digest))?.runDirectory === resolve(runDirectory);
}

/**
 * Enters a plan into the register of plans carried out; with `check`, only looks whether it may be.
 * @throws RefitError `already-carried-out` where the register names another run directory for it.
 */
export async function register(
  stateDirectory: string,
  digest: string,
  runDirectory: string,
  clock: Clock,
  { check }: { readonly check: boolean },
): Promise<void> {
  const path = join(stateDirectory, 'carried-out', `${digest}.json`);
  const here = resolve(runDirectory);
  const present = await registered(stateDirectory, digest);
  if (present?.runDirectory === here) return;
  if (present) {
    throw new RefitError(
      'already-carried-out',
      `this saved plan (${digest.slice(0, 8)}) was taken up in ${present.runDirectory} at ${present.at}`,
      `refit report ${present.runDirectory} shows what came of it; to go on there: refit apply SAVED --run-dir ${present.runDirectory}; for a further change make a new plan: refit plan PLAN -o SAVED`,
    );
  }
  if (check) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, `${JSON.stringify({ runDirectory: here, at: iso(clock.now()) })}\n`);
}
