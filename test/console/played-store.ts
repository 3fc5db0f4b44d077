/** A store whose runs are played from journals, and a schedule that is played from a log. Nothing is on disk. */
import { createReplay } from '../../src/journal/replay.ts';
import type { JournalEntry, SavedPlan } from '../../src/model.ts';
import type { FileReading } from '../../src/schedule/plan-file.ts';
import type { ScheduleAccess } from '../../src/schedule/schedule-access.ts';
import { EMPTY_STATE, foldEntries, type ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import type {
  EachEntry,
  FoundRun,
  KeptText,
  RunHolder,
  RunReader,
  RunsOfStore,
  StoreState,
} from '../../src/store/ports.ts';

export interface PlayedRun {
  readonly id: string;
  readonly saved: SavedPlan;
  entries: readonly JournalEntry[];
  readonly holder?: RunHolder | null;
  readonly stored?: StoreState | null;
  readonly approvals?: readonly KeptText[];
  readonly declines?: readonly KeptText[];
}

/** A live process. */
export const HOLDER: RunHolder = {
  pid: 7,
  host: 'ops-1',
  since: '2026-01-05T02:00:00.000Z',
  purpose: 'apply',
};

/** @returns the store, and how often a whole journal was read. */
export function playedStore(played: readonly PlayedRun[]): { runs: RunsOfStore; reads: () => number } {
  let reads = 0;
  const readerOf = (one: PlayedRun): RunReader => {
    const snapshot = (entries: readonly JournalEntry[]) => {
      const replay = createReplay(one.saved);
      entries.forEach(replay.add);
      return {
        ...{ kind: 'folder', name: one.id, saved: one.saved, trust: null, first: entries[0] ?? null },
        ...{ journal: { end: { seq: entries.length, hash: entries.at(-1)?.hash ?? '' } } },
        state: replay.state(),
      };
    };
    return {
      ...{ kind: 'folder', name: one.id, id: one.id },
      exists: async () => true,
      async read(each: EachEntry = () => undefined) {
        reads += 1;
        for (const entry of one.entries) each(entry, one.saved);
        return snapshot(one.entries);
      },
      readPlan: async () => one.saved,
      planText: async () => JSON.stringify(one.saved),
      async *journalPieces() {
        yield one.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      },
      follow() {
        let seen = 0;
        return {
          async read(each: (entry: JournalEntry) => void) {
            one.entries.slice(seen).forEach(each);
            seen = one.entries.length;
            return snapshot(one.entries);
          },
        };
      },
      kept: async (kind: string) =>
        (kind === 'approvals' ? one.approvals : kind === 'declines' ? one.declines : null) ?? [],
      holder: async () => one.holder ?? null,
      storeState: async () => one.stored ?? null,
    } as unknown as RunReader;
  };
  const list = (): FoundRun[] =>
    played.map((one) => ({
      ...{ name: one.id, run: readerOf(one), isKnown: true, since: 0, stamp: String(one.entries.length) },
    }));
  const runs: RunsOfStore = {
    kind: 'folder',
    find: async (typed) => readerOf(played.find(({ id }) => id === typed)!),
    list: async (most) => ({ runs: list().slice(0, most), more: Math.max(0, played.length - most) }),
    signaturesOf: () => null,
    close: async () => undefined,
  };
  return { runs, reads: () => reads };
}

/** A schedule with files and a log. @param now milliseconds since 1970 UTC. */
export function playedSchedule(options: {
  readonly files: readonly FileReading[];
  readonly entries?: readonly ScheduleEntry[];
  readonly disabled?: readonly string[];
  readonly now: number;
  readonly hasScheduler?: boolean;
}): ScheduleAccess & { readonly asked: string[] } {
  const { files, entries = [], disabled = [], now, hasScheduler = true } = options;
  const asked: string[] = [];
  return {
    ...{ kind: 'folder', place: '/plans', asked, textOf: async () => null },
    read: async () => ({
      view: {
        ...{ files, requests: [] },
        switches: new Map(disabled.map((name) => [name, { enabled: false, at: 0 }])),
      },
      state: foldEntries(EMPTY_STATE, entries),
      ...{ entries, now, hasScheduler },
      placeOf: (_plan, due) => `${due.replace(/[-:]/g, '').replace('.000', '')}`,
    }),
    async switch(plan, enabled, user) {
      asked.push(`${user}: ${enabled ? 'enable' : 'disable'} ${plan}`);
      return true;
    },
    async runNow(plan, user) {
      asked.push(`${user}: run ${plan}`);
      return {
        ...{ at: '2026-01-05T02:00:00.000Z', kind: 'attempt-started', plan, due: '2026-01-05T02:00:00.000Z' },
        ...{ reason: 'requested', does: 'run', digest: null, entries: 0 },
      };
    },
  };
}
