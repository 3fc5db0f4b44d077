/** The disk that outlives the processes: what was written and not yet made durable is lost with them, but for a part. */

import type { Random } from '../../src/simulator/world/random.ts';
import type { JournalStore } from '../../src/store/journal-writer.ts';
import type { Machine } from './machine.ts';
import type { Life } from './scenario.ts';
import type { Watcher } from './watcher.ts';

export interface Disk {
  /** What a crash would leave for certain. */
  readonly text: string;
  /** The writing end for one process, which cuts a torn last line off first. */
  openFor(machine: Machine, life: Life): JournalStore;
  /** The process died: of what is not durable this share is left. */
  crash(leaves: number): void;
  /** The process ended by itself: everything reaches the disk in time. */
  settle(): void;
}

/** @param lazy sabotage: nothing is made durable before the process ends. */
export function openDisk(chance: Random, watcher: Watcher, lazy: boolean): Disk {
  let durable = '';
  let cached = '';
  return {
    get text() {
      return durable;
    },
    openFor(machine, life) {
      durable = durable.slice(0, durable.lastIndexOf('\n') + 1);
      let writes = 0;
      return {
        async append(text) {
          // What was about to write when it died writes no more.
          if (!machine.alive) return new Promise<never>(() => {});
          writes += 1;
          cached += text;
          machine.moment('write');
          const slow = chance.next() < 0.005;
          if (slow) watcher.befell('slow disk', '3 s');
          await machine.clock.sleep(slow ? 3_000 : life.disk.median * (0.5 + chance.next()));
          if (life.disk.fails?.write === writes) {
            const { how } = life.disk.fails;
            watcher.befell(how === 'full' ? 'disk full' : 'disk broken', `at write ${writes}`);
            durable += cached.slice(0, Math.floor(chance.next() * cached.length));
            cached = '';
            throw new Error(how === 'full' ? 'no space left on device' : 'input/output error');
          }
          if (!lazy) {
            durable += cached;
            cached = '';
          }
          watcher.durable(text);
          await machine.gate('durable');
        },
      };
    },
    crash(leaves) {
      const left = cached.slice(0, Math.floor(leaves * cached.length));
      if (left !== '' && !left.endsWith('\n'))
        watcher.befell('torn write', `${left.length} of ${cached.length}`);
      durable += left;
      cached = '';
    },
    settle() {
      durable += cached;
      cached = '';
    },
  };
}
