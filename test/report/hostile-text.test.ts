/** Hostile text in every text from outside, in every format of a report. */
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/run/build-report.ts';
import { cloudEventLines } from '../../src/report/run/cloud-events.ts';
import { REPORT_FORMATS, renderReport } from '../../src/report/run/render-report.ts';
import { HOSTILE, hostileRun } from './situations.ts';

const TEXTS: Readonly<Record<string, string>> = {
  'HTML and a script': '<script>alert(1)</script><img src=x onerror=alert(2)></td></table>"\'>',
  'the end of a style, a comment or a CDATA section': '</style></script>--> ]]> <!--',
  Markdown:
    '# h\n| a | b |\n[l](javascript:alert(3)) ![i](http://evil.example/x.png) `x` **b** @everyone #1 <b>',
  'ANSI escapes': '\x1b[31mred\x1b[0m\x1b[2J\x9b2J',
  'OSC escapes': '\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\x1b]0;title\x07\x9d52;c;aGk=\x9c',
  'bidi controls': '\u202egnp.exe\u2066x\u2069\u200f\u061c',
  'a formula': "=cmd|' /C calc'!A0",
  'formulas of other signs': '@SUM(1)\n+1+1\t-2+3\r=1',
  'a formula behind white space': '  \t=HYPERLINK("http://evil.example")',
  'ten thousand characters': 'a'.repeat(10_000),
  'ten thousand combining marks': `a${'\u0301'.repeat(10_000)}`,
  'lone surrogates': 'high \ud800 low \udc00 end \udbff',
  'nulls, separators and noncharacters': '\0\u2028\u2029\ufffe\u{e0041}\ufeff',
  'a prototype key': '__proto__',
  'all of it at the same time': HOSTILE,
};

const FORMATS = [...REPORT_FORMATS, 'cloudevents'] as const;
const render = (text: string, format: (typeof FORMATS)[number]) => {
  const { saved, entries } = hostileRun(text);
  return format === 'cloudevents'
    ? cloudEventLines(saved, entries)
    : renderReport(buildReport(saved, entries), format, { color: false, width: 100 });
};
/** The structure of the document, the same for every text. */
const tagsOf = (html: string) => [...html.matchAll(/<\/?[a-z!][^\s>]*/gi)].map(([tag]) => tag);
const PLAIN = render('plain', 'html');

describe.each(Object.entries(TEXTS))('%s', (name, text) => {
  it.each(FORMATS)('is escaped in %s', (format) => {
    const shown = render(text, format);
    // No character controls a terminal, editor or log viewer, and the text is valid UTF-8.
    expect(shown).not.toMatch(
      /[^\P{Cc}\r\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]|\p{Cs}/u,
    );
    if (format !== 'csv') expect(shown).not.toContain('\r');
    expect(Buffer.from(shown, 'utf8').toString('utf8')).toBe(shown);
    switch (format) {
      case 'html':
        expect(tagsOf(shown).length - tagsOf(PLAIN).length).toBe(0);
        expect(shown).not.toMatch(/<script>alert|<img|onerror=alert\(2\)>(?!&)/);
        break;
      case 'markdown':
        expect(withoutCode(shown)).not.toMatch(/<script|<img|(?<!\\)\]\(|(?<!>)@everyone|!\[/);
        expect(shown.length).toBeLessThan(65_536);
        break;
      case 'csv':
        for (const cell of cellsOf(shown)) expect(cell).not.toMatch(/^\s*[=+@]|^\s*-(?![\d.]+$)/);
        break;
      case 'json': {
        const { saved, entries } = hostileRun(text);
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(buildReport(saved, entries))));
        break;
      }
      case 'cloudevents': {
        const { entries } = hostileRun(text);
        const events = shown
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as { data: unknown });
        expect(events.map(({ data }) => data)).toEqual(JSON.parse(JSON.stringify(entries)));
        break;
      }
      default:
        expect(name).not.toBe('');
    }
  });
});

/** The cells of RFC 4180 records. */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^,\r]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );
}

/** Markdown without its code spans, which need no escapes. */
function withoutCode(text: string): string {
  return text.replace(/\\`/g, '').replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}
