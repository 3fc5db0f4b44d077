/**
 * The file of one instance's use: a mark, then frames, one for each collection. A reader ignores a frame whose write did
 * not finish. Measured on 15 metrics over 14 days: 1.8 bytes a value, 0.3 ms to read; JSON takes 2.6 bytes and 1.9 ms.
 *
 *     REFIT-U1
 *     length (4 bytes)  CRC-32 (4 bytes)  deflated: {"instance":"crs-…","series":[…],"sizes":[…]} LF values
 *
 * Values are whole numbers after a shift of the decimal point, one number for each period. 0 is a gap. Everything else is the
 * difference from the value before, so most values need one byte or two.
 *
 *     4012.5 4013 - 4012  →  40125 40130 - 40120  →  +40125 +5 - -10  →  80251 11 0 20
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  DAILY,
  HOURLY,
  isUsageMetric,
  type ObservedSize,
  periodStart,
  type UsagePeriod,
  type UsageSeries,
} from '../../../model.ts';

/** The content of a frame. */
export interface UsageFrame {
  readonly instance: string;
  readonly series: readonly UsageSeries[];
  readonly sizes: readonly ObservedSize[];
}

const FIRST = 'REFIT-U1';
/** The first bytes of each file. */
export const MARK: Buffer = Buffer.from(FIRST, 'latin1');
const HEAD = 8;

/** Bytes of a frame after inflating. Three years of all metrics have less than a quarter. */
const MOST_BYTES = 16 * 1_024 * 1_024;
/** Values of a series: more than a hundred years of hours would be needed. */
const MOST_VALUES = 1_000_000;
const MOST_DECIMALS = 3;
/** Milliseconds since 1970 UTC: 2015 and 2100. Nothing else was ever collected. */
const EARLIEST = 1_420_070_400_000;
const LATEST = 4_102_444_800_000;

interface SeriesHead {
  readonly metric: string;
  readonly period: number;
  readonly from: number;
  readonly count: number;
  readonly decimals: number;
}

/** Encodes a frame with its length and check. */
export function encodeFrame({ instance, series, sizes }: UsageFrame): Buffer {
  const bytes: number[] = [];
  const heads = series.map(({ metric, period, from, values }): SeriesHead => {
    const decimals = decimalsOf(values);
    putValues(bytes, values, 10 ** decimals);
    return { metric, period, from, count: values.length, decimals };
  });
  const head = Buffer.from(`${JSON.stringify({ instance, series: heads, sizes })}\n`, 'utf8');
  const body = deflateRawSync(Buffer.concat([head, Buffer.from(bytes)]));
  const frame = Buffer.alloc(HEAD + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(crc32(body), 4);
  body.copy(frame, HEAD);
  return frame;
}

/** The least decimals that hold every value exactly. */
function decimalsOf(values: readonly (number | null)[]): number {
  let decimals = 0;
  for (const value of values)
    while (decimals < MOST_DECIMALS && value !== null && !isWhole(value * 10 ** decimals)) decimals += 1;
  return decimals;
}

/** A value with three decimals is not whole in binary after the shift, but nearly. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6 * Math.max(1, Math.abs(value) * 1e-6);
}

function putValues(bytes: number[], values: readonly (number | null)[], scale: number): void {
  let before = 0;
  for (const value of values) {
    let rest = 0;
    if (value !== null) {
      const whole = Math.round(value * scale);
      const difference = whole - before;
      before = whole;
      rest = difference >= 0 ? 2 * difference + 1 : -2 * difference;
    }
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
}

/** A file as it was read. */
export interface FrameFile {
  /** The oldest frame first. */
  readonly frames: readonly UsageFrame[];
  /** False after a torn or damaged frame: the next write replaces the file instead of appending. */
  readonly isWhole: boolean;
}

/** Decodes a file. It ignores damaged frames, and everything after a torn one. Null if it is no such file. */
export function decodeFrames(file: Buffer): FrameFile | null {
  if (file.length < MARK.length || !file.subarray(0, MARK.length).equals(MARK)) return null;
  const frames: UsageFrame[] = [];
  let isWhole = true;
  let at = MARK.length;
  while (at < file.length) {
    const end = at + HEAD <= file.length ? at + HEAD + file.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (end > file.length) return { frames, isWhole: false };
    const body = file.subarray(at + HEAD, end);
    const frame = crc32(body) === file.readUInt32LE(at + 4) ? decodeFrame(body) : null;
    if (frame === null) isWhole = false;
    else frames.push(frame);
    at = end;
  }
  return { frames, isWhole };
}

function decodeFrame(body: Buffer): UsageFrame | null {
  try {
    const bytes = inflateRawSync(body, { maxOutputLength: MOST_BYTES });
    const line = bytes.indexOf(10);
    const head = JSON.parse(bytes.toString('utf8', 0, line)) as {
      readonly instance: string;
      readonly series: readonly SeriesHead[];
      readonly sizes: readonly ObservedSize[];
    };
    if (typeof head.instance !== 'string' || !head.sizes.every(isSize)) return null;
    const reader = { bytes, at: line + 1 };
    const series: UsageSeries[] = [];
    for (const one of head.series) {
      const values = takeValues(reader, one);
      if (values === null) return null;
      // A metric of a newer version is not read.
      const { metric, from } = one;
      if (isUsageMetric(metric))
        series.push({ instance: head.instance, metric, period: one.period as UsagePeriod, from, values });
    }
    return { instance: head.instance, series, sizes: head.sizes };
  } catch {
    return null;
  }
}

function isSize({ size, from, until }: ObservedSize): boolean {
  return [size.memoryPerShard, size.shards, size.replicas, from, until].every(Number.isFinite);
}

function takeValues(
  reader: { readonly bytes: Buffer; at: number },
  { period, from, count, decimals }: SeriesHead,
): (number | null)[] | null {
  if (period !== HOURLY && period !== DAILY) return null;
  if (!(from >= EARLIEST && from <= LATEST && periodStart(period, from) === from)) return null;
  if (!(count >= 0 && count <= MOST_VALUES && decimals >= 0 && decimals <= MOST_DECIMALS)) return null;
  const { bytes } = reader;
  const scale = 10 ** decimals;
  const values = new Array<number | null>(count);
  let before = 0;
  for (let n = 0; n < count; n++) {
    let [rest, factor, byte] = [0, 1, 0];
    do {
      if (reader.at >= bytes.length) return null;
      byte = bytes[reader.at++]!;
      rest += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    if (rest === 0) values[n] = null;
    else {
      before += rest % 2 === 1 ? (rest - 1) / 2 : -rest / 2;
      if (!(before >= 0 && before <= Number.MAX_SAFE_INTEGER)) return null;
      values[n] = before / scale;
    }
  }
  return values;
}
