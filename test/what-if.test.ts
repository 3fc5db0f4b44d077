/** docs/what-if.md and docs/threat-model.md say nothing that no test shows: they name their tests, which are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const answers = readFileSync(join(ROOT, 'docs/what-if.md'), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [question = '', ...lines] = text.split('\n');
    return { question, tests: testsNamedIn(lines.join('\n')) };
  });

/** The tests that a text names, as `test/file.test.ts`: "title". */
function testsNamedIn(text: string): { readonly file: string; readonly title: string }[] {
  const named = text.matchAll(/`(test\/[^`]+\.test\.ts)`: "([^"]+)"/g);
  return [...named].map(([, file = '', title = '']) => ({ file, title }));
}

/** The titles of a test file as they are written: with what stands for a row's values. */
function titlesIn(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const literals = text.matchAll(
    /(?<quote>['`"])(?<title>(?:(?!\k<quote>|\\).)+)\k<quote>\s*,\s*(?:async\b|\(|\{)/gs,
  );
  return [...literals].map(({ groups }) => groups!.title!);
}

describe('docs/what-if.md', () => {
  it('answers what people ask', () => {
    expect(answers.map(({ question }) => question)).toEqual([
      '… the network dies in the middle?',
      '… a server is hostile?',
      '… the process is killed?',
      '… two people run the same plan?',
      '… an instance is changed by hand?',
      '… the account runs dry in wave 2?',
      '… the clock jumps?',
      '… the laptop sleeps?',
      '… the disk fills?',
      '… the provider answers nonsense?',
      '… an approver leaves?',
      '… somebody changes the journal afterwards?',
      '… somebody gives me a run directory, or restores an old one?',
      '… the window closes in the middle of a wave?',
      '… a freeze is declared during a run?',
      '… a gate cannot tell?',
      '… a gate says no?',
      "… the scheduler's host reboots at the due minute?",
      '… a worker of a store dies, or freezes?',
      '… the database goes away?',
      '… the database is restored from a backup?',
    ]);
  });

  it.each(answers)('$question names its tests, and they are there', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, title } of tests) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(titlesIn(file), file).toContain(title);
    }
  });
});

describe('docs/threat-model.md', () => {
  const rows = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8')
    .split('\n## ')
    .find((part) => part.startsWith('Attacks'))!
    .split('\n')
    .filter((line) => /^\| (?!attack )/.test(line));

  it.each(rows)('%s', (row) => {
    const tests = testsNamedIn(row);
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, title } of tests) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(titlesIn(file), file).toContain(title);
    }
  });
});
