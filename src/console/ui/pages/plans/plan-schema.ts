/** What the schema of plans says about a place: keys, values and their descriptions. Pure. */
import type { PlanPath, PlanPlace } from './plan-path.ts';

/** The parts of JSON Schema that the schema of plans uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** One thing that can be typed. */
export interface Suggestion {
  readonly text: string;
  /** What is inserted. */
  readonly insert: string;
  readonly kind: 'key' | 'value' | 'instance';
  readonly about: string | null;
}

/** The description of the last key of a path; null: the schema does not know it. */
export function describePath(schema: SchemaNode, path: PlanPath): string | null {
  const described = nodesAt(schema, path).find(({ description }) => description !== undefined);
  if (described === undefined) return null;
  const preset = described.default === undefined ? '' : ` (default: ${inYaml(described.default)})`;
  return `${described.description}${preset}`;
}

/** What can be typed at a place. */
export function suggest(schema: SchemaNode, { path, typed }: PlanPlace): Suggestion[] {
  const nodes = nodesAt(schema, path);
  if (typed === 'key') return nodes.flatMap((node) => keysOf(schema, node));
  return distinct(nodes.flatMap((node) => valuesOf(node)));
}

function keysOf(schema: SchemaNode, { properties = {} }: SchemaNode): Suggestion[] {
  return Object.entries(properties).map(([key, node]) => {
    const below = resolve(schema, node);
    const isPlain = below.some(({ type = [] }) =>
      ['string', 'integer'].some((one) => [type].flat().includes(one)),
    );
    const isBlock =
      !isPlain && below.some(({ type, properties: own }) => own !== undefined || type === 'array');
    return {
      ...{ text: key, insert: isBlock ? `${key}:` : `${key}: `, kind: 'key' as const },
      about: describePath(schema, []) === null ? null : (describeNodes(below) ?? null),
    };
  });
}

function describeNodes(nodes: readonly SchemaNode[]): string | undefined {
  const described = nodes.find(({ description }) => description !== undefined);
  const preset = nodes.find((node) => node.default !== undefined);
  if (described === undefined) return undefined;
  return `${described.description}${preset === undefined ? '' : ` (default: ${inYaml(preset.default)})`}`;
}

function valuesOf(node: SchemaNode): Suggestion[] {
  const fixed = node.enum ?? (node.const === undefined ? [] : [node.const]);
  const flags = node.type === 'boolean' ? [true, false] : [];
  const choices = [...fixed, ...flags];
  const values = choices.length > 0 ? choices : (node.examples ?? []);
  return values.map((value) => ({
    ...{ text: inYaml(value), insert: inYaml(value), kind: 'value' as const },
    about: choices.length > 0 ? null : (node.title ?? node.description ?? null),
  }));
}

/** The nodes of a path, with everything that they refer to. */
export function nodesAt(schema: SchemaNode, path: PlanPath): readonly SchemaNode[] {
  let nodes = resolve(schema, schema);
  for (const part of path)
    nodes = nodes.flatMap((node) => {
      const next =
        part === 0
          ? node.items
          : (node.properties?.[part] ??
            (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined));
      return next === undefined ? [] : resolve(schema, next);
    });
  return nodes;
}

/** A node, what it refers to, and its alternatives. */
function resolve(schema: SchemaNode, node: SchemaNode, depth = 0): SchemaNode[] {
  if (depth > 12) return [];
  const name = /^#\/\$defs\/(.+)$/.exec(node.$ref ?? '')?.[1];
  const target = name === undefined ? undefined : schema.$defs?.[name];
  const others = [
    ...(target ? [target] : []),
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
    ...(node.allOf ?? []),
    ...[node.then ?? [], node.else ?? []].flat(),
  ];
  return [node, ...others.flatMap((one) => resolve(schema, one, depth + 1))];
}

function distinct(all: readonly Suggestion[]): Suggestion[] {
  return [...new Map(all.map((one) => [one.text, one])).values()];
}

/** A value as an author would write it on one line. */
function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${inYaml(one)}`)
      .join(', ')} }`;
  if (typeof value !== 'string') return String(value);
  return /^[\w./@+-][^#:,[\]{}"'&*!|>%`]*$/.test(value) && !/^\d+(\.\d+)?$/.test(value)
    ? value
    : JSON.stringify(value);
}
