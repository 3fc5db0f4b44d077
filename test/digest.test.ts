import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, canonicalAround, canonicalDigest, sha256 } from '../src/digest.ts';

const SEED = Number(process.env.SEED ?? 20261101);

describe('the canonical form', () => {
  it.each<[string, unknown, string]>([
    [
      'sorts keys by code unit',
      { b: 1, a: 2, B: 3, '10': 4, '9': 5, é: 6 },
      '{"10":4,"9":5,"B":3,"a":2,"b":1,"é":6}',
    ],
    ['keeps the order of lists', [3, 1, 2], '[3,1,2]'],
    ['leaves out what is undefined, and not what is null', { a: undefined, b: null }, '{"b":null}'],
    ['writes a hole in a list as null', [undefined, 1], '[null,1]'],
    ['writes numbers as JSON does', [1.0, -0, 1e21, 0.1, 1e-7], '[1,0,1e+21,0.1,1e-7]'],
    ['escapes what JSON escapes', 'a"\\\n\u0001', '"a\\"\\\\\\n\\u0001"'],
    ['writes a lone surrogate as its code', '\ud800', '"\\ud800"'],
    [
      'keeps a member named like what objects inherit',
      JSON.parse('{"__proto__":1,"a":2}'),
      '{"__proto__":1,"a":2}',
    ],
    ['nests', { a: [{ c: {}, b: [] }] }, '{"a":[{"b":[],"c":{}}]}'],
  ])('%s', (_, value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('x'), 1n, undefined])(
    'refuses what JSON cannot hold: %s',
    (value) => {
      expect(() => canonical(value)).toThrow(TypeError);
    },
  );

  it(`of what it gave is itself, and parses to the same value (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text);
        const form = canonical(value);
        expect(canonical(JSON.parse(form))).toBe(form);
        expect(JSON.parse(form)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

it(`the digest of an object is the SHA-256 of its canonical form (seed ${SEED})`, () => {
  const shared = { b: 'é"\\\u0001', a: -0 };
  const items = fc.array(
    fc.oneof(fc.jsonValue(), fc.constant(shared), fc.constant({ z: shared, y: undefined })),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), items)), (value) => {
      expect(canonicalDigest(value)).toBe(sha256(canonical(value)));
    }),
    { seed: SEED, numRuns: 500 },
  );
});

it(`the canonical form around a member is that of the object with the member (seed ${SEED})`, () => {
  const member = fc.string().filter((key) => key !== 'hash' && !/^(\d+|__proto__)$/.test(key));
  fc.assert(
    fc.property(fc.dictionary(member, fc.oneof(fc.jsonValue(), fc.constant(undefined))), (some) => {
      const value = { ...some, at: 'first', seq: 1 };
      const [before, after] = canonicalAround(value, 'hash');
      expect(`${before},"hash":"x"${after}`).toBe(canonical({ ...value, hash: 'x' }));
      expect(before + after).toBe(canonical(value));
    }),
    { seed: SEED, numRuns: 500 },
  );
});

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    // Two bytes in UTF-8.
    ['é', '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c'],
  ])('of %j', (text, hash) => {
    expect(sha256(text)).toBe(hash);
  });
});
