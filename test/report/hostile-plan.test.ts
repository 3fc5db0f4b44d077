// Goal: hostile text from the provider or an author is harmless in every format of a plan.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { escapeControls } from '../../src/report/document/escape.ts';
import { REVIEW_FORMATS, type ReviewFormat, renderReview } from '../../src/report/review/render-review.ts';
import { annotationsOf, htmlOf, recordsOf, tablesOf, tagsOf } from './read-renderings.ts';
import { reviewFullOf } from './review-situations.ts';
import { HOSTILE } from './situations.ts';

const PUBLISHED = join(import.meta.dirname, 'published');
const LONG = 10_000;

const TEXTS: Readonly<Record<string, string>> = {
  'an element of HTML': '<img src=x onerror=alert(1)><script>alert(2)</script><svg/onload=alert(3)>',
  'the end of our own markup': '</td></tr></table></details></summary></code></pre></title></style></script>',
  'a comment and a CDATA end': '<!-- --><!--> ]]> <![CDATA[x]]> <?xml?>',
  'entities that are markup once more': '&lt;script&gt;&#60;b&#62;&amp;lt;i&amp;gt;',
  'quotes of attributes': `" onmouseover="alert(1)" ' onfocus='alert(2)' \` x=1`,
  'Markdown of every kind':
    '**b** _i_ ~~s~~ `c` [l](javascript:alert(1)) ![i](http://evil.example/x.png) <http://evil.example>',
  'a heading, a list and a rule': '# h\n## h\n- [ ] task\n1. one\n---\n> quote\n```\nfence',
  'cells and rows of a table': 'a | b | c\n| --- | --- |\n| x | y |\\',
  'code spans that do not end': '`` ` ``` x `',
  'a link reference and a footnote': '[x]: http://evil.example "t"\n[^1]: note [^1] [x]',
  'links that need no brackets':
    'http://evil.example www.evil.example a@evil.example mailto:a@evil.example ftp://evil.example',
  'mentions and references': '@everyone @octocat #1 GH-1 org/repo#1 !1 $1 %1 ~label :tada:',
  'colours and cursor movements': '\x1b[31mred\x1b[0m\x1b[2J\x1b[1;1H\x1b[?25l',
  'a title and a link of a terminal': '\x1b]0;title\x07\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\',
  'a clipboard write and a device report': '\x1b]52;c;ZXZpbA==\x07\x1b[6n\x1bP+q544e\x1b\\',
  'eight-bit controls': '\x9b31m\x9d0;t\x9c\x90q\x9c\x85',
  'control characters': '\0\x01\b\x7f\v\f\r\n\t',
  'the other direction': '\u202egnp.exe\u202c \u2066x\u2069 \u200fy\u061c',
  'invisible characters': '\u200b\u2060\ufeff\u00ad\u3164\u{e0041}\u2028\u2029',
  'a formula that begins with =': "=cmd|' /C calc'!A0",
  'a formula that begins with +': '+1+1',
  'a formula that begins with -': '-2+3',
  'a formula that begins with @': '@SUM(1+1)*cmd',
  'a formula behind a tab': '\t=1+1',
  'a formula behind a carriage return': '\r=1+1',
  'a formula behind blanks': '  =1+1',
  'a formula in full width': '＝1+1',
  'a record of CSV': 'a","b\r\n=1+1,"c"; d',
  'a command of a workflow': 'x\n::error file=a::pwned\n::add-mask::x\n##[error]x ::stop-commands::t',
  'properties of a command': 'a,line=9,col=9::x%0A::error::y%25',
  'an expression of a workflow': `$${'{{ secrets.TOKEN }}'} $${'{IFS}'} $(id) \`id\``,
  'half of a character': '\ud800 x \udfff \ud83d',
  'no character at all': '\ufffe\uffff\u{1fffe}\ue000',
  'marks without an end': `e${'\u0301'.repeat(LONG)}`,
  'ten thousand letters': 'x'.repeat(LONG),
  'ten thousand wide characters': '库'.repeat(LONG),
  'ten thousand pieces of markup': '<|`*@'.repeat(LONG / 5),
  'ten thousand blanks and lines': ' \n'.repeat(LONG / 2),
  'keys of a prototype': '__proto__',
  'all of it at the same time': HOSTILE,
};

const render = (text: string, format: ReviewFormat) =>
  renderReview(reviewFullOf(text), format, { color: false, width: 100, all: false, elsewhere: text });

const HARMLESS_REVIEWS = new Map(REVIEW_FORMATS.map((format) => [format, render('harmless', format)]));
/** The same review with harmless text: it shows the expected structure. */
const harmless = (format: ReviewFormat) => HARMLESS_REVIEWS.get(format)!;

/** Characters that control a terminal, change the text direction or are invisible. CSV records end with CR LF. */
const ACTS = /(?!\r\n|\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const sarifValid = (() => {
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(readFileSync(join(PUBLISHED, 'sarif-2.1.0.json'), 'utf8'));
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
})();

/** More checks for each format. */
const HARMLESS: Readonly<Record<ReviewFormat, (shown: string, text: string) => void>> = {
  text(shown) {
    expect(shown.length).toBeLessThan(150_000);
    expect(shown.split('\n').length).toBeLessThan(500);
  },
  json(shown, text) {
    const { plan, findings } = JSON.parse(shown);
    expect([plan.name, plan.owner, findings[0].message]).toEqual([text, text, text]);
  },
  markdown(shown, text) {
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(65_536);
    const html = htmlOf(shown);
    expect(tagsOf(html).filter((tag) => !MARKDOWN_TAGS.has(tag))).toEqual([]);
    // Only `@` and `#` are in spans.
    expect(html.replaceAll(/<span>[@#]<\/span>/g, '')).not.toMatch(/<\/?span/);
    const tables = tablesOf(html);
    for (const { head, rows } of tables) for (const row of rows) expect(row.length).toBe(head.length);
    const names = tables
      .filter(({ head }) => head.join().startsWith('Instance,Name'))
      .flatMap(({ rows }) => rows.map(([, name]) => name));
    expect(names.length).toBe(2);
    if (text.length < 200) for (const one of names) expect(one).toBe(escapeControls(text).trim());
  },
  html(shown) {
    expect(tagsOf(shown)).toEqual(tagsOf(harmless('html')));
    // Quotes in text are entities, so raw quotes enclose attribute values.
    expect(shown.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/i);
  },
  csv(shown) {
    const records = recordsOf(shown);
    expect(records.map(({ length }) => length)).toEqual(records.map(() => records[0]!.length));
    const live = records.flat().filter((cell) => /^[=+\-@\t\r＝＋－＠]|^\s+[=+\-@]/.test(cell));
    expect(live.filter((cell) => !/^-?\d+(\.\d+)?$/.test(cell))).toEqual([]);
  },
  junit(shown) {
    expect(tagsOf(shown)).toEqual(tagsOf(harmless('junit')));
  },
  sarif(shown) {
    const sarif = JSON.parse(shown);
    sarifValid(sarif);
    expect(sarifValid.errors ?? []).toEqual([]);
    const { uri } = sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation;
    expect(uri).toMatch(/^(file:\/\/)?[\w%.!~*'()/-]+$/);
  },
  github(shown) {
    const { lines, annotations } = annotationsOf(shown);
    expect(annotations.length).toBe(lines.length - 1);
    expect(lines[0]).toMatch(/^READY: /);
    expect(shown).not.toContain('##[');
    const plain = annotationsOf(harmless('github')).annotations;
    const shape = ({ kind, properties }: (typeof annotations)[number]) => [kind, ...Object.keys(properties)];
    expect(annotations.map(shape)).toEqual(plain.map(shape));
    // The effects come first and belong to no line.
    expect(annotations[0]!.properties.line).toBe('1');
    expect(new Set(annotations.slice(1).map(({ properties }) => properties.line))).toEqual(new Set(['3']));
  },
};
const MARKDOWN_TAGS = new Set(
  'h2 h3 p strong ul li code table thead tbody tr th td details summary span'.split(' '),
);

describe.each(REVIEW_FORMATS)('a plan as %s', (format) => {
  it.each(Object.entries(TEXTS))('is harmless with %s everywhere', (_, text) => {
    const shown = render(text, format);
    expect(shown.isWellFormed()).toBe(true);
    expect(ACTS.exec(shown)?.[0]).toBeUndefined();
    HARMLESS[format](shown, text);
  });
});

it('a plan as JUnit is valid for Jenkins with each of these texts', async () => {
  const { errors } = await validateXML({
    xml: Object.values(TEXTS).map((text, at) => ({ fileName: `${at}.xml`, contents: render(text, 'junit') })),
    schema: [readFileSync(join(PUBLISHED, 'jenkins-junit.xsd'), 'utf8')],
  });
  expect(errors.map(({ message, loc }) => [loc?.fileName, message])).toEqual([]);
});
