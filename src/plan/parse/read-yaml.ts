/**
 * Reads YAML text as plain data with locations. It refuses tags, merge keys and keys that reach an object's prototype,
 * and limits aliases, depth and size. A refused part is null in the data and has a finding. Refit still reads the rest,
 * so the author sees all findings together.
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
import { message } from '../../messages/messages.ts';
import type { Finding, Message } from '../../model.ts';
import type { PlanText, Span } from './plan-text.ts';
import { conflictMarkers, controlCharacter, syntaxFindings } from './syntax-finding.ts';

/** Keys and list indexes, from the whole document to one of its parts. */
export type Path = readonly (string | number)[];

export interface YamlTree {
  /** Objects, lists and scalars. A refused part is null, and `isRefused` is true for its path. */
  readonly value: unknown;
  /** The span of the value at a path, or of its nearest parent that exists. */
  valueAt(path: Path): Span;
  /** The span of the key at a path; for a list entry, the span of its value. */
  keyAt(path: Path): Span;
  /** Whether the value or one of its parents was refused, so that it needs no more findings. */
  isRefused(path: Path): boolean;
  /** Values without quotes that may mean something else, in the order of the text. */
  readonly doubtful: readonly PlainScalar[];
}

/** A value without quotes. */
export interface PlainScalar {
  readonly path: Path;
  readonly value: unknown;
  /** As the author wrote it. */
  readonly source: string;
  readonly span: Span;
  /** The comment behind it, if no space follows its `#`. */
  readonly comment: string | null;
}

export interface ReadYaml {
  /** Null when there is nothing to validate. */
  readonly tree: YamlTree | null;
  readonly findings: Finding[];
  /** The line of the first syntax error; from there on the structure is only a guess. Null without an error. */
  readonly brokenFrom: number | null;
}

/** Without findings that are guesses: after a syntax error the structure is one, and a missing key may only be lost. */
export function certain(findings: readonly Finding[], brokenFrom: number | null): Finding[] {
  return findings.filter(
    ({ code, location }) =>
      brokenFrom === null || (location!.line < brokenFrom && code !== 'Refit.MissingKey'),
  );
}

/** The smallest plan, as an example. */
export const MINIMAL_PLAN = [
  'version: 1',
  'name: my-first-resize',
  'targets:',
  '  - instance: crs-5qlrlhux',
  '    memoryPerShard: 4GB',
].join('\n');

/** Reads YAML without its byte-order mark. Never throws on any text. */
export function readYaml(source: PlanText): ReadYaml {
  try {
    return readDocument(source);
  } catch {
    // The YAML parser recurses, and Refit cannot limit its stack.
    const remark = { code: 'Refit.Yaml', message: message('plan-text.too-tangled') };
    return { tree: null, findings: [source.finding(remark, { offset: 0, length: 1 })], brokenFrom: 1 };
  }
}

function readDocument(source: PlanText): ReadYaml {
  const unreadable = controlCharacter(source) ?? conflictMarkers(source);
  if (unreadable) return { tree: null, findings: [unreadable], brokenFrom: 1 };
  // `readMap` checks for duplicate keys: in linear time, and with both locations.
  const document = parseDocument(source.text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
    version: '1.2',
  });
  const { findings, brokenFrom } = syntaxFindings(document, source);
  if (!isNothing(document)) {
    const refused: Finding[] = [];
    const tree = treeOf(document.contents as Node, source, refused);
    // After a syntax error, a refused part is only a guess.
    findings.push(...refused.filter(({ location }) => brokenFrom === null || location!.line < brokenFrom));
    return { tree, findings, brokenFrom };
  }
  if (findings.length === 0) {
    const empty = message('plan-text.empty', { example: MINIMAL_PLAN });
    findings.push(source.finding({ code: 'Refit.Yaml', message: empty }, { offset: 0, length: 1 }));
  }
  return { tree: null, findings, brokenFrom };
}

function isNothing({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.anchor);
}

const YAML_LIMITS = {
  /** Levels of lists and maps. */
  depth: 32,
  /** Values, including those that aliases repeat. */
  nodes: 400_000,
  /** Uses of aliases, including those inside aliased parts. */
  aliases: 1_000,
} as const;

/** Keys that a plan cannot have anywhere. */
const FORBIDDEN_KEYS: ReadonlyMap<string, Message> = new Map([
  ...['__proto__', 'constructor', 'prototype'].map(
    (key) => [key, message('plan-text.forbidden-key', { key })] as const,
  ),
  ['<<', message('plan-text.merge-key')],
]);

interface Pair {
  readonly key: Node;
  readonly value: Node | null;
}

/** The state of reading one document. */
interface ParseState {
  readonly source: PlanText;
  readonly findings: Finding[];
  readonly root: Node;
  /** The node that each alias repeats. */
  readonly targets: Map<Node, Node>;
  /** The first pair of each key of a map. Filled when a location in the map is first looked up. */
  readonly pairs: Map<YAMLMap, ReadonlyMap<string, Pair>>;
  readonly anchors: Map<string, Node>;
  /** Anchored lists and maps that Refit is reading now. */
  readonly open: Set<Node>;
  /** Pointers of the refused parts. */
  readonly refused: Set<string>;
  readonly doubtful: PlainScalar[];
  /** The path of the part that Refit is reading now. */
  readonly path: (string | number)[];
  nodes: number;
  aliases: number;
  /** The outermost alias that Refit is reading now. */
  outermost: Node | null;
  isTooLarge: boolean;
}

/** Reads a document from its root, and adds to `findings`. */
function treeOf(root: Node, source: PlanText, findings: Finding[]): YamlTree {
  const state: ParseState = {
    source,
    findings,
    root,
    targets: new Map(),
    pairs: new Map(),
    anchors: new Map(),
    open: new Set(),
    refused: new Set(),
    doubtful: [],
    path: [],
    nodes: 0,
    aliases: 0,
    outermost: null,
    isTooLarge: false,
  };
  const { refused, doubtful } = state;
  return {
    value: read(state, root, 0),
    doubtful,
    valueAt: (path) => spanOf(nodeAt(state, path).value),
    keyAt: (path) => {
      const { key, value } = nodeAt(state, path);
      return spanOf(key ?? value);
    },
    isRefused: (path) =>
      refused.size > 0 &&
      (refused.has('') || path.some((_, depth) => refused.has(pointer(path.slice(0, depth + 1))))),
  };
}

function read(state: ParseState, node: Node, depth: number): unknown {
  state.nodes += 1;
  if (state.nodes > YAML_LIMITS.nodes) {
    return refuseTooLarge(state, node, message('plan-text.too-many-values', { limit: YAML_LIMITS.nodes }));
  }
  if (isAlias(node)) return readAlias(state, node, depth);
  if (node.tag !== undefined) {
    const tag = shorten(node.tag.replace('tag:yaml.org,2002:', '!!'));
    return refuse(state, node, message('plan-text.tag', { tag }));
  }
  if (isScalar(node)) {
    if (node.anchor) state.anchors.set(node.anchor, node);
    if (node.type === 'PLAIN' && state.outermost === null) noteDoubt(state, node);
    return node.value ?? null;
  }
  if (depth >= YAML_LIMITS.depth) {
    return refuse(state, node, message('plan-text.too-deep', { limit: YAML_LIMITS.depth }));
  }
  if (node.anchor) {
    state.anchors.set(node.anchor, node);
    state.open.add(node);
  }
  const value = isMap(node)
    ? readMap(state, node, depth)
    : isSeq(node)
      ? readItems(state, node.items, depth)
      : null;
  if (node.anchor) state.open.delete(node);
  return value;
}

/** Most values are one of these, and mean nothing else. */
const CLEAR_TEXT = /^[\w.%+:/ -]+$/;
const CLEAR_NUMBER = /^-?(0|[1-9]\d*)$/;
const [SPACE, TAB] = [0x20, 0x09];
const COMMENT = /[ \t]+(#[^\s#!][^\r\n]*)/y;

/** The comment at an offset, if no space follows its `#`. */
function commentAt(text: string, offset: number): string | null {
  const next = text.charCodeAt(offset);
  if (next !== SPACE && next !== TAB) return null;
  COMMENT.lastIndex = offset;
  return COMMENT.exec(text)?.[1]?.trimEnd() ?? null;
}

function noteDoubt({ source, path, doubtful }: ParseState, node: Scalar): void {
  const span = spanOf(node);
  const end = span.offset + span.length;
  const comment = commentAt(source.text, end);
  const written = node.source ?? '';
  const clear = typeof node.value === 'number' ? CLEAR_NUMBER : CLEAR_TEXT;
  if (comment === null && clear.test(written)) return;
  doubtful.push({ path: [...path], value: node.value, source: written, span, comment });
}

function readAt(state: ParseState, part: string | number, node: Node, depth: number): unknown {
  state.path.push(part);
  const value = read(state, node, depth);
  state.path.pop();
  return value;
}

function readItems(state: ParseState, items: readonly unknown[], depth: number): unknown[] {
  return items.map((item, index) =>
    item === null || typeof item !== 'object' || 'key' in item
      ? null
      : readAt(state, index, item as Node, depth + 1),
  );
}

function readAlias(state: ParseState, node: Node & { source: string }, depth: number): unknown {
  state.aliases += 1;
  if (state.isTooLarge || state.aliases > YAML_LIMITS.aliases) {
    return refuseTooLarge(state, node, message('plan-text.too-many-aliases', { limit: YAML_LIMITS.aliases }));
  }
  const target = state.anchors.get(node.source);
  if (!target) {
    const value = /^[^,\]}#\n]*/.exec(state.source.text.slice(spanOf(node).offset))![0].trimEnd();
    return refuse(
      state,
      node,
      message('plan-text.unknown-anchor', { alias: shorten(`*${node.source}`), value }),
    );
  }
  if (state.open.has(target))
    return refuse(state, node, message('plan-text.contains-itself', { alias: `*${shorten(node.source)}` }));
  state.targets.set(node, target);
  const isOutermost = state.outermost === null;
  if (isOutermost) state.outermost = node;
  const value = read(state, target, depth);
  if (isOutermost) state.outermost = null;
  return value;
}

function readMap(state: ParseState, map: YAMLMap, depth: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  /** Forbidden keys that the map has. They are not in the value. */
  let forbidden: Set<string> | null = null;
  for (const { key: keyNode, value: valueNode } of map.items as { key: Node | null; value: Node | null }[]) {
    if (!isPlainKey(keyNode)) {
      state.path.push('?');
      refuse(state, keyNode ?? map, message('plan-text.key-is-not-text'));
      state.path.pop();
      continue;
    }
    const key = keyText(keyNode);
    if (Object.hasOwn(value, key) || forbidden?.has(key)) {
      refuseDuplicate(state, map, key, keyNode);
      continue;
    }
    const refusal = FORBIDDEN_KEYS.get(key);
    if (refusal) {
      forbidden = (forbidden ?? new Set()).add(key);
      state.findings.push(
        state.source.finding({ code: 'Refit.UnknownKey', message: refusal }, spanOf(keyNode)),
      );
    } else value[key] = valueNode ? readAt(state, key, valueNode, depth + 1) : null;
  }
  return value;
}

function refuseDuplicate(state: ParseState, map: YAMLMap, key: string, node: Node): void {
  const first = spanOf(pairsOf(state, map).get(key)!.key);
  const { line } = state.source.locationAt(first.offset);
  const duplicate = message('plan-text.duplicate-key', { key: shorten(key), line });
  state.findings.push(
    state.source.finding({ code: 'Refit.DuplicateKey', message: duplicate }, spanOf(node), first),
  );
}

function refuse({ findings, source, refused, path }: ParseState, node: Node, refusal: Message): null {
  findings.push(source.finding({ code: 'Refit.Yaml', message: refusal }, spanOf(node)));
  refused.add(pointer(path));
  return null;
}

/** Refuses a document with too many values or aliases, with one finding at the outermost alias. */
function refuseTooLarge(state: ParseState, node: Node, refusal: Message): null {
  if (state.isTooLarge) state.refused.add(pointer(state.path));
  else refuse(state, state.outermost ?? node, refusal);
  state.isTooLarge = true;
  return null;
}

function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function spanOf(node: Node | null | undefined): Span {
  const [from, to] = node?.range ?? [0, 0];
  return { offset: from, length: Math.max(1, to - from) };
}

/** The nodes of the value and the key at a path, or at its nearest existing parent. */
function nodeAt(state: ParseState, path: Path): { key: Node | null; value: Node } {
  let value = state.root;
  let key: Node | null = null;
  for (const part of path) {
    const at = state.targets.get(value) ?? value;
    if (isMap(at)) {
      const pair = pairsOf(state, at).get(String(part));
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
function pairsOf({ pairs }: ParseState, map: YAMLMap): ReadonlyMap<string, Pair> {
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
