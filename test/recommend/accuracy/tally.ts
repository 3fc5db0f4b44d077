/** Counts how often strategies were right, by pattern. */
import { type Size, STRATEGIES, type Strategy, sameSize, totalMemory } from '../../../src/model.ts';
import { FULL, type Timeline } from '../../../src/recommend/backtest/outcome.ts';
import type { Pattern } from '../../../src/simulator/world/usage/patterns.ts';
import { DAY, GIGABYTE, HOUR } from '../../../src/units.ts';
import type { Looped } from './closed-loop.ts';

/** Patterns whose future follows from their past. Bursts are jumps that nobody announces; a cache is always full. */
export const FORESEEABLE: readonly Pattern[] = [
  ...(['flat', 'growth', 'season', 'growing-season', 'deploys', 'cleanup'] as const),
];
/** Patterns that grow into their size or have a season. */
export const GROWING: readonly Pattern[] = ['growth', 'season', 'growing-season'];

/** Sums of one strategy. */
export interface Tally {
  instances: number;
  /** Sizes that would have been exceeded by growth, and those that the strategy left at least three days before. */
  due: number;
  inTime: number;
  /** Sizes that are exceeded in the first three days of the simulation: nobody had time. */
  late: number;
  /** Changes to less memory, and those after which 90 % was exceeded before the next change. */
  shrinks: number;
  exceeded: number;
  /** Billed memory below that of the start, GB x days. */
  saved: number;
  hours: number;
  above90: number;
  beyond: number;
  changes: number;
}

const EMPTY: Tally = {
  ...{ instances: 0, due: 0, inTime: 0, late: 0, shrinks: 0, exceeded: 0 },
  ...{ saved: 0, hours: 0, above90: 0, beyond: 0, changes: 0 },
};

export type Tallies = Map<Pattern, Record<Strategy, Tally>>;

/** Something that a bound does not allow, for people who look for the cause. */
export interface Failure {
  readonly kind: 'late' | 'exceeded';
  readonly pattern: Pattern;
  readonly instance: string;
  /** Days from the start: the change, and the excess. */
  readonly changed: number;
  readonly day: number;
  readonly detail: string;
}

const DAYS_BEFORE = 3;
const HOURS = DAY / HOUR;

/** Adds one instance. @returns what the advice did wrong */
export function addTo(tallies: Tallies, looped: Looped): Failure[] {
  const { pattern, simulated } = looped.simulated;
  const row =
    tallies.get(pattern) ??
    (Object.fromEntries(STRATEGIES.map((one) => [one, { ...EMPTY }])) as Record<Strategy, Tally>);
  tallies.set(pattern, row);
  const failures: Failure[] = [];
  for (const strategy of STRATEGIES) {
    const tally = row[strategy];
    const { hours, above90, beyond, changes } = looped.outcomes[strategy];
    tally.instances += 1;
    tally.hours += hours;
    tally.above90 += above90;
    tally.beyond += beyond;
    tally.changes += changes;
    const wrong = addPeriods(tally, looped, looped.timelines[strategy]);
    if (strategy === 'advice')
      failures.push(...wrong.map((one) => ({ ...one, pattern, instance: simulated.id })));
  }
  return failures;
}

/** Adds the time at each size. */
function addPeriods(
  tally: Tally,
  looped: Looped,
  timeline: Timeline,
): Omit<Failure, 'pattern' | 'instance'>[] {
  const { came, start } = looped;
  const failures: Omit<Failure, 'pattern' | 'instance'>[] = [];
  let before = start;
  const isKept = sameSize(timeline[0]!.size, start);
  // A size that was left on the first day was left in time or not, too.
  const periods = isKept ? timeline : [{ hour: 0, size: start }, ...timeline];
  for (const [at, { hour: first, size }] of periods.entries()) {
    const end = periods[at + 1]?.hour ?? came.memory.length;
    tally.saved += (Math.max(0, totalMemory(start) - totalMemory(size)) / GIGABYTE) * ((end - first) / HOURS);
    const isShrink = totalMemory(size) < totalMemory(before);
    const exceeds = exceedsAt(looped, size, first);
    const detail = `${before.memoryPerShard}x${before.shards} to ${size.memoryPerShard}x${size.shards}, needs ${Math.round(exceeds === null ? 0 : came.memory[exceeds]!)} of ${start.shards} shards`;
    const where = { changed: first / HOURS, day: (exceeds ?? 0) / HOURS, detail };
    before = size;
    if (isShrink) {
      tally.shrinks += 1;
      if (exceeds !== null && exceeds < end) {
        tally.exceeded += 1;
        failures.push({ kind: 'exceeded', ...where });
      }
    }
    const next = periods[at + 1]?.size;
    // Another change than growth came first.
    if (exceeds === null || (next !== undefined && totalMemory(next) < totalMemory(size))) continue;
    if (at === 0 && exceeds < DAYS_BEFORE * HOURS) tally.late += 1;
    else {
      tally.due += 1;
      if (next !== undefined && end <= exceeds - DAYS_BEFORE * HOURS) tally.inTime += 1;
      else failures.push({ kind: 'late', ...where });
    }
  }
  return failures;
}

/** The first hour from `first` on in which the need is above 90 % of a size; null: none until the end. */
function exceedsAt({ came: { memory, made } }: Looped, size: Size, first: number): number | null {
  const full = ((FULL / 100) * size.memoryPerShard * size.shards) / made.shards;
  for (let hour = first; hour < memory.length; hour++) if (memory[hour]! > full) return hour;
  return null;
}

/** The sum over patterns. */
export function sumOf(tallies: Tallies, patterns: readonly Pattern[], strategy: Strategy): Tally {
  const sum = { ...EMPTY };
  for (const pattern of patterns) {
    const one = tallies.get(pattern)?.[strategy];
    if (one === undefined) continue;
    for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += one[name];
  }
  return sum;
}

/** A bound of the issue, and what was found; null: no case. */
export interface Bound {
  readonly name: string;
  readonly found: number | null;
  readonly holds: boolean;
}

const share = (part: number, of: number): number | null => (of === 0 ? null : (100 * part) / of);

/** What advice must reach, percent. */
export function boundsOf(tallies: Tallies): Bound[] {
  const growing = sumOf(tallies, GROWING, 'advice');
  const all = sumOf(tallies, FORESEEABLE, 'advice');
  const hindsight = sumOf(tallies, FORESEEABLE, 'hindsight');
  const inTime = share(growing.inTime, growing.due);
  const exceeded = share(all.exceeded, all.shrinks);
  const saved = share(all.saved, hindsight.saved);
  return [
    {
      name: 'advised to grow at least 3 days before 90 %: at least 99 %',
      found: inTime,
      holds: inTime !== null && inTime >= 99,
    },
    {
      name: 'shrinks that exceed 90 % later: at most 0.1 %',
      found: exceeded,
      holds: exceeded !== null && exceeded <= 0.1,
    },
    { name: 'saving: at least 80 % of hindsight', found: saved, holds: saved !== null && saved >= 80 },
  ];
}
