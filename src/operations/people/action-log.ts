/**
 * The record of what people do in the console: a file of JSON lines in the state folder of the user, chained by hashes as a
 * journal. Several consoles of one user share it, one entry at a time under a lock. A full file gets another name, and the first
 * entry of the next one holds the hash of its last entry.
 *
 *     console-actions-20261130T190502Z-41200.jsonl  … 41 200 ◄── console-actions.jsonl  1 {kind: continued, after: {seq: 41200, hash}}  2  3 …
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, iso } from '../../clock.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { makeFolder } from '../../files/write-file.ts';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../../journal/chain.ts';
import type { JournalEvent } from '../../model.ts';
import { openJournalFile, walkJournalFile } from '../../store/folder/journal-file.ts';
import { takeLock } from '../../store/folder/lock.ts';
import { MINUTE, SECOND } from '../../units.ts';

/** The name of the file in the state folder. */
export const ACTION_LOG_FILE = 'console-actions.jsonl';

/** Bytes of one file. A file of so many bytes has some 15,000 entries. */
const LARGEST_FILE = 4 * 1_024 * 1_024;

/** Milliseconds to wait for another console, and between two tries. */
const WAIT_FOR_LOCK = 5 * SECOND;
const TRY_AGAIN = 25;

/** What somebody did. Every text is as the browser or the provider sent it: escape it where it is shown. */
export interface ActionEvent {
  readonly kind: 'sign-in' | 'sign-in-refused' | 'sign-out' | 'done' | 'failed' | 'refused';
  /** Null: nobody was signed in. */
  readonly person: string | null;
  /** The address of the browser. */
  readonly from: string;
  /** The address of the API with its method, such as `POST /runs/:id/control`; or how somebody signed in. */
  readonly action: string;
  /** What was asked for, in short. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** The code of a refusal; null: there was none. */
  readonly code: string | null;
}

/** An event as the file has it. */
export type ActionEntry = (
  | ActionEvent
  | { readonly kind: 'continued'; readonly file: string; readonly after: ChainEnd }
) & { readonly seq: number; readonly at: string; readonly prev: string; readonly hash: string };

export interface ActionLog {
  readonly path: string;
  /** Resolves once the event is on disk. @throws RefitError `disk-failed`, `locked`, `journal-broken` */
  append(event: ActionEvent): Promise<void>;
  /**
   * The newest entries of the present file, the newest first. @param matches which of them; absent: all.
   * @throws RefitError `journal-broken`
   */
  read(
    most: number,
    matches?: (entry: ActionEntry) => boolean,
  ): Promise<{ readonly entries: readonly ActionEntry[]; readonly more: boolean }>;
}

export interface ActionLogOptions {
  readonly stateDirectory: string;
  readonly host: string;
  readonly clock: Clock;
  /** Bytes after which a new file begins. Default: 4 MB. */
  readonly largest?: number;
}

/** Opens the log. Writes nothing before the first entry. */
export function openActionLog({
  stateDirectory,
  host,
  clock,
  largest = LARGEST_FILE,
}: ActionLogOptions): ActionLog {
  const path = join(stateDirectory, ACTION_LOG_FILE);
  let known: { readonly end: ChainEnd; readonly wholeBytes: number } = { end: EMPTY_CHAIN, wholeBytes: 0 };
  let last: Promise<void> = Promise.resolve();

  /** Reads what other consoles have added. A shorter file is a new one. */
  const catchUp = async () => {
    const walk = await walkJournalFile(path, () => undefined, known);
    if (walk.fault === null || known.wholeBytes === 0) return sound(path, walk);
    return sound(path, await walkJournalFile(path, () => undefined));
  };
  const write = async (event: ActionEvent): Promise<void> => {
    let walk = await catchUp();
    const lines: string[] = [];
    if (walk.wholeBytes >= largest) {
      const file = `console-actions-${iso(clock.now()).replace(/[-:]|\.\d+/g, '')}-${walk.end.seq}.jsonl`;
      await rename(path, join(stateDirectory, file));
      const first = lineOf(EMPTY_CHAIN, iso(clock.now()), { kind: 'continued', file, after: walk.end });
      lines.push(first.line);
      walk = { ...walk, end: first.end, wholeBytes: 0, tornBytes: 0 };
    }
    const next = lineOf(walk.end, iso(clock.now()), event);
    lines.push(next.line);
    const text = `${lines.join('\n')}\n`;
    const file = await openJournalFile(path, walk);
    try {
      await file.append(text);
    } finally {
      await file.close();
    }
    known = { end: next.end, wholeBytes: walk.wholeBytes + Buffer.byteLength(text) };
  };
  const underLock = async (event: ActionEvent): Promise<void> => {
    await makeFolder(stateDirectory);
    const lock = await waitForLock(join(stateDirectory, 'console-actions.lock'), host, clock);
    try {
      await write(event);
    } catch (error) {
      if (error instanceof RefitError) throw error;
      const fix = 'free disk space, or correct the rights of the folder';
      throw new RefitError('disk-failed', `${path} cannot be written: ${messageOf(error)}`, fix, {
        cause: error,
      });
    } finally {
      await lock.release();
    }
  };
  return {
    path,
    append(event) {
      const written = last.then(() => underLock(event));
      last = written.catch(() => undefined);
      return written;
    },
    async read(most, matches = () => true) {
      const entries: ActionEntry[] = [];
      let count = 0;
      const walk = await walkJournalFile(path, (line) => {
        const entry = line as unknown as ActionEntry;
        if (!matches(entry)) return;
        count += 1;
        entries.push(entry);
        if (entries.length > 2 * most) entries.splice(0, entries.length - most);
      });
      sound(path, walk);
      return { entries: entries.slice(-most).reverse(), more: count > most };
    },
  };
}

/** The chain is that of journals, which knows nothing about the kinds of entries. */
function lineOf(end: ChainEnd, at: string, event: object): { readonly line: string; readonly end: ChainEnd } {
  const { entry, line } = sealLine(end, at, event as JournalEvent);
  return { line, end: { seq: entry.seq, hash: entry.hash } };
}

function sound<Walk extends { readonly fault: { readonly line: number; readonly message: string } | null }>(
  path: string,
  walk: Walk,
): Walk {
  if (walk.fault === null) return walk;
  throw new RefitError(
    'journal-broken',
    `the record of actions ${path} was changed: line ${walk.fault.line}: ${walk.fault.message}`,
    'keep the file for an investigation under another name; the next action begins a new one',
  );
}

async function waitForLock(path: string, host: string, clock: Clock) {
  const until = clock.monotonic() + WAIT_FOR_LOCK;
  for (;;) {
    try {
      return await takeLock(path, { host, purpose: 'record of actions' }, clock);
    } catch (error) {
      const isHeld = error instanceof RefitError && error.code === 'locked';
      if (!isHeld || clock.monotonic() > until) throw error;
      await clock.sleep(TRY_AGAIN);
    }
  }
}

/** A bound for refused attempts: so many in so many milliseconds are recorded. */
export const REFUSALS_RECORDED = { most: 60, per: 10 * MINUTE } as const;
