/**
 * YAML text to plain data with places. YAML is data here: no tags, no merge keys, no second document, bounded
 * aliases, depth and size, no keys that reach an object's prototype. Whatever is wrong is a finding; the rest of
 * the text is still read, so that one look tells everything.
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
import type { PlanText, Span } from './plan-text.ts';
import { syntaxFinding } from './syntax-finding.ts';
import { tabFinding, withoutTabs } from './tab-indent.ts';

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

export const YAML_LIMITS = {
  /** Levels of lists and maps. */
  depth: 32,
  /** Values, those that aliases repeat included. */
  nodes: 400_000,
  /** Uses of aliases, those inside aliased parts included. */
  aliases: 1_000,
} as const;

/** A plan to start from, for an author who has none. */
export const MINIMAL_PLAN = [
  'version: 1',
  'name: my-first-resize',
  'targets:',
  '  - instance: crs-5qlrlhux',
  '    memoryPerShard: 4GB',
].join('\n');

interface Pair {
  readonly key: Node;
  readonly value: Node | null;
}

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads a plan's text (byte-order mark removed). Never throws, whatever the text. */
export function readYaml(source: PlanText): ReadYaml {
  const control = controlCharacter(source);
  if (control) return { tree: null, findings: [control], brokenFrom: 1 };
  let document = parse(source.text);
  const findings: Finding[] = [];
  let shift = (offset: number): number => offset;
  if (document.errors.some(({ code }) => code === 'TAB_AS_INDENT')) {
    findings.push(tabFinding(source));
    const mended = withoutTabs(source.text);
    const again = parse(mended.text);
    if (again.errors.length === 0) {
      document = again;
      shift = mended.original;
    }
  }
  const brokenFrom = syntax(document, source, findings);
  if (isNothing(document)) {
    if (findings.length === 0)
      findings.push(
        source.finding(
          { code: 'Refit.Yaml', what: 'the plan is empty', mend: `start from:\n${MINIMAL_PLAN}` },
          { offset: 0, length: 1 },
        ),
      );
    return { tree: null, findings, brokenFrom };
  }
  return { tree: walk(document, source, findings, shift), findings, brokenFrom };
}

function parse(text: string): Document.Parsed {
  // Unique keys are checked in `walk`, in time linear in the number of keys, and with both places.
  return parseDocument(text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
    version: '1.2',
  });
}

function isNothing({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.anchor);
}

/** Findings of the YAML syntax, one a line. @returns the first line from which the structure is a guess. */
function syntax(document: Document.Parsed, source: PlanText, findings: Finding[]): number | null {
  let brokenFrom: number | null = null;
  const said = new Set(findings.map(({ place }) => place?.line));
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit && yaml.version !== '1.2') {
    const offset = Math.max(0, source.text.search(/^%YAML/m));
    findings.push(
      source.finding(
        {
          code: 'Refit.Yaml',
          what: 'plans are YAML 1.2; other versions read the same text differently',
          mend: '%YAML 1.2',
        },
        { offset, length: 9 },
      ),
    );
    brokenFrom = 1;
  }
  // Warnings are about tags, which `walk` refuses all alike, and directives that change nothing.
  for (const error of document.errors) {
    if (error.code === 'TAB_AS_INDENT') {
      brokenFrom ??= source.place(error.pos[0]).line;
      continue;
    }
    const { finding, sure } = syntaxFinding(error, document, source);
    const line = finding.place!.line;
    if (!sure) brokenFrom = Math.min(brokenFrom ?? line, line);
    if (said.has(line) || said.size >= 20) continue;
    said.add(line);
    findings.push(finding);
  }
  return brokenFrom;
}

function walk(
  document: Document.Parsed,
  source: PlanText,
  findings: Finding[],
  shift: (offset: number) => number,
): YamlTree {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  /** The first pair of each key of the maps in which a place was looked for. */
  const pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  /** Where what is being read stands. */
  const path: (string | number)[] = [];
  const open = new Set<Node>();
  const refused = new Set<string>();
  let nodes = 0;
  let aliases = 0;
  let bombed = false;
  let outermost: Node | null = null;

  const span = (node: Node | null | undefined): Span => {
    const [from, to] = node?.range ?? [0, 0];
    const start = shift(from);
    return { offset: start, length: Math.max(1, shift(to) - start) };
  };
  const refuse = (node: Node, what: string, mend: string, code = 'Refit.Yaml'): null => {
    findings.push(source.finding({ code, what, mend }, span(node)));
    refused.add(pointer(path));
    return null;
  };
  /** One finding for the whole bomb, at the alias that the author sees: each one inside would only say the same. */
  const bomb = (node: Node, what: string, mend: string): null => {
    if (bombed) refused.add(pointer(path));
    else refuse(outermost ?? node, what, mend);
    bombed = true;
    return null;
  };

  const read = (node: Node, depth: number): unknown => {
    nodes += 1;
    if (nodes > YAML_LIMITS.nodes)
      return bomb(
        node,
        `the plan has more than ${YAML_LIMITS.nodes} values`,
        'select the instances by tag, or split the plan in two',
      );
    if (isAlias(node)) return readAlias(node, depth);
    if (node.tag !== undefined)
      return refuse(
        node,
        `the tag ${short(node.tag.replace('tag:yaml.org,2002:', '!!'))} is not read: a plan is plain data`,
        'remove the tag; quote a value that is to be text',
      );
    if (isScalar(node)) {
      if (node.anchor) anchors.set(node.anchor, node);
      return node.value ?? null;
    }
    if (depth >= YAML_LIMITS.depth)
      return refuse(
        node,
        `the plan is nested deeper than ${YAML_LIMITS.depth} levels`,
        'a plan needs no more than eight',
      );
    if (node.anchor) {
      anchors.set(node.anchor, node);
      open.add(node);
    }
    const value = isMap(node)
      ? readMap(node, depth)
      : isSeq(node)
        ? node.items.map((item, index) => readItem(item, index, depth))
        : null;
    if (node.anchor) open.delete(node);
    return value;
  };

  const readAt = (part: string | number, node: Node, depth: number): unknown => {
    path.push(part);
    const value = read(node, depth);
    path.pop();
    return value;
  };

  const readItem = (item: unknown, index: number, depth: number): unknown => {
    if (item === null || typeof item !== 'object') return null;
    if ('key' in item) return null;
    return readAt(index, item as Node, depth + 1);
  };

  const readAlias = (node: Node & { source: string }, depth: number): unknown => {
    aliases += 1;
    if (bombed || aliases > YAML_LIMITS.aliases)
      return bomb(
        node,
        `aliases are used more than ${YAML_LIMITS.aliases} times, those inside one another counted`,
        'write the values out, or select the instances by tag',
      );
    const target = anchors.get(node.source);
    if (!target) {
      const text =
        source.text
          .slice(span(node).offset)
          .match(/^[^,\]}#\n]*/)?.[0]
          .trimEnd() ?? `*${node.source}`;
      return refuse(
        node,
        `${short(`*${node.source}`)} refers to an anchor that is not above it`,
        `as text: ${JSON.stringify(text)}`,
      );
    }
    if (open.has(target))
      return refuse(node, `*${short(node.source)} contains itself`, 'write the values out');
    targets.set(node, target);
    const isOutermost = outermost === null;
    if (isOutermost) outermost = node;
    const value = read(target, depth);
    if (isOutermost) outermost = null;
    return value;
  };

  const readMap = (map: YAMLMap, depth: number): Record<string, unknown> => {
    const value: Record<string, unknown> = {};
    /** Keys that were met and are not in the value. */
    let refusedKeys: Set<string> | null = null;
    for (const { key: keyNode, value: valueNode } of map.items as {
      key: Node | null;
      value: Node | null;
    }[]) {
      if (!isPlainKey(keyNode)) {
        path.push('?');
        refuse(keyNode ?? map, 'a key must be plain text', 'name: value');
        path.pop();
        continue;
      }
      const key = keyText(keyNode);
      if (Object.hasOwn(value, key) || refusedKeys?.has(key)) {
        const before = pairsOf(map).get(key)!.key;
        const { line } = source.place(span(before).offset);
        findings.push(
          source.finding(
            {
              code: 'Refit.DuplicateKey',
              what: `the key ${short(key)} is written twice, first on line ${line}`,
              mend: 'keep one of the two',
            },
            span(keyNode),
            span(before),
          ),
        );
        continue;
      }
      if (PROTOTYPE_KEYS.has(key)) {
        refusedKeys = (refusedKeys ?? new Set()).add(key);
        findings.push(
          source.finding(
            { code: 'Refit.UnknownKey', what: `the key ${key} is not allowed anywhere`, mend: 'remove it' },
            span(keyNode),
          ),
        );
        continue;
      }
      if (key === '<<') {
        refusedKeys = (refusedKeys ?? new Set()).add(key);
        findings.push(
          source.finding(
            {
              code: 'Refit.UnknownKey',
              what: 'keys are not merged: << means nothing in YAML 1.2',
              mend: 'write the keys out',
            },
            span(keyNode),
          ),
        );
        continue;
      }
      value[key] = valueNode ? readAt(key, valueNode, depth + 1) : null;
    }
    return value;
  };

  const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = pairs.get(map);
    if (known) return known;
    const first = new Map<string, Pair>();
    for (const { key, value } of map.items as { key: Node | null; value: Node | null }[]) {
      if (!isPlainKey(key) || first.has(keyText(key))) continue;
      first.set(keyText(key), { key, value });
    }
    pairs.set(map, first);
    return first;
  };

  /** The node at a path, and that of its key; the nearest parent where there is none. */
  const find = (path: Path): { key: Node | null; value: Node } => {
    let value = document.contents as Node;
    let key: Node | null = null;
    for (const part of path) {
      const at = targets.get(value) ?? value;
      if (isMap(at)) {
        const pair = pairsOf(at).get(String(part));
        if (!pair) break;
        key = pair.key;
        value = pair.value ?? pair.key;
      } else if (isSeq(at) && typeof part === 'number' && at.items[part]) {
        key = null;
        value = at.items[part] as Node;
      } else break;
    }
    return { key, value };
  };

  return {
    value: read(document.contents as Node, 0),
    valueAt: (path) => span(find(path).value),
    keyAt: (path) => {
      const { key, value } = find(path);
      return span(key ?? value);
    },
    unreadable: (path) =>
      refused.size > 0 &&
      (refused.has('') || path.some((_, depth) => refused.has(pointer(path.slice(0, depth + 1))))),
  };
}

function isPlainKey(key: Node | null): key is Scalar {
  return isScalar(key) && key.tag === undefined && key.value !== null;
}

function keyText({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function controlCharacter(source: PlanText): Finding | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what YAML forbids
  const offset = source.text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (offset < 0) return null;
  const code = source.text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  return source.finding(
    {
      code: 'Refit.Yaml',
      what: `the control character U+${code} is no part of a plan`,
      mend: 'remove it; a binary file is no plan',
    },
    { offset, length: 1 },
  );
}
