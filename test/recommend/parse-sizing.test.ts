/** Sizing files: what they mean, and what is refused where, with a fix. */
// cspell:ignore memroy kepp groAt
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding, Sizing } from '../../src/model.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { parseSizing } from '../../src/recommend/parse-sizing.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { DAY, HOUR } from '../../src/units.ts';

const parsed = (lines: string) => parseSizing(`version: 1\n${lines}\n`, 'sizing.yaml');

function sizingOf(lines: string): Sizing {
  const { sizing, findings } = parsed(lines);
  expect(findings).toEqual([]);
  return sizing!;
}

function shown({ location, message, fix, example }: Finding): string {
  const cure = fix !== null ? `fix ${fix}` : example !== null ? `example ${example}` : '';
  return `${location!.line}:${location!.column} ${message} | ${cure}`;
}

const EVERYTHING = `over: 56d
horizon: 7d
memory: { growAt: 75%, fit: 60.5%, statistic: p99 }
cpu: { growAt: 80% }
connections: { fit: 50% }
bandwidth: { statistic: max }
grow: { history: 36h, holds: 60d }
shrink: { allow: false, history: 28d, found: 95%, cooldown: 30d, holds: 45d, saves: 20% }
shards: { fewer: true, uneven: 2 }
replicas: { fewer: true }
caches: grow
classes:
  critical: { select: { tags: { tier: critical } }, memory: { fit: 50% }, shrink: { allow: true } }
  rest: { select: { all: true }, over: 28d }
autoScaling:
  - tags: { scaling: auto }
exclude:
  - crs-aaaa1111
  - name: "*-legacy"
mustHold: { above90: "< 0.1%", changes: "<= 1", saving: ">= 10%" }
price: { perGigabyteMonth: 50 CNY }`;

describe('a sizing file', () => {
  it('with only its version is the defaults', () => {
    expect(sizingOf('')).toEqual({ ...DEFAULT_SIZING, file: 'sizing.yaml' });
  });

  it('with every key says every rule', () => {
    const sizing = sizingOf(EVERYTHING);
    expect(sizing.rules).toEqual({
      over: 56 * DAY,
      horizon: 7 * DAY,
      memory: { growAt: 75, fit: 60.5, statistic: 'p99' },
      cpu: { ...DEFAULT_RULES.cpu, growAt: 80 },
      connections: { ...DEFAULT_RULES.connections, fit: 50 },
      bandwidth: { ...DEFAULT_RULES.bandwidth, statistic: 'max' },
      grow: { history: 36 * HOUR, holds: 60 * DAY },
      shrink: {
        allow: false,
        history: 28 * DAY,
        found: 95,
        cooldown: 30 * DAY,
        holds: 45 * DAY,
        saves: 20,
      },
      fewerShards: true,
      fewerReplicas: true,
      caches: 'grow',
      uneven: 2,
    });
    expect(sizing.leaveAlone.map(({ because, location }) => `${because} ${location.line}`)).toEqual([
      'auto-scaling 17',
      'excluded 19',
      'excluded 20',
    ]);
    expect(sizing.leaveAlone[1]!.select.ids).toEqual(['crs-aaaa1111']);
    expect(sizing.mustHold.map(({ figure, operator, value }) => `${figure} ${operator} ${value}`)).toEqual([
      'above90 < 0.1',
      'changes <= 1',
      'saving >= 10',
    ]);
    expect(sizing.pricePerGigabyte).toEqual({ amount: 50, currency: 'CNY' });
  });

  it('gives a class what the file says for all, unless the class says otherwise', () => {
    const { rules, classes } = sizingOf(EVERYTHING);
    expect(classes.map(({ name, location }) => `${name} ${location.line}`)).toEqual([
      'critical 14',
      'rest 15',
    ]);
    expect(classes[0]!.rules).toEqual({
      ...rules,
      memory: { ...rules.memory, fit: 50 },
      shrink: { ...rules.shrink, allow: true },
    });
    expect(classes[1]!.rules).toEqual({ ...rules, over: 28 * DAY });
  });

  it('may have a region that nobody knows, with a warning', () => {
    const { sizing, findings } = parsed('classes: { a: { select: { regions: [ap-shangai] } } }');
    expect(sizing).not.toBeNull();
    expect(findings.map(shown)).toEqual([
      '2:37 an entry of regions is ap-shangai, a region that this version of refit does not know; did you mean ap-shanghai? | fix ap-shanghai',
    ]);
  });

  it('is the defaults with the defaults of the schema written out', () => {
    interface Node {
      readonly default?: unknown;
      readonly properties?: Readonly<Record<string, Node>>;
      readonly $ref?: string;
    }
    const schema = JSON.parse(readFileSync('schemas/sizing.schema.json', 'utf8'));
    const defaultsOf = (properties: Readonly<Record<string, Node>>): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(properties).flatMap(([key, node]): [string, unknown][] => {
          const one: Node =
            node.$ref?.startsWith('#') && !('default' in node)
              ? { ...schema.$defs[node.$ref.slice(8)] }
              : node;
          if (one.default !== undefined) return [[key, one.default]];
          const below = defaultsOf(one.properties ?? {});
          return Object.keys(below).length > 0 ? [[key, below]] : [];
        }),
      );
    const written = defaultsOf(schema.properties);
    expect(Object.keys(written)).toHaveLength(11);
    const lines = Object.entries(written).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    expect(sizingOf(lines.join('\n')).rules).toEqual(DEFAULT_RULES);
  });
});

describe('a sizing file is refused as a whole', () => {
  it.each<[string, string]>([
    ['memory: { fit: 65 }', '2:16 fit is 65; it must be a percentage from 1% to 100% | fix fit: 65%'],
    ['memory: { fit: 0.65 }', '2:16 fit is 0.65; it must be a percentage from 1% to 100% | example fit: 65%'],
    ['memory: { fit: 0% }', '2:16 fit is "0%"; it must be a percentage from 1% to 100% | example fit: 65%'],
    [
      'memory: { fit: 101% }',
      '2:16 fit is "101%"; it must be a percentage from 1% to 100% | example fit: 65%',
    ],
    ['memroy: { fit: 60% }', '2:1 unknown key "memroy" in the sizing file | fix did you mean memory?'],
    ['memory: { groAt: 60% }', '2:11 unknown key "groAt" in memory | fix did you mean growAt?'],
    [
      'memory: { statistic: p98 }',
      '2:22 statistic is "p98"; it must be max, p99, p95, p90 or p50 | fix statistic: p99',
    ],
    ['over: 28', '2:7 over is 28; it must be a duration in days or hours, such as 14d | fix over: 28d'],
    [
      'over: 4 weeks',
      '2:7 over is "4 weeks"; it must be a duration in days or hours, such as 14d | fix over: 28d',
    ],
    ['caches: kepp', '2:9 caches is "kepp"; it must be keep or grow | fix caches: keep'],
    [
      'mustHold: { above90: 0.1% }',
      '2:22 above90 is "0.1%"; it must be a limit with its operator, such as < 0.1% | fix above90: "<= 0.1%"',
    ],
    [
      'price: { perGigabyteMonth: 50 }',
      '2:28 perGigabyteMonth is 50; it must be an amount with its currency, such as 50 CNY | example perGigabyteMonth: 50 CNY',
    ],
    [
      'classes: { a: { memory: { fit: 50% } } }',
      '2:15 the key select is missing from a | example select: { tags: { tier: critical } }',
    ],
    [
      'classes: { a: { select: {} } }',
      '2:25 the selector is empty; to select every instance, write all: true',
    ],
  ])('%s', (lines, wanted) => {
    const { sizing, findings } = parsed(lines);
    expect(sizing).toBeNull();
    expect(findings.map(shown).join('\n')).toContain(wanted);
    expect(findings).toHaveLength(1);
  });

  it.each<[string, readonly string[]]>([
    [
      'memory: { fit: 80% }',
      ['2:16 memory: fit is 80% and growAt is 80%; a new size that starts at its limit must change again'],
    ],
    ['cpu: { growAt: 60% }', ['2:16 cpu: fit is 60% and growAt is 60%']],
    ['memory: { growAt: 90%, fit: 77% }', ['2:29 memory: fit is 77%; the provider accepts']],
    ['over: 401d', ['2:7 over is 401d; it must be 1d to 400d']],
    ['over: 5h', ['2:7 over is 5h; it must be 1d to 400d']],
    ['horizon: 200d', ['2:10 horizon is 200d; it must be 1d to 180d']],
    ['shrink: { history: 30d }', ['2:20 history is 30d, and only 28d count (over) | fix over: 30d']],
    ['over: 7d', ['2:7 history is 14d, and only 7d count (over) | fix over: 14d']],
    ['grow: { holds: 7d }', ['2:16 holds is 7d, and Refit looks 14d ahead (horizon)']],
    [
      'horizon: 60d',
      ['2:10 holds is 30d, and Refit looks 60d ahead', '2:10 holds is 30d, and Refit looks 60d ahead'],
    ],
    [
      'classes: { a: { select: { name: x } }, b: { select: { name: x } } }',
      [
        '2:40 the class b never counts: the class a selects its instances first | fix put b before a, or remove it',
      ],
    ],
    [
      'classes: { a: { select: { all: true } }, b: { select: { name: x } } }',
      ['2:42 the class b never counts'],
    ],
    [
      'classes: { a: { select: { name: x }, memory: { fit: 85% } } }',
      ['2:53 memory: fit is 85% and growAt is 80%'],
    ],
    [
      'memory: { growAt: 60%, fit: 50% }\nclasses: { a: { select: { name: x }, memory: { fit: 65% } } }',
      ['3:53 memory: fit is 65% and growAt is 60%'],
    ],
    ['exclude: [{ used: "> 80%" }]', ['2:13 used is a condition on use']],
    ['mustHold: { above90: "< 0%" }', ['2:22 above90 is never < 0%, so no plan would be written']],
    ['classes: { a: { select: { name: x } }, a: { select: { name: y } } }', ['2:40 the key a occurs twice']],
    ['classes: { 7: { select: { name: x } } }', ['2:10 ']],
  ])('%s', (lines, wanted) => {
    const { sizing, findings } = parsed(lines);
    expect(sizing).toBeNull();
    const all = findings.map(shown);
    expect(all).toHaveLength(wanted.length);
    for (const [at, one] of wanted.entries()) expect(all[at]).toContain(one);
  });

  it.each([
    ['', 'the sizing file is empty; one with only defaults has at least a version'],
    ['- a\n', 'the sizing file is a list; it must be keys with values, such as memory:'],
    ['over: 28d\n', 'the key version is missing from the sizing file'],
    ['version: 2\n', 'the version of the sizing file is 2; this version of refit reads: 1'],
  ])('%j', (text, says) => {
    const { sizing, findings } = parseSizing(text, 'sizing.yaml');
    expect(sizing).toBeNull();
    expect(findings.map(({ message }) => message).join('\n')).toContain(says);
  });
});

describe('hostile text', () => {
  const PIECES = ['&a ', '*a', '!!str ', '<<: ', '? ', '| ', '---\n', '# ', ': ', '- ', '{', '}', '[', ']'];
  const VALUES = [
    '__proto__',
    '\u202e',
    '1e400',
    '-1',
    '999999d',
    '0d',
    '%',
    '{}',
    '[]',
    'null',
    '"',
    '9'.repeat(400),
  ];
  const SEED = Number(process.env.REFIT_FUZZ_SEED ?? Date.now() % 1_000_000);

  it(`crashes nothing, and what is accepted keeps every promise (REFIT_FUZZ_SEED=${SEED})`, () => {
    const { next: random } = seededRandom(SEED);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    for (let round = 0; round < 400; round += 1) {
      let text = `version: 1\n${EVERYTHING}\n`;
      for (let change = 0; change <= random() * 3; change += 1) {
        const at = Math.floor(random() * text.length);
        const cut = random() < 0.3 ? Math.floor(random() * 20) : 0;
        text = text.slice(0, at) + pick(random() < 0.5 ? PIECES : VALUES) + text.slice(at + cut);
      }
      const { sizing, findings } = parseSizing(text, 'sizing.yaml');
      expect(sizing === null, text).toBe(findings.some(({ severity }) => severity === 'error'));
      for (const { location, message } of findings) {
        expect(location!.line).toBeGreaterThan(0);
        expect(message.length).toBeLessThan(1_000);
      }
      for (const { over, horizon, memory, grow, shrink } of sizing === null
        ? []
        : [sizing.rules, ...sizing.classes.map(({ rules }) => rules)]) {
        expect(memory.fit).toBeLessThan(memory.growAt);
        expect(memory.fit).toBeLessThanOrEqual(76);
        expect(shrink.history).toBeLessThanOrEqual(over);
        expect(Math.min(grow.holds, shrink.holds)).toBeGreaterThanOrEqual(horizon);
      }
    }
  });
});
