// What people type that YAML accepts, or that its parser reports by a symptom. Each kind is a table of siblings.
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { remedy, withLines, withTarget } from './pictures.ts';

const TARGET = '  - { instance: crs-5qlrlhux, shards: 8 }\n';

/** Findings as `line:column message`, with the remedy. */
const find = (text: string): string[][] =>
  parsePlan(text, 'plan.yaml').findings.map((one) => [
    `${one.location!.line}:${one.location!.column} ${one.message}`,
    remedy(one),
  ]);

const remedies = (text: string) => find(text).map(([, fix]) => fix);
const messages = (text: string) => find(text).map(([message]) => message);

describe('an ambiguous number is refused with its readings', () => {
  it.each([
    ['shards', '010', 'can mean 10 or 8', ['10', '8']],
    ['shards', '"010"', 'can mean 10 or 8', ['10', '8']],
    ['shards', '09', 'not every program reads as 9', ['9']],
    ['shards', '+2', 'looks relative, and can mean 2 more or exactly 2', ['2']],
    ['shards', '0x10', 'not every program reads as 16', ['16']],
    ['shards', '0o10', 'not every program reads as 8', ['8']],
    ['shards', '0b11', 'not every program reads as 3', ['3']],
    ['shards', '1e3', 'not every program reads as 1000', ['1000']],
    ['shards', '1_000', 'not every program reads as 1000', ['1000']],
    ['shards', '1,000', 'not every program reads as 1000', ['1000']],
    ['shards', '4.0', 'not every program reads as 4', ['4']],
    ['shards', '5.', 'not every program reads as 5', ['5']],
    [
      'memoryPerShard',
      '+2048',
      'looks relative, and can mean 2048 more or exactly 2048',
      ['{ grow: 2048MB }', '2048'],
    ],
    [
      'memoryPerShard',
      '+4GB',
      'looks relative, and can mean 4GB more or exactly 4GB',
      ['{ grow: 4GB }', '4GB'],
    ],
    ['memoryPerShard', '1_024', 'not every program reads as 1024', ['1024']],
    ['memoryPerShard', '04096', 'not every program reads as 4096', ['4096']],
  ])('%s: %s', (key, written, reading, values) => {
    const line = (value: string) => withTarget(`- { instance: crs-5qlrlhux, ${key}: ${value} }`);
    const [finding, ...others] = find(line(written));
    expect(others).toEqual([]);
    expect(finding![0]).toContain(reading);
    expect(finding![1]).toBe(values.map((value) => `${key}: ${value}`).join(', or '));
    for (const value of values) expect(find(line(value))).toEqual([]);
  });

  it.each([
    ['waves: [{ name: a, take: +5 }]', 'take: 5'],
    ['guards: { targets: 010 }', 'targets: 10, or targets: 8'],
    ['execution: { inFlight: 1e1 }', 'inFlight: 10'],
    ['expires: +48h', 'expires: 48h'],
    ['expires: 1_000s', 'expires: 1000s'],
    ['approvals: { need: 02, from: approvers.yaml }', 'need: 2'],
    ['spread: { by: zone, maxInFlight: 0x2 }', 'maxInFlight: 2'],
  ])('%s', (line, fix) => {
    expect(remedies(withLines(line))).toEqual([fix]);
  });

  it('growth is relative in itself', () => {
    expect(find(withTarget('- { select: { all: true }, memoryPerShard: { grow: +2048 } }'))).toEqual([]);
  });
});

describe('a size below all that are sold was most likely meant in GB', () => {
  it.each([
    ['memoryPerShard: 4', '4GB'],
    ['memoryPerShard: 64', '64GB'],
    ['memoryPerShard: { atLeast: 8 }', '8GB'],
    ['memoryPerShard: { grow: 25%, atMost: 16 }', '16GB'],
  ])('%s', (size, meant) => {
    const [finding] = find(withTarget(`- { instance: crs-5qlrlhux, ${size} }`));
    expect(finding![0]).toMatch(/is (\d+), which means \1 MB/);
    expect(finding![1]).toMatch(new RegExp(`: ${meant}$`));
  });

  it.each(['256', '512', '4096'])('%s is sold', (size) => {
    expect(find(withTarget(`- { instance: crs-5qlrlhux, memoryPerShard: ${size} }`))).toEqual([]);
  });
});

describe('text that # cuts off gets a warning', () => {
  it.each([
    ['owner: dba #2', 'owner is dba', 'owner: "dba #2"'],
    ['change: CHG-100 #blocked by CHG-99', 'change is CHG-100', 'change: "CHG-100 #blocked by CHG-99"'],
    ['approvals: { need: 1, from: team.yaml #2\n  }', 'from is team.yaml', 'from: "team.yaml #2"'],
  ])('%s', (line, state, fix) => {
    const { plan, findings } = parsePlan(withLines(line), 'plan.yaml');
    expect(plan).not.toBeNull();
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'Refit.HiddenComment'],
    ]);
    expect(findings[0]!.message).toContain(state);
    expect(remedy(findings[0]!)).toBe(`${fix}; for a comment, write a space after #`);
  });

  it.each([
    ['owner: dba # the second team'],
    ['owner: "dba #2" #3'],
    ['owner: dba#2'],
    ['execution: { inFlight: 20 } #was 30'],
    ['execution:\n  inFlight: 20 #was 30'],
    ['defaults:\n  region: ap-guangzhou #was ap-shanghai'],
  ])('%s: nothing is cut off', (line) => {
    expect(find(withLines(line))).toEqual([]);
  });

  it.each([
    ['change: #100', 'change: "#100"'],
    ['owner: &dba', 'owner: "&dba"'],
  ])('%s has no value, and the fix quotes what was written', (line, fix) => {
    expect(remedies(withLines(line))).toEqual([fix]);
  });

  it('names the comment that hides a bracket', () => {
    expect(find(withTarget('- { select: { name: cart-* #2 }, shards: 8 }'))).toEqual([
      [
        '4:30 the rest of the line is a comment, because # follows a space; the } in it closes nothing',
        '"cart-* #2"',
      ],
    ]);
  });
});

describe('a character that looks like another one is named with its location', () => {
  it.each([
    ['name:\u00a0t', '2:6 the line has U+00A0, a no-break space', 'name: t'],
    ['name\uff1a t', '2:5 the line has U+FF1A, a full-width colon', 'name: t'],
    ['name\uff1at', '2:5 the line has U+FF1A, a full-width colon', 'name: t'],
    ['name:\u3000t', '2:6 the line has U+3000, a full-width space', 'name: t'],
    ['name: t\u200b', '2:8 name has U+200B, an invisible zero-width space', 'name: t'],
    ['name: \ufefft', '2:7 name has U+FEFF, an invisible byte-order mark', 'name: t'],
    ['name: t\u00adu', '2:8 name has U+00AD, an invisible soft hyphen', 'name: tu'],
    ['name: my\u00a0plan', '2:9 name has U+00A0, a no-break space', 'name: my plan'],
    ['name: \u201ct\u201d', '2:7 name has U+201C, a curly quote', 'name: t'],
    ['\u00a0name: t', '2:1 unknown key "\u00a0name" with U+00A0, a no-break space', 'did you mean name?'],
    ['na\u200bme: t', '2:1 unknown key "na\u200bme" with U+200B', 'did you mean name?'],
  ])('%j', (line, message, fix) => {
    const [finding, ...others] = find(`version: 1\n${line}\ntargets:\n${TARGET}`);
    expect(others).toEqual([]);
    expect(finding![0]!.startsWith(message)).toBe(true);
    expect(finding![1]!.split('; if the character is meant: ')[0]).toBe(fix);
  });

  it.each([
    ['{ instance: crs-5qlrlhux\uff0cshards: 8 }', 'U+FF0C, a full-width comma'],
    ['\uff5b instance: crs-5qlrlhux, shards: 8 }', 'U+FF5B, a full-width opening brace'],
    ['{ instance: crs-5qlrlhux, shards: 8 \uff5d', 'U+FF5D, a full-width closing brace'],
  ])('%j', (entry, named) => {
    const [finding] = find(withTarget(`- ${entry}`));
    expect(finding![0]).toContain(`the line has ${named}`);
    expect(finding![1]).toBe('- { instance: crs-5qlrlhux, shards: 8 }');
  });

  it.each([
    ['memoryPerShard: \uff14GB', 'U+FF14, a full-width 4', 'memoryPerShard: 4GB'],
    ['memoryPerShard: 4\u00a0GB', 'U+00A0, a no-break space', 'memoryPerShard: 4GB'],
    ['memoryPerShard: \u201c4GB\u201d', 'U+201C, a curly quote', 'memoryPerShard: 4GB'],
    ['shards: \uff11\uff12', 'U+FF11, a full-width 1', 'shards: 12'],
  ])('%j', (size, named, fix) => {
    const [finding, ...others] = find(withTarget(`- { instance: crs-5qlrlhux, ${size} }`));
    expect(others).toEqual([]);
    expect(finding![0]).toContain(named);
    expect(finding![1]).toBe(fix);
  });

  it.each([
    ['owner: 王伟'],
    ['owner: 山田\u3000太郎'],
    ['owner: caf\u00e9'],
    ['owner: "t\\u200b"'],
    ['owner: 「dba」'],
    ['owner: \u{1f469}\u200d\u{1f4bb}'],
    ['# a\u00a0comment'],
  ])('%j is fine', (line) => {
    expect(find(withLines(line))).toEqual([]);
  });
});

describe('a conflict marker is named', () => {
  it.each([
    [
      '<<<<<<< HEAD\nowner: a\n=======\nowner: b\n>>>>>>> x',
      '<<<<<<< of a merge that nobody finished, and 2 more follow',
    ],
    [
      '<<<<<<< HEAD\nowner: a\n||||||| base\n=======\n>>>>>>> x',
      '<<<<<<< of a merge that nobody finished, and 3 more follow',
    ],
    ['=======', '======= of a merge that nobody finished'],
    ['>>>>>>> x', '>>>>>>> of a merge that nobody finished'],
  ])('%j', (lines, named) => {
    expect(messages(withLines(...lines.split('\n')))).toEqual([
      `5:1 the line is the conflict marker ${named}`,
    ]);
  });
});

describe('wrong indentation is reported at its line and column', () => {
  it.each([
    [`version: 1\n name: t\ntargets:\n${TARGET}`, '2:2', 1],
    [` version: 1\nname: t\ntargets:\n${TARGET}`, '1:2', 1],
    [`version: 1\nname: t\n  owner: x\ntargets:\n${TARGET}`, '3:3', 1],
    ['version: 1\nname: t\ntargets:\n  - instance: crs-5qlrlhux\n   shards: 8\n', '5:4', 5],
    ['version: 1\nname: t\ntargets:\n  - instance: crs-5qlrlhux\n      shards: 8\n', '5:7', 5],
    [
      'version: 1\nname: t\ntargets:\n  - instance: crs-5qlrlhux\n    shards: 8\n - instance: crs-8kd02mfa\n',
      '6:2',
      3,
    ],
    [withLines('execution:', '  inFlight: 5', '    patience: 3m'), '7:5', 3],
    [withLines('execution:', '    inFlight: 5', '  patience: 3m'), '7:3', 5],
  ])('%j', (text, at, column) => {
    const found = find(text);
    expect(found).toHaveLength(1);
    expect(found[0]![0]!.startsWith(`${at} the line starts in column`)).toBe(true);
    expect(found[0]![1]).toContain(`start the line in column ${column},`);
  });
});

describe('what another language does is named', () => {
  it.each([
    ['owner:dba', 'the colon after a key needs a space', 'owner: dba'],
    ['owner = dba', 'a colon separates a key from its value', 'owner: dba'],
    ['// the owner', 'a comment of YAML begins with #', '# the owner'],
    ['owner: "a" b', 'text follows the closing quote', `'"a" b'`],
    ["owner: 'it's'", 'text follows the closing quote', '"it\'s"'],
    ['owner: "a\\d"', '\\d is no escape of YAML', '"a\\\\d"'],
    ['owner: - dba', 'a value that starts with - needs quotes', '"- dba"'],
    ['windows: { timezone: Asia/Shanghai', 'the { that opens here is never closed', 'close it with }'],
    ['```', 'the line is a code fence of Markdown', 'remove the lines that begin with ```'],
  ])('%s', (line, message, fix) => {
    const found = find(withLines(line));
    expect(found).toHaveLength(1);
    expect(found[0]![0]).toContain(message);
    expect(found[0]![1]).toBe(fix);
  });

  it.each([
    ['-{ instance: crs-5qlrlhux, shards: 8 }', 'the dash of a list entry needs a space'],
    ['* instance: crs-5qlrlhux', 'a dash begins a list entry, not *'],
    ['- { instance: crs-5qlrlhux shards: 8 }', 'the entries in brackets need a comma'],
    ['- { instance: crs-5qlrlhux, shards:8 }', 'the colon after a key needs a space'],
  ])('%s', (entry, message) => {
    const found = find(withTarget(entry));
    expect(found[0]![0]).toContain(message);
    expect(found.filter(([text]) => text!.startsWith('4:'))).toHaveLength(1);
  });
});

describe('a region that nobody knows gets a warning', () => {
  it.each([
    ['ap-guangzho', 'ap-guangzhou'],
    ['ap-shanghia', 'ap-shanghai'],
    ['cn-guangzhou', 'ap-guangzhou'],
    ['na-siliconvaley', 'na-siliconvalley'],
  ])('%s: did you mean %s?', (written, meant) => {
    for (const text of [
      withLines(`defaults: { region: ${written} }`),
      withTarget(`- { instance: crs-5qlrlhux, region: ${written}, shards: 8 }`),
    ]) {
      const { plan, findings } = parsePlan(text, 'plan.yaml');
      expect(plan).not.toBeNull();
      expect(findings.map((one) => [one.severity, remedy(one)])).toEqual([['warning', `region: ${meant}`]]);
    }
    expect(remedies(withTarget(`- { select: { regions: [${written}] }, shards: 8 }`))).toEqual([meant]);
  });

  it.each(['ap-shenzhen', 'ap-shanghai-fsi', 'me-riyadh'])('%s may be a new region', (region) => {
    expect(find(withLines(`defaults: { region: ${region} }`))).toEqual([]);
  });
});
