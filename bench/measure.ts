/** How figures are measured and what one is: machines differ and are noisy, so each stands beside a floor or a peer of the same run. */
import { systemClock } from '../src/clock.ts';

/** One figure: what was measured and what it is held against, both in the same unit, medians over the rounds. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly measured: number;
  /** The floor or peer, measured in the same run; its name says which. */
  readonly floor: number;
  readonly floorIs: string;
  /** Measured to floor: median, and least and greatest over the rounds. */
  readonly ratio: number;
  readonly spread: readonly [number, number];
  /** What the ratio is to reach; absent where nothing is asked of it. */
  readonly reach?: Reach;
  /** Further figures of the same rounds that may not be paid with, each with its own bound. */
  readonly beside?: readonly Beside[];
}

/** The ratio is to be no more, or no less, than this. */
export type Reach = { readonly atMost: number } | { readonly atLeast: number };

export interface Beside {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost: number;
}

/** Whether a row reaches all that is asked of it. `slack` loosens the bounds: 2 lets twice the target pass. */
export function isReached({ ratio, reach, beside = [] }: Row, slack = 1): boolean {
  if (beside.some(({ value, atMost }) => value > slack * atMost)) return false;
  if (reach === undefined) return true;
  return 'atMost' in reach ? ratio <= slack * reach.atMost : ratio >= reach.atLeast / slack;
}

type Measure = () => number | Promise<number>;

/** How often each is measured, where nothing else is said. */
const ROUNDS = 5;

/** Measures both in turn, so that a slow moment of the machine strikes both. The first round of each is thrown away. */
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

/** A row from pairs of measured and floor, one a round. */
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

/** The greater of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Milliseconds that the work took. */
export async function timed(work: () => unknown): Promise<number> {
  const began = systemClock.monotonic();
  await work();
  return systemClock.monotonic() - began;
}

/** Milliseconds of CPU that this process spent on the work, all its threads. */
export async function cpuTimed(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
