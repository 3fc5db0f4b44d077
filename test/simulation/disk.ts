/** The disk, which outlives the processes. A crash keeps only a part of the unsynced data. */

import { type ChainEnd, EMPTY_CHAIN } from '../../src/journal/chain.ts';
import type { Random } from '../../src/simulator/world/random.ts';
import { createSlots, encodeKnownRun, parseKnownRun } from '../../src/store/folder/known-runs.ts';
import type { JournalStore } from '../../src/store/journal-writer.ts';
import type { KnownRun, RunRegister } from '../../src/store/ports.ts';
import type { Machine } from './machine.ts';
import type { ProcessScript } from './scenario.ts';
import type { Watcher } from './watcher.ts';

/** The run directory that the state knows. */
export const DIRECTORY = '/runs/simulated';

export interface Disk {
  /** The durable content of the journal, which survives a crash. */
  readonly text: string;
  /** The run as the durable state folder knows it; null if it has none, or its file is damaged. */
  readonly known: KnownRun | null;
  /** Opens journal and register for one process, after removal of a torn last line. */
  openFor(
    machine: Machine,
    script: ProcessScript,
  ): { readonly store: JournalStore; readonly register: RunRegister };
  /** Simulates the death of the process: only this share of the unsynced data stays. */
  crash(kept: number): void;
  /** Simulates the normal end of the process: all data reaches the disk. */
  flush(): void;
  /** Removes the state folder. */
  loseState(): void;
  /** Replaces the run directory with an old copy that has only the first entries. */
  loseEntries(kept: number): void;
}

/** Deliberate faults of the disk. */
export interface DiskSabotage {
  /** No journal entry is durable before the process ends. */
  readonly isLazy: boolean;
  /** Every mark goes into the same slot. */
  readonly hasOneSlot: boolean;
}

/** Creates an empty disk. */
export function createDisk(chance: Random, watcher: Watcher, { isLazy, hasOneSlot }: DiskSabotage): Disk {
  let durable = '';
  let cached = '';
  let state: string | null = null;
  /** The file of the run that a process is about to put in the place of the old one. */
  let draft: ChainEnd | null = null;
  let slot: ReturnType<ReturnType<typeof createSlots>> | null = null;
  /** Writes this share of the slot that is not synced. A part of it ends within the mark. */
  const writeSlot = (share: number): void => {
    if (slot === null || state === null) return;
    const { text, position } = slot;
    slot = null;
    const part = share >= 1 ? text : text.slice(0, Math.floor(share * text.trimEnd().length));
    if (part !== '' && part !== text)
      watcher.recordEvent('torn mark', `${part.length} of ${text.length} bytes`);
    state = state.slice(0, position) + part + state.slice(position + part.length);
  };
  const replaceState = (): void => {
    if (draft === null) return;
    state = encodeKnownRun({ directory: DIRECTORY, at: '', mark: draft, isComplete: false });
    watcher.registered(draft.seq);
    draft = null;
  };
  return {
    get text() {
      return durable;
    },
    get known() {
      return state === null ? null : parseKnownRun(state);
    },
    openFor(machine, script) {
      durable = durable.slice(0, durable.lastIndexOf('\n') + 1);
      let writes = 0;
      /** Waits for an fsync. @param fail keeps a part of the data. @throws if this write of the script fails */
      const sync = async (fail: () => void): Promise<void> => {
        writes += 1;
        const write = writes;
        const slow = chance.next() < 0.005;
        if (slow) watcher.recordEvent('slow disk', '3 s');
        await machine.clock.sleep(slow ? 3_000 : script.disk.median * (0.5 + chance.next()));
        if (script.disk.fails?.write !== write) return;
        const { how } = script.disk.fails;
        watcher.recordEvent(how === 'full' ? 'disk full' : 'disk broken', `at write ${write}`);
        fail();
        throw new Error(how === 'full' ? 'no space left on device' : 'input/output error');
      };
      const store: JournalStore = {
        async append(text) {
          // A dead process writes nothing.
          if (!machine.alive) return new Promise<never>(() => {});
          cached += text;
          machine.moment('write');
          await sync(() => {
            durable += cached.slice(0, Math.floor(chance.next() * cached.length));
            cached = '';
          });
          if (!isLazy) {
            durable += cached;
            cached = '';
          }
          watcher.durable(text);
          await machine.gate('durable');
        },
      };
      const register: RunRegister = {
        async register(mark = EMPTY_CHAIN) {
          if (!machine.alive) return new Promise<never>(() => {});
          draft = mark;
          machine.moment('register');
          await sync(() => {
            draft = null;
          });
          replaceState();
          await machine.gate('registered');
        },
        async open() {
          const slotFor = createSlots(state ?? '');
          const onlySlot = createSlots(state ?? '')(EMPTY_CHAIN).position;
          return {
            async write(end) {
              if (!machine.alive) return new Promise<never>(() => {});
              slot = slotFor(end);
              if (hasOneSlot) slot = { ...slot, position: onlySlot };
              machine.moment('mark');
              await sync(() => writeSlot(chance.next()));
              writeSlot(1);
              watcher.marked(end.seq);
              await machine.gate('marked');
            },
            close: async () => {},
          };
        },
      };
      return { store, register };
    },
    crash(kept) {
      const rest = cached.slice(0, Math.floor(kept * cached.length));
      if (rest !== '' && !rest.endsWith('\n'))
        watcher.recordEvent('torn write', `${rest.length} of ${cached.length} bytes`);
      durable += rest;
      cached = '';
      writeSlot(kept);
      // A rename happens or does not.
      if (kept >= 1) replaceState();
      draft = null;
    },
    flush() {
      durable += cached;
      cached = '';
      writeSlot(1);
    },
    loseState() {
      state = null;
    },
    loseEntries(kept) {
      durable = durable
        .split(/(?<=\n)/)
        .slice(0, kept)
        .join('');
    },
  };
}
