/**
 * The pages of the reference with generated parts. A part stands between `<!-- generated: NAME -->` and `<!-- end -->`;
 * everything around it is written by hand.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCHEDULE_METRICS } from '../../src/schedule/metrics.ts';
import { METRICS } from '../../src/telemetry/metrics/table.ts';
import { commandOptions, sharedOptions } from './command-options.ts';
import { libraryReference } from './library.ts';
import { metricsTable } from './metrics.ts';
import { keysOf, type Schema } from './schema-keys.ts';
import { rulesOfSizing } from './sizing-rules.ts';

type Generator = (root: string) => string | Promise<string>;

const keys =
  (name: string): Generator =>
  (root) =>
    keysOf(schemaOf(root, name));

/** Each page with its generated parts. */
const PAGES: Readonly<Record<string, Readonly<Record<string, Generator>>>> = {
  'docs/reference/plan-keys.md': { keys: keys('plan') },
  'docs/reference/policy-keys.md': { keys: keys('policy') },
  'docs/reference/people-keys.md': { keys: keys('people') },
  'docs/reference/sizing.md': { rules: (root) => rulesOfSizing(schemaOf(root, 'sizing')) },
  'docs/reference/options.md': { 'options of every command': sharedOptions, commands: commandOptions },
  'docs/reference/library.md': { exports: libraryReference },
  'docs/reference/telemetry.md': {
    'metrics of runs': () => metricsTable(Object.values(METRICS)),
    'metrics of the scheduler': () => metricsTable(SCHEDULE_METRICS),
  },
};

/**
 * Each page as it must be, with the generated parts of today.
 *
 * @param root of the project.
 * @throws if a page lacks the marks of a part.
 */
export async function referencePages(root: string): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const [page, parts] of Object.entries(PAGES)) {
    let text = readFileSync(join(root, page), 'utf8');
    for (const [name, generate] of Object.entries(parts)) {
      const part = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
      if (!part.test(text)) throw new Error(`${page} has no part <!-- generated: ${name} -->`);
      const generated = await generate(root);
      text = text.replace(part, (_, start, end) => `${start}\n${generated}\n\n${end}`);
    }
    pages.set(page, text);
  }
  return pages;
}

function schemaOf(root: string, name: string): Schema {
  return JSON.parse(readFileSync(join(root, `schemas/${name}.schema.json`), 'utf8'));
}
