/** The documentation site: it is built here once, and every page of it is read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSite } from '../../site/check-site.ts';
import { pagesOf, ROOT } from '../../site/pages.ts';
import { wordsOf } from '../../site/words.ts';

const BASE = '/refit/';
const out = mkdtempSync(join(tmpdir(), 'refit-site-'));
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

beforeAll(async () => {
  const built = spawn(process.execPath, ['site/main.ts', '--out', out, '--base', BASE], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [built.stdout, built.stderr]) stream.on('data', (text) => (said += text));
  const [code] = await once(built, 'close');
  expect(code, said).toBe(0);
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

function read(file: string): string {
  return readFileSync(join(out, file), 'utf8');
}

describe('the built site', () => {
  it('has every page of docs/ and of the root', () => {
    const built = globSync('**/*.html', { cwd: join(out, version) });
    const wanted = pagesOf(ROOT).map(({ path }) => path.replace(/md$/, 'html'));
    expect(wanted.filter((page) => !built.includes(page))).toEqual([]);
  });

  it('has no link and no fragment that leads nowhere, and loads nothing from elsewhere', () => {
    expect(checkSite(out, BASE)).toEqual({ links: [], fragments: [], outside: [] });
  });

  it('forbids everything that the site itself does not serve', () => {
    for (const page of globSync(`${version}/**/*.html`, { cwd: out })) {
      const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(read(page))!;
      expect(policy, page).toMatch(/^default-src 'none'; script-src 'self' ('sha256-[^']+' ?)+;/);
      expect(policy, page).not.toMatch(/unsafe-eval|https?:|\*/);
    }
  });

  it('evaluates no text as code, because the policy forbids it', () => {
    // VitePress passes functions of its settings as text. It has `new Function` for them, which nothing may reach.
    expect(read('versions.json')).toBe(`{"latest":"${version}","versions":["${version}"]}\n`);
    for (const file of globSync(`${version}/assets/chunks/metadata.*.js`, { cwd: out }))
      expect(read(file)).not.toContain('_vp-fn_');
  });

  it.each([
    ['root', 'patience', 'guarantees'],
    ['root', 'memoryPerShard', 'plan-keys'],
    ...(existsSync(join(ROOT, 'README.zh-CN.md')) ? [['zh', '运行目录', 'zh/']] : []),
  ])('finds pages offline, in English and in Chinese (%s: %s)', async (locale, query, page) => {
    const [index] = globSync(`${version}/assets/chunks/@localSearchIndex${locale}.*.js`, { cwd: out });
    const { default: json } = await import(join(out, index!));
    const search = MiniSearch.loadJSON(json, {
      fields: ['title', 'titles', 'text'],
      storeFields: ['title', 'titles'],
      tokenize: wordsOf,
      searchOptions: { combineWith: 'AND' },
    });
    expect(
      search
        .search(query)
        .map(({ id }) => id)
        .join(' '),
    ).toContain(page);
  });

  it('leads from latest/ to the same page of the newest version', () => {
    expect(read('latest/plans.html')).toContain(`data-to="${BASE}${version}/plans.html"`);
    expect(read('index.html')).toContain(`data-to="${BASE}${version}/"`);
  });
});
