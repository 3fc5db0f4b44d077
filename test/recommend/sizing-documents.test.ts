/** docs/reference/sizing.md has each rule of sizing files with its default, from the schema that editors show. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseSizing } from '../../src/recommend/parse-sizing.ts';

interface Node {
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly $ref?: string;
}

const schema = JSON.parse(readFileSync('schemas/sizing.schema.json', 'utf8'));
const PAGE = 'docs/reference/sizing.md';

function rowsOf(properties: Readonly<Record<string, Node>>, path: string): string[] {
  return Object.entries(properties).flatMap(([key, node]) => {
    const one: Node = node.$ref?.startsWith('#') ? { ...schema.$defs[node.$ref.slice(8)], ...node } : node;
    const name = `${path}${key}`;
    if (one.default !== undefined) return [`| \`${name}\` | \`${one.default}\` | ${one.description} |`];
    return rowsOf(one.properties ?? {}, `${name}.`);
  });
}

// `UPDATE_DOCS=1` writes the table.
it('has the table of the rules, as the schema describes them', () => {
  const page = readFileSync(PAGE, 'utf8');
  const { select: _, ...rules } = schema.$defs.class.properties;
  const table = ['| key | default | meaning |', '|---|---|---|', ...rowsOf(rules, '')].join('\n');
  const wanted = page.replace(
    /(<!-- rules -->\n)[\s\S]*?(<!-- end -->)/,
    (_whole, start, end) => `${start}\n${table}\n\n${end}`,
  );
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, wanted);
  else expect(page).toBe(wanted);
});

it('shows a file that is valid', () => {
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(PAGE, 'utf8'))!;
  const { sizing, findings } = parseSizing(example!, 'sizing.yaml');
  expect(findings).toEqual([]);
  expect(sizing!.classes.map(({ name }) => name)).toEqual(['critical']);
});
