/**
 * A YAML document as plain data: no tags, no merge keys, bounded aliases, depth and size, no keys that reach an object's
 * prototype. What is refused is null in the data and a finding; the rest is still read.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { Finding } from '../../model.ts';
import type { PlanText } from './plan-text.ts';
import { isPlainKey, keyText, type Path, pairsOf, spanOf, type YamlPlaces } from './yaml-places.ts';

export const YAML_LIMITS = {
  /** Levels of lists and maps. */
  depth: 32,
  /** Values, those that aliases repeat included. */
  nodes: 400_000,
  /** Uses of aliases, those inside aliased parts included. */
  aliases: 1_000,
} as const;

/** What was read of a document. */
export interface YamlValues {
  readonly value: unknown;
  /** Pointers of the parts that were refused. */
  readonly refused: ReadonlySet<string>;
}

/** Keys that a plan cannot have anywhere, and what to do instead. */
const FORBIDDEN_KEYS: ReadonlyMap<string, { readonly what: string; readonly mend: string }> = new Map([
  ...['__proto__', 'constructor', 'prototype'].map(
    (key) => [key, { what: `the key ${key} is not allowed anywhere`, mend: 'remove it' }] as const,
  ),
  ['<<', { what: 'keys are not merged: << means nothing in YAML 1.2', mend: 'write the keys out' }],
]);

/** How far the reading has come. */
interface Reading {
  readonly source: PlanText;
  readonly places: YamlPlaces;
  readonly findings: Finding[];
  readonly anchors: Map<string, Node>;
  /** Anchored lists and maps that are being read. */
  readonly open: Set<Node>;
  readonly refused: Set<string>;
  /** Where what is being read stands. */
  readonly path: (string | number)[];
  nodes: number;
  aliases: number;
  /** The outermost alias that is being read. */
  outermost: Node | null;
  bombed: boolean;
}

/** Reads a document from its root; what is wrong goes into `findings`. */
export function readValues(places: YamlPlaces, source: PlanText, findings: Finding[]): YamlValues {
  const reading: Reading = {
    source,
    places,
    findings,
    anchors: new Map(),
    open: new Set(),
    refused: new Set(),
    path: [],
    nodes: 0,
    aliases: 0,
    outermost: null,
    bombed: false,
  };
  return { value: read(reading, places.root, 0), refused: reading.refused };
}

function read(on: Reading, node: Node, depth: number): unknown {
  on.nodes += 1;
  if (on.nodes > YAML_LIMITS.nodes) {
    const what = `the plan has more than ${YAML_LIMITS.nodes} values`;
    return bomb(on, node, what, 'select the instances by tag, or split the plan in two');
  }
  if (isAlias(node)) return readAlias(on, node, depth);
  if (node.tag !== undefined) {
    const what = `the tag ${short(node.tag.replace('tag:yaml.org,2002:', '!!'))} is not read: a plan is plain data`;
    return refuse(on, node, what, 'remove the tag; quote a value that is to be text');
  }
  if (isScalar(node)) {
    if (node.anchor) on.anchors.set(node.anchor, node);
    return node.value ?? null;
  }
  if (depth >= YAML_LIMITS.depth) {
    const what = `the plan is nested deeper than ${YAML_LIMITS.depth} levels`;
    return refuse(on, node, what, 'a plan needs no more than eight');
  }
  if (node.anchor) {
    on.anchors.set(node.anchor, node);
    on.open.add(node);
  }
  const value = isMap(node)
    ? readMap(on, node, depth)
    : isSeq(node)
      ? readItems(on, node.items, depth)
      : null;
  if (node.anchor) on.open.delete(node);
  return value;
}

function readAt(on: Reading, part: string | number, node: Node, depth: number): unknown {
  on.path.push(part);
  const value = read(on, node, depth);
  on.path.pop();
  return value;
}

function readItems(on: Reading, items: readonly unknown[], depth: number): unknown[] {
  return items.map((item, index) =>
    item === null || typeof item !== 'object' || 'key' in item
      ? null
      : readAt(on, index, item as Node, depth + 1),
  );
}

function readAlias(on: Reading, node: Node & { source: string }, depth: number): unknown {
  on.aliases += 1;
  if (on.bombed || on.aliases > YAML_LIMITS.aliases) {
    const what = `aliases are used more than ${YAML_LIMITS.aliases} times, those inside one another counted`;
    return bomb(on, node, what, 'write the values out, or select the instances by tag');
  }
  const target = on.anchors.get(node.source);
  if (!target) {
    const text = /^[^,\]}#\n]*/.exec(on.source.text.slice(spanOf(node).offset))![0].trimEnd();
    const what = `${short(`*${node.source}`)} refers to an anchor that is not above it`;
    return refuse(on, node, what, `as text: ${JSON.stringify(text)}`);
  }
  if (on.open.has(target))
    return refuse(on, node, `*${short(node.source)} contains itself`, 'write the values out');
  on.places.targets.set(node, target);
  const isOutermost = on.outermost === null;
  if (isOutermost) on.outermost = node;
  const value = read(on, target, depth);
  if (isOutermost) on.outermost = null;
  return value;
}

function readMap(on: Reading, map: YAMLMap, depth: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  /** Keys that were met and are not in the value. */
  let forbidden: Set<string> | null = null;
  for (const { key: keyNode, value: valueNode } of map.items as { key: Node | null; value: Node | null }[]) {
    if (!isPlainKey(keyNode)) {
      on.path.push('?');
      refuse(on, keyNode ?? map, 'a key must be plain text', 'name: value');
      on.path.pop();
      continue;
    }
    const key = keyText(keyNode);
    if (Object.hasOwn(value, key) || forbidden?.has(key)) {
      twice(on, map, key, keyNode);
      continue;
    }
    const fault = FORBIDDEN_KEYS.get(key);
    if (fault) {
      forbidden = (forbidden ?? new Set()).add(key);
      on.findings.push(on.source.finding({ code: 'Refit.UnknownKey', ...fault }, spanOf(keyNode)));
    } else value[key] = valueNode ? readAt(on, key, valueNode, depth + 1) : null;
  }
  return value;
}

function twice({ findings, source, places }: Reading, map: YAMLMap, key: string, node: Node): void {
  const before = spanOf(pairsOf(places, map).get(key)!.key);
  const what = `the key ${short(key)} is written twice, first on line ${source.place(before.offset).line}`;
  const remark = { code: 'Refit.DuplicateKey', what, mend: 'keep one of the two' };
  findings.push(source.finding(remark, spanOf(node), before));
}

function refuse({ findings, source, refused, path }: Reading, node: Node, what: string, mend: string): null {
  findings.push(source.finding({ code: 'Refit.Yaml', what, mend }, spanOf(node)));
  refused.add(pointer(path));
  return null;
}

/** One finding for the whole bomb, at the alias that the author sees: each one inside would only say the same. */
function bomb(on: Reading, node: Node, what: string, mend: string): null {
  if (on.bombed) on.refused.add(pointer(on.path));
  else refuse(on, on.outermost ?? node, what, mend);
  on.bombed = true;
  return null;
}

/** True where a part or one of its parents was refused. */
export function isRefused({ refused }: YamlValues, path: Path): boolean {
  return (
    refused.size > 0 &&
    (refused.has('') || path.some((_, depth) => refused.has(pointer(path.slice(0, depth + 1)))))
  );
}

function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
