/** Measures figures. Machines differ, so each figure has a floor or a peer from the same run. */
import { systemClock } from '../src/clock.ts';

/** One figure and its floor, both in the same unit, as medians over the rounds. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly measured: number;
  /** The floor or peer, measured in the same run. */
  readonly floor: number;
  readonly floorName: string;
  /** Measured divided by floor: median, then least and greatest over the rounds. */
  readonly ratio: number;
  readonly spread: readonly [number, number];
  /** The target for the ratio; absent if there is none. */
  readonly reach?: Reach;
  /** Other figures of the same rounds that must not get worse, each with its own bound. */
  readonly beside?: readonly Beside[];
}

/** The highest or the lowest allowed ratio. */
export type Reach = { readonly atMost: number } | { readonly atLeast: number };

export interface Beside {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost: number;
}

/** Whether a row meets all its targets. `slack` loosens them: 2 accepts twice the target. */
export function isReached({ ratio, reach, beside = [] }: Row, slack = 1): boolean {
  if (beside.some(({ value, atMost }) => value > slack * atMost)) return false;
  if (reach === undefined) return true;
  return 'atMost' in reach ? ratio <= slack * reach.atMost : ratio >= reach.atLeast / slack;
}

type Measure = () => number | Promise<number>;

/** The default number of measurements. */
const ROUNDS = 5;

/** Measures both in turn, so that a slow moment of the machine affects both. It ignores the first round. */
export async function rounds(
  measure: Measure,
  floor: Measure,
  rest: Omit<Row, 'measured' | 'floor' | 'spread' | 'ratio'>,
  times = ROUNDS,
): Promise<Row> {
  const pairs: [number, number][] = [];
  await measure();
  await floor();
  for (let round = 0; round < times; round++) pairs.push([await measure(), await floor()]);
  return rowOf(pairs, rest);
}

/** A row from pairs of measured and floor, one pair for each round. */
export function rowOf(
  pairs: readonly (readonly [number, number])[],
  rest: Omit<Row, 'measured' | 'floor' | 'spread' | 'ratio'>,
): Row {
  const ratios = pairs.map(([a, b]) => a / b).sort((a, b) => a - b);
  return {
    ...rest,
    measured: median(pairs.map(([a]) => a)),
    floor: median(pairs.map(([, b]) => b)),
    spread: [ratios[0]!, ratios.at(-1)!],
    ratio: median(ratios),
  };
}

/** The median; of an even number of values, the upper one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** The duration of the work, milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const began = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - began;
}

/** The CPU time of this process for the work, in all threads, milliseconds. */
export async function cpuTimed(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
