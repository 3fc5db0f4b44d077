import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { folderUsage } from '../../src/store/folder/usage/folder-usage.ts';
import { framesIn, MARK } from '../../src/store/folder/usage/usage-frame.ts';
import { describeUsageContract, EVER, hours, reading } from './usage-contract.ts';

const A = 'crs-aaaaaaaa';

async function openFolder() {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'refit-usage-'));
  onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
  const store = folderUsage({ stateDirectory, clock: systemClock, host: hostname() });
  return { store, stateDirectory };
}

describeUsageContract('a state folder', async () => (await openFolder()).store);

/** The only file of a store with one instance. */
async function fileIn(stateDirectory: string): Promise<string> {
  const names = await readdir(join(stateDirectory, 'usage'), { recursive: true });
  const [name, ...others] = names.filter((one) => one.endsWith('.usage'));
  expect(others).toEqual([]);
  return join(stateDirectory, 'usage', name!);
}

describe('the file of an instance', () => {
  const frameOf = (head: unknown, values: readonly number[] = []): Buffer => {
    const body = deflateRawSync(
      Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(values)]),
    );
    return Buffer.concat([MARK, lengthAndCheck(body), body]);
  };
  const series = { metric: 'memory', period: 3600, from: 1_764_547_200_000, count: 1, decimals: 0 };
  const head = (more: object) => ({ instance: A, sizes: [], series: [{ ...series, ...more }] });

  it('loses only the frame that was torn, wherever its write stopped, and goes on', async () => {
    const { store, stateDirectory } = await openFolder();
    await store.put('p', [reading(A, hours(A, [1, 2]))]);
    const path = await fileIn(stateDirectory);
    const whole = (await stat(path)).size;
    await store.put('p', [reading(A, hours(A, [3], 2))]);
    const bytes = await readFile(path);
    for (let length = whole + 1; length < bytes.length; length++) {
      await writeFile(path, bytes.subarray(0, length));
      expect((await store.read('p', A, EVER))?.series[0]?.values, `${length} bytes`).toEqual([1, 2]);
      await store.put('p', [reading(A, hours(A, [4], 2))]);
      expect((await store.read('p', A, EVER))?.series[0]?.values, `${length} bytes`).toEqual([1, 2, 4]);
    }
  });

  it('ignores a damaged frame and keeps those after it', async () => {
    const { store, stateDirectory } = await openFolder();
    await store.put('p', [reading(A, hours(A, [1]))]);
    const path = await fileIn(stateDirectory);
    const first = (await stat(path)).size;
    await store.put('p', [reading(A, hours(A, [2], 1))]);
    const second = (await stat(path)).size;
    await store.put('p', [reading(A, hours(A, [3], 2))]);
    const bytes = await readFile(path);
    bytes[(first + second + 8) >> 1]! ^= 255;
    await writeFile(path, bytes);
    expect((await store.read('p', A, EVER))?.series[0]?.values).toEqual([1, null, 3]);
  });

  it('leaves out a frame whose values are none, and keeps the others', async () => {
    const { store, stateDirectory } = await openFolder();
    const whole = frameOf(head({ count: 2 }), [3, 5]);
    const bad = [head({ count: 2 }), [9, 20]] as const;
    const later = frameOf(head({ from: series.from + 3_600_000 }), [15]);
    const frames = [whole, frameOf(...bad), later].map((one, at) =>
      at === 0 ? one : one.subarray(MARK.length),
    );
    await store.put('p', [reading(A, hours(A, [1]))]);
    await writeFile(await fileIn(stateDirectory), Buffer.concat(frames));
    expect((await store.read('p', A, EVER))?.series[0]?.values).toEqual([1, 7]);
  });

  it('becomes one frame after many, and then grows again', async () => {
    const { store, stateDirectory } = await openFolder();
    const values = Array.from({ length: 90 }, (_, n) => n);
    const frames: number[] = [];
    for (const n of values) {
      await store.put('p', [reading(A, hours(A, [n], n))]);
      frames.push(framesIn(await readFile(await fileIn(stateDirectory)))!.bodies.length);
    }
    expect(Math.max(...frames)).toBe(14);
    expect((await store.read('p', A, EVER))?.series[0]?.values).toEqual(values);
  });

  it.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['another file', Buffer.from('{"format":"refit.report/1"}')],
    ['a frame longer than the file', Buffer.concat([MARK, Buffer.from([255, 255, 255, 255, 0, 0, 0, 0, 1])])],
    ['a frame without a head', frameOf(null)],
    ['a count beyond every history', frameOf(head({ count: 1e9 }), [3])],
    ['fewer values than it says', frameOf(head({ count: 2 }), [3])],
    ['a period of no metric', frameOf(head({ period: 7 }), [3])],
    ['a start within an hour', frameOf(head({ from: series.from + 1 }), [3])],
    ['a start before the product', frameOf(head({ from: 0 }), [3])],
    ['a value below zero', frameOf(head({}), [2])],
    ['a value without an end', frameOf(head({}), [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 127])],
    ['sizes that are none', frameOf({ ...head({}), sizes: [{}] }, [3])],
    [
      'more bytes than it may inflate to',
      frameOf({ ...head({}), more: 'x'.repeat(17 * 1_024 * 1_024) }, [3]),
    ],
  ])('has nothing to read in %s', async (_, bytes) => {
    const { store, stateDirectory } = await openFolder();
    await store.put('p', [reading(A, hours(A, [1]))]);
    await writeFile(await fileIn(stateDirectory), bytes);
    expect(await store.read('p', A, EVER)).toBeNull();
    await store.put('p', [reading(A, hours(A, [7]))]);
    expect((await store.read('p', A, EVER))?.series[0]?.values).toEqual([7]);
  });

  it('leaves out a metric of a newer version, and the file of another instance', async () => {
    const { store, stateDirectory } = await openFolder();
    await store.put('p', [reading(A, hours(A, [1]))]);
    const path = await fileIn(stateDirectory);
    const both = [{ ...series, metric: 'heat' }, series];
    await writeFile(path, frameOf({ instance: A, sizes: [], series: both }, [9, 5]));
    expect((await store.read('p', A, EVER))?.series.map(({ metric, values }) => [metric, values])).toEqual([
      ['memory', [2]],
    ]);
    await writeFile(path, frameOf({ instance: 'crs-another1', sizes: [], series: [series] }, [5]));
    expect(await store.read('p', A, EVER)).toBeNull();
  });
});

function lengthAndCheck(body: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt32LE(crc(body), 4);
  return bytes;
}

/** CRC-32 bit by bit, so that it is not the one under test. */
function crc(body: Buffer): number {
  let rest = 0xffffffff;
  for (const byte of body) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}
