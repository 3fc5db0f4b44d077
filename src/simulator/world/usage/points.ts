/** The points of one instance and metric: which exist, and what they say. Times are Unix seconds. */
import { DAY, SECOND } from '../../../units.ts';
import { BEIJING_OFFSET } from '../beijing-time.ts';
import { chanceAt } from '../random.ts';
import type { SimInstance, World } from '../world.ts';
import { createSampler } from './memory.ts';
import type { Metric } from './metrics.ts';
import { CELL, CELLS_IN_AN_HOUR, profileOf } from './profile.ts';

const CELL_SECONDS = CELL / SECOND;

/** How long the points of each period are kept, ms, by the period in seconds. Source: docs/provider.md P123. */
export const KEPT: ReadonlyMap<number, number> = new Map([
  [5, DAY],
  [60, 15 * DAY],
  [300, 31 * DAY],
  [3600, 93 * DAY],
  [86_400, 186 * DAY],
]);

/** The begin of the period that holds a time. Days begin in Beijing (docs/provider.md P202). Seconds. */
export function periodStart(at: number, period: number): number {
  const offset = period === 86_400 ? BEIJING_OFFSET / SECOND : 0;
  return Math.floor((at + offset) / period) * period - offset;
}

/** A number for each point: average, maximum, minimum and sum over the cells of its period. */
export interface Points {
  readonly times: number[];
  readonly avg: number[];
  readonly max: number[];
  readonly min: number[];
  readonly sum: number[];
}

/** What is asked for: the first and the last period by their begins, seconds; the present time in ms. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly period: number;
  readonly now: number;
}

/**
 * Reads the points of a span. A period without points is absent: it is too old, in the future, before the instance existed, or a
 * gap. The present period is there, with what it has until now.
 */
export function readPoints(world: World, instance: SimInstance, { measure }: Metric, span: Span): Points {
  const { period, now } = span;
  const points: Points = { times: [], avg: [], max: [], min: [], sum: [] };
  const sampler = createSampler(world, instance);
  const oldest = Math.max(instance.createdAt, now - KEPT.get(period)!) / SECOND;
  const newest = (now - lateness(world)) / SECOND;
  const { salt, gaps } = profileOf(world, instance);
  const missing = { salt, share: Math.max(gaps, gapsOf(world)) };
  const first = Math.max(span.first, periodStart(oldest, period));
  for (let at = first; at <= Math.min(span.last, now / SECOND); at += period) {
    if (newest < now / SECOND && at + period > newest) break;
    // A short period lies within one cell, and has the size of its own begin.
    const read = (cell: number) => measure(sampler(cell, Math.max(at * SECOND, cell * CELL)));
    addPoint(points, cellsOf(instance, at, span, missing), read, { at, period });
  }
  return points;
}

function lateness({ faults }: World): number {
  return faults.active('late-points').reduce((most, { value }) => Math.max(most, Number(value)), 0);
}

/** The part of the hours without points, 0 to 1, that a fault asks for. */
function gapsOf({ faults }: World): number {
  return faults.active('gaps').reduce((most, { value }) => Math.max(most, Number(value) / 100), 0);
}

/** The cells of a period that exist: not in the future, not before the instance was created, and not in a gap. */
function cellsOf(
  { createdAt }: SimInstance,
  at: number,
  { period, now }: Span,
  { salt, share }: { salt: number; share: number },
): number[] {
  const cells: number[] = [];
  const last = Math.min(Math.floor((at + period - 1) / CELL_SECONDS), Math.floor(now / CELL));
  for (let cell = Math.floor(at / CELL_SECONDS); cell <= last; cell++) {
    if ((cell + 1) * CELL <= createdAt) continue;
    if (share > 0 && chanceAt(salt ^ 0x676170, Math.floor(cell / CELLS_IN_AN_HOUR)) < share) continue;
    cells.push(cell);
  }
  return cells;
}

/** Adds the point of a period with these cells. */
function addPoint(
  { times, avg, max, min, sum }: Points,
  cells: readonly number[],
  read: (cell: number) => number,
  { at, period }: { at: number; period: number },
): void {
  if (cells.length === 0) return;
  let [total, most, least] = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const cell of cells) {
    const value = read(cell);
    total += value;
    if (value > most) most = value;
    if (value < least) least = value;
  }
  times.push(at);
  avg.push(rounded(total / cells.length));
  max.push(rounded(most));
  min.push(rounded(least));
  sum.push(period < CELL_SECONDS ? Math.floor((total * period) / CELL_SECONDS) : rounded(total));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
