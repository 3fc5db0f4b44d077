/** What comes of the sizes that a strategy gives an instance: the need of each hour beside its size then. */
import { type ObservedChange, type Size, type StrategyResult, sameSize, totalMemory } from '../../model.ts';
import { DAY, GIGABYTE, HOUR } from '../../units.ts';

/** From this share on, percent, memory or CPU is as good as full. */
export const FULL = 90;

/** What came in each hour, for the size `made`. */
export interface Came {
  readonly made: Size;
  /** The start of the first hour, milliseconds since 1970 UTC. */
  readonly from: number;
  /** MB of the fullest shard, and percent of the busiest node; NaN is a gap. */
  readonly memory: Float64Array;
  readonly cpu: Float64Array;
}

/** The sizes of an instance. Hours count from `from`; the first entry is at 0, and each holds until the next. */
export type Timeline = readonly { readonly hour: number; readonly size: Size }[];

/** The figures of a timeline; the fields are those of `StrategyResult`. */
export interface Outcome extends Omit<StrategyResult, 'strategy' | 'exceeded'> {
  /** The first hour above 90 %, and MB that the fullest shard needed; null: none. */
  readonly first: {
    readonly at: number;
    readonly need: number;
    readonly size: Size;
    readonly changedAt: number | null;
  } | null;
  readonly changesMade: readonly ObservedChange[];
}

/** What a timeline leads to. @param start the size before it. */
export function outcomeOf(came: Came, timeline: Timeline, start: Size): Outcome {
  const count = { hours: 0, above90: 0, beyond: 0, cpuAbove90: 0, gigabyteDays: 0 };
  const changesMade: ObservedChange[] = [];
  let first: Outcome['first'] = null;
  let before = start;
  for (const [at, { hour: begin, size }] of timeline.entries()) {
    const time = came.from + begin * HOUR;
    if (!sameSize(size, before)) changesMade.push({ after: time, by: time, from: before, to: size });
    before = size;
    const end = timeline[at + 1]?.hour ?? came.memory.length;
    const ratio = came.made.shards / size.shards;
    const full = (FULL / 100) * size.memoryPerShard;
    for (let hour = begin; hour < end; hour++) {
      const need = came.memory[hour]! * ratio;
      if (Number.isNaN(need)) continue;
      count.hours += 1;
      if (need > full) {
        count.above90 += 1;
        const changedAt = changesMade.at(-1)?.by ?? null;
        first ??= { at: came.from + hour * HOUR, need, size, changedAt };
      }
      if (need > size.memoryPerShard) count.beyond += 1;
      if (came.cpu[hour]! * ratio > FULL) count.cpuAbove90 += 1;
    }
    count.gigabyteDays += ((totalMemory(size) / GIGABYTE) * (end - begin) * HOUR) / DAY;
  }
  return { ...count, changes: changesMade.length, first, changesMade };
}
