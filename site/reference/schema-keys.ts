/** Tables of the keys of a file, from its JSON Schema: what editors show, on a page. */
import { stringify } from 'yaml';

/** The members of a schema that say something about a key. */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly [combined: string]: unknown;
}

/** A section: an object of the file with its keys. */
interface Section {
  readonly name: string;
  readonly schema: Schema;
}

/** Schemas inside a schema that can be the value of the same key. */
const INSIDE = ['items', 'then', 'else', 'anyOf', 'oneOf', 'allOf', 'additionalProperties'] as const;

/**
 * A section for each object of the file, each with a table of its keys.
 *
 * @param root the schema, with its definitions in `$defs`.
 * @returns Markdown. The first table has the keys at the top of the file.
 */
export function keysOf(root: Schema): string {
  const sections: Section[] = [{ name: 'Top level', schema: root }];
  const parts: string[] = [];
  // Sections find further ones while they are written.
  for (const { name, schema } of sections) {
    const rows = Object.entries(schema.properties!).map(([key, node]) => {
      const below = sectionsBelow(root, name === 'Top level' ? key : `${name}.${key}`, node);
      for (const found of below)
        if (!sections.some((known) => known.name === found.name)) sections.push(found);
      return rowOf(root, key, node, schema.required?.includes(key) ?? false, below);
    });
    const intro = name === 'Top level' || schema.description === undefined ? [] : [schema.description, ''];
    parts.push(
      [`## ${name}`, '', ...intro, '| key | value | default | meaning |', '|---|---|---|---|', ...rows].join(
        '\n',
      ),
    );
  }
  return parts.join('\n\n');
}

function resolved(root: Schema, node: Schema): Schema {
  if (!node.$ref?.startsWith('#/$defs/')) return node;
  const target = (root.$defs as Readonly<Record<string, Schema>>)[node.$ref.slice(8)]!;
  return { ...resolved(root, target), ...node };
}

/** The objects that a key can hold: under the name of their definition, or else under their path. */
function sectionsBelow(root: Schema, path: string, node: Schema): Section[] {
  const schema = resolved(root, node);
  const name = node.$ref?.startsWith('#/$defs/') ? node.$ref.slice(8) : path;
  const own = schema.properties === undefined ? [] : [{ name, schema }];
  const inside = INSIDE.flatMap((word) => schema[word] ?? [])
    .flat()
    .filter((inner): inner is Schema => typeof inner === 'object' && inner !== null)
    // Conditions such as `required` repeat properties that have a description elsewhere.
    .filter(
      (inner) => inner.$ref !== undefined || inner.title !== undefined || inner.description !== undefined,
    );
  return [...own, ...inside.flatMap((inner) => sectionsBelow(root, path, inner))];
}

function rowOf(
  root: Schema,
  key: string,
  node: Schema,
  required: boolean,
  below: readonly Section[],
): string {
  const schema = resolved(root, node);
  const links = [...new Set(below.map(({ name }) => name))].map((name) => `[keys](#${anchorOf(name)})`);
  const example = schema.examples?.[0];
  const cells = [
    code(key),
    [allowed(schema), ...links.slice(0, 1)].join(': '),
    schema.default === undefined ? (required ? 'required' : 'none') : code(inline(schema.default)),
    [schema.description ?? '', ...(example === undefined ? [] : [`Example: ${code(inline(example))}`])]
      .join(' ')
      .trim(),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll('.', '');
}

function allowed(schema: Schema): string {
  if (schema.const !== undefined) return code(inline(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(inline(value))).join(' ');
  if (schema.title !== undefined) return schema.title;
  if (schema.type === 'boolean') return '`true` or `false`';
  if (schema.properties !== undefined) return 'a mapping';
  return [schema.type ?? 'text'].flat().join(' or ');
}

/** A value as it stands in YAML on one line. */
function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function code(text: string): string {
  return `\`${text}\``;
}
