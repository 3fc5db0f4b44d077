// Goal: Refit reports each mistake in plans/invalid.yaml on its line, with the code in that line and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';

const text = readFileSync('plans/invalid.yaml', 'utf8');
const { plan, findings } = parsePlan(text, 'invalid.yaml');

describe('plans/invalid.yaml', () => {
  it('is refused', () => {
    expect(plan).toBeNull();
  });

  const lines = text.split('\n').map((line, index) => ({
    line,
    number: index + 1,
    expected: /# expect: (\S+)/.exec(line)?.[1] ?? null,
  }));

  it('has every code that parsing can give', () => {
    const held = new Set(lines.map(({ expected }) => expected).filter((code) => code !== null));
    expect([...held].sort()).toEqual([
      'Refit.BadValue',
      'Refit.Conflict',
      'Refit.DuplicateKey',
      'Refit.MissingKey',
      'Refit.SelectEmpty',
      'Refit.UnknownKey',
      'Refit.Yaml',
    ]);
  });

  it.each(lines.filter(({ line }) => line.trim() !== ''))(
    'line $number has $expected: $line',
    ({ number, expected }) => {
      const codes = findings.filter(({ location }) => location?.line === number).map(({ code }) => code);
      expect(codes).toEqual(expected === null ? [] : [expected]);
    },
  );

  it('reports every mistake with a location, an excerpt and a fix', () => {
    for (const { location, excerpt, fix, message } of findings) {
      expect(location?.file).toBe('invalid.yaml');
      expect(excerpt).toContain(`${location!.line} | `);
      expect(excerpt).toMatch(/\^$/);
      expect(fix).not.toBe('');
      expect(message).not.toMatch(/must (NOT|match|be equal|have required)/);
    }
  });
});

describe('the other example plans', () => {
  it.each(['small', 'selectors', 'refused'])('plans/%s.yaml parses without a finding', (name) => {
    const { plan, findings } = parsePlan(readFileSync(`plans/${name}.yaml`, 'utf8'), name);
    expect(findings).toEqual([]);
    expect(plan?.targets.length).toBeGreaterThan(0);
  });
});
