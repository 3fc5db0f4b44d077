/** The rules of sizing files with their defaults, from the schema that editors show. */
import type { Schema } from './schema-keys.ts';

/** A row for each rule that has a default. */
export function rulesOfSizing(schema: Schema): string {
  const definitions = schema.$defs as Readonly<Record<string, Schema>>;
  const { select: _, ...rules } = definitions.class!.properties!;
  return ['| key | default | meaning |', '|---|---|---|', ...rowsOf(definitions, rules, '')].join('\n');
}

function rowsOf(
  definitions: Readonly<Record<string, Schema>>,
  properties: Readonly<Record<string, Schema>>,
  path: string,
): string[] {
  return Object.entries(properties).flatMap(([key, node]) => {
    const rule: Schema = node.$ref?.startsWith('#') ? { ...definitions[node.$ref.slice(8)], ...node } : node;
    const name = `${path}${key}`;
    if (rule.default !== undefined) return [`| \`${name}\` | \`${rule.default}\` | ${rule.description} |`];
    return rowsOf(definitions, rule.properties ?? {}, `${name}.`);
  });
}
