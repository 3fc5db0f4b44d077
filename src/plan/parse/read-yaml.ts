/**
 * YAML text to plain data with places. YAML is data here: no tags, no merge keys, bounded aliases, depth and size, no keys
 * that reach an object's prototype. What is refused is null in the data and a finding; the rest is still read, so that
 * one look tells everything.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Finding } from '../../model.ts';
import { asMembers, type PlanText, type Remedy, type Span } from './plan-text.ts';
import { syntaxFindings } from './syntax-finding.ts';

/** Keys and places in lists, from the whole document to one of its parts. */
export type Path = readonly (string | number)[];

export interface YamlTree {
  /** Objects, lists and scalars; a part that could not be read is null, and `unreadable` there. */
  readonly value: unknown;
  /** Where the value at a path stands; the nearest parent that exists where it does not. */
  valueAt(path: Path): Span;
  /** Where the key at a path stands; the value for an entry of a list. */
  keyAt(path: Path): Span;
  /** True where the value or one of its parents was refused already: more about it would be noise. */
  unreadable(path: Path): boolean;
}

export interface ReadYaml {
  /** null where there is nothing to validate. */
  readonly tree: YamlTree | null;
  readonly findings: Finding[];
  /** From this line on the structure is a guess, because the syntax broke there; null where all of it is sure. */
  readonly brokenFrom: number | null;
}

/** A plan to start from, for an author who has none. */
export const MINIMAL_PLAN = [
  'version: 1',
  'name: my-first-resize',
  'targets:',
  '  - instance: crs-5qlrlhux',
  '    memoryPerShard: 4GB',
].join('\n');

/** Reads a plan's text (byte-order mark removed). Never throws, whatever the text. */
export function readYaml(source: PlanText): ReadYaml {
  const control = controlCharacter(source);
  if (control) return { tree: null, findings: [control], brokenFrom: 1 };
  // Unique keys are checked where the values are read, in time linear in their number, and with both places.
  const document = parseDocument(source.text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
    version: '1.2',
  });
  const { findings, brokenFrom } = syntaxFindings(document, source);
  if (!isNothing(document))
    return { tree: treeOf(document.contents as Node, source, findings), findings, brokenFrom };
  if (findings.length === 0) {
    const remark = { code: 'Refit.Yaml', message: 'the plan is empty', example: MINIMAL_PLAN };
    findings.push(source.finding(remark, { offset: 0, length: 1 }));
  }
  return { tree: null, findings, brokenFrom };
}

function isNothing({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.anchor);
}

function controlCharacter(source: PlanText): Finding | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what YAML forbids
  const offset = source.text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (offset < 0) return null;
  const code = source.text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  const message = `the control character U+${code} is no part of a plan`;
  const fix = 'remove it; a binary file is no plan';
  return source.finding({ code: 'Refit.Yaml', message, fix }, { offset, length: 1 });
}

const YAML_LIMITS = {
  /** Levels of lists and maps. */
  depth: 32,
  /** Values, those that aliases repeat included. */
  nodes: 400_000,
  /** Uses of aliases, those inside aliased parts included. */
  aliases: 1_000,
} as const;

/** Keys that a plan cannot have anywhere, and what to do instead. */
const FORBIDDEN_KEYS: ReadonlyMap<string, { readonly message: string; readonly fix: string }> = new Map([
  ...['__proto__', 'constructor', 'prototype'].map(
    (key) => [key, { message: `the key ${key} is not allowed anywhere`, fix: 'remove it' }] as const,
  ),
  ['<<', { message: 'keys are not merged: << means nothing in YAML 1.2', fix: 'write the keys out' }],
]);

interface Pair {
  readonly key: Node;
  readonly value: Node | null;
}

/** A document, and how far the reading of it has come. */
interface Reading {
  readonly source: PlanText;
  readonly findings: Finding[];
  readonly root: Node;
  /** What each alias repeats. */
  readonly targets: Map<Node, Node>;
  /** The first pair of each key, of the maps in which a place was looked for. */
  readonly pairs: Map<YAMLMap, ReadonlyMap<string, Pair>>;
  readonly anchors: Map<string, Node>;
  /** Anchored lists and maps that are being read. */
  readonly open: Set<Node>;
  /** Pointers of the parts that were refused. */
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
function treeOf(root: Node, source: PlanText, findings: Finding[]): YamlTree {
  const reading: Reading = {
    source,
    findings,
    root,
    targets: new Map(),
    pairs: new Map(),
    anchors: new Map(),
    open: new Set(),
    refused: new Set(),
    path: [],
    nodes: 0,
    aliases: 0,
    outermost: null,
    bombed: false,
  };
  const { refused } = reading;
  return {
    value: read(reading, root, 0),
    valueAt: (path) => spanOf(nodeAt(reading, path).value),
    keyAt: (path) => {
      const { key, value } = nodeAt(reading, path);
      return spanOf(key ?? value);
    },
    unreadable: (path) =>
      refused.size > 0 &&
      (refused.has('') || path.some((_, depth) => refused.has(pointer(path.slice(0, depth + 1))))),
  };
}

function read(on: Reading, node: Node, depth: number): unknown {
  on.nodes += 1;
  if (on.nodes > YAML_LIMITS.nodes) {
    const message = `the plan has more than ${YAML_LIMITS.nodes} values`;
    return bomb(on, node, message, 'select the instances by tag, or split the plan in two');
  }
  if (isAlias(node)) return readAlias(on, node, depth);
  if (node.tag !== undefined) {
    const message = `the tag ${short(node.tag.replace('tag:yaml.org,2002:', '!!'))} is not read: a plan is plain data`;
    return refuse(on, node, message, 'remove the tag; quote a value that is to be text');
  }
  if (isScalar(node)) {
    if (node.anchor) on.anchors.set(node.anchor, node);
    return node.value ?? null;
  }
  if (depth >= YAML_LIMITS.depth) {
    const message = `the plan is nested deeper than ${YAML_LIMITS.depth} levels`;
    return refuse(on, node, message, 'a plan needs no more than eight');
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
    const message = `aliases are used more than ${YAML_LIMITS.aliases} times, those inside one another counted`;
    return bomb(on, node, message, 'write the values out, or select the instances by tag');
  }
  const target = on.anchors.get(node.source);
  if (!target) {
    const text = /^[^,\]}#\n]*/.exec(on.source.text.slice(spanOf(node).offset))![0].trimEnd();
    const message = `${short(`*${node.source}`)} refers to an anchor that is not above it`;
    return refuse(on, node, message, `as text: ${JSON.stringify(text)}`);
  }
  if (on.open.has(target))
    return refuse(on, node, `*${short(node.source)} contains itself`, 'write the values out');
  on.targets.set(node, target);
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
      refuse(on, keyNode ?? map, 'a key must be plain text', { example: 'name: value' });
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

function twice(on: Reading, map: YAMLMap, key: string, node: Node): void {
  const before = spanOf(pairsOf(on, map).get(key)!.key);
  const message = `the key ${short(key)} is written twice, first on line ${on.source.locationAt(before.offset).line}`;
  const remark = { code: 'Refit.DuplicateKey', message, fix: 'keep one of the two' };
  on.findings.push(on.source.finding(remark, spanOf(node), before));
}

function refuse(
  { findings, source, refused, path }: Reading,
  node: Node,
  message: string,
  remedy: Remedy,
): null {
  findings.push(source.finding({ code: 'Refit.Yaml', message, ...asMembers(remedy) }, spanOf(node)));
  refused.add(pointer(path));
  return null;
}

/** One finding for the whole bomb, at the alias that the author sees: each one inside would only say the same. */
function bomb(on: Reading, node: Node, message: string, fix: string): null {
  if (on.bombed) on.refused.add(pointer(on.path));
  else refuse(on, on.outermost ?? node, message, fix);
  on.bombed = true;
  return null;
}

function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function spanOf(node: Node | null | undefined): Span {
  const [from, to] = node?.range ?? [0, 0];
  return { offset: from, length: Math.max(1, to - from) };
}

/** The node at a path, and that of its key; the nearest parent where there is none. */
function nodeAt(on: Reading, path: Path): { key: Node | null; value: Node } {
  let value = on.root;
  let key: Node | null = null;
  for (const part of path) {
    const at = on.targets.get(value) ?? value;
    if (isMap(at)) {
      const pair = pairsOf(on, at).get(String(part));
      if (!pair) break;
      key = pair.key;
      value = pair.value ?? pair.key;
    } else if (isSeq(at) && typeof part === 'number' && at.items[part]) {
      key = null;
      value = at.items[part] as Node;
    } else break;
  }
  return { key, value };
}

/** The first pair of each key of a map. */
function pairsOf({ pairs }: Reading, map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairs.get(map);
  if (known) return known;
  const first = new Map<string, Pair>();
  for (const { key, value } of map.items as { key: Node | null; value: Node | null }[])
    if (isPlainKey(key) && !first.has(keyText(key))) first.set(keyText(key), { key, value });
  pairs.set(map, first);
  return first;
}

function isPlainKey(key: Node | null): key is Scalar {
  return isScalar(key) && key.tag === undefined && key.value !== null;
}

function keyText({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}
