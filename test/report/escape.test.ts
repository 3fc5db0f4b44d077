import { describe, expect, it } from 'vitest';
import { cells, clip, pad, table, wrap } from '../../src/report/document/columns.ts';
import {
  code,
  csvRecord,
  escapeControls,
  json,
  markdown,
  markup,
  raw,
  sanitize,
} from '../../src/report/document/escape.ts';

describe('control and invisible characters are escaped', () => {
  it.each([
    ['a plain name', 'a plain name'],
    ['购物车 é ñ 👍', '购物车 é ñ 👍'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x9b2J', '\\x9b2J'],
    ['a\r\n\tb\0\x7f', 'a\\r\\n\\tb\\x00\\x7f'],
    ['\u202egnp.exe\u2066\u200f', '\\u{202e}gnp.exe\\u{2066}\\u{200f}'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
    ['lone \ud800 half', 'lone \\u{d800} half'],
    ['\u2028\u2029\ufffe\u{e0041}', '\\u{2028}\\u{2029}\\u{fffe}\\u{e0041}'],
  ])('%j', (text, shown) => expect(escapeControls(text)).toBe(shown));

  it('in every string and key of a value; only an excerpt keeps its line feeds', () => {
    expect(sanitize({ 'a\x1b': ['b\n'], excerpt: '1 | x\x1b\n  | ^', n: 1, no: null })).toEqual({
      'a\\x1b': ['b\\n'],
      excerpt: '1 | x\\x1b\n  | ^',
      n: 1,
      no: null,
    });
  });
});

describe('each format escapes text', () => {
  it('HTML and XML: escapes markup and quotes of texts, not of templates', () => {
    expect(markup`<b title="${'"\'&'}">${'<script>'}${raw('<i>')}${null}${[1, 'x<']}</b>`.raw).toBe(
      '<b title="&quot;&#39;&amp;">&lt;script&gt;<i>1x&lt;</b>',
    );
  });

  it.each([
    ['a|b', 'a\\|b'],
    ['`x` *y* _z_ ~s~', '\\`x\\` \\*y\\* \\_z\\_ \\~s\\~'],
    ['[l](javascript:x)', '\\[l\\](javascript:x)'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['http://a.example www.b.example', 'http\\://a.example www\\.b.example'],
    ['@team closes #12', '<span>@</span>team closes <span>#</span>12'],
    ['\\', '\\\\'],
  ])('Markdown: %j', (text, shown) => expect(markdown`${text}`.raw).toBe(shown));

  it.each([
    ['crs-1', '`crs-1`'],
    ['a`b``c', '``` a`b``c ```'],
    ['a|b', '`a\\|b`'],
    ['', ''],
  ])('Markdown code: %j', (text, shown) => expect(code(text).raw).toBe(shown));

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\\t=1"],
    ['\r=1', "'\\r=1"],
    ['\u3000=1', "'\\u{3000}=1"],
    ['＝1', "'＝1"],
    ['a=1', 'a=1'],
    ['say "hi", twice', '"say ""hi"", twice"'],
    ['a;=1', '"a;=1"'],
    [' =1', "' =1"],
    [' a', '" a"'],
    ['two\nlines', 'two\\nlines'],
    [-12.5, '-12.5'],
    [null, ''],
  ])('CSV: %j', (cell, shown) => expect(csvRecord([cell])).toBe(`${shown}\r\n`));

  it('JSON parses to the same value and has no raw control characters', () => {
    const value = { name: '\x1b\x7f\x9b\u202e\u2028\ud800 购物车 \u{e0041}' };
    expect(JSON.parse(json(value))).toEqual(value);
    expect(json(value)).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(json(value)).toContain('购物车');
    expect(json({ a: 1 })).toBe('{\n  "a": 1\n}\n');
  });
});

describe('columns', () => {
  it.each([
    ['cart-01', 7],
    ['购物车', 6],
    ['e\u0301', 1],
    ['👍', 2],
    ['한국', 4],
    ['→ × ✓', 5],
  ])('%s takes %d cells', (text, width) => expect(cells(text)).toBe(width));

  it('cut at the width, never inside a character, with a limit on combining marks', () => {
    expect(clip('购物车-上海', 6)).toBe('购物…');
    expect(clip('cart', 4)).toBe('cart');
    expect(clip(`a${'\u0301'.repeat(10_000)}b`, 10).length).toBeLessThan(200);
  });

  it('pad by width, not by length', () =>
    expect(`${pad('购物', 6)}|${pad('1', 3, 'right')}`).toBe('购物  |  1'));

  it('wrap at words; a longer word has its own line', () => {
    expect(wrap('one two three-and-much-longer-than-that four', 24, '  ')).toEqual([
      '  one two',
      '  three-and-much-longer-than-that',
      '  four',
    ]);
  });

  it('align rows; if too wide, they cut names first, then drop them, but never cut ids', () => {
    const rows = [
      ['crs-aaaa1111', 'a-long-name-of-it', 'memory 4 GB'],
      ['crs-b', '购物车', 'shards 3'],
    ];
    const columns = [{}, { minWidth: 8, optional: true }, {}];
    expect(table(rows, columns, 60, '')).toEqual([
      'crs-aaaa1111  a-long-name-of-it  memory 4 GB',
      'crs-b         购物车             shards 3',
    ]);
    expect(table(rows, columns, 35, '')).toEqual([
      'crs-aaaa1111  a-long-…  memory 4 GB',
      'crs-b         购物车    shards 3',
    ]);
    expect(table(rows, columns, 20, '')).toEqual(['crs-aaaa1111  memory 4 GB', 'crs-b         shards 3']);
  });
});
