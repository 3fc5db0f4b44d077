/**
 * A disk in memory for one journal. A crash may leave nothing, half a line, or all of an unfinished write. The disk can be
 * slow and full.
 */
import type { Clock } from '../../src/clock.ts';
import type { JournalStore } from '../../src/store/journal-writer.ts';

/** The part of an unfinished write that a crash leaves. */
export type Left = 'nothing' | 'half a line' | 'everything';

export interface MemoryDisk {
  /** The text that would survive a power cut. */
  readonly text: string;
  /** How many appends have become durable. */
  readonly appends: number;
  /** Called when an append starts, with its number from 1 and its text. */
  onAppend: (append: number, text: string) => void;
  /** Called once an append is durable, before its caller resumes. */
  onDurable: (append: number, text: string) => void;
  /** Milliseconds an append takes. */
  slowness: number;
  /** From this append on the disk is full. */
  fullFrom: number;
  /** Opens the disk for one process. `clock` belongs to that process and stops with it. */
  openFor(clock: Clock): JournalStore;
  /** The process dies. An unfinished write is lost, except for the part that the crash leaves. */
  crash(left: Left): void;
  /** Only the first lines are left, as in an old copy. */
  keepLines(count: number): void;
}

export function memoryDisk(): MemoryDisk {
  let durable = '';
  let beingWritten = '';
  let appends = 0;
  const disk: MemoryDisk = {
    get text() {
      return durable;
    },
    get appends() {
      return appends;
    },
    onAppend: () => {},
    onDurable: () => {},
    slowness: 2,
    fullFrom: Number.POSITIVE_INFINITY,
    openFor: (clock) => {
      // As in a real file, a torn last line is cut off first.
      durable = durable.slice(0, durable.lastIndexOf('\n') + 1);
      return {
        async append(text) {
          beingWritten = text;
          disk.onAppend(appends + 1, text);
          await clock.sleep(disk.slowness);
          if (appends + 1 >= disk.fullFrom) {
            beingWritten = '';
            throw new Error('no space left on device');
          }
          durable += text;
          beingWritten = '';
          appends += 1;
          disk.onDurable(appends, text);
          // The caller resumes in a later turn, so that a crash in `onDurable` comes first.
          await clock.sleep(0);
        },
      };
    },
    crash(left) {
      if (left === 'everything') durable += beingWritten;
      if (left === 'half a line') durable += beingWritten.slice(0, beingWritten.length >> 1);
      beingWritten = '';
    },
    keepLines(count) {
      durable = durable
        .split('\n')
        .slice(0, count)
        .map((line) => `${line}\n`)
        .join('');
    },
  };
  return disk;
}
