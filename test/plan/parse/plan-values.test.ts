import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { withLines, withTarget } from './pictures.ts';

function planOf(text: string): Plan {
  const { plan, findings } = parsePlan(text, 'plan.yaml');
  expect(findings).toEqual([]);
  return plan!;
}

describe('a minimal plan', () => {
  it('gets every default of the format', () => {
    expect(planOf(withTarget('- { instance: crs-5qlrlhux, memoryPerShard: 4GB }'))).toEqual({
      file: 'plan.yaml',
      name: 'test',
      change: null,
      owner: null,
      expires: 48 * 60 * 60 * 1000,
      onBlocked: 'refuse',
      finishBy: null,
      defaults: { region: null, profile: null },
      targets: [
        {
          location: { file: 'plan.yaml', line: 4, column: 5 },
          region: null,
          profile: null,
          match: { kind: 'instance', instance: 'crs-5qlrlhux' },
          requested: { memoryPerShard: { kind: 'absolute', value: 4096 } },
          zones: null,
        },
      ],
      guards: { targets: null, shrink: 'deny', cost: null },
      waves: [{ name: 'all', take: { kind: 'rest' } }],
      execution: {
        inFlight: 20,
        requestsPerSecond: 18,
        switch: 'now',
        patience: 3 * 60 * 1000,
        haltWhen: {
          failed: { operator: '>', value: 2, base: 'count' },
          unknown: { operator: '>', value: 0, base: 'count' },
        },
      },
    });
  });

  it('keeps the default of one threshold when only the other is written', () => {
    const { haltWhen } = planOf(withLines('execution: { haltWhen: { failed: "> 9" } }')).execution;
    expect(haltWhen).toEqual({
      failed: { operator: '>', value: 9, base: 'count' },
      unknown: { operator: '>', value: 0, base: 'count' },
    });
  });

  it('is the same plan with the defaults of the schema written out', () => {
    const schema = JSON.parse(readFileSync('schemas/plan.schema.json', 'utf8'));
    const defaultsOf = (
      properties: Record<string, { default?: unknown; properties?: Record<string, never> }>,
    ): object =>
      Object.fromEntries(
        Object.entries(properties).flatMap(([key, one]): [string, unknown][] => {
          if (one.default !== undefined) return [[key, one.default]];
          const below = defaultsOf(one.properties ?? {});
          return Object.keys(below).length > 0 && key !== 'defaults' ? [[key, below]] : [];
        }),
      );
    const written = JSON.stringify(defaultsOf(schema.properties)).slice(1, -1);
    const target = '"targets": [{ "instance": "crs-5qlrlhux", "shards": 8 }]';
    const bare = planOf(`{ "version": 1, "name": "test", ${target} }`);
    const full = planOf(`{ "version": 1, "name": "test", ${target}, ${written} }`);
    expect(written).toContain('"expires":"48h"');
    expect(full).toEqual(bare);
  });
});

describe('sizes', () => {
  it.each([
    ['4GB', 4096],
    ['512MB', 512],
    ['256', 256],
    ['"1GB"', 1024],
    ['1048576MB', 1048576],
  ])('%s is %i MB, 1,024-based', (written, mb) => {
    const plan = planOf(withTarget(`- { instance: crs-5qlrlhux, memoryPerShard: ${written} }`));
    expect(plan.targets[0]!.requested).toEqual({ memoryPerShard: { kind: 'absolute', value: mb } });
  });

  it.each([
    [
      '{ grow: 25%, roundTo: sold, atMost: 64GB }',
      { grow: { percent: 25 }, atLeast: null, atMost: 65536, roundTo: 'sold' },
    ],
    ['{ grow: 12.5% }', { grow: { percent: 12.5 }, atLeast: null, atMost: null, roundTo: null }],
    ['{ grow: 2GB }', { grow: { amount: 2048 }, atLeast: null, atMost: null, roundTo: null }],
    ['{ grow: 100 }', { grow: { amount: 100 }, atLeast: null, atMost: null, roundTo: null }],
    ['{ atLeast: 2x used }', { grow: null, atLeast: { timesUsed: 2 }, atMost: null, roundTo: null }],
    [
      '{ atLeast: 1.5x used, roundTo: sold }',
      { grow: null, atLeast: { timesUsed: 1.5 }, atMost: null, roundTo: 'sold' },
    ],
    ['{ atLeast: 8GB, atMost: 8GB }', { grow: null, atLeast: 8192, atMost: 8192, roundTo: null }],
  ])('a relative size %s keeps all its parts', (written, wish) => {
    const plan = planOf(withTarget(`- { select: { all: true }, memoryPerShard: ${written} }`));
    expect(plan.targets[0]!.requested).toEqual({ memoryPerShard: { kind: 'relative', ...wish } });
  });

  it('a target can request memory, shards and replicas together', () => {
    const plan = planOf(
      withTarget('- { instance: crs-5qlrlhux, memoryPerShard: 8GB, shards: 8, replicas: 0 }'),
    );
    expect(plan.targets[0]!.requested).toEqual({
      memoryPerShard: { kind: 'absolute', value: 8192 },
      shards: { kind: 'absolute', value: 8 },
      replicas: { kind: 'absolute', value: 0 },
    });
  });
});

describe('durations, thresholds, money and moments', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['48h', 172_800_000],
    ['7d', 604_800_000],
  ])('%s is %i milliseconds', (written, ms) => {
    expect(planOf(withLines(`expires: ${written}`)).expires).toBe(ms);
  });

  it.each([
    ['"> 2"', { operator: '>', value: 2, base: 'count' }],
    ['">2"', { operator: '>', value: 2, base: 'count' }],
    ['">= 1"', { operator: '>=', value: 1, base: 'count' }],
    ['"> 5% of wave"', { operator: '>', value: 5, base: 'wave' }],
    ['"> 5% of run"', { operator: '>', value: 5, base: 'run' }],
    // One that can never be reached is how an author switches it off.
    ['"> 100% of run"', { operator: '>', value: 100, base: 'run' }],
  ])('haltWhen %s is read with its operator and base', (written, threshold) => {
    expect(
      planOf(withLines(`execution: { haltWhen: { failed: ${written} } }`)).execution.haltWhen.failed,
    ).toEqual(threshold);
  });

  it.each([
    ['"<= 40%"', { operator: '<=', value: 40, base: 'inventory' }],
    ['"<= 40% of inventory"', { operator: '<=', value: 40, base: 'inventory' }],
    ['"< 25"', { operator: '<', value: 25, base: 'count' }],
    ['25', { operator: '<=', value: 25, base: 'count' }],
    ['0', { operator: '<=', value: 0, base: 'count' }],
  ])('guards.targets %s is an upper limit', (written, threshold) => {
    expect(planOf(withLines(`guards: { targets: ${written} }`)).guards.targets).toEqual(threshold);
  });

  it('a cost has an operator, an amount and a currency', () => {
    expect(planOf(withLines('guards: { cost: "<= 120000.50 CNY" }')).guards.cost).toEqual({
      operator: '<=',
      amount: 120000.5,
      currency: 'CNY',
    });
  });

  it.each([
    ['2026-11-10T05:00:00+08:00', '2026-11-09T21:00:00.000Z'],
    ['2026-11-10T05:00Z', '2026-11-10T05:00:00.000Z'],
    ['"2028-02-29T23:59:59.5-01:00"', '2028-03-01T00:59:59.500Z'],
  ])('finishBy %s is %s', (written, utc) => {
    expect(planOf(withLines(`finishBy: ${written}`)).finishBy).toBe(utc);
  });

  it.each([
    '2026-02-30T05:00Z',
    '2027-02-29T05:00Z',
    '2026-11-10T24:00Z',
    '2026-11-10T05:60Z',
    '2026-13-01T05:00Z',
    '2026-11-10T05:00+25:00',
  ])('finishBy %s does not exist', (written) => {
    const { plan, findings } = parsePlan(withLines(`finishBy: ${written}`), 'plan.yaml');
    expect(plan).toBeNull();
    expect(findings.map(({ code, message }) => [code, message])).toEqual([
      ['Refit.BadValue', `finishBy is ${written}, a moment that does not exist`],
    ]);
  });
});

describe('selectors', () => {
  it('single tag values become lists, and excluded ids become selectors', () => {
    const plan = planOf(
      withTarget(
        '- select: { tags: { env: prod, tier: [gold, silver] }, status: [running] }',
        '  exclude: [crs-aaaa1111, { tags: { resize: never } }]',
        '  region: ap-shanghai',
        '  profile: retail',
        '  replicas: 2',
      ),
    );
    const nothing = {
      all: false,
      ids: null,
      regions: null,
      tags: null,
      name: null,
      editions: null,
      status: null,
    };
    expect(plan.targets[0]).toMatchObject({
      region: 'ap-shanghai',
      profile: 'retail',
      match: {
        kind: 'select',
        select: { ...nothing, tags: { env: ['prod'], tier: ['gold', 'silver'] }, status: ['running'] },
        exclude: [
          { ...nothing, ids: ['crs-aaaa1111'] },
          { ...nothing, tags: { resize: ['never'] } },
        ],
      },
    });
  });

  it('all: true selects everything', () => {
    const plan = planOf(withTarget('- { select: { all: true }, replicas: 2 }'));
    expect(plan.targets[0]!.match).toMatchObject({ select: { all: true, ids: null } });
  });
});

describe('waves', () => {
  it('take a number, a percentage or the rest', () => {
    const { waves } = planOf(
      withLines(
        'waves:',
        '- { name: canary, take: 1 }',
        '- { name: tenth, take: 10% }',
        '- { name: rest, take: rest }',
      ),
    );
    expect(waves).toEqual([
      { name: 'canary', take: { kind: 'count', count: 1 } },
      { name: 'tenth', take: { kind: 'percent', percent: 10 } },
      { name: 'rest', take: { kind: 'rest' } },
    ]);
  });
});

describe('aliases', () => {
  it('repeat a value', () => {
    const plan = planOf(
      withTarget(
        '- { instance: crs-5qlrlhux, memoryPerShard: &size { grow: 25% } }',
        '- { instance: crs-x1y2z3a4, memoryPerShard: *size }',
      ),
    );
    expect(plan.targets[1]!.requested).toEqual(plan.targets[0]!.requested);
  });
});
