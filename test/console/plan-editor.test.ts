/** What the editor of plans knows without a server: where a place in YAML is, what can be typed there, and how texts differ. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { differingLines } from '../../src/console/ui/pages/plans/differing-lines.ts';
import { placeIn } from '../../src/console/ui/pages/plans/plan-path.ts';
import { describePath, type SchemaNode, suggest } from '../../src/console/ui/pages/plans/plan-schema.ts';
import { timelineOf } from '../../src/plan/forecast/timeline.ts';

const SCHEMA: SchemaNode = JSON.parse(
  readFileSync(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8'),
);
/** `|` is the cursor. */
const at = (text: string) => placeIn(text.slice(0, text.indexOf('|')));
const offered = (text: string): string[] => {
  const place = at(text);
  return place === null ? [] : suggest(SCHEMA, place).map((one) => one.text);
};

describe('the place of a cursor', () => {
  it.each<[string, string, ...(string | 0)[]]>([
    ['ver|', 'key'],
    ['version: 1\nna|', 'key'],
    ['version: |', 'value', 'version'],
    ['guards:\n  shr|', 'key', 'guards'],
    ['guards:\n  shrink: de|', 'value', 'guards', 'shrink'],
    ['guards: { shrink: deny, co|', 'key', 'guards'],
    ['targets:\n  - inst|', 'value', 'targets', 0],
    ['targets:\n  - { inst|', 'key', 'targets', 0],
    ['targets:\n  - { instance: crs-|', 'value', 'targets', 0, 'instance'],
    ['targets:\n  - select:\n      na|', 'key', 'targets', 0, 'select'],
    ['targets:\n  - select: { regions: [ap-|', 'value', 'targets', 0, 'select', 'regions', 0],
    ['targets:\n  - instance: crs-aaaa1111\n    mem|', 'key', 'targets', 0],
    ['targets:\n- { instance: crs-aaaa1111 }\n- { reg|', 'key', 'targets', 0],
    ['waves:\n  - { name: a, take: 1 }\n  # later\n  - { name: b, ga|', 'key', 'waves', 0],
    ['waves:\n  - name: a\n    gate:\n      meth|', 'key', 'waves', 0, 'gate'],
    ['guards:\n  shrink: deny\nwa|', 'key'],
  ])('%j', (text, typed, ...path) => {
    expect(at(text)).toMatchObject({ typed, path });
  });

  it.each(['# name: |', 'name: a # ver|', 'name: "a|', "guards: { cost: '<|"])('is nowhere in %j', (text) => {
    expect(at(text)).toBe(null);
  });

  it('is found in any text without an exception', () => {
    const pieces = ['a:', ' ', '\n', '- ', '{', '}', '[', ']', '"', "'", '#', ',', '  ', 'x', ': '];
    let seed = 7;
    for (let round = 0; round < 3_000; round++) {
      let text = '';
      for (let length = 0; length < 24; length++) {
        seed = (seed * 48_271) % 2_147_483_647;
        text += pieces[seed % pieces.length];
      }
      expect(() => placeIn(text), JSON.stringify(text)).not.toThrow();
    }
  });
});

describe('what can be typed', () => {
  it.each<[string, readonly string[]]>([
    ['|', ['version', 'name', 'targets', 'guards', 'waves', 'windows', 'approvals', 'execution']],
    ['guards:\n  |', ['targets', 'shrink', 'cost']],
    ['guards:\n  shrink: |', ['deny', 'allow']],
    ['onBlocked: |', ['refuse', 'skip']],
    ['targets:\n  - { |', ['instance', 'select', 'memoryPerShard', 'replicas', 'region']],
    ['targets:\n  - select: { |', ['all', 'ids', 'regions', 'tags', 'name', 'editions', 'status']],
    ['targets:\n  - select: { status: [|', ['running']],
    ['execution: { |', ['inFlight', 'haltWhen', 'patience', 'switch']],
    ['execution:\n  switch: |', ['now', 'maintenance-window']],
    ['waves:\n  - { |', ['name', 'take', 'soak', 'gate']],
  ])('%j', (text, expected) => {
    expect(offered(text)).toEqual(expect.arrayContaining([...expected]));
  });

  it.each([
    ['targets:\n  - { select: { |', ['used', 'evictions', 'over', 'statistic']],
    ['targets:\n  - { select: { statistic: |', ['max', 'p99']],
    ['targets:\n  - { memoryPerShard: { |', ['fit', 'grow', 'statistic']],
    ['targets:\n  - { shards: { |', ['fit', 'of', 'atMost']],
    ['targets:\n  - { shards: { of: |', ['cpu', 'connections']],
  ])('offers conditions and sizes by use at %j', (text, expected) => {
    expect(offered(text)).toEqual(expect.arrayContaining(expected));
  });

  it('inserts a size on the line of its key', () => {
    const [memory] = suggest(SCHEMA, at('targets:\n  - { |')!).filter(
      ({ text }) => text === 'memoryPerShard',
    );
    expect(memory!.insert).toBe('memoryPerShard: ');
  });

  it('comes with the description of the schema, and its default', () => {
    const [expires] = suggest(SCHEMA, at('|')!).filter(({ text }) => text === 'expires');
    expect(expires?.about).toMatch(/How long after sealing .*\(default: 48h\)/);
    expect(describePath(SCHEMA, ['guards', 'shrink'])).toMatch(/reduce memory/);
    expect(describePath(SCHEMA, ['nothing'])).toBe(null);
  });
});

describe('two versions of a plan', () => {
  it.each([
    ['are equal', 'a\nb', 'a\nb', []],
    ['differ in a line', 'a\nb\nc', 'a\nB\nc', ['theirs 2 b', 'mine 2 B']],
    ['have a line more', 'a\nc', 'a\nb\nc', ['mine 2 b']],
    ['have a line less', 'a\nb\nc', 'a\nc', ['theirs 2 b']],
    [
      'differ in two places',
      'a\nb\nc\nd',
      'A\nb\nc\nD',
      ['theirs 1 a', 'mine 1 A', 'theirs 4 d', 'mine 4 D'],
    ],
  ])('%s', (_, theirs, mine, expected) => {
    const lines = differingLines(theirs, mine).map(({ whose, line, text }) => `${whose} ${line} ${text}`);
    expect(lines).toEqual(expected);
  });

  it('of any length are compared in time and memory that do not grow with the square', () => {
    const long = (letter: string) =>
      Array.from({ length: 30_000 }, (_, line) => `${letter}${line}`).join('\n');
    expect(differingLines(long('a'), long('b'))).toHaveLength(60_000);
  });
});

describe('the timeline of a plan', () => {
  const NOW = Date.UTC(2026, 10, 30, 12);
  const waves = [
    { name: 'canary', steps: ['a'], soak: 600_000 },
    { name: 'rest', steps: ['b', 'c'] },
  ];
  const time = {
    total: { p50: 7_200, p90: 10_800 },
    waves: [
      { name: 'canary', p50: 600, p90: 900 },
      { name: 'rest', p50: 7_200, p90: 10_800 },
    ],
  };
  const forecast = { orders: 3, leastSeconds: 1, time } as never;

  it('starts now, and each wave after the soak of the one before', () => {
    expect(timelineOf({ forecast, waves }, NOW)).toEqual({
      ...{ from: '2026-11-30T12:00:00.000Z', to: '2026-11-30T15:00:00.000Z' },
      ...{ windows: null, hasMoreWindows: false },
      waves: [
        {
          ...{ name: 'canary', steps: 1, soak: 600_000, from: '2026-11-30T12:00:00.000Z' },
          ...{ p50: '2026-11-30T12:10:00.000Z', p90: '2026-11-30T12:15:00.000Z' },
        },
        {
          ...{ name: 'rest', steps: 2, soak: 0, from: '2026-11-30T12:20:00.000Z' },
          ...{ p50: '2026-11-30T14:00:00.000Z', p90: '2026-11-30T15:00:00.000Z' },
        },
      ],
    });
  });

  it('starts when the first window opens, and has the windows until its end', () => {
    const windows = {
      ...{ timezone: 'UTC', allow: ['Mon-Sun 14:00-15:00'], freeze: [], calendars: [] },
      ...{ lastStart: 0, atClose: 'follow' },
    } as never;
    expect(timelineOf({ forecast, waves, windows }, NOW)).toMatchObject({
      from: '2026-11-30T14:00:00.000Z',
      windows: [{ opens: '2026-11-30T14:00:00.000Z', closes: '2026-11-30T15:00:00.000Z' }],
    });
  });

  it('is missing without orders', () => {
    expect(timelineOf({ forecast: { orders: 0, leastSeconds: 0 }, waves: [] }, NOW)).toBe(null);
  });
});
