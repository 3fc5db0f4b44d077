/** The pages of the site before it is built: their groups, their links, and the words that the search knows. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkSite } from '../../site/check-site.ts';
import { landingOf } from '../../site/landing.ts';
import { anchorsOf, linksOf, replaceLinks, slugOf } from '../../site/markdown.ts';
import { type Entry, groupsOf, kindOf, pagesOf, pathOf, ROOT, targetOf } from '../../site/pages.ts';
import { stage } from '../../site/stage.ts';
import { newestFirst, writeVersions } from '../../site/versions.ts';
import { wordsOf } from '../../site/words.ts';

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'refit-pages-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('docs/README.md', () => {
  const sources = (entries: readonly Entry[]): string[] =>
    entries.flatMap(({ source, below }) => [source, ...sources(below)]);
  const listed = groupsOf(ROOT).flatMap(({ entries }) => sources(entries));

  it('names every page in a group, except the landing pages', () => {
    const pages = pagesOf(ROOT).flatMap(({ source }) =>
      /^README(\.zh-CN)?\.md$/.test(source) ? [] : [source],
    );
    expect(pages.filter((source) => !listed.includes(source))).toEqual([]);
  });

  it('names each page once, and only what is there', () => {
    expect(listed.filter((source, index) => listed.indexOf(source) !== index)).toEqual([]);
    expect(listed.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
  });

  it('has the four groups of pages first', () => {
    const titles = groupsOf(ROOT).map(({ title }) => title.replace(/:.*/, ''));
    expect(titles.slice(0, 4)).toEqual(['Tutorial', 'How-to', 'Reference', 'Explanation']);
  });
});

// The built site is checked, too. Here the fragments are those of a code host.
describe.each(
  pagesOf(ROOT)
    .map(({ source }) => source)
    .concat('docs/README.md'),
)('%s on a code host', (source) => {
  it('has no link that leads nowhere', () => {
    const links = linksOf(readFileSync(join(ROOT, source), 'utf8')).filter(
      ({ target }) => !/^[a-z]+:/.test(target),
    );
    const broken = links.filter(({ target }) => {
      const [, fragment] = /#(.+)$/.exec(target) ?? [];
      const file = target.startsWith('#') ? source : targetOf(source, target);
      if (kindOf(ROOT, file) === null) return true;
      if (fragment === undefined || !file.endsWith('.md')) return false;
      return !anchorsOf(readFileSync(join(ROOT, file), 'utf8')).has(decodeURIComponent(fragment));
    });
    expect(broken).toEqual([]);
  });
});

describe('links of Markdown', () => {
  it.each([
    ['a link', 'See [plans](plans.md#waves).', ['plans.md#waves']],
    ['an image', '![A run](terminal.svg)', ['terminal.svg']],
    ['an image in a link', '[![a](b.svg)](c.md)', ['b.svg', 'c.md']],
    ['code as the text of a link', '[`a.json`](../a.json)', ['../a.json']],
    ['a named link', 'See [plans].\n\n[plans]: plans.md', ['plans.md']],
    ['HTML', '<img src="a.png"> <a href="b.md">b</a>', ['a.png', 'b.md']],
    ['not a link in a code span', 'Write `[a](b.md)`.', []],
    ['not a link in a code block', '```md\n[a](b.md)\n```\n', []],
    ['not a link in an indented block', '- a\n  ```md\n  [a](b.md)\n  ```\n', []],
  ])('%s', (_, text, targets) => {
    expect(linksOf(text).map(({ target }) => target)).toEqual(targets);
    expect(replaceLinks(text, ({ target }) => target)).toBe(text);
  });

  it('are replaced where they are, although the text of the link is the same', () => {
    expect(replaceLinks('[a.md](a.md) and `a.md`', () => 'b.md')).toBe('[a.md](b.md) and `a.md`');
  });
});

describe('anchors of headings', () => {
  it.each([
    ['Every step has one outcome', 'every-step-has-one-outcome'],
    ['Can it be taken back?', 'can-it-be-taken-back'],
    ['What if …', 'what-if-'],
    ['P1–P2: `apply`', 'p1p2-apply'],
    ['第一次变更', '第一次变更'],
  ])('%s', (heading, anchor) => expect(slugOf(heading.replaceAll('`', ''))).toBe(anchor));

  it('get a number if they repeat, and are not looked for in code', () => {
    const text = '# A\n## B\n### B\n```sh\n# C\n```\n<a id="p1"></a>';
    expect([...anchorsOf(text)]).toEqual(['a', 'b', 'b-1', 'p1']);
  });
});

describe('staged pages', () => {
  const README =
    '# Refit\n\n**It resizes.** Often.\n\n![Run](docs/a.svg)\n\n- **Never twice.** Once.\n\n## Documentation\n\n- x\n';
  const FILES = {
    'README.md': README,
    'docs/README.md': '# Documentation\n\n## Tutorial\n\n- [A](a.md): first.\n',
    'docs/a.svg': '<svg/>',
    'docs/a.md':
      '# A\n\n[home](../README.md#install) [plan](../plans/x.yaml) [schema](../s/x.json) [all](README.md) [s](../s)\n',
    'plans/x.yaml': 'version: 1\n',
    's/x.json': '{}\n',
  };

  it('link to pages, and to pages that show files', () => {
    const root = folderOf(FILES);
    expect(stage(root, join(root, 'out')).broken).toEqual([]);
    const page = readFileSync(join(root, 'out/a.md'), 'utf8');
    expect(linksOf(page).map(({ target }) => target)).toEqual([
      './index.md#install',
      '/files/plans/x.yaml.md',
      '/files/s/x.json',
      './index.md#documentation',
      '/files/s/index.md',
    ]);
    expect(readFileSync(join(root, 'out/files/plans/x.yaml.md'), 'utf8')).toContain('version: 1');
    expect(readFileSync(join(root, 'out/public/files/s/x.json'), 'utf8')).toBe('{}\n');
  });

  it('name each link that leads nowhere', () => {
    const root = folderOf({ ...FILES, 'docs/b.md': '# B\n\n[gone](gone.md)\n' });
    expect(stage(root, join(root, 'out')).broken).toEqual(['docs/b.md: gone.md']);
  });

  it('have the promises and the groups on the landing page', () => {
    const { fields, body } = landingOf(README, FILES['docs/README.md'], 'en');
    expect(fields).toMatchObject({
      hero: { name: 'Refit', text: 'It resizes.', tagline: 'Often.' },
      features: [{ title: 'Never twice', details: 'Once.' }],
    });
    expect(body).toContain('## Documentation\n\n### Tutorial\n\n- [A](a.md): first.');
    expect(() => landingOf('# Refit\n\nText.\n', '', 'en')).toThrow('it must start with');
  });

  it('have no space where a line of Chinese ends', () => {
    const root = folderOf({ ...FILES, 'docs/zh/b.md': '# 乙\n\n计划，\n并执行 A\n以后\n\n第二段\n' });
    stage(root, join(root, 'out'));
    expect(readFileSync(join(root, 'out/zh/b.md'), 'utf8')).toContain(
      '# 乙\n\n计划，并执行 A\n以后\n\n第二段\n',
    );
  });

  it.each([
    ['README.md', 'index.md'],
    ['README.zh-CN.md', 'zh/index.md'],
    ['ARCHITECTURE.md', 'architecture.md'],
    ['docs/plans.md', 'plans.md'],
    ['docs/decisions/README.md', 'decisions/index.md'],
  ])('%s is at %s', (source, path) => expect(pathOf(source)).toBe(path));
});

describe('the check of a built site', () => {
  it.each([
    ['a page that is not there', '<a href="b.html">', { links: ['a.html: b.html'] }],
    ['a fragment that is not there', '<a href="#b">', { fragments: ['a.html: #b'] }],
    [
      'a script of another origin',
      '<script src="https://x.example/a.js"></script>',
      { outside: ['a.html: https://x.example/a.js'] },
    ],
    [
      'an image of another origin',
      '<img alt="" src="//x.example/a.png">',
      { outside: ['a.html: //x.example/a.png'] },
    ],
    [
      'a style of another origin',
      '<link rel="stylesheet" href="https://x.example/a.css">',
      { outside: ['a.html: https://x.example/a.css'] },
    ],
    ['a page outside the base', '<a href="/other/a.html">', { links: ['a.html: /other/a.html'] }],
    ['nothing wrong', '<p id="b"><a href="/base/a.html#b"><a href="https://x.example">', {}],
  ])('finds %s', (_, html, faults) => {
    expect(checkSite(folderOf({ 'a.html': html }), '/base/')).toEqual({
      links: [],
      fragments: [],
      outside: [],
      ...faults,
    });
  });

  it('finds a font of another origin in a style', () => {
    const folder = folderOf({ 'a.css': '@font-face { src: url("https://x.example/a.woff2") }' });
    expect(checkSite(folder, '/').outside).toEqual(['a.css: https://x.example/a.woff2']);
  });
});

describe('versions', () => {
  it('are sorted by number, and a release comes before its candidates', () => {
    expect(newestFirst(['0.2.0', '0.10.0', '1.0.0-rc.1', '1.0.0'])).toEqual([
      '1.0.0',
      '1.0.0-rc.1',
      '0.10.0',
      '0.2.0',
    ]);
  });

  it('stay when a newer one is built, and latest/ follows', () => {
    const out = folderOf({
      '0.1.0/gone.html': '',
      '0.2.0/404.html': '',
      '0.2.0/a.html': '',
      '0.2.0/b/index.html': '',
    });
    writeVersions(out, '/');
    expect(JSON.parse(readFileSync(join(out, 'versions.json'), 'utf8'))).toEqual({
      latest: '0.2.0',
      versions: ['0.2.0', '0.1.0'],
    });
    expect(readdirSync(join(out, 'latest'), { recursive: true }).sort()).toEqual([
      'a.html',
      'b',
      'b/index.html',
    ]);
    expect(readFileSync(join(out, 'latest/b/index.html'), 'utf8')).toContain('data-to="/0.2.0/b/"');
  });
});

describe('words of the search', () => {
  it.each([
    ['one shard, two: 变更窗口 x', ['one', 'shard', 'two', '变更', '更窗', '窗口', 'x']],
    ['用refit审批', ['审批', 'refit', '用']],
    ['', []],
  ])('%s', (text, words) => expect(wordsOf(text).sort()).toEqual([...words].sort()));
});
