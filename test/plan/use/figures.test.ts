import { describe, expect, it } from 'vitest';
import { isKnown, questionKey, type UseQuestion } from '../../../src/model.ts';
import { figuresOf } from '../../../src/usage/figures.ts';
import { GB, instance, NOW, size } from '../fixtures/small-fleet.ts';
import { type Curves, DAY, filled, HOUR, historyOf } from './history.ts';

const one = instance({ size: size(4 * GB, 3) });
const ask = (of: UseQuestion['of'], is: Partial<UseQuestion> = {}): UseQuestion => ({
  ...{ of, statistic: of === 'evictions' ? 'sum' : 'max', over: 14 * DAY },
  ...is,
});
const figure = (curves: Curves, question: UseQuestion, hours?: number) =>
  figuresOf(historyOf(one, curves, hours), one.size, [question], NOW).get(questionKey(question))!;

describe('a figure of the history', () => {
  it.each<[string, Curves, UseQuestion, number | null, number]>([
    ['the greatest hourly peak', filled(one, (ago) => (ago === 7 ? 91.5 : 40)), ask('memory'), 91.5, 336],
    [
      'the share that 99 % of the hours do not exceed',
      filled(one, (ago) => (ago < 3 ? 91 : 40)),
      ask('memory', { statistic: 'p99' }),
      40,
      336,
    ],
    [
      'only hours within its time',
      filled(one, (ago) => (ago >= 48 ? 91 : 40)),
      ask('memory', { over: 2 * DAY }),
      40,
      48,
    ],
    [
      'gaps as gaps, never as zero',
      filled(one, (ago) => (ago % 2 === 0 ? null : 50)),
      ask('memory', { statistic: 'p50' }),
      50,
      168,
    ],
    ['no value from gaps only', filled(one, () => null), ask('memory'), null, 0],
    [
      'the busiest node',
      { ...filled(one, 10), fullestNodeCpu: (ago) => (ago === 0 ? 88.125 : 20) },
      ask('cpu'),
      88.13,
      336,
    ],
    [
      'the greater direction of traffic',
      { ...filled(one, 10), inShare: 20, outShare: 61 },
      ask('bandwidth'),
      61,
      336,
    ],
    [
      'the share of connections',
      { ...filled(one, 10), connections: 7_000, connectionsShare: 70 },
      ask('connections'),
      70,
      336,
    ],
    [
      'the sum of evictions',
      { ...filled(one, 10), evicted: (ago) => (ago < 5 ? 3 : 0) },
      ask('evictions'),
      15,
      336,
    ],
  ])('is %s', (_, curves, question, value, found) => {
    expect(figure(curves, question)).toEqual({ ...question, value, found, hours: question.over / HOUR });
  });

  it('has no value without a history', () => {
    expect(figuresOf(null, one.size, [ask('memory')], NOW).get(questionKey(ask('memory')))).toEqual({
      ...ask('memory'),
      ...{ value: null, found: 0, hours: 336 },
    });
  });

  it.each([
    [303, true],
    [302, false],
  ])('of %i of 336 hours is known: %s', (hours, known) => {
    expect(isKnown(figure(filled(one, 50), ask('memory'), hours))).toBe(known);
  });

  it.each([
    [20, 336],
    [47, 336],
    [60, 276],
  ])('ends where the history ends: %i hours ago, %i of 336 hours', (lag, found) => {
    const until = NOW - lag * HOUR;
    const usage = historyOf(one, filled(one, 50), 400);
    const series = usage.series.map((each) => ({
      ...each,
      values: each.values.slice(0, (until - each.from) / HOUR),
    }));
    const [made] = figuresOf({ ...usage, series }, one.size, [ask('memory')], NOW).values();
    expect(made).toMatchObject({ found, hours: 336 });
  });

  it('counts evictions at the present size only, and the hours at other sizes as known', () => {
    const history = historyOf(one, { ...filled(one, 10), evicted: 2 });
    const { from, until } = history.sizes[0]!;
    const changed = until - 3 * DAY;
    const sizes = [
      { size: size(2 * GB, 3), from, until: changed - HOUR },
      { size: one.size, from: changed, until },
    ];
    // Memory and share of the hours tell which size they had.
    const series = history.series.map((each) =>
      each.metric !== 'memoryShare'
        ? each
        : {
            ...each,
            values: each.values.map((value, n) => (each.from + n * HOUR < changed ? 2 * value! : value)),
          },
    );
    const [found] = figuresOf({ ...history, series, sizes }, one.size, [ask('evictions')], NOW).values();
    expect(found).toMatchObject({ value: 2 * 72, found: 336 });
  });
});
