import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { decode, EMPTY_CHAIN } from '../../src/journal/chain.ts';
import { createReplay } from '../../src/journal/replay.ts';
import type { JournalEvent } from '../../src/model.ts';
import { createJournalWriter } from '../../src/store/journal-writer.ts';
import { memoryDisk } from '../run/memory-store.ts';

const event = (n: number): JournalEvent => ({ kind: 'wave-started', wave: n, name: `wave ${n}` });

const ACCEPTED: JournalEvent = {
  ...{ kind: 'accepted', step: 'crs-a/memoryPerShard', attempt: 1, order: '1' },
  ...{ requestId: 'r', sentAt: '2026-11-30T00:00:00.000Z' },
};

function open(gathers = 0) {
  const clock = new VirtualClock();
  const disk = memoryDisk();
  const appends: string[] = [];
  disk.onAppend = (_, text) => void appends.push(text);
  disk.slowness = 10;
  const seen: number[] = [];
  const writer = createJournalWriter({
    store: { ...disk.openFor(clock), gathers },
    clock,
    end: EMPTY_CHAIN,
    replay: createReplay({ steps: [] }),
    onEntry: ({ seq }) => seen.push(seq),
  });
  return { clock, disk, appends, seen, writer };
}

describe('the journal writer', () => {
  it('writes events of one turn with one append, in order', async () => {
    const { clock, disk, appends, seen, writer } = open();
    const entries = await clock.run(() =>
      Promise.all([1, 2, 3, 4, 5].map((n) => writer.appendDurably(event(n)))),
    );
    expect(appends).toHaveLength(1);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(decode(disk.text)).toMatchObject({ fault: null, torn: null, end: { seq: 5 } });
  });

  it('collects events for the next append while the disk is busy', async () => {
    const { clock, appends, writer } = open();
    await clock.run(async () => {
      const first = writer.appendDurably(event(1));
      await clock.sleep(3);
      const others = [2, 3, 4].map((n) => writer.appendDurably(event(n)));
      await Promise.all([first, ...others]);
    });
    expect(appends.map((text) => text.trimEnd().split('\n').length)).toEqual([1, 3]);
  });

  it.each<[string, number, JournalEvent, 'awaited' | 'soon', number[][]]>([
    ['an answer waits for the next intent', 40, ACCEPTED, 'awaited', [[1, 2]]],
    ['an answer waits no longer than the store says', 20, ACCEPTED, 'awaited', [[1], [2]]],
    ['an entry that nobody awaits waits, too', 40, event(1), 'soon', [[1, 2]]],
    ['an entry that somebody awaits does not wait', 40, event(1), 'awaited', [[1], [2]]],
    ['nothing waits where writing is cheap', 0, ACCEPTED, 'awaited', [[1], [2]]],
  ])('gathers: %s', async (_, gathers, first, how, groups) => {
    const { clock, appends, writer } = open(gathers);
    await clock.run(async () => {
      const written = how === 'awaited' ? writer.appendDurably(first) : writer.appendSoon(first);
      await clock.sleep(35);
      await Promise.all([written, writer.appendDurably(event(2))]);
    });
    expect(appends.map((text) => text.match(/"seq":\d+/g)!.map((seq) => Number(seq.slice(6))))).toEqual(
      groups,
    );
  });

  it('resolves once the entry is durable, but folds it immediately', async () => {
    const { clock, disk, writer } = open();
    await clock.run(async () => {
      const recorded = writer.appendDurably(event(7));
      expect(writer.replay.state().wavesStarted).toEqual([7]);
      expect(disk.text).toBe('');
      await recorded;
      expect(disk.text).toContain('wave 7');
    });
  });

  it('measures the latency of the disk', async () => {
    const { clock, disk, writer } = open();
    disk.slowness = 400;
    await clock.run(async () => {
      for (let n = 0; n < 20; n++) await writer.appendDurably(event(n));
    });
    expect(writer.latency).toBeGreaterThan(390);
    expect(writer.latency).toBeLessThan(410);
  });

  it('rejects all waiting and later events after a failure, and writes nothing more', async () => {
    const { clock, disk, appends, seen, writer } = open();
    disk.fullFrom = 2;
    await clock.run(async () => {
      await writer.appendDurably(event(1));
      const waited = [writer.appendDurably(event(2)), writer.appendDurably(event(3))];
      await clock.sleep(1);
      const late = writer.appendDurably(event(4));
      const results = await Promise.allSettled([...waited, late]);
      for (const result of results)
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'disk-failed', exitCode: 1 } });
      expect(writer.failed).toBe(true);
      await expect(writer.appendDurably(event(5))).rejects.toMatchObject({ code: 'disk-failed' });
      writer.appendSoon(event(6));
      disk.fullFrom = Number.POSITIVE_INFINITY;
      await clock.sleep(1_000);
    });
    expect(appends).toHaveLength(2);
    expect(seen).toEqual([1]);
    expect(decode(disk.text).end.seq).toBe(1);
  });

  it('continues when a view throws, and resolves the durable entry', async () => {
    const thrown: unknown[] = [];
    const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((act) => {
      try {
        act();
      } catch (error) {
        thrown.push(error);
      }
    });
    onTestFinished(() => later.mockRestore());
    const clock = new VirtualClock();
    const disk = memoryDisk();
    const writer = createJournalWriter({
      store: disk.openFor(clock),
      clock,
      end: EMPTY_CHAIN,
      replay: createReplay({ steps: [] }),
      onEntry: ({ seq }) => {
        if (seq === 1) throw new Error('the screen is gone');
      },
    });
    const entries = await clock.run(async () => [
      await writer.appendDurably(event(1)),
      await writer.appendDurably(event(2)),
    ]);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(thrown).toEqual([new Error('the screen is gone')]);
  });
});

describe('the mark of a journal', () => {
  const intent = (n: number): JournalEvent => ({
    kind: 'intent',
    step: `crs-aaaa000${n}/memoryPerShard`,
    attempt: 1,
    size: { memoryPerShard: 8192, shards: 1, replicas: 1 },
  });

  function marked(write: (seq: number) => Promise<void>) {
    const clock = new VirtualClock();
    const disk = memoryDisk();
    const writer = createJournalWriter({
      store: disk.openFor(clock),
      mark: { write: ({ seq }) => write(seq) },
      clock,
      end: EMPTY_CHAIN,
      replay: createReplay({ steps: [] }),
    });
    return { clock, disk, writer };
  }

  it('is written once for a group of orders, after the group and before they may leave', async () => {
    const order: string[] = [];
    const { clock, disk, writer } = marked(async (seq) => {
      order.push(`mark ${seq} of ${decode(disk.text).end.seq} on disk`);
    });
    await clock.run(() =>
      Promise.all([1, 2, 3].map((n) => writer.appendDurably(intent(n)).then(() => order.push(`order ${n}`)))),
    );
    expect(order).toEqual(['mark 3 of 3 on disk', 'order 1', 'order 2', 'order 3']);
  });

  it('costs a group of 20 orders one fsync more than the group itself', async () => {
    let marks = 0;
    const { clock, disk, writer } = marked(async () => {
      marks += 1;
    });
    await clock.run(() => Promise.all(Array.from({ length: 20 }, (_, n) => writer.appendDurably(intent(n)))));
    expect([disk.appends, marks]).toEqual([1, 1]);
  });

  it('costs nothing for entries without which the run only reads again', async () => {
    let writes = 0;
    const { clock, writer } = marked(async () => {
      writes += 1;
    });
    await clock.run(() => writer.appendDurably(event(1)));
    expect(writes).toBe(0);
  });

  it('that cannot be written stops the writer, and its entries are not listed as lost', async () => {
    const { clock, disk, writer } = marked(() => Promise.reject(new Error('no space left on device')));
    const failed = await clock.run(() => writer.appendDurably(intent(1)).catch((error: unknown) => error));
    expect(failed).toMatchObject({ code: 'disk-failed', message: expect.stringContaining('the mark') });
    await expect(writer.appendDurably(event(2))).rejects.toMatchObject({ code: 'disk-failed' });
    expect([decode(disk.text).end.seq, writer.unwritten.map(({ kind }) => kind)]).toEqual([
      1,
      ['wave-started'],
    ]);
  });
});
