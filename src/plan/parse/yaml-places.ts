/** Where the parts of a YAML document stand in its text. */
import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import type { Span } from './plan-text.ts';

/** Keys and places in lists, from the whole document to one of its parts. */
export type Path = readonly (string | number)[];

interface Pair {
  readonly key: Node;
  readonly value: Node | null;
}

/** A document as it is looked through for places. */
export interface YamlPlaces {
  readonly root: Node;
  /** What each alias repeats. */
  readonly targets: Map<Node, Node>;
  /** The first pair of each key, of the maps in which a place was looked for. */
  readonly pairs: Map<YAMLMap, ReadonlyMap<string, Pair>>;
}

export function spanOf(node: Node | null | undefined): Span {
  const [from, to] = node?.range ?? [0, 0];
  return { offset: from, length: Math.max(1, to - from) };
}

/** The node at a path, and that of its key; the nearest parent where there is none. */
export function nodeAt(places: YamlPlaces, path: Path): { key: Node | null; value: Node } {
  let value = places.root;
  let key: Node | null = null;
  for (const part of path) {
    const at = places.targets.get(value) ?? value;
    if (isMap(at)) {
      const pair = pairsOf(places, at).get(String(part));
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
export function pairsOf({ pairs }: YamlPlaces, map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairs.get(map);
  if (known) return known;
  const first = new Map<string, Pair>();
  for (const { key, value } of map.items as { key: Node | null; value: Node | null }[]) {
    if (!isPlainKey(key) || first.has(keyText(key))) continue;
    first.set(keyText(key), { key, value });
  }
  pairs.set(map, first);
  return first;
}

export function isPlainKey(key: Node | null): key is Scalar {
  return isScalar(key) && key.tag === undefined && key.value !== null;
}

export function keyText({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}
