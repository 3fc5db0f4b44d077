/** Changes of a JSON value, one at a time: what an attacker with an editor can do to each part of a file. */
import type { Forged } from './reseal.ts';

export type Path = readonly (string | number)[];

export interface Mutation {
  /** The path of the changed part. List items have their index. */
  readonly path: Path;
  /** What is done to it, such as `9`, `removed`, `doubled` or `reversed`. */
  readonly what: string;
  /** Changes a copy of the value. */
  readonly apply: (value: Forged) => void;
}

/** Every part of a value, with its path: leaves, lists and objects, without the value itself. */
export function partsOf(value: Forged, path: Path = []): { readonly path: Path; readonly part: Forged }[] {
  const own = path.length > 0 ? [{ path, part: value }] : [];
  if (typeof value !== 'object' || value === null) return own;
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...own, ...entries.flatMap(([key, part]) => partsOf(part, [...path, key]))];
}

/** Each part of a value changed in a few ways of its type, removed, and as a list item doubled. Of a list, three items. */
export function mutationsOf(value: Forged): Mutation[] {
  const first = partsOf(value).filter(({ path }) => path.every((key) => typeof key !== 'number' || key < 3));
  return first.flatMap(({ path, part }) => [
    ...othersOf(part).map((other) => set(path, other)),
    remove(path),
    ...(typeof path.at(-1) === 'number' ? [double(path)] : []),
    ...(Array.isArray(part) && part.length > 1 ? [reverse(path)] : []),
  ]);
}

/** Other values in the place of a leaf. */
function othersOf(leaf: Forged): Forged[] {
  if (typeof leaf === 'number') return [leaf + 1, leaf * 2 + 1000, -leaf - 1];
  if (typeof leaf === 'boolean') return [!leaf];
  if (typeof leaf === 'string') return /^\d{4}-\d\d-\d\dT/.test(leaf) ? [later(leaf), ''] : [`${leaf}x`, ''];
  return leaf === null ? ['x', 1] : [];
}

/** The time a day later. */
function later(time: string): string {
  return new Date(Date.parse(time) + 86_400_000).toISOString();
}

export function set(path: Path, other: Forged): Mutation {
  return {
    path,
    what: JSON.stringify(other).slice(0, 60),
    apply: (value) => change(value, path, (parent, key) => Object.assign(parent, { [key]: other })),
  };
}

export function remove(path: Path): Mutation {
  const apply = (value: Forged) =>
    change(
      value,
      path,
      (parent, key) => void (Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key]),
    );
  return { path, what: 'removed', apply };
}

export function double(path: Path): Mutation {
  const apply = (value: Forged) =>
    change(value, path, (parent, key) => void parent.splice(Number(key), 0, structuredClone(parent[key])));
  return { path, what: 'doubled', apply };
}

export function reverse(path: Path): Mutation {
  return {
    path,
    what: 'reversed',
    apply: (value) => change(value, path, (parent, key) => void parent[key].reverse()),
  };
}

function change(value: Forged, path: Path, act: (parent: Forged, key: string | number) => unknown): void {
  act(
    path.slice(0, -1).reduce((part: Forged, key) => part[key], value),
    path.at(-1)!,
  );
}
