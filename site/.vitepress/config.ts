/** The settings of VitePress. `site/main.ts` writes the pages that it reads, and passes paths in the environment. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { keepHtml } from '../keep-html.ts';
import { slugOf } from '../markdown.ts';
import { type Entry, groupsOf, pathOf } from '../pages.ts';

const root = process.env.REFIT_SITE_ROOT!;
const version = process.env.REFIT_SITE_VERSION!;
/** The address of the repository on a code host, or undefined: then pages have no edit link. */
const repository = process.env.REFIT_SITE_REPOSITORY;

function itemOf({ title, source, below }: Entry): DefaultTheme.SidebarItem {
  const isPage = source.endsWith('.md');
  const link = isPage ? `/${pathOf(source).replace(/(index)?\.md$/, '')}` : `/files/${source}/`;
  return below.length === 0
    ? { text: title, link }
    : { text: title, link, collapsed: true, items: below.map(itemOf) };
}

const groups = groupsOf(root);
const isChinese = ({ source }: Entry): boolean => source.startsWith('docs/zh/');

/** The groups, each with its pages. */
function sidebarOf(collapsed: boolean): DefaultTheme.SidebarItem[] {
  return groups.map(({ title, entries }) => ({
    text: title.replace(/:.*/, ''),
    collapsed,
    items: entries.filter((entry) => !isChinese(entry)).map(itemOf),
  }));
}

/** The Chinese pages, and below them the English ones. */
const chineseSidebar: DefaultTheme.SidebarItem[] = [
  { text: '中文', items: groups.flatMap(({ entries }) => entries.filter(isChinese).map(itemOf)) },
  { text: '英文文档', items: sidebarOf(true) },
];

/** Only what the site itself serves. Each inline script of VitePress is named by its hash. */
function policyOf(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(hashes)].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const edit = (text: string) =>
  repository === undefined ? {} : { editLink: { pattern: `${repository}/edit/main/:path`, text } };

export default defineConfig({
  srcDir: process.env.REFIT_SITE_PAGES!,
  title: 'Refit',
  description: 'Plans, reviews and applies size changes across a fleet of TencentDB for Redis instances.',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.REFIT_SITE_BASE}icon.svg` }]],
  metaChunk: true,
  // The tests check links on the built pages, with their anchors.
  ignoreDeadLinks: true,
  markdown: {
    anchor: { slugify: slugOf },
    toc: { slugify: slugOf },
    headers: { slugify: slugOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { text: 'txt', conf: 'ini', tfstate: 'json' },
    config: keepHtml,
  },
  vite: {
    publicDir: `${process.env.REFIT_SITE_PAGES}/public`,
    build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 2_000 },
    resolve: { alias: [{ find: /^minisearch$/, replacement: `${root}/site/.vitepress/theme/search.ts` }] },
  },
  transformPageData: (page) => {
    page.filePath = page.frontmatter.source ?? page.filePath;
  },
  transformHtml: (html) =>
    html.replace(
      '<head>',
      `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policyOf(html)}">`,
    ),
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        // Every word must occur. Otherwise, each pair of Chinese characters would count alone.
        miniSearch: { searchOptions: { combineWith: 'AND' } },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详细列表',
                resetButtonTitle: '清除',
                backButtonTitle: '关闭',
                noResultsText: '没有结果：',
                footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
    i18nRouting: false,
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      themeConfig: {
        nav: [...navOf(), { component: 'VersionMenu', props: { version } }],
        sidebar: sidebarOf(false),
        outline: { level: [2, 3] },
        ...edit('Edit this page'),
      },
    },
    ...(existsSync(`${root}/README.zh-CN.md`) && {
      zh: {
        label: '简体中文',
        lang: 'zh-Hans',
        link: '/zh/',
        description: '为一组腾讯云 TencentDB for Redis 实例规划、审阅并执行规格变更。',
        themeConfig: {
          nav: [{ component: 'VersionMenu', props: { version } }],
          sidebar: chineseSidebar,
          outline: { level: [2, 3], label: '本页内容' },
          docFooter: { prev: '上一页', next: '下一页' },
          darkModeSwitchLabel: '外观',
          lightModeSwitchTitle: '切换到浅色',
          darkModeSwitchTitle: '切换到深色',
          sidebarMenuLabel: '目录',
          returnToTopLabel: '返回顶部',
          langMenuLabel: '语言',
          ...edit('编辑本页'),
        },
      },
    }),
  },
});

/** The first page of each group, in the bar at the top. */
function navOf(): DefaultTheme.NavItem[] {
  return groups.map(({ title, entries }) => ({
    text: title.replace(/:.*/, ''),
    link: itemOf(entries.find(({ source }) => source !== 'README.md') ?? entries[0]!).link!,
  }));
}
