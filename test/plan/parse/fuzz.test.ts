// Goal: all bytes and all texts, however broken, give findings or a plan. A failure prints its seed.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePlan } from '../../../src/plan/parse/decode-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';

const examples = ['small', 'selectors', 'invalid'].map((name) => readFileSync(`plans/${name}.yaml`, 'utf8'));
const crumbs = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ': ',
  '- ',
  '\n',
  '\t',
  '"',
  "'",
  '&a ',
  '*a',
  '!!x ',
  '|',
  '>',
  '%',
  '#',
  '---\n',
  '\u0000',
  '\r',
  '? ',
  '<<: ',
  '__proto__: ',
];

function isWhole(text: string): void {
  const { plan, findings } = parsePlan(text, 'plan.yaml');
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(plan === null).toBe(errors.length > 0);
  const lines = text.split('\n').length;
  for (const { location, message, fix, excerpt } of findings) {
    expect(message).not.toMatch(/undefined|\[object|internal error/);
    expect(fix).not.toBe('');
    expect(location!.line).toBeGreaterThanOrEqual(1);
    expect(location!.line).toBeLessThanOrEqual(lines);
    expect(location!.column).toBeGreaterThanOrEqual(1);
    expect(excerpt).toMatch(/\^$/);
  }
}

describe('parsing never throws, and gives a plan or findings', () => {
  it('on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), isWhole), { numRuns: 300 });
  });

  it('on random YAML indicators', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...crumbs),
            fc.constantFrom('a', 'version', 'targets', 'name', ' ', '  ', '1'),
          ),
        ),
        (parts) => isWhole(parts.join('')),
      ),
      { numRuns: 1000 },
    );
  });

  it('on an example with one part replaced', () => {
    const cut = fc.tuple(
      fc.constantFrom(...examples),
      fc.nat(),
      fc.nat(40),
      fc.array(fc.constantFrom(...crumbs), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(cut, ([text, at, length, put]) => {
        const from = at % text.length;
        isWhole(text.slice(0, from) + put.join('') + text.slice(from + length));
      }),
      { numRuns: 500 },
    );
  });

  it('on any value at any key', () => {
    const plan = fc.dictionary(
      fc.constantFrom(
        'version',
        'name',
        'targets',
        'guards',
        'waves',
        'windows',
        'execution',
        'finishBy',
        'defaults',
        'expires',
      ),
      fc.jsonValue({ maxDepth: 3 }),
    );
    fc.assert(
      fc.property(plan, (value) => isWhole(JSON.stringify({ version: 1, ...value }))),
      { numRuns: 500 },
    );
  });

  it.each([
    { version: { toString: 0 } },
    { version: 1, name: { toString: 0 }, targets: { toString: 0 } },
    { version: 1, targets: [{ instance: 'crs-5qlrlhux', memoryPerShard: { atMost: { toString: 0 } } }] },
    { version: 1, execution: { inFlight: { toString: 0 } }, waves: [{ name: { valueOf: 0, toString: 0 } }] },
  ])('on values without a text form: %j', (value) => isWhole(JSON.stringify(value)));

  it('on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { text, findings } = decodePlan(bytes, 'plan.yaml');
        if (text === null) expect(findings).toHaveLength(1);
        else isWhole(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['dashes', '- '.repeat(20_000)],
    ['braces', '{a: '.repeat(20_000)],
    ['quotes', '"'.repeat(20_000)],
    ['lines', Array.from({ length: 2_000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  ])('on very many %s', (_, text) => {
    isWhole(text);
    expect(parsePlan(text, 'plan.yaml').plan).toBeNull();
  });
});
