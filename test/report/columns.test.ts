import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { cells, clip } from '../../src/report/document/columns.ts';

/** The characters of most alphabets, with signs, arrows, lines and emoji of one unit. */
const CHARACTERS = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));

it('counts the cells of a character, alone and after a letter, as string-width does', () => {
  const wrong = CHARACTERS.flatMap((one) => [one, `a${one}`]).filter(
    (text) => cells(text) !== stringWidth(text),
  );
  expect(wrong).toEqual([]);
});

it.each([
  ['refit apply plan.json → done…', 29],
  ['容量', 4],
  ['👩‍💻', 2],
  ['é', 1],
  ['\u001b[31mred\u001b[0m', 3],
])('counts the cells of %j: %i', (text, count) => {
  expect(cells(text)).toBe(count);
});

it('cuts between characters, never within one', () => {
  expect(clip('容量容量', 5)).toBe('容量…');
});
