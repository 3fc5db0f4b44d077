/**
 * The size of an instance over time: memory per shard × shards, MB, without replicas. Pure.
 *
 *     memory │            ○ ordered, not verified
 *            │            ┊
 *            │      ●─────┴───────┄┄┄●───  level
 *            │ ─────┘             somebody else changed it
 *            └──────────────────────────── time
 */
import type { Size } from '../../../../model.ts';
import type { InstanceStep } from '../../../api/fleet.ts';

/** A moment and the size then. */
export type SizePoint = readonly [at: number, memory: number];

/** A change that was ordered or tried. */
export interface SizeMark {
  readonly step: InstanceStep;
  /** When it ended, or else started, milliseconds since 1970 UTC. */
  readonly at: number;
  /** Memory before it, and what was ordered. */
  readonly before: number;
  readonly ordered: number;
}

export interface SizeHistory {
  /** The first first. */
  readonly marks: readonly SizeMark[];
  /** The corners of the known size over time. */
  readonly level: readonly SizePoint[];
  /** Pairs of points between which something else changed the size. */
  readonly elsewhere: readonly (readonly [SizePoint, SizePoint])[];
  /** Times and memory that a chart must have. */
  readonly from: number;
  readonly to: number;
  readonly most: number;
}

/** Memory of the master, MB. */
export const memoryOf = ({ memoryPerShard, shards }: Size): number => memoryPerShard * shards;

/** A chart of one moment would be empty. */
const LEAST_SPAN = 60_000;

/**
 * @param steps in any order. Those that never started are not in the chart.
 * @param read the size now, and when it was read; null: nobody read it.
 * @returns null if no step has started.
 */
export function sizeHistory(
  steps: readonly InstanceStep[],
  read: { readonly at: string; readonly size: Size } | null,
): SizeHistory | null {
  const marks = steps.flatMap(markOf).sort((a, b) => a.at - b.at);
  if (marks.length === 0) return null;
  const level: SizePoint[] = [];
  const elsewhere: [SizePoint, SizePoint][] = [];
  const reach = (at: number, memory: number): void => {
    const before = level.at(-1);
    if (before !== undefined && before[1] !== memory) elsewhere.push([before, [at, memory]]);
    level.push([at, memory]);
  };
  for (const { step, at, before, ordered } of marks) {
    // Two steps of one run can overlap in nothing, but clocks of hosts can differ.
    reach(Math.max(Date.parse(step.startedAt!), level.at(-1)?.[0] ?? 0), before);
    level.push([at, before]);
    if (step.outcome === 'verified') level.push([at, ordered]);
  }
  const readAt = read === null ? Number.NaN : Date.parse(read.at);
  if (read !== null && readAt > level.at(-1)![0]) reach(readAt, memoryOf(read.size));
  const from = level[0]![0];
  return {
    ...{ marks, level, elsewhere, from },
    to: Math.max(level.at(-1)![0], from + LEAST_SPAN),
    most: Math.max(...level.map(([, memory]) => memory), ...marks.map(({ ordered }) => ordered)),
  };
}

function markOf(step: InstanceStep): SizeMark[] {
  const { startedAt, endedAt, before, after } = step;
  if (startedAt === null) return [];
  const at = Date.parse(endedAt ?? startedAt);
  return [{ step, at, before: memoryOf(before), ordered: memoryOf(after) }];
}

/** Corners as lines of an SVG path. Between two corners of different size at different times, the pen is lifted. */
export function levelPath(
  level: readonly SizePoint[],
  place: (point: SizePoint) => readonly [x: number, y: number],
): string {
  return level
    .map((point, nth) => {
      const before = level[nth - 1];
      const isLifted = before === undefined || (before[0] !== point[0] && before[1] !== point[1]);
      const [x, y] = place(point);
      return `${isLifted ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
