/**
 * Builds the documentation site: `npm run site`.
 *
 *     --out DIR           where the site goes (default: site/out)
 *     --base PATH         the path of the site on its host (default: /)
 *     --repository URL    the repository on a code host, for edit links (default: none)
 *     --serve [PORT]      serves the site on 127.0.0.1 afterwards (default port: 4173)
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import MiniSearch from 'minisearch';
import { ROOT } from './pages.ts';
import { serve } from './serve.ts';
import { stage } from './stage.ts';
import { writeVersions } from './versions.ts';
import { wordsOf } from './words.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'site/out' },
    base: { type: 'string', default: '/' },
    repository: { type: 'string' },
    serve: { type: 'boolean', default: false },
  },
});
const out = resolve(ROOT, values.out);
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
await build();
if (values.serve) serve(out, values.base, Number(positionals[0] ?? 4173));

async function build(): Promise<void> {
  // Below the project, where VitePress finds its packages.
  const base = `${values.base}${version}/`;
  const pages = join(ROOT, 'site/.pages', String(process.pid));
  const { broken } = stage(ROOT, pages);
  if (broken.length > 0) {
    process.stderr.write(`These links lead nowhere:\n${broken.map((link) => `  ${link}\n`).join('')}`);
    process.exit(1);
  }
  Object.assign(process.env, {
    NODE_ENV: 'production',
    REFIT_SITE_ROOT: ROOT,
    REFIT_SITE_PAGES: pages,
    REFIT_SITE_VERSION: version,
    REFIT_SITE_BASE: base,
    ...(values.repository && { REFIT_SITE_REPOSITORY: values.repository }),
  });
  // VitePress makes its index of the search with these words, and the browser searches with the same ones.
  const { add } = MiniSearch.prototype;
  MiniSearch.prototype.add = function (document) {
    Object.assign((this as unknown as { _options: object })._options, { tokenize: wordsOf });
    add.call(this, document);
  };
  // esbuild, which VitePress uses, does not know the target of the project's own settings for TypeScript.
  process.chdir(join(ROOT, 'site'));
  const { build: buildPages } = await import('vitepress');
  mkdirSync(out, { recursive: true });
  await buildPages(join(ROOT, 'site'), { base, outDir: join(out, version) });
  writeVersions(out, values.base);
  rmSync(pages, { recursive: true });
}
