/**
 * The history of use in the state folder of a user. Each instance has a file, named after a digest of its id. So a walk
 * reads file by file.
 *
 *     usage/3f9c0e21d4b7a680/5d/5d41402abc4b2a76b9719d911017c592.usage
 *           provider          instance
 *
 * A collection appends one frame to each file. After many frames, or after a torn one, the file is replaced by one frame.
 */
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../../clock.ts';
import { sha256 } from '../../../digest.ts';
import { mustBeOwnFolder } from '../../../files/check-folder.ts';
import { readFileIfPresent } from '../../../files/open-file.ts';
import { makeFolder, openForAppending, replaceFile } from '../../../files/write-file.ts';
import {
  cutSeries,
  type InstanceUsage,
  joinAll,
  seriesEnd,
  type UsageSeries,
  type UsageSpan,
} from '../../../model.ts';
import {
  type AskedSpan,
  KEPT,
  KEPT_SIZES,
  type UsageQuery,
  type UsageReading,
  type UsageStore,
} from '../../usage-store.ts';
import { takeLock } from '../lock.ts';
import { joinFrames, joinSizes } from './join-frames.ts';
import { encodeFrame, framesIn, MARK, type OpenedFrame, openFrame, type UsageFrame } from './usage-frame.ts';

/** Frames of a file before they become one. A nightly collection reaches them after two weeks. Opening one takes 0.03 ms. */
const MOST_FRAMES = 14;
/** How much older than `KEPT` a file may get before it is written again, milliseconds. */
const SLACK = 28 * 86_400_000;
/** Files that a walk reads before their turn. */
const AHEAD = 4;
const NAME = /^[0-9a-f]{32}\.usage$/;
const EVER: UsageSpan = { from: 0, until: Number.MAX_SAFE_INTEGER };

/** The user and machine that collect. */
export interface FolderUsage {
  readonly stateDirectory: string;
  readonly clock: Clock;
  /** The name of this machine. */
  readonly host: string;
}

/** Opens the history of a user. Nothing is read or made before it is used. */
export function folderUsage({ stateDirectory, clock, host }: FolderUsage): UsageStore {
  const root = join(stateDirectory, 'usage');
  const folderOf = (provider: string) => join(root, sha256(provider).slice(0, 16));
  const pathOf = (provider: string, instance: string) => {
    const name = sha256(instance).slice(0, 32);
    return join(folderOf(provider), name.slice(0, 2), `${name}.usage`);
  };
  return {
    name: 'the state folder',
    async exclusively(provider, work) {
      await mustBeOwnFolder(root, 'the state folder');
      const lock = await takeLock(
        join(folderOf(provider), 'lock.json'),
        { host, purpose: 'refit usage collect' },
        clock,
      );
      try {
        return await work();
      } finally {
        await lock.release();
      }
    },
    async put(provider, readings) {
      await mustBeOwnFolder(root, 'the state folder');
      for (const reading of readings) await putReading(pathOf(provider, reading.instance), reading);
    },
    async asked(provider, instances) {
      await mustBeOwnFolder(root, 'the state folder');
      const found = new Map<string, readonly AskedSpan[]>();
      for (const instance of instances) {
        const usage = await readUsage(pathOf(provider, instance), instance, EVER);
        if (usage !== null) found.set(instance, usage.series.map(askedOf));
      }
      return found;
    },
    async read(provider, instance, query) {
      await mustBeOwnFolder(root, 'the state folder');
      return await readUsage(pathOf(provider, instance), instance, query);
    },
    async *walk(provider, query) {
      await mustBeOwnFolder(root, 'the state folder');
      for await (const file of readAhead(filesIn(folderOf(provider)))) {
        const usage = joinFrames(framesOf(file, null), query);
        if (usage !== null) yield usage;
      }
    },
    async prune(provider, now) {
      await mustBeOwnFolder(root, 'the state folder');
      for await (const path of filesIn(folderOf(provider))) {
        const usage = await readUsage(path, null, EVER);
        if (usage === null || !isOutdated(usage, now)) continue;
        const kept = keptUsage(usage, now);
        if (kept.series.length === 0) await rm(path, { force: true });
        else await replace(path, kept);
      }
    },
    close: async () => undefined,
  };
}

async function* filesIn(folder: string): AsyncIterable<string> {
  const parts = await readdir(folder).catch((): string[] => []);
  for (const part of parts.sort()) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    const names = await readdir(join(folder, part)).catch((): string[] => []);
    for (const name of names.sort()) if (NAME.test(name)) yield join(folder, part, name);
  }
}

/** Reads the next files while the caller works on the ones before. */
async function* readAhead(paths: AsyncIterable<string>): AsyncIterable<Buffer | null> {
  const reading: Promise<Buffer | null>[] = [];
  for await (const path of paths) {
    const file = readFile(path);
    // The caller sees the fault in its turn.
    file.catch(() => undefined);
    reading.push(file);
    if (reading.length > AHEAD) yield await reading.shift()!;
  }
  for (const file of reading) yield await file;
}

function readFile(path: string): Promise<Buffer | null> {
  return readFileIfPresent(path, { subject: 'state', isTrusted: true });
}

/** Reads and joins the frames of one file. Null: there is no file, or not of that instance. */
async function readUsage(
  path: string,
  instance: string | null,
  query: UsageQuery,
): Promise<InstanceUsage | null> {
  return joinFrames(framesOf(await readFile(path), instance), query);
}

function framesOf(file: Buffer | null, instance: string | null): readonly OpenedFrame[] {
  const bodies = (file && framesIn(file)?.bodies) ?? [];
  const frames = bodies.flatMap((body) => openFrame(body) ?? []);
  const whose = instance ?? frames[0]?.instance;
  return frames.filter((one) => one.instance === whose);
}

async function putReading(path: string, reading: UsageReading): Promise<void> {
  const { instance, size, at } = reading;
  const frame: UsageFrame = {
    instance,
    series: reading.series,
    sizes: size === null ? [] : [{ size, from: at, until: at }],
  };
  const file = await readFile(path);
  if (file === null) {
    await makeFolder(dirname(path));
    await replace(path, frame);
    return;
  }
  const { bodies, isWhole } = framesIn(file) ?? { bodies: [], isWhole: false };
  const isOwn = bodies[0] !== undefined && openFrame(bodies[0])?.instance === instance;
  if (isWhole && isOwn && bodies.length < MOST_FRAMES) {
    await append(path, encodeFrame(frame));
    return;
  }
  const before = joinFrames(framesOf(file, instance), EVER);
  const joined: InstanceUsage = {
    instance,
    series: joinAll([...(before?.series ?? []), ...frame.series]),
    sizes: frame.sizes.reduce(joinSizes, before?.sizes ?? []),
  };
  await replace(path, keptUsage(joined, at));
}

async function replace(path: string, frame: UsageFrame): Promise<void> {
  await replaceFile(path, Buffer.concat([MARK, encodeFrame(frame)]));
}

/** Appends durably. A reader sees nothing of the frame, or all of it. */
async function append(path: string, frame: Buffer): Promise<void> {
  const file = await openForAppending(path, 'state');
  try {
    await file.writeFile(frame);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function askedOf(series: UsageSeries): AskedSpan {
  const { metric, period, from } = series;
  return { metric, period, from, until: seriesEnd(series) };
}

/** True when rewriting a file removes much: not only the last day. */
function isOutdated({ series, sizes }: InstanceUsage, now: number): boolean {
  const isOld = ({ from, period }: UsageSeries) => from < now - KEPT[period] - SLACK;
  return series.some(isOld) || sizes.slice(0, -1).some(({ until }) => until < now - KEPT_SIZES - SLACK);
}

function keptUsage({ instance, series, sizes }: InstanceUsage, now: number): InstanceUsage {
  return {
    instance,
    series: series.flatMap((one) => cutSeries(one, { ...EVER, from: now - KEPT[one.period] }) ?? []),
    sizes: sizes.filter(({ until }, at) => at === sizes.length - 1 || until >= now - KEPT_SIZES),
  };
}
