import { describe, expect, it } from 'vitest';
import type { UrlAnswer } from '../../../src/cloud/network/transport.ts';
import { message, textOf } from '../../../src/messages/messages.ts';
import type { Comparison, Gate, Outcome, Threshold } from '../../../src/model.ts';
import {
  type Judgement,
  judgeCommand,
  judgeCount,
  judgeDuration,
  judgeMetric,
  judgeUrl,
  median,
} from '../../../src/run/decide/judge-gate.ts';

const more = (value: number, base: Threshold['base'] = 'count'): Threshold => ({
  operator: '>',
  value,
  base,
});
/** A judgement with its message in words. */
const written = (judgement: Judgement) => ({ ...judgement, message: textOf(judgement.message) });

const [V, F, R, U, S]: Outcome[] = ['verified', 'failed', 'refused', 'unknown', 'skipped'];

describe('a gate on counts', () => {
  // biome-ignore format: one line a case
  it.for<[string, 'failed' | 'unknown', Threshold, (Outcome | undefined)[], string]>([
    ['nothing failed', 'failed', more(0), [V, V], 'success'],
    ['one failed', 'failed', more(0), [V, F], 'failure'],
    ['a refusal counts as failed', 'failed', more(0), [V, R], 'failure'],
    ['skipped and unknown steps do not count as failed', 'failed', more(0), [S, U], 'success'],
    ['a count equal to the threshold is not above it', 'failed', more(1), [F, V], 'success'],
    ['the threshold itself is reached with >=', 'failed', { operator: '>=', value: 1, base: 'count' }, [F, V], 'failure'],
    ['a percentage of the wave', 'failed', more(25, 'wave'), [F, V, V, V], 'success'],
    ['above a percentage of the wave', 'failed', more(25, 'wave'), [F, F, V, V], 'failure'],
    ['one unknown', 'unknown', more(0), [U, F], 'failure'],
    ['none unknown', 'unknown', more(0), [F, R, S], 'success'],
  ])('%s', ([_, judge, threshold, outcomes, expected]) => {
    expect(judgeCount(judge, threshold, outcomes as Outcome[]).outcome).toBe(expected);
  });

  it('reports the numbers', () => {
    expect(written(judgeCount('failed', more(25, 'wave'), [F!, V!])).message).toBe(
      '1 of 2 steps failed or refused, fails at "> 25% of wave"',
    );
  });
});

describe('a gate on the duration', () => {
  const ms = (value: number): NonNullable<Gate['duration']> => ({ operator: '>', value, unit: 'ms' });
  const times = (value: number): NonNullable<Gate['duration']> => ({
    operator: '>',
    value,
    unit: 'forecast',
  });
  it.for<[string, NonNullable<Gate['duration']>, number[], number[], string, RegExp]>([
    [
      'shorter than the limit',
      ms(60_000),
      [50_000],
      [],
      'success',
      /the median resize of 1 took 50 s, fails at > 1 min/,
    ],
    ['longer than the limit', ms(60_000), [61_000], [], 'failure', /1 min 1 s/],
    [
      'one slow resize among many is not the median',
      ms(60_000),
      [10_000, 20_000, 900_000],
      [],
      'success',
      /20 s/,
    ],
    ['nothing verified', ms(60_000), [], [], 'inconclusive', /no resize of the wave/],
    ['within the forecast', times(2), [20_000], [10_000, 11_000], 'success', /2x the forecast of 10.5 s/],
    ['beyond the forecast', times(2), [21_001], [10_000, 11_000], 'failure', /21 s/],
    ['no forecast', times(2), [21_001], [], 'inconclusive', /no forecast/],
  ])('%s', ([_, duration, own, before, outcome, words]) => {
    expect(written(judgeDuration(duration, own, before))).toMatchObject({
      judge: 'duration',
      outcome,
      message: expect.stringMatching(words),
    });
  });

  it.each([
    [[], null],
    [[3], 3],
    [[9, 1], 5],
    [[9, 1, 2], 2],
  ])('the median of %j is %s', (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe('a gate on a metric', () => {
  const metric = (operator: Comparison['operator'], value: number): NonNullable<Gate['metric']> => ({
    name: 'MemUtil',
    fails: { operator, value },
    over: 300_000,
  });
  const ids = ['crs-a', 'crs-b', 'crs-c', 'crs-d', 'crs-e'];
  const read = (...figures: (number | null)[]) =>
    new Map(figures.flatMap((one, n) => (one === null ? [] : [[ids[n]!, one] as const])));
  it.for<[string, NonNullable<Gate['metric']>, number, ReadonlyMap<string, number>, string, string]>([
    [
      'all below',
      metric('>', 90),
      2,
      read(10, 90),
      'success',
      'MemUtil of 2 instances is 90 at the worst, fails at > 90',
    ],
    [
      'one above',
      metric('>', 90),
      2,
      read(10, 90.125),
      'failure',
      'MemUtil of crs-b is 90.13, fails at > 90',
    ],
    [
      'a value below a lower limit',
      metric('<', 5),
      2,
      read(4, 90),
      'failure',
      'MemUtil of crs-a is 4, fails at < 5',
    ],
    [
      'the lowest value is the worst for a lower limit',
      metric('<', 5),
      2,
      read(40, 90),
      'success',
      'MemUtil of 2 instances is 40 at the worst, fails at < 5',
    ],
    [
      'many above: the message names three',
      metric('>', 0),
      5,
      read(1, 2, 3, 4, 5),
      'failure',
      'MemUtil of crs-a is 1, crs-b is 2, crs-c is 3 and 2 more, fails at > 0',
    ],
    [
      'one without a value',
      metric('>', 90),
      2,
      read(10, null),
      'inconclusive',
      'MemUtil of 1 of 2 instances has no figure: crs-b',
    ],
    [
      'one without a value and one above: a certain failure',
      metric('>', 90),
      2,
      read(null, 95),
      'failure',
      'MemUtil of crs-b is 95, fails at > 90',
    ],
    [
      'nothing resized',
      metric('>', 90),
      0,
      read(),
      'inconclusive',
      'no resize of the wave was verified: there is nothing to read',
    ],
  ])('%s', ([_, given, count, figures, outcome, message]) => {
    const judgement = judgeMetric(given, ids.slice(0, count), figures);
    expect(written(judgement)).toEqual({ judge: 'metric', outcome, message });
  });
});

describe('a gate on a command', () => {
  it.each([
    [0, 'success'],
    [1, 'failure'],
    [127, 'failure'],
    [75, 'inconclusive'],
  ])('that exits %i is a %s', (exitCode, outcome) => {
    expect(judgeCommand({ kind: 'ended', exitCode, lastLine: '' }).outcome).toBe(outcome);
  });

  it('reports the last line of its output, or why it did not end', () => {
    expect(written(judgeCommand({ kind: 'ended', exitCode: 3, lastLine: 'p99 is 40 ms' })).message).toBe(
      'exit 3: p99 is 40 ms',
    );
    expect(
      written(judgeCommand({ kind: 'no-end', reason: message('command.late', { limit: 60_000 }) })),
    ).toEqual({
      judge: 'command',
      outcome: 'inconclusive',
      message: 'the command did not end within 60 s',
    });
  });
});

describe('a gate on a URL', () => {
  it.each([
    [200, 'success'],
    [204, 'success'],
    [302, 'inconclusive'],
    [400, 'failure'],
    [404, 'failure'],
    [408, 'inconclusive'],
    [429, 'inconclusive'],
    [500, 'failure'],
    [502, 'inconclusive'],
    [503, 'failure'],
    [504, 'inconclusive'],
  ])('that answers %i is a %s', (status, outcome) => {
    expect(judgeUrl({ kind: 'answered', status }).outcome).toBe(outcome);
  });

  it.each<[string, UrlAnswer | null]>([
    ['with an error', { kind: 'silent', reason: 'the connection was reset' }],
    ['in time', null],
  ])('that does not answer is inconclusive: %s', (_, answer) => {
    expect(judgeUrl(answer).outcome).toBe('inconclusive');
  });
});
