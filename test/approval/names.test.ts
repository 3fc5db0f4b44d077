/** Names of people: which are accepted, which are equal, and which look alike. */
// cspell:disable
import { describe, expect, it } from 'vitest';
import { looksLike, nameFault, nameKey } from '../../src/approval/names.ts';

describe('a name', () => {
  it.each([
    'wei',
    'Wei.Zhang',
    'ops@example',
    '张伟',
    '张wei',
    'иван',
    'たなかカナwei',
    '김wei金',
    'ㄨㄟ伟wei',
    'José',
  ])('%s is accepted', (name) => expect(nameFault(name)).toBeNull());

  it.each([
    ['', 'characters'],
    ['wei zhang', 'characters'],
    ['-wei', 'characters'],
    ['a'.repeat(65), 'characters'],
    ['w\u200bei', 'invisible'],
    ['wei\u3164', 'invisible'],
    ['wei\uffa0', 'invisible'],
    ['w\u0435i', 'mixed-scripts'],
    ['ivan.иванов', 'mixed-scripts'],
    ['ρwei', 'mixed-scripts'],
    ['たなか김', 'mixed-scripts'],
    ['ᎳᎬᏆ', 'other-script'],
  ])('%j is refused: %s', (name, kind) => expect(nameFault(name)?.kind).toBe(kind));
});

describe('two names', () => {
  it.each([
    ['wei', 'WEI'],
    ['straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ﬁona', 'fiona'],
    ['ｗｅｉ', 'wei'],
    ['σοφος', 'ΣΟΦΟΣ'],
    ['e\u0301ric', 'éric'],
    ['𝐰𝐞𝐢', 'wei'],
  ])('%s and %s are equal', (one, other) => expect(nameKey(one)).toBe(nameKey(other)));

  it.each([
    ['wеі', 'wei'],
    ['mary', 'rnary'],
    ['user1', 'userl'],
    ['O0', 'OO'],
    ['сор', 'cop'],
    ['WEΙ', 'WEI'],
  ])('%s and %s look alike', (one, other) => {
    expect(looksLike(one, other)).toBe(true);
    expect(looksLike(other, one)).toBe(true);
  });

  it.each([
    ['wei', 'jun'],
    ['wei', 'wen'],
    ['张伟', '张玮'],
    ['user1', 'user2'],
  ])('%s and %s do not', (one, other) => expect(looksLike(one, other)).toBe(false));
});

it('the form for comparisons has no character that case folding would still change, except Cherokee', () => {
  const changes = /\p{Changes_When_NFKC_Casefolded}/u;
  const left: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (changes.test(character) && !/\p{scx=Cher}/u.test(character) && changes.test(nameKey(character)))
      left.push(code.toString(16));
  }
  expect(left).toEqual([]);
});
