/** The changes that `npm run mutants` makes, and the list of those that no test notices. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interval } from './figures.ts';
import { findMutants } from './find-mutants.ts';
import { instrument } from './instrument.ts';
import { readSurvivors } from './survivors.ts';
import { OutOfWork, theSwitch } from './switch.ts';
import { ROOT } from './targets.ts';

/** The texts after each change of the source, without the source. */
const changed = (source: string) => findMutants('x.ts', source).map(({ to }) => to);

describe('the mutants', () => {
  // biome-ignore format: one line a case
  it.each([
    ['of a boundary', 'f(a < b);', [';', 'f(a <= b);']],
    ['of an equality', 'const x = a === b;', ['const x = a !== b;']],
    ['of a condition', 'if (a) b();', ['if (!(a)) b();', 'if (a) ;']],
    ['of a logical operator', 'const x = a && b;', ['const x = a || b;']],
    ['of a negation', 'const x = !a;', ['const x = (a);']],
    ['of some and every', 'const x = list.some(f);', ['const x = list.every(f);']],
    ['of a fallback', 'const x = a ?? b;', ['const x = (a);']],
    ['of an optional chain', 'const x = a?.b[c]?.[d];', ['const x = a?.b[c][d];', 'const x = a.b[c]?.[d];']],
    ['of a sum', 'const x = a + b;', ['const x = a - b;']],
    ['of a text: none', "const x = a + 'b';", []],
    ['of a smallest value', 'const x = Math.min(a, b);', ['const x = Math.max(a, b);']],
    ['of a list and an object', 'const x = [{ a }];', ['const x = [];', 'const x = [({})];']],
    ['of a boolean result', 'const f = (): boolean => a;', ['const f = (): boolean => true;', 'const f = (): boolean => false;']],
    ['of a result that may be null', 'function f(): A | null { return a; }', ['function f(): A | null { return null; }']],
    ['of a type: none', 'type A = B extends true ? [1] : { a: 1 };', []],
  ])('%s', (_, source, expected) => {
    expect(changed(source)).toEqual(expected);
  });

  it('have the same key wherever their line stands, and another for each equal line', () => {
    const keys = (source: string) => findMutants('x.ts', source).map(({ key }) => key);
    expect(keys('\n\nx = a && b;')).toEqual(keys('x = a && b;'));
    expect(new Set(keys('x = a && b;\nx = a && b;')).size).toBe(2);
  });
});

describe('instrumented code', () => {
  /** The result of the code for each active mutant; the first without one. */
  function resultsOf(source: string): unknown[] {
    const text = `function f() { ${source} }`;
    const mutants = findMutants('x.ts', text);
    const code = instrument(text, mutants, 1);
    const it = theSwitch();
    try {
      return [0, ...mutants.map((_, at) => at + 1)].map((active) => {
        it.active = active;
        return new Function(`${code}; return f();`)();
      });
    } finally {
      it.active = 0;
    }
  }

  // biome-ignore format: one line a case
  it.each([
    ['has one change at a time', 'const a = 1; return a > 1 || (a === 1 && !(a < 1));', [true, false, true, true, false, false, false]],
    ['keeps an optional chain whole', 'let b; try { return b?.c.d; } catch { return 0; }', [undefined, 0]],
    ['keeps else with its if', 'let x = 0; const set = () => { x = 1; }; if (x === 0) set(); else x = 2; return x;', [1, 2, 0]],
  ])('%s', (_, source, expected) => {
    expect(resultsOf(source)).toEqual(expected);
  });

  it('is stopped after too much work', () => {
    const it = theSwitch();
    const { limit } = it;
    it.limit = it.work + 10;
    try {
      const code = 'let at = 0; while (at < 1) if (at > 1) at++;';
      expect(new Function(instrument(code, findMutants('x.ts', code), 1))).toThrow(OutOfWork);
    } finally {
      it.limit = limit;
    }
  });
});

describe('the list of survivors', () => {
  it('names changes that exist, each once and with a reason', () => {
    const survivors = [...readSurvivors()];
    const files = new Set(survivors.map(([, { file }]) => file));
    const keys = new Set(
      [...files].flatMap((file) =>
        findMutants(file, readFileSync(join(ROOT, file), 'utf8')).map(({ key }) => key),
      ),
    );
    expect(survivors.filter(([key]) => !keys.has(key)).map(([, row]) => row)).toEqual([]);
    expect(survivors.filter(([, { reason }]) => reason.length < 10)).toEqual([]);
  });
});

it('knows how sure a share is', () => {
  const { low, high } = interval(90, 100);
  expect([low.toFixed(3), high.toFixed(3)]).toEqual(['0.826', '0.945']);
});
