// What an author sees. Method: a text with one mistake, and the complete output.
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { MINIMAL_PLAN } from '../../../src/plan/parse/read-yaml.ts';
import { drawBytes, drawText, remedy, withLines, withTarget } from './pictures.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('YAML mistakes', () => {
  it('reports tabs once, with the command that fixes them', () => {
    expect(
      drawText('version: 1\nname: test\ntargets:\n\t- instance: crs-5qlrlhux\n\t  shards: 3x\n'),
    ).toMatchInlineSnapshot(`
      "4:1 Refit.Yaml: the line is indented with a tab, and 1 more after it; YAML indents with spaces
         4 |   - instance: crs-5qlrlhux
           | ^^
      => expand -i -t 2 plan.yaml > plan.yaml.spaces"
    `);
  });

  it('shows both lines of a duplicate key', () => {
    expect(drawText(withLines('name: again'))).toMatchInlineSnapshot(`
      "5:1 Refit.DuplicateKey: the key name occurs twice, first on line 2
         2 | name: test
           | ^^^^
         5 | name: again
           | ^^^^
      => keep one of the two"
    `);
  });

  it('reports an alias bomb of ten thousand once, at the alias that the author sees', () => {
    const ten = (what: string) => `[${Array(10).fill(what).join(', ')}]`;
    const bomb = [
      'a: &a x',
      ...['b', 'c', 'd', 'e', 'f'].map((name, i) => `${name}: &${name} ${ten(`*${'abcde'[i]}`)}`),
    ];
    const findings = parsePlan(withLines(...bomb), 'plan.yaml').findings.filter(
      ({ code }) => code === 'Refit.Yaml',
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]!.excerpt).toMatchInlineSnapshot(`
      "   8 | d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
           |                                    ^^"
    `);
  });

  it('refuses ten thousand uses of one anchor', () => {
    const ids = Array.from({ length: 10_000 }, () => '*id').join(', ');
    const text = withTarget(
      '- instance: &id crs-5qlrlhux',
      '  shards: 8',
      `- { select: { ids: [${ids}] }, shards: 8 }`,
    );
    const { plan, findings } = parsePlan(text, 'plan.yaml');
    expect(plan).toBeNull();
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'Refit.Yaml: the text uses aliases more than 1000 times, including aliases inside aliases',
    ]);
  });

  it('refuses an anchor that contains itself', () => {
    expect(drawText(withLines('waves: &w [*w]'))).toMatchInlineSnapshot(`
      "5:12 Refit.Yaml: *w contains itself
         5 | waves: &w [*w]
           |            ^^
      => write the values out"
    `);
  });

  it.each([
    ['an empty file', ''],
    ['a file of comments', '# nothing yet\n\n'],
    ['an empty document', '---\n'],
    ['null', 'null\n'],
  ])('%s gets a minimal plan as its example, and that plan is valid', (_, text) => {
    const { findings } = parsePlan(text, 'plan.yaml');
    expect(findings.map((one) => [one.code, one.message, remedy(one)])).toEqual([
      ['Refit.Yaml', 'the file is empty', `example: ${MINIMAL_PLAN}`],
    ]);
    expect(parsePlan(MINIMAL_PLAN, 'plan.yaml').findings).toEqual([]);
  });

  it('refuses a second document', () => {
    expect(drawText(`${withLines()}---\nname: other\n`)).toMatchInlineSnapshot(`
      "5:1 Refit.Yaml: the file has a second YAML document; Refit reads only one
         5 | ---
           | ^^^
      => split the file at the line ---"
    `);
  });

  it('explains what a plan is for a list at the top', () => {
    expect(drawText('- crs-5qlrlhux\n')).toMatchInlineSnapshot(`
      "1:1 Refit.BadValue: the plan is a list; it must be keys with values, such as name: and targets:
         1 | - crs-5qlrlhux
           | ^
      => put the list under targets:, beside version: 1 and name:"
    `);
  });

  it('quotes an operator without quotes, in a line and in braces', () => {
    expect(
      drawText(
        withLines(
          'execution:',
          '  haltWhen:',
          '    failed: > 2',
          '    unknown: >0',
          'guards: { targets: <= 5 }',
        ),
      ),
    ).toMatchInlineSnapshot(`
      "7:13 Refit.Yaml: a value that starts with > needs quotes
         7 |     failed: > 2
           |             ^^^
      => "> 2"
      8:14 Refit.Yaml: a value that starts with > needs quotes
         8 |     unknown: >0
           |              ^^
      => ">0""
    `);
  });

  it('explains a name that starts with a star', () => {
    expect(drawText(withTarget('- { select: { name: *-cart }, shards: 8 }'))).toMatchInlineSnapshot(`
      "4:23 Refit.Yaml: *-cart refers to an anchor, but no anchor of that name is above it
         4 |   - { select: { name: *-cart }, shards: 8 }
           |                       ^^^^^^
      => as text: "*-cart""
    `);
  });

  it('reports unclosed quotes where they open', () => {
    expect(
      drawText('version: 1\nname: "test\ntargets:\n  - { instance: crs-5qlrlhux, shards: 8 }\n'),
    ).toMatchInlineSnapshot(`
      "2:7 Refit.Yaml: the " that opens here is never closed
         2 | name: "test
           |       ^
      => close the quotes on the same line"
    `);
  });

  it('reports mistakes before the line that breaks the structure', () => {
    expect(
      drawText('version: 1\nname: test\nownr: dba\ntargets:\n  - instance: crs-5qlrlhux\n   shards: 8\n'),
    ).toMatchInlineSnapshot(`
      "3:1 Refit.UnknownKey: unknown key "ownr" in the plan
         3 | ownr: dba
           | ^^^^
      => did you mean owner?
      6:4 Refit.Yaml: the line starts in column 4, and the lines beside it start in column 5, such as "- instance" on line 5
         6 |    shards: 8
           |    ^^^^^^^^^
      => start the line in column 5, with 4 spaces before it"
    `);
  });

  it.each([
    ['a tag of another language', 'owner: !!python/object x', 'Refit.Yaml'],
    ['a tag of YAML', 'owner: !!str 7', 'Refit.Yaml'],
    ['a merge key', '<<: { owner: x }', 'Refit.UnknownKey'],
    ['a key that reaches the prototype', '__proto__: { owner: x }', 'Refit.UnknownKey'],
    ['a list as a key', '? [a]\n: 1', 'Refit.Yaml'],
    ['a control character', 'owner: a\u0007b', 'Refit.Yaml'],
    ['a directive that changes the meaning', '%YAML 1.1', 'Refit.Yaml'],
  ])('%s is refused', (_, line, code) => {
    const text = line.startsWith('%') ? `${line}\n---\n${withLines()}` : withLines(line);
    const { plan, findings } = parsePlan(text, 'plan.yaml');
    expect(plan).toBeNull();
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(({} as { owner?: string }).owner).toBeUndefined();
  });
});

describe('bytes', () => {
  it('ignores a byte-order mark, also in columns', () => {
    expect(drawBytes(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes(withLines())]))).toBe('');
    expect(parsePlan(`\ufeff${withLines('x: 1')}`, 'p').findings[0]!.location).toEqual({
      file: 'p',
      line: 5,
      column: 1,
    });
  });

  it('accepts the line ends of another system', () => {
    expect(drawText(withLines('expires: 24h').replaceAll('\n', '\r\n'))).toBe('');
  });

  it('refuses a binary file', () => {
    expect(drawBytes(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]))).toMatchInlineSnapshot(`
      "1:1 Refit.Yaml: the file is binary: byte 5 is zero
      => name a YAML file; a saved plan or an archive is none"
    `);
  });

  it('refuses UTF-16 with the command that converts it', () => {
    expect(drawBytes(new Uint8Array([0xff, 0xfe, 0x76, 0]))).toMatchInlineSnapshot(`
      "1:1 Refit.Yaml: the file is UTF-16; it must be UTF-8
      => iconv -f UTF-16 -t UTF-8 plan.yaml > plan.yaml.utf8"
    `);
  });

  it('reports another encoding at its first byte', () => {
    const text = bytes('version: 1\nowner: ');
    expect(drawBytes(new Uint8Array([...text, 0xc4, 0xe3, 0x0a]))).toMatchInlineSnapshot(`
      "2:8 Refit.Yaml: line 2 is not UTF-8
         2 | owner: ��
           |        ^
      => iconv -f GB18030 -t UTF-8 plan.yaml > plan.yaml.utf8"
    `);
  });

  it('refuses a file above the limit without reading it', () => {
    expect(drawBytes(new Uint8Array(2 * 1024 * 1024 + 1))).toMatchInlineSnapshot(`
      "1:1 Refit.Yaml: the file has 2097153 bytes; Refit reads at most 2097152
      => use selectors instead of naming each instance, or split the plan into two"
    `);
  });
});

describe('the excerpt', () => {
  it('puts carets at the right columns after wide characters and tabs', () => {
    expect(
      drawText(
        withTarget('- { select: { name: "购物车" }, shards: x }', '- {\tinstance: crs-1, shards: 8 }'),
      ),
    ).toMatchInlineSnapshot(`
      "4:40 Refit.BadValue: shards is "x"; it must be a whole number from 1, or a size by use such as { fit: 60%, of: cpu }
         4 |   - { select: { name: "购物车" }, shards: x }
           |                                           ^
      => example: shards: 8
      5:17 Refit.BadValue: instance is "crs-1"; it must be an instance id: crs- and eight or more small letters and digits
         5 |   - {  instance: crs-1, shards: 8 }
           |                  ^^^^^
      => example: instance: crs-5qlrlhux"
    `);
  });

  it('keeps control characters and reordering marks from the terminal', () => {
    const { findings } = parsePlan(withLines('ownr: "a\u202e\u009bb"'), 'plan.yaml');
    expect(findings[0]!.excerpt).toContain('ownr: "a??b"');
  });

  it('cuts a long line around the mark', () => {
    const ids = Array.from({ length: 60 }, (_, i) => `crs-aaaa${1000 + i}`).join(', ');
    expect(
      drawText(withTarget(`- { select: { ids: [${ids}, crs-1, ${ids}] }, shards: 8 }`)),
    ).toMatchInlineSnapshot(`
      "4:863 Refit.BadValue: an entry of ids is "crs-1"; it must be an instance id: crs- and eight or more small letters and digits
         4 | …1056, crs-aaaa1057, crs-aaaa1058, crs-aaaa1059, crs-1, crs-aaaa1000, crs-aaaa1001, crs-aaaa1002, crs-…
           |                                                  ^^^^^
      => example: crs-5qlrlhux"
    `);
  });
});
