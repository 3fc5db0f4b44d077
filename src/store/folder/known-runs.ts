/**
 * The runs that this user's state knows: for each saved plan its run directory, and a mark of how far its journal has come.
 * The state folder belongs to the user, and a run directory can be copied, cut or made by somebody else. So Refit trusts a
 * journal only if the state knows its directory and the journal has the marked entry. When a process ends, it marks the last
 * entry and says that the journal is complete: until the next process opens the mark, no entry may follow.
 *
 * One file for each plan, `carried-out/<digest>.jsonl`: a line with the directory, then two slots for the mark. Refit
 * overwrites the slots in turn, so that a torn write leaves the other one.
 *
 *     {"at":"…","directory":"/runs/20261124T173000Z-1f0c2ab9","isComplete":true}
 *     {"check":"…","hash":"…","seq":57}
 *     {"check":"…","hash":"…","seq":56}
 */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Clock, iso } from '../../clock.ts';
import { canonical, sha256 } from '../../digest.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { makeFolder, replaceOwnFile } from '../../files/write-file.ts';
import { type ChainEnd, EMPTY_CHAIN } from '../../journal/chain.ts';
import type { KnownRun, RunMark, RunTrust } from '../ports.ts';
import { writeWhole } from './journal-file.ts';

/** The journal as it was read. `hashAtMark`: the hash of the entry that the mark names; null if there is none. */
export interface JournalSeen {
  readonly entries: number;
  readonly tornBytes: number;
  readonly hashAtMark: string | null;
}

/** @param directory without links in its path. Pure. */
export function judgeTrust(known: KnownRun | null, directory: string, journal: JournalSeen): RunTrust {
  const { entries, tornBytes, hashAtMark } = journal;
  const hasJournal = entries > 0 || tornBytes > 0;
  if (known === null || (known.directory !== directory && known.mark.seq === 0))
    return { kind: hasJournal ? 'unknown' : 'new' };
  if (known.directory !== directory) return { kind: 'elsewhere', run: known, hasJournal };
  const { seq: seen, hash } = known.mark;
  if (entries < seen) return { kind: 'behind', ends: entries, seen };
  if (seen > 0 && hashAtMark !== hash) return { kind: 'changed', seen };
  return known.isComplete && entries > seen ? { kind: 'extended', ends: entries, seen } : { kind: 'known' };
}

/** Bytes of a slot with its line feed: a sector of a disk, so that writing one slot does not touch the other. */
const SLOT = 512;

function pathOf(stateDirectory: string, digest: string): string {
  return join(stateDirectory, 'carried-out', `${digest}.jsonl`);
}

/** A path without links, as far as it exists. */
export async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** The run of a plan; null if the state has none, or its file is damaged. */
export async function findKnownRun(stateDirectory: string, digest: string): Promise<KnownRun | null> {
  const path = pathOf(stateDirectory, digest);
  await mustBeOwnFolder(dirname(path), 'the state folder');
  const text = await readTextIfPresent(path, { subject: 'state', isTrusted: true });
  return text === null ? null : parseKnownRun(text);
}

/** Every run that the state knows, in no order. `run`: null if its file is damaged. */
export async function listKnownRuns(
  stateDirectory: string,
): Promise<readonly { readonly digest: string; readonly run: KnownRun | null }[]> {
  const folder = dirname(pathOf(stateDirectory, ''));
  await mustBeOwnFolder(folder, 'the state folder');
  const names = await readdir(folder).catch((): string[] => []);
  const digests = names.flatMap((name) => /^([0-9a-f]{64})\.jsonl$/.exec(name)?.[1] ?? []);
  const known = [];
  for (const digest of digests)
    known.push({ digest, run: await findKnownRun(stateDirectory, digest).catch(() => null) });
  return known;
}

/** Parses the file of a run; null if it is damaged. */
export function parseKnownRun(text: string): KnownRun | null {
  const [head = '', ...slots] = text.split('\n');
  const marks = slots.flatMap((slot) => parseSlot(slot) ?? []).sort((a, b) => b.seq - a.seq);
  const [mark] = marks;
  try {
    const { directory, at, isComplete = false } = JSON.parse(head) as Partial<KnownRun>;
    if (typeof directory !== 'string' || mark === undefined) return null;
    return { directory, at: String(at), mark, isComplete };
  } catch {
    return null;
  }
}

function encodeSlot(mark: ChainEnd): string {
  const { seq, hash } = mark;
  return `${canonical({ seq, hash, check: checkOf(mark) }).padEnd(SLOT - 1)}\n`;
}

function parseSlot(line: string): ChainEnd | null {
  try {
    const { seq, hash, check } = JSON.parse(line) as { seq: number; hash: string; check: string };
    return check === checkOf({ seq, hash }) ? { seq, hash } : null;
  } catch {
    return null;
  }
}

function checkOf({ seq, hash }: ChainEnd): string {
  return sha256(`${seq} ${hash}`).slice(0, 16);
}

/** Makes the state know a run, with a mark. It replaces what the state knew of the plan. */
export async function registerRun(
  stateDirectory: string,
  {
    digest,
    directory,
    mark = EMPTY_CHAIN,
    isComplete = false,
  }: { digest: string; directory: string; mark?: ChainEnd | undefined; isComplete?: boolean },
  clock: Pick<Clock, 'now'>,
): Promise<void> {
  const path = pathOf(stateDirectory, digest);
  await makeFolder(dirname(path));
  await replaceOwnFile(
    path,
    encodeKnownRun({ directory: await realPathOf(directory), at: iso(clock.now()), mark, isComplete }),
  );
}

/** The file of a run: its head, and the mark in both slots. */
export function encodeKnownRun({ directory, at, mark, isComplete }: KnownRun): string {
  const head = canonical({ directory, at, ...(isComplete ? { isComplete } : {}) });
  // The slots start at a multiple of their size.
  const rest = (Buffer.byteLength(head, 'utf8') + 1) % SLOT;
  const padding = ' '.repeat((SLOT - rest) % SLOT);
  return `${head}${padding}\n${encodeSlot(mark)}${encodeSlot(mark)}`;
}

/** Where the next marks of a run go: into the slots in turn, and first into the one that is not the newest. */
export function createSlots(text: string): (mark: ChainEnd) => { text: string; position: number } {
  const [head = '', first = '', second = ''] = text.split('\n');
  const start = Buffer.byteLength(head, 'utf8') + 1;
  let next: 0 | 1 = (parseSlot(second)?.seq ?? -1) > (parseSlot(first)?.seq ?? -1) ? 0 : 1;
  return (mark) => {
    const position = start + next * SLOT;
    next = next === 0 ? 1 : 0;
    return { text: encodeSlot(mark), position };
  };
}

/** Opens the mark of a known run, for one process. @throws if the state does not know the run. */
export async function openMark(stateDirectory: string, digest: string): Promise<RunMark> {
  const path = pathOf(stateDirectory, digest);
  const known = await findKnownRun(stateDirectory, digest);
  if (known?.isComplete) await replaceOwnFile(path, encodeKnownRun({ ...known, isComplete: false }));
  const file = await open(path, 'r+');
  const opened = await file.stat({ bigint: true });
  const slotFor = createSlots((await readTextIfPresent(path, { subject: 'state', isTrusted: true })) ?? '');
  return {
    async write(end) {
      const { text, position } = slotFor(end);
      await writeWhole(file, Buffer.from(text, 'utf8'), position);
      await file.datasync();
      const there = await stat(path, { bigint: true }).catch(() => null);
      if (there?.ino !== opened.ino || there.dev !== opened.dev)
        throw new Error(`another process removed or replaced ${path}`);
    },
    async close(end) {
      await file.close();
      const now = end && (await findKnownRun(stateDirectory, digest));
      if (now) await replaceOwnFile(path, encodeKnownRun({ ...now, mark: end, isComplete: true }));
    },
  };
}
