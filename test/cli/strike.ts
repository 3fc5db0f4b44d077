/**
 * Preloaded into a `refit` process by a test (`node --import`), never shipped: strikes the process at an exact boundary
 * of its journal. What `REFIT_STRIKES` says is done when an entry of that kind is being written: the process is killed,
 * frozen, held up, finds the disk full or its clock set. It sees no more of the program than the journal's file handle.
 */
import { writeSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import type { JournalEntry, JournalEvent } from '../../src/model.ts';

/** Where an entry stands when it strikes: what of it is on the disk. What stood before it in its group always is. */
export type At = 'not there' | 'half there' | 'durable';

export interface Strike {
  readonly kind: JournalEvent['kind'];
  /** Members that the entry must have, as in `{ next: 'halt' }`. */
  readonly having?: Readonly<Record<string, unknown>>;
  /** Which one of them, of those that this process writes: 1, the default, is the first. */
  readonly nth?: number;
  readonly at: At;
  /**
   * `die` by SIGKILL; `freeze` by SIGSTOP, after a line on stderr that says so; `stall`: every thread of it that could
   * act is held up for `ms`; `disk full`: the write fails; `set clock` ahead by `ms`.
   */
  readonly effect: 'die' | 'freeze' | 'stall' | 'disk full' | 'set clock';
  readonly ms?: number;
}

/** What `REFIT_STRIKES` holds, as JSON. */
export interface Strikes {
  readonly strikes: readonly Strike[];
  /** Milliseconds by which the process's clock is ahead of the machine's. */
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

/** The strikes that an entry brings about, each once in the life of the process. */
function dueAt(entry: JournalEntry): Strike[] {
  return strikes.filter(({ kind, having = {}, nth = 1 }, index) => {
    if (entry.kind !== kind) return false;
    const members: Readonly<Record<string, unknown>> = { ...entry };
    if (Object.entries(having).some(([name, value]) => members[name] !== value)) return false;
    met[index]! += 1;
    return met[index] === nth;
  });
}

/** The file with its writes watched. The journal appends whole lines, and makes each append durable by `datasync`. */
function watched(file: FileHandle): FileHandle {
  const write = file.write.bind(file) as (
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<unknown>;
  const datasync = file.datasync.bind(file);
  let afterSync: Strike[] = [];
  const struckWrite: typeof write = async (bytes, offset, length, position) => {
    for (let from = offset; from < offset + length; ) {
      const end = bytes.indexOf(0x0a, from) + 1;
      const entry = JSON.parse(Buffer.from(bytes.subarray(from, end)).toString('utf8')) as JournalEntry;
      for (const strike of dueAt(entry)) {
        if (strike.at === 'not there' || strike.at === 'half there') {
          const part = strike.at === 'not there' ? 0 : (end - from) >> 1;
          await write(bytes, offset, from - offset + part, position);
          await act(strike);
        } else afterSync.push(strike);
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

const { open } = fs;
fs.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  return basename(String(path)) === 'journal.jsonl' ? watched(file) : file;
};
syncBuiltinESMExports();
