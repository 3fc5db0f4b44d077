/** What watchers of a run get, in virtual time. The run is played: its journal grows, is replaced, or cannot be read. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import type { EventStream } from '../../src/console/server/event-stream.ts';
import { createRunFeeds, MOST_WATCHERS } from '../../src/console/server/run-feed.ts';
import { RefitError } from '../../src/errors.ts';
import { createReplay } from '../../src/journal/replay.ts';
import type { JournalEntry } from '../../src/model.ts';
import type { RunReader } from '../../src/store/ports.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';

const SAVED = savedPlan(fleet(3));
const [FIRST, SECOND] = SAVED.steps.map(({ id }) => id) as [string, string];
const written = () => new JournalWriter(SAVED).start().wave('wave-started', 0).ask(FIRST).accept(FIRST);

function stage() {
  const clock = new VirtualClock();
  const feeds = createRunFeeds(clock);
  let entries: readonly JournalEntry[] = written().entries;
  let [isVoid, fault] = [false, null as RefitError | null];
  const run = {
    ...{ kind: 'folder', name: 'r1', id: 'r1' },
    holder: async () => null,
    storeState: async () => null,
    follow() {
      let seen = 0;
      return {
        async read(each: (entry: JournalEntry) => void, onRestart: () => void) {
          if (isVoid) {
            isVoid = false;
            seen = 0;
            onRestart();
          }
          if (fault !== null) throw fault;
          for (const entry of entries.slice(seen)) each(entry);
          seen = entries.length;
          const replay = createReplay(SAVED);
          entries.forEach(replay.add);
          return {
            saved: SAVED,
            state: replay.state(),
            trust: null,
            first: entries[0],
            name: 'r1',
            kind: 'folder',
          };
        },
      };
    },
  } as unknown as RunReader;
  const open = (destroyed = false) => {
    const events: { id: number; event: string; data: unknown }[] = [];
    let leave = (): void => undefined;
    const stream = {
      ...{ destroyed, writableLength: 0, isCut: false },
      write(text: string) {
        for (const one of text.trimEnd().split('\n\n')) {
          const [id, event, data] = one.split('\n').map((line) => line.slice(line.indexOf(':') + 2));
          events.push({ id: Number(id), event: event!, data: JSON.parse(data!) });
        }
        return true;
      },
      end: () => leave(),
      destroy() {
        stream.isCut = true;
        leave();
      },
      on(_: 'close', call: () => void) {
        leave = call;
      },
    };
    return { stream: stream satisfies EventStream, events, leave: () => leave() };
  };
  return {
    ...{ clock, feeds, run, open },
    replace(next: readonly JournalEntry[]) {
      entries = next;
    },
    restart(by: RefitError | null) {
      [isVoid, fault] = [true, by];
    },
    heal() {
      fault = null;
    },
  };
}

const steps = (events: readonly { event: string; data: unknown }[]) =>
  events.flatMap(({ event, data }) =>
    event === 'steps' ? (data as { id: string }[]).map(({ id }) => id) : [],
  );

describe('a watcher of a run', () => {
  it('gets what it missed, then each change once, and the run every second', async () => {
    const { clock, feeds, run, open, replace } = stage();
    const [late, fresh] = [open(), open()];
    await clock.run(async () => {
      const { seq } = await feeds.whole(run);
      await feeds.watch(run, 0, () => late.stream);
      await feeds.watch(run, seq, () => fresh.stream);
      replace(written().ask(SECOND).accept(SECOND).entries);
      await clock.sleep(2_500);
      late.leave();
      fresh.leave();
    });
    expect(steps(late.events)).toEqual([FIRST, SECOND]);
    expect(steps(fresh.events)).toEqual([SECOND]);
    expect(fresh.events.filter(({ event }) => event === 'run').length).toBeGreaterThanOrEqual(3);
    expect(fresh.events.at(-1)!.id).toBe(written().ask(SECOND).accept(SECOND).entries.length);
  });

  it('gets the first steps and those that failed before the rest', async () => {
    const { clock, feeds, run, replace } = stage();
    replace(written().end(FIRST, 'verified').ask(SECOND).accept(SECOND).end(SECOND, 'failed').entries);
    await clock.run(async () => {
      expect((await feeds.whole(run, 0)).steps).toEqual([]);
      expect((await feeds.whole(run, 1)).steps.map(({ at }) => at)).toEqual([0, 1]);
      expect((await feeds.whole(run)).steps).toHaveLength(SAVED.steps.length);
      feeds.close();
    });
  });

  it('gets the change of a step that ended as data, for the language of the page', async () => {
    const { clock, feeds, run, replace } = stage();
    replace(written().end(FIRST, 'verified').entries);
    const [{ instance, change, after }] = SAVED.steps as [(typeof SAVED.steps)[number]];
    await clock.run(async () => {
      const { events } = (await feeds.whole(run)).run.picture;
      expect(events.at(-1)).toMatchObject({ outcome: 'verified', step: { instance, change, after } });
      expect(events[0]).toMatchObject({ step: null });
      feeds.close();
    });
  });

  it('hears that all is void, also if the journal cannot be read at that moment, and counts nothing twice', async () => {
    const { clock, feeds, run, open, restart, heal } = stage();
    const { stream, events, leave } = open();
    await clock.run(async () => {
      await feeds.watch(run, 0, () => stream);
      restart(new RefitError('journal-broken', 'torn', 'restore it'));
      await clock.sleep(3_000);
      heal();
      await clock.sleep(3_000);
      leave();
    });
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['restart', 'fault', 'run']));
    expect((events.at(-1)!.data as { picture: { events: unknown[] } }).picture.events).toHaveLength(
      (events[0]!.data as { picture: { events: unknown[] } }).picture.events.length,
    );
  });

  it('is cut off if it does not read, and does not count if it left early', async () => {
    const { clock, feeds, run, open } = stage();
    const [slow, gone] = [open(), open(true)];
    await clock.run(async () => {
      await feeds.watch(run, 0, () => slow.stream);
      slow.stream.writableLength = 5_000_000;
      await clock.sleep(1_500);
      for (let nth = 0; nth <= MOST_WATCHERS; nth++) await feeds.watch(run, 0, () => gone.stream);
      feeds.close();
    });
    expect([slow.stream.isCut, gone.events]).toEqual([true, []]);
  });

  it('is refused when too many watch', async () => {
    const { clock, feeds, run, open } = stage();
    await clock.run(async () => {
      for (let nth = 0; nth < MOST_WATCHERS; nth++) await feeds.watch(run, 99, () => open().stream);
      await expect(feeds.watch(run, 0, () => open().stream)).rejects.toMatchObject({
        refused: { status: 429 },
      });
      feeds.close();
    });
  });
});
