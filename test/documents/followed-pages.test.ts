/** The tutorial and the guides work as printed: each page is followed from top to bottom, in an empty folder. */
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { FOLLOWED } from './command-line.ts';
import { compare, followPage, stepsOf } from './follow-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const base = mkdtempSync(join(tmpdir(), 'refit-followed-'));
const printed = { text: '' };

beforeAll(() => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(((text: unknown, ...more: unknown[]) => {
      printed.text += String(text);
      const done = more.at(-1);
      if (typeof done === 'function') done();
      return true;
    }) as typeof stream.write);
});

afterEach(() => {
  process.chdir(ROOT);
  vi.unstubAllEnvs();
});

afterAll(() => {
  vi.restoreAllMocks();
  rmSync(base, { recursive: true, force: true });
});

describe('a page works as printed, and prints what it shows', () => {
  it.each(globSync([...FOLLOWED], { cwd: ROOT }).sort())('%s', async (page) => {
    const folder = join(base, page.replaceAll(/[/.]/g, '-'));
    mkdirSync(join(folder, 'home'), { recursive: true, mode: 0o700 });
    vi.stubEnv('HOME', join(folder, 'home'));
    vi.stubEnv('XDG_STATE_HOME', join(folder, 'home/state'));
    await followPage(join(ROOT, page), {
      folder,
      command: join(inject('built'), 'dist/cli/main.js'),
      printed,
    });
  });
});

describe('how pages are followed', () => {
  it('notices a line that the output does not have, or has before another', () => {
    expect(() => compare(['b', 'a'], 'a\nb')).toThrow('no "a"');
    expect(() =>
      compare(['plan 1613f6ce of …, after 3 s'], 'plan 9cc1a387 of x.yaml,\n  after 12 m 1 s'),
    ).not.toThrow();
  });

  it('finds files, commands, excerpts and exit codes', () => {
    const page = [
      'Save `a.yaml`:\n\n```yaml\nversion: 1\n```\n',
      '<!-- exits 6 -->\n\n```sh\nrefit x\n```\n\n```text\ny\n```\n',
      '<!-- not followed: it needs a cluster -->\n```sh\nkubectl\n```\n',
    ];
    expect(stepsOf(page.join('\n'))).toEqual([
      { kind: 'save', file: 'a.yaml', text: 'version: 1\n' },
      { kind: 'type', lines: ['refit x'], exits: 6 },
      { kind: 'compare', lines: ['y'] },
    ]);
  });
});
