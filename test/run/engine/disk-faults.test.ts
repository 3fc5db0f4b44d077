import { appendFile, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { RefitError } from '../../../src/errors.ts';
import { EMPTY_CHAIN } from '../../../src/journal/chain.ts';
import { createReplay } from '../../../src/journal/replay.ts';
import type { JournalEvent } from '../../../src/model.ts';
import { openJournalFile, writeWhole } from '../../../src/store/folder/journal-file.ts';
import { createJournalWriter, withUnwrittenEntries } from '../../../src/store/journal-writer.ts';
import { ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { setStage } from '../stage.ts';

async function journalPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'refit-disk-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'run'));
  return join(folder, 'run', 'journal.jsonl');
}

const event = (n: number): JournalEvent => ({ kind: 'wave-started', wave: n, name: `wave ${n}` });

describe('a journal that someone changes during the run accepts no more entries', () => {
  it.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['its file is removed', (path) => rm(path), /removed or renamed/],
    ['its folder is removed', (path) => rm(dirname(path), { recursive: true }), /removed or renamed/],
    ['its folder is renamed', (path) => rename(dirname(path), `${dirname(path)}-2`), /removed or renamed/],
    [
      'a file replaces its folder',
      async (path) => {
        await rename(dirname(path), `${dirname(path)}-2`);
        await writeFile(dirname(path), '');
      },
      /removed or renamed/,
    ],
    [
      'another file with the same bytes replaces it',
      async (path) => {
        await writeFile(`${path}.copy`, await readFile(path));
        await rename(`${path}.copy`, path);
      },
      /another file replaced it/,
    ],
    ['it is emptied', (path) => truncate(path, 0), /has 0 bytes/],
    ['its end is cut off', (path) => truncate(path, 20), /has 20 bytes/],
    ['another process appends to it', (path) => appendFile(path, 'x'), /bytes, but this run left it at/],
  ])('%s', async (_, change, why) => {
    const path = await journalPath();
    const file = await openJournalFile(path, { wholeBytes: 0, tornBytes: 0 });
    onTestFinished(() => file.close());
    const writer = createJournalWriter({
      store: file,
      clock: new VirtualClock(),
      end: EMPTY_CHAIN,
      replay: createReplay({ steps: [] }),
    });
    await writer.appendDurably(event(1));
    await writer.appendDurably(event(2));
    await change(path);
    const refusal = await writer.appendDurably(event(3)).catch((error: RefitError) => error);
    expect(refusal).toMatchObject({ code: 'disk-failed', exitCode: 1 });
    expect((refusal as RefitError).message).toContain(path);
    expect((refusal as RefitError).message).toMatch(why);
    expect((refusal as RefitError).fix).toContain('restore the run directory');
    await expect(writer.appendDurably(event(4))).rejects.toMatchObject({ code: 'disk-failed' });
    expect(writer.unwritten.map((one) => 'wave' in one && one.wave)).toEqual([3, 4]);
  });
});

describe('writeWhole', () => {
  it.each([1, 3, 1000])('writes every byte when the system takes %i at a time', async (most) => {
    const taken: number[] = [];
    const file = {
      async write(bytes: Uint8Array, from: number, length: number, position: number) {
        const bytesWritten = Math.min(most, length);
        for (let n = 0; n < bytesWritten; n++) taken[position + n] = bytes[from + n]!;
        return { bytesWritten, buffer: bytes };
      },
    };
    await writeWhole(file as never, Buffer.from('größer'), 4);
    expect(Buffer.from(taken.slice(4)).toString()).toBe('größer');
  });

  it('fails when the system takes no bytes', async () => {
    const file = { write: async () => ({ bytesWritten: 0 }) };
    await expect(writeWhole(file as never, Buffer.from('x'), 0)).rejects.toThrow('takes no more bytes');
  });
});

it('a journal writer never retries a failed append, because the disk content is unknown', async () => {
  let appends = 0;
  const writer = createJournalWriter({
    store: {
      async append() {
        appends += 1;
        if (appends === 2) throw new Error('EIO: i/o error, fdatasync');
      },
    },
    clock: new VirtualClock(),
    end: EMPTY_CHAIN,
    replay: createReplay({ steps: [] }),
  });
  await writer.appendDurably(event(1));
  await expect(writer.appendDurably(event(2))).rejects.toMatchObject({ code: 'disk-failed' });
  await expect(writer.appendDurably(event(3))).rejects.toMatchObject({ code: 'disk-failed' });
  expect(appends).toBe(2);
});

describe('unwritten entries', () => {
  const failure = new RefitError('disk-failed', 'the journal cannot be written (full)', 'free the disk');
  const accepted = (n: number): JournalEvent => ({
    kind: 'accepted',
    step: `crs-aaaa${n}/memoryPerShard`,
    attempt: 1,
    order: `2026${n}`,
    requestId: `r-${n}`,
    sentAt: '2026-01-05T02:00:00.000Z',
  });
  const intent = (n: number): JournalEvent => ({
    kind: 'intent',
    step: `crs-bbbb${n}/replicas`,
    attempt: 1,
    size: { memoryPerShard: 1024, shards: 1, replicas: 2 },
  });

  it('show each order with its number, other entries up to a limit, and the number of the rest', () => {
    const unwritten = [
      ...Array.from({ length: 30 }, (_, n) => intent(n)),
      ...Array.from({ length: 25 }, (_, n) => accepted(n)),
    ];
    const error = withUnwrittenEntries(failure, unwritten) as RefitError;
    expect(error).toMatchObject({ code: 'disk-failed', fix: 'free the disk' });
    for (let n = 0; n < 25; n++)
      expect(error.message).toContain(`accepted as order 2026${n} (request r-${n})`);
    expect(error.message).toContain('not on disk (55)');
    expect(error.message).toContain('and 30 more');
  });

  it('add nothing without an entry of a step, or to another error', () => {
    expect(withUnwrittenEntries(failure, [event(1)])).toBe(failure);
    const other = new RefitError('internal', 'x', 'y');
    expect(withUnwrittenEntries(other, [accepted(1)])).toBe(other);
  });

  it('show the order whose answer found a full disk', async () => {
    const stage = await setStage({ fleet: standards(3), plan: `${ALL_TO_8GB}\nexecution: { inFlight: 1 }` });
    const first = await stage.run({
      diesAt(moment) {
        if (moment.kind === 'arrived') stage.disk.fullFrom = stage.disk.appends + 1;
        return false;
      },
    });
    holds(stage, first);
    expect(first.error).toMatchObject({ code: 'disk-failed' });
    const [order] = [...stage.cloud.world.deals.keys()];
    expect(withUnwrittenEntries(first.error, first.unwritten)).toMatchObject({
      message: expect.stringContaining(`accepted as order ${order}`),
    });
    expect(stage.cloud.arrivals).toHaveLength(1);
    stage.disk.fullFrom = Number.POSITIVE_INFINITY;
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
    expect(second.report.steps.map(({ orders }) => orders)).toContainEqual([order]);
    expect(Object.values(second.counts.orders)).toEqual([1, 1, 1]);
  });
});
