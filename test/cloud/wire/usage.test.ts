import { describe, expect, it } from 'vitest';
import type { MetricFacts } from '../../../src/cloud/cloud.ts';
import { decodeMetrics, decodeSeries, encodeSeries } from '../../../src/cloud/wire/usage.ts';
import { DAILY, HOURLY, periodStart, USAGE_METRICS } from '../../../src/model.ts';
import { DAY, HOUR } from '../../../src/units.ts';

const START = Date.UTC(2026, 10, 1, 16);
const ID = 'crs-aaaaaaaa';
const SECONDS = START / 1_000;

function facts(more: Partial<MetricFacts> = {}): MetricFacts {
  return { metric: 'memory', factor: 1, unit: 'MB', onlyMaximum: [], withoutMaximum: [], ...more };
}

function request(more: Partial<MetricFacts> = {}, period: typeof HOURLY | typeof DAILY = HOURLY) {
  return { facts: facts(more), instances: [ID], period, from: START, until: START + 3 * period * 1_000 };
}

function answer(times: readonly unknown[], fields: object): { DataPoints: object[] } {
  return { DataPoints: [{ Dimensions: [{ Name: 'instanceid', Value: ID }], Timestamps: times, ...fields }] };
}

const HOURS = [SECONDS, SECONDS + 3_600, SECONDS + 7_200];

describe('metrics as the provider describes them', () => {
  it.each<[string, string, number | null]>([
    ['MemUsed', 'MB', 1],
    ['MemUsed', 'GB', 1024],
    ['MemUsed', 'Bytes', 1 / 1_048_576],
    // Bits, or a misspelt byte: nobody can know.
    ['MemUsed', 'Mb', null],
    ['MemUsed', 'MB/s', null],
    ['MemUsed', '', null],
    ['InBandwidthUtil', '%', 1],
    ['InBandwidthUtil', 'Mb/s', null],
    ['Evicted', 'Count', 1],
    ['Commands', 'Count/s', 1],
    ['Commands', 'Count', null],
    ['LatencyMax', 'us', 0.001],
    ['latencyMax', ' ms ', 1],
    ['Keys', 'constructor', null],
  ])('%s in %j has the factor %j', (MetricName, Unit, factor) => {
    expect(decodeMetrics({ MetricSet: [{ MetricName, Unit }] })[0]?.factor ?? null).toBe(factor);
  });

  it('says in which periods the maximum is missing, or is everything', () => {
    const Periods = [
      { Period: '3600', StatType: ['max'] },
      { Period: '86400', StatType: ['avg', 'Max'] },
      { Period: '300', StatType: ['sum'] },
      { Period: '60', StatType: null },
    ];
    expect(decodeMetrics({ MetricSet: [{ MetricName: 'CpuMaxUtil', Unit: '%', Periods }] })).toEqual([
      { metric: 'fullestNodeCpu', factor: 1, unit: '%', onlyMaximum: [3600], withoutMaximum: [300] },
    ]);
  });

  it.each([null, 'x', [], [null], [{ MetricName: 7 }]])('finds no metric in %j', (MetricSet) => {
    expect(decodeMetrics({ MetricSet })).toEqual([]);
  });
});

describe('peaks of an answer', () => {
  const values = (fields: object, more: Partial<MetricFacts> = {}, times: readonly unknown[] = HOURS) =>
    decodeSeries(answer(times, fields), request(more)).get(ID);

  it.each<[string, (number | null)[] | undefined, (number | null)[]]>([
    ['maxima', values({ MaxValues: [1, 2, 3], Values: [0, 0, 0] }), [1, 2, 3]],
    ['no averages instead of maxima', values({ MaxValues: null, Values: [1, 2, 3] }), [null, null, null]],
    ['values that are maxima', values({ Values: [1, 2, 3] }, { onlyMaximum: [HOURLY] }), [1, 2, 3]],
    [
      'values of what has only sums',
      values({ MaxValues: [1, 1, 1], Values: [5, 0, 7] }, { metric: 'evicted', withoutMaximum: [HOURLY] }),
      [5, 0, 7],
    ],
    ['a gap for an absent point', values({ MaxValues: [1, 3] }, {}, [HOURS[0], HOURS[2]]), [1, null, 3]],
    ['a gap for a value that is none', values({ MaxValues: [null, -1, 'x'] }), [null, null, null]],
    ['a gap for a value beyond every size', values({ MaxValues: [1e13, 2, 3] }), [null, 2, 3]],
    ['zero as zero', values({ MaxValues: [0, 0, 0] }), [0, 0, 0]],
    ['the unit of the model', values({ MaxValues: [1, 2, 3] }, { factor: 1024 }), [1024, 2048, 3072]],
    [
      'nothing of other times',
      values({ MaxValues: [9, 1, 9] }, {}, [SECONDS - 3_600, SECONDS, SECONDS + 3 * 3_600]),
      [1, null, null],
    ],
    [
      'the greater one of two points of an hour',
      values({ MaxValues: [2, 5] }, {}, [SECONDS, SECONDS + 60]),
      [5, null, null],
    ],
  ])('are %s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('belong to the days of UTC+8, wherever a point stands in its day', () => {
    const fields = answer([SECONDS, SECONDS + 86_400 + 8 * 3_600], { MaxValues: [1, 2] });
    expect(decodeSeries(fields, request({}, DAILY)).get(ID)).toEqual([1, 2, null]);
    expect(periodStart(DAILY, START + DAY - 1)).toBe(START);
    expect(periodStart(HOURLY, START + HOUR - 1)).toBe(START);
  });

  it.each([
    {},
    { DataPoints: null },
    answer([], {}),
    {
      DataPoints: [
        {
          Dimensions: [{ Name: 'instanceid', Value: 'crs-another1' }],
          Timestamps: HOURS,
          MaxValues: [1, 2, 3],
        },
      ],
    },
    { DataPoints: [{ Dimensions: [{ Name: 'appid', Value: ID }], Timestamps: HOURS, MaxValues: [1, 2, 3] }] },
  ])('are gaps in an answer without the instance: %j', (fields) => {
    expect(decodeSeries(fields, request()).get(ID)).toEqual([null, null, null]);
  });

  it('are asked for by the name of the provider, up to the start of the first hour that is not wanted', () => {
    expect(encodeSeries(request())).toMatchObject({
      MetricName: 'MemUsed',
      Period: 3600,
      SpecifyStatistics: 2,
      StartTime: '2026-11-02T00:00:00+08:00',
      EndTime: '2026-11-02T03:00:00+08:00',
    });
    const names = USAGE_METRICS.map(({ name }) => encodeSeries(request({ metric: name })).MetricName);
    expect(new Set(names).size).toBe(USAGE_METRICS.length);
  });
});
