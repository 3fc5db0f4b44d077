/** Attacks with text: characters that act, hide or look blank, in every output. None may arrive as it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { code, csvRecord, json, jsonLine, markdown, markup } from '../../src/report/document/escape.ts';
import { REVIEW_FORMATS, renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { cloudEventLines } from '../../src/report/run/cloud-events.ts';
import { evidenceFiles } from '../../src/report/run/evidence.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/run/render-report.ts';
import { escapeControls, escapeLines, escapeScreen, hasVisibleText } from '../../src/text.ts';
import { reviewFullOf } from '../report/review-situations.ts';
import { hostileRun } from '../report/situations.ts';

/** What no output may contain, from the properties of Unicode that the standard names. The list is this test's own. */
const PROPERTIES = [
  'Cc',
  'Cf',
  'Cs',
  'Co',
  'Cn',
  'Zl',
  'Zp',
  'Zs',
  'Default_Ignorable_Code_Point',
  'Bidi_Control',
  'Noncharacter_Code_Point',
  'Pattern_White_Space',
  'White_Space',
  'Variation_Selector',
] as const;
const BLANKS = [
  '\u3164',
  '\u2800',
  '\u115f',
  '\u1160',
  '\uffa0',
  '\u00a0',
  '\u3000',
  '\u180e',
  '\u034f',
  '\ufffc',
];

const matches = (property: string) => new RegExp(`\\p{${property}}`, 'u');
const HIDDEN = new RegExp(
  `[${PROPERTIES.map((property) => `\\p{${property}}`).join('')}${BLANKS.join('')}]`,
  'u',
);
/** Every such code point, of the large ranges (unassigned, private, surrogates) each 1999th. */
const hidden: string[] = [];
const large = /[\p{Cn}\p{Co}\p{Cs}]/u;
for (let at = 0; at <= 0x10ffff; at++) {
  const character = String.fromCodePoint(at);
  if (
    character !== ' ' &&
    HIDDEN.test(character) &&
    (!large.test(character) || at % 1999 === 0 || (at & 0xfffe) === 0xfffe)
  )
    hidden.push(character);
}

/** The first raw character that hides, as a number. @param kept what the format itself may have. */
function firstRaw(text: string, kept: string): string | null {
  for (const character of text)
    if (!kept.includes(character) && character !== ' ' && HIDDEN.test(character))
      return `U+${character.codePointAt(0)!.toString(16)}`;
  return null;
}

describe('a character that hides', () => {
  it('is known for every property', () => {
    for (const property of PROPERTIES)
      expect(hidden.filter((one) => matches(property).test(one)).length, property).toBeGreaterThan(0);
    expect(hidden.length).toBeGreaterThan(700);
  });

  it.each<[string, (text: string) => string, string]>([
    ['one line', escapeControls, ''],
    ['several lines', escapeLines, '\n'],
    ['a terminal without colours', (text) => escapeScreen(text, false), '\n'],
    ['a terminal with colours', (text) => escapeScreen(text, true), '\n\r'],
    ['HTML, JUnit and SVG', (text) => markup`${text}`.raw, ''],
    ['Markdown', (text) => markdown`${text}`.raw, ''],
    ['a code span', (text) => code(text).raw, ''],
    ['CSV', (text) => csvRecord([text]), '\r\n'],
    ['JSON', json, '\n'],
    ['a line of JSON', jsonLine, '\n'],
  ])('becomes visible in %s, alone, between letters and in a row', (_, shown, kept) => {
    for (const one of hidden) expect(firstRaw(shown(`${one}a${one}`), kept)).toBeNull();
    expect(firstRaw(shown(hidden.join('')), kept)).toBeNull();
  });

  it('stays exact data in JSON', () => {
    expect(JSON.parse(json(hidden))).toEqual(hidden);
    expect(JSON.parse(jsonLine(hidden.join('')))).toBe(hidden.join(''));
  });

  it('does not hide a formula from the check of CSV', () => {
    for (const one of hidden)
      for (const formula of ['=1+1', '@A1', '＝1']) expect(csvRecord([`${one}${formula}`])).toMatch(/^"?'/);
  });

  it('takes the marks that follow it along, so that none joins our own text', () => {
    expect(escapeControls('\u0338a')).toBe('\\u{338}a');
    expect(escapeControls('a\u200b\u0338\u0338b')).toBe('a\\u{200b}\\u{338}\\u{338}b');
    expect(escapeControls('e\u0301')).toBe('e\u0301');
    expect(markup`<b>${'\u0338'}</b>`.raw).not.toContain('\u0338');
  });
});

const SAMPLES = [
  ...PROPERTIES.map((property) => hidden.find((one) => matches(property).test(one))!),
  ...BLANKS,
];

describe.each(SAMPLES.map((one) => [`U+${one.codePointAt(0)!.toString(16)}`, `${one}x${one}\u202ey`]))(
  'a fleet and a plan full of %s',
  (_, text) => {
    it('hide nothing in any format of a review or a report', () => {
      const shown = { color: false, width: 100, all: true };
      const review = reviewFullOf(text);
      for (const format of REVIEW_FORMATS)
        expect([format, firstRaw(renderReview(review, format, shown), '\n\r')]).toEqual([format, null]);
      const { saved, entries } = hostileRun(text);
      const report = buildReport(saved, entries);
      for (const format of REPORT_FORMATS)
        expect([format, firstRaw(renderReport(report, format, shown), '\n\r')]).toEqual([format, null]);
      expect(firstRaw(cloudEventLines(saved, entries), '\n')).toBeNull();
      const readme = evidenceFiles({
        saved,
        report,
        planText: '',
        large: [],
        others: [],
        version: '0',
      }).find(({ path }) => path === 'README.txt')!;
      expect('text' in readme && firstRaw(readme.text, '\n')).toBeNull();
    });
  },
);

describe('a label without anything to see', () => {
  const plan = (labels: string) =>
    `version: 1\n${labels}\ndefaults: { region: ap-guangzhou }\ntargets: [{ instance: crs-sigs0016, memoryPerShard: 8GB }]\n`;

  it.each(['  ', '\u200b', '\u3164', '\u2800 \u2800', '\u00a0', '\u0301', '\u{e0041}\u{e0042}'])(
    '%j is none',
    (text) => {
      expect(hasVisibleText(text)).toBe(false);
      expect(hasVisibleText(`${text}x`)).toBe(true);
    },
  );

  it.each([
    ['name', plan('name: "  "')],
    ['name', plan('name: "\\u3164"')],
    ['change', plan('name: x\nchange: "\\u200b"')],
    ['owner', plan('name: x\nowner: "\\u2800"')],
    ['the name of the wave', plan('name: x\nwaves: [{ name: "\\u200b", take: rest }]')],
  ])('is refused as %s, with its location and an example', (key, text) => {
    const { plan: made, findings } = parsePlan(text, 'plan.yaml');
    expect(made).toBeNull();
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'Refit.BadValue',
        message: `${key} has nothing to see: only blanks or invisible characters`,
        example: expect.any(String),
        location: expect.objectContaining({ file: 'plan.yaml' }),
      }),
    ]);
  });
});

it('no command prints JSON past the encoder that makes hidden characters visible', () => {
  const folder = join(import.meta.dirname, '../../src/cli');
  const printing = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) =>
      /(out|err|emit|return)\b[^\n]*JSON\.stringify/.test(readFileSync(join(folder, name), 'utf8')),
    );
  expect(printing).toEqual([]);
});
