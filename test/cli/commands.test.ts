/** The table of commands, which is the source of help, completion and command line. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../src/cli/command-row.ts';
import { type Options, withConnectionInFix } from '../../src/cli/options.ts';
import { COMMANDS, FAMILIES, GROUPS } from '../../src/cli/program/commands.ts';
import { createProgram, rowOf } from '../../src/cli/program/run-program.ts';
import { formatsOf } from '../../src/cli/program/shared-options.ts';
import { PLAN_DIFF_FORMATS } from '../../src/report/plan-diff/render-plan-diff.ts';
import { RECOMMENDATION_FORMATS } from '../../src/report/recommend/render-recommendations.ts';
import { REVIEW_FORMATS } from '../../src/report/review/render-review.ts';
import { REPORT_FORMATS } from '../../src/report/run/render-report.ts';
import { USAGE_FORMATS } from '../../src/report/usage/render-usage.ts';
import { ROOT } from './refit.ts';

/** The commands that print more than text and JSON, with the formats of their renderers. */
const RENDERED: Readonly<Record<string, readonly string[]>> = {
  plan: REVIEW_FORMATS,
  show: REVIEW_FORMATS,
  rollback: REVIEW_FORMATS,
  retry: REVIEW_FORMATS,
  diff: PLAN_DIFF_FORMATS,
  rehearse: REPORT_FORMATS,
  'usage show': USAGE_FORMATS,
  recommend: RECOMMENDATION_FORMATS,
  apply: REPORT_FORMATS,
  report: REPORT_FORMATS,
  // A plan that is only checked has no changes, so there is no table.
  validate: REVIEW_FORMATS.filter((format) => format !== 'html' && format !== 'csv'),
};

/** Words that start a description instead of an instruction. */
const NO_IMPERATIVE = /^(a|an|the|what|where|who|how|which|whether|[a-z]+s)\b/;

/** The arguments after `refit`, without shell redirections. */
const wordsOf = (example: string) =>
  example
    .replace(/ > .*$/, '')
    .split(' ')
    .slice(1);

describe.each(COMMANDS.map((row) => [row.name, row] as const))('refit %s', (name, row) => {
  it('has a summary in the imperative, of 60 characters at most', () => {
    for (const summary of [row.summary, FAMILIES[name.split(' ')[0]!] ?? row.summary]) {
      expect(summary.length, summary).toBeLessThanOrEqual(60);
      expect(summary).toMatch(/^[a-z]/);
      expect(summary).not.toMatch(NO_IMPERATIVE);
    }
  });

  it('has one to three examples that it accepts', async () => {
    expect(row.examples.length).toBeGreaterThanOrEqual(1);
    expect(row.examples.length).toBeLessThanOrEqual(3);
    for (const example of row.examples) {
      expect(example).toMatch(new RegExp(`^refit ${name}( |$)`));
      expect(rowOf(wordsOf(example))?.name).toBe(name);
      const called: CommandRow[] = [];
      const program = createProgram([row], null, async (one) => void called.push(one));
      await program.parseAsync(wordsOf(example), { from: 'user' });
      expect(called, example).toEqual([row]);
    }
  });

  it('accepts the formats of its renderer', () => {
    const formats = formatsOf(row.options);
    if (RENDERED[name]) expect(formats).toEqual(RENDERED[name]);
    else if (formats.length > 0) expect(formats).toEqual(['text', 'json']);
  });
});

describe('the choice of the row', () => {
  it.each<[string, string | null]>([
    ['plan plan.yaml', 'plan'],
    ['-q --endpoint http://127.0.0.1:1 status run', 'status'],
    ['audit verify run', 'audit verify'],
    ['schedule plans', null],
    ['audit', null],
    ['aply saved.json', null],
    ['--frob plan', null],
    ['--help', null],
    ['', null],
  ])('%j calls %s', (typed, name) => {
    expect(rowOf(typed.split(' ').filter((word) => word !== ''))?.name ?? null).toBe(name);
  });
});

it('every command is in exactly one group of the help', () => {
  const words = new Set(COMMANDS.map(({ name }) => name.split(' ')[0]));
  expect(Object.values(GROUPS).flat(2).sort()).toEqual([...words].sort());
  // A command that no group has would be missing in the table.
  expect(COMMANDS.length).toBe(new Set(COMMANDS).size);
});

it('the reference lists every command', async () => {
  const reference = await readFile(join(ROOT, 'docs/reference/commands.md'), 'utf8');
  const rows = reference.split('\n').filter((line) => line.startsWith('| `refit '));
  for (const { name } of COMMANDS) {
    const [family, own = family] = name.split(' ');
    const isThere = rows.some((line) => line.includes(family!) && new RegExp(`\\b${own}\\b`).test(line));
    expect(isThere, `refit ${name}`).toBe(true);
  }
});

describe('the next command', () => {
  const typed = {
    endpoint: 'http://127.0.0.1:8420',
    profile: 'retail',
    policy: 'my policy.yaml',
    region: 'ap-guangzhou',
  } as unknown as Options;

  it.each<[fix: string, printed: string]>([
    [
      'refit plan p.yaml -o s.json',
      "refit plan p.yaml -o s.json --endpoint http://127.0.0.1:8420 --policy 'my policy.yaml' --region ap-guangzhou --profile retail",
    ],
    [
      'if you trust this folder: refit apply s.json --adopt   asks for approval again',
      "if you trust this folder: refit apply s.json --adopt --endpoint http://127.0.0.1:8420 --policy 'my policy.yaml'   asks for approval again",
    ],
    [
      'refit apply s.json --endpoint http://x',
      "refit apply s.json --endpoint http://x --policy 'my policy.yaml'",
    ],
    ['refit doctor', 'refit doctor --endpoint http://127.0.0.1:8420 --region ap-guangzhou --profile retail'],
    ['refit explain ResourceUnavailable.SaleOut', 'refit explain ResourceUnavailable.SaleOut'],
    ['refit status run', 'refit status run'],
    ['check the network; refit doctor shows more', 'check the network; refit doctor shows more'],
    ['use a smaller file', 'use a smaller file'],
  ])('of the fix %j has every option that this user needs', (fix, printed) => {
    expect(withConnectionInFix(fix, typed)).toBe(printed);
  });
});
