/** The disk, which outlives the processes. A crash keeps only a part of the unsynced data. */

import type { Random } from '../../src/simulator/world/random.ts';
import type { JournalStore } from '../../src/store/journal-writer.ts';
import type { Machine } from './machine.ts';
import type { ProcessScript } from './scenario.ts';
import type { Watcher } from './watcher.ts';

export interface Disk {
  /** The durable content, which survives a crash. */
  readonly text: string;
  /** Creates the store of one process, after removal of a torn last line. */
  storeFor(machine: Machine, script: ProcessScript): JournalStore;
  /** Simulates the death of the process: only this share of the unsynced data stays. */
  crash(kept: number): void;
  /** Simulates the normal end of the process: all data reaches the disk. */
  flush(): void;
}

/** Creates the disk. @param lazy sabotage: no data is durable before the process ends */
export function createDisk(chance: Random, watcher: Watcher, lazy: boolean): Disk {
  let durable = '';
  let cached = '';
  return {
    get text() {
      return durable;
    },
    storeFor(machine, script) {
      durable = durable.slice(0, durable.lastIndexOf('\n') + 1);
      let writes = 0;
      return {
        async append(text) {
          // A dead process writes nothing.
          if (!machine.alive) return new Promise<never>(() => {});
          writes += 1;
          cached += text;
          machine.moment('write');
          const slow = chance.next() < 0.005;
          if (slow) watcher.recordEvent('slow disk', '3 s');
          await machine.clock.sleep(slow ? 3_000 : script.disk.median * (0.5 + chance.next()));
          if (script.disk.fails?.write === writes) {
            const { how } = script.disk.fails;
            watcher.recordEvent(how === 'full' ? 'disk full' : 'disk broken', `at write ${writes}`);
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
    crash(kept) {
      const rest = cached.slice(0, Math.floor(kept * cached.length));
      if (rest !== '' && !rest.endsWith('\n'))
        watcher.recordEvent('torn write', `${rest.length} of ${cached.length} bytes`);
      durable += rest;
      cached = '';
    },
    flush() {
      durable += cached;
      cached = '';
    },
  };
}
