import { describe, expect, it } from 'vitest';
import type { Dimension, Durations, Execution, RolloutOptions } from '../../../src/model.ts';
import { ASSUMED_DURATIONS, durationsFrom } from '../../../src/plan/forecast/durations.ts';
import { isLongestFirst, longestFirst } from '../../../src/plan/forecast/longest-first.ts';
import { describeRolloutOptions } from '../../../src/report/review/describe-rollout.ts';
import { SITUATIONS } from '../../report/situations.ts';

/** Ten samples of each: memory takes a minute, replicas two, shards three. */
const MEASURED = durationsFrom(
  (['memoryPerShard', 'replicas', 'shards'] as const).flatMap((dimension, n) =>
    Array.from({ length: 10 }, () => ({ dimension, seconds: 60 * (n + 1), pause: null })),
  ),
  1,
);
const LETTERS: Readonly<Record<string, Dimension>> = { m: 'memoryPerShard', r: 'replicas', s: 'shards' };

/** Routes as words: `ms` changes memory, then shards. */
const routesOf = (words: string) =>
  words.split(' ').map((word, n) => ({
    name: `${word}${n}`,
    route: {
      legs: [...word].map((letter) => ({ change: { dimension: LETTERS[letter]!, from: 1, to: 2 } })) as never,
    },
  }));

type Given = {
  readonly durations?: Durations;
  readonly execution?: Partial<Execution>;
  readonly wave?: RolloutOptions | null;
};

const ordered = (words: string, { durations = MEASURED, execution = {}, wave = null }: Given = {}) =>
  longestFirst(routesOf(words), wave, {
    durations,
    execution: { inFlight: 2, switch: 'now', ...execution },
  })
    .map(({ name }) => name)
    .join(' ');

describe('the order within a wave', () => {
  it.each<[string, string, string, Given?]>([
    ['starts the longest kind of change first', 'm r s', 's2 r1 m0'],
    ['keeps the listed order of changes that take the same time', 'r m m r', 'r0 r3 m1 m2'],
    ['counts all changes of an instance', 'r mr m', 'mr1 r0 m2'],
    ['keeps the order of changes within one instance', 'm rm s m', 'rm1 s2 m0 m3'],
    ['stays as listed without measured durations', 'm r s', 'm0 r1 s2', { durations: ASSUMED_DURATIONS }],
    ['stays as listed if every instance has a slot', 'm s', 'm0 s1'],
    ['stays as listed in a wave that starts slowly', 'm r s', 'm0 r1 s2', { wave: { slowStart: true } }],
    [
      'stays as listed in a plan whose waves start slowly',
      'm r s',
      'm0 r1 s2',
      { execution: { slowStart: true } },
    ],
    [
      'is by time in a wave that does not start slowly, unlike its plan',
      'm r s',
      's2 r1 m0',
      { execution: { slowStart: true }, wave: { slowStart: false } },
    ],
    [
      'stays as listed if changes wait for their maintenance windows, because they hold no slot',
      'm r s',
      'm0 r1 s2',
      { execution: { switch: 'maintenance-window' } },
    ],
  ])('%s', (_, words, expected, given) => {
    expect(ordered(words, given)).toBe(expected);
  });
});

describe('a review', () => {
  const { saved } = SITUATIONS['a-small-run-all-verified']!();
  const [first] = saved.steps;
  const planOf = (dimensions: readonly Dimension[], durations: Durations) => ({
    ...saved,
    execution: { ...saved.execution, inFlight: 2, switch: 'now' as const, slowStart: false },
    waves: [{ ...saved.waves[0]!, slowStart: false }],
    steps: dimensions.map((dimension, n) => ({
      ...first!,
      instance: `crs-${n}`,
      wave: 0,
      change: { ...first!.change, dimension },
    })),
    forecast: { ...saved.forecast, time: { ...saved.forecast.time!, durations } },
  });

  it.each<[string, readonly Dimension[], Durations, boolean]>([
    ['says that the longest changes start first', ['shards', 'replicas', 'replicas'], MEASURED, true],
    ['says nothing if all take the same time', ['shards', 'shards', 'shards'], MEASURED, false],
    ['says nothing of another order', ['shards', 'memoryPerShard', 'replicas'], MEASURED, false],
    ['says nothing of assumed durations', ['shards', 'replicas', 'replicas'], ASSUMED_DURATIONS, false],
    ['says nothing if every instance has a slot', ['shards', 'replicas'], MEASURED, false],
  ])('%s', (_, dimensions, durations, expected) => {
    const plan = planOf(dimensions, durations);
    expect(isLongestFirst(plan, plan.waves[0]!)).toBe(expected);
    expect(describeRolloutOptions(plan, plan.waves[0]!).includes('starts the longest changes first')).toBe(
      expected,
    );
  });
});
