/**
 * Strikes a `refit` process at an exact boundary of its journal. Tests preload it (`node --import`); it is never shipped.
 * When the process writes an entry that `REFIT_STRIKES` names, it is killed, frozen or delayed, its disk is full, or its
 * clock changes. This code uses only the file handle of the journal.
 */
import { writeSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import type { JournalEntry, JournalEvent } from '../../src/model.ts';

/**
 * How much of the entry is on disk at the strike. Earlier entries of its group always are. `before its mark`: the entry is
 * durable, and the first half of its mark is written.
 */
export type At = 'not there' | 'half there' | 'durable' | 'before its mark';

export interface Strike {
  readonly kind: JournalEvent['kind'];
  /** Members that the entry must have, such as `{ next: 'halt' }`. */
  readonly having?: Readonly<Record<string, unknown>>;
  /** Which matching entry of this process: 1, the default, is the first. */
  readonly nth?: number;
  readonly at: At;
  /**
   * `die`: SIGKILL. `freeze`: a line on stderr, then SIGSTOP. `stall`: all active threads stop for `ms`. `disk full`: the
   * write fails. `set clock`: the clock goes ahead by `ms`.
   */
  readonly effect: 'die' | 'freeze' | 'stall' | 'disk full' | 'set clock';
  readonly ms?: number;
}

/** The JSON in `REFIT_STRIKES`. */
export interface Strikes {
  readonly strikes: readonly Strike[];
  /** Milliseconds that the clock of the process is ahead of the machine. */
  readonly clock?: number;
}

const { strikes, clock = 0 } = JSON.parse(process.env.REFIT_STRIKES ?? '{"strikes":[]}') as Strikes;
const met = strikes.map(() => 0);
let ahead = clock;
const machineTime = Date.now;
Date.now = () => machineTime() + ahead;

async function act({ effect, ms = 0 }: Strike): Promise<void> {
  switch (effect) {
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    case 'freeze':
      writeSync(2, 'frozen by the test\n');
      process.kill(process.pid, 'SIGSTOP');
      return;
    case 'stall':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      return;
    case 'disk full':
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    case 'set clock':
      ahead += ms;
      return;
  }
}

/** The strikes for an entry. Each happens once in a process. */
function dueAt(entry: JournalEntry): Strike[] {
  return strikes.filter(({ kind, having = {}, nth = 1 }, index) => {
    if (entry.kind !== kind) return false;
    const members: Readonly<Record<string, unknown>> = { ...entry };
    if (Object.entries(having).some(([name, value]) => members[name] !== value)) return false;
    met[index]! += 1;
    return met[index] === nth;
  });
}

type Write = (bytes: Uint8Array, offset: number, length: number, position: number) => Promise<unknown>;

/** Strikes for an entry that is durable, until its mark is written. */
const beforeMark: Strike[] = [];
/** Bytes of a torn mark: less than its JSON. */
const TORN_MARK = 60;

/** Wraps the file to watch its writes. The journal appends whole lines and calls `datasync` after each append. */
function watched(file: FileHandle): FileHandle {
  const write = file.write.bind(file) as Write;
  const datasync = file.datasync.bind(file);
  let afterSync: Strike[] = [];
  const struckWrite: Write = async (bytes, offset, length, position) => {
    for (let from = offset; from < offset + length; ) {
      const end = bytes.indexOf(0x0a, from) + 1;
      const entry = JSON.parse(Buffer.from(bytes.subarray(from, end)).toString('utf8')) as JournalEntry;
      for (const strike of dueAt(entry)) {
        if (strike.at === 'not there' || strike.at === 'half there') {
          const part = strike.at === 'not there' ? 0 : (end - from) >> 1;
          await write(bytes, offset, from - offset + part, position);
          await act(strike);
        } else (strike.at === 'durable' ? afterSync : beforeMark).push(strike);
      }
      from = end;
    }
    return write(bytes, offset, length, position);
  };
  return Object.assign(file, {
    write: struckWrite,
    async datasync() {
      await datasync();
      const due = afterSync;
      afterSync = [];
      for (const strike of due) await act(strike);
    },
  });
}

/** Wraps the file of the mark. A strike before the mark leaves the first part of a slot. */
function markedBy(file: FileHandle): FileHandle {
  const write = file.write.bind(file) as Write;
  const struckWrite: Write = async (bytes, offset, length, position) => {
    for (const strike of beforeMark.splice(0)) {
      await write(bytes, offset, TORN_MARK, position);
      await act(strike);
    }
    return write(bytes, offset, length, position);
  };
  return Object.assign(file, { write: struckWrite });
}

const { open } = fs;
fs.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const name = basename(String(path));
  if (name === 'journal.jsonl') return watched(file);
  return basename(dirname(String(path))) === 'carried-out' && rest[0] === 'r+' ? markedBy(file) : file;
};
syncBuiltinESMExports();
