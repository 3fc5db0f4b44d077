/**
 * Where a place in the YAML of a plan is: the keys above it, and whether a key or a value is typed there. It reads only
 * indentation and braces, so it also works while the text is not valid. Pure.
 *
 *     waves:
 *       - { name: canary, ta|        keys waves, 0; a key is typed, of which "ta" is there
 */

/** Keys from the whole plan to the place; 0 stands for an entry of a list. */
export type PlanPath = readonly (string | 0)[];

export interface PlanPlace {
  readonly path: PlanPath;
  /** `value`: the value of the last key of the path, or an entry of a list. */
  readonly typed: 'key' | 'value';
  /** The part of the word before the place. */
  readonly word: string;
}

interface Line {
  /** Columns before the key, where dashes count as blanks. */
  readonly indent: number;
  readonly dashes: number;
  readonly key: string | null;
  /** After the colon, or after the dashes of a line without a key. */
  readonly rest: string;
}

const WORD = /[\w.*%-]*$/;

/** @param before the text up to the place. null in a comment or in quotes. */
export function placeIn(before: string): PlanPlace | null {
  const lines = before.split('\n');
  const current = lines.pop() ?? '';
  if (/(^|\s)#/.test(current)) return null;
  const line = lineOf(current);
  const above = [...blockAbove(lines, line), ...(line.dashes > 0 ? [0 as const] : [])];
  if (line.key === null) {
    const flow = flowIn(line.rest);
    if (flow === null) return null;
    if (flow.path.length === 0 && flow.typed === 'value')
      return { path: above, typed: line.dashes > 0 ? 'value' : 'key', word: wordOf(line.rest) };
    return { ...flow, path: [...above, ...flow.path] };
  }
  const flow = flowIn(line.rest);
  return flow && { ...flow, path: [...above, line.key, ...flow.path] };
}

function lineOf(text: string): Line {
  const [, start = '', key] = /^((?:\s|- )*)(?:([\w.]+):(?:\s|$))?/.exec(text) ?? [];
  const dashes = start.split('- ').length - 1;
  const after = text.slice(start.length);
  return {
    indent: start.length,
    dashes,
    key: key ?? null,
    rest: key === undefined ? after : after.slice(key.length + 1),
  };
}

/** The keys of the blocks around a line, from the outside. */
function blockAbove(lines: readonly string[], line: Line): (string | 0)[] {
  const path: (string | 0)[] = [];
  let indent = line.indent;
  let isEntry = line.dashes > 0;
  for (const text of lines.toReversed()) {
    if (indent === 0 && !isEntry) break;
    if (/^\s*(#|$)/.test(text)) continue;
    const above = lineOf(text);
    // The entries of a list may be as far left as its key: `waves:` above `- name: canary`.
    const firstDash = text.length - text.trimStart().length;
    if (
      isEntry &&
      above.dashes === 0 &&
      above.key !== null &&
      above.indent < indent &&
      above.indent <= indent - 2
    ) {
      path.unshift(above.key);
      indent = above.indent;
      isEntry = false;
    } else if (!isEntry && above.indent < indent && above.key !== null) {
      path.unshift(...(above.dashes > 0 ? [0 as const] : []), above.key);
      indent = above.dashes > 0 ? firstDash + 2 : above.indent;
      isEntry = above.dashes > 0;
    } else if (!isEntry && above.dashes > 0 && above.indent === indent) {
      // A further key of an entry.
      path.unshift(0);
      indent = firstDash + 2;
      isEntry = true;
    }
  }
  return path;
}

/** The braces and brackets that are open at the end of a text; null in quotes. */
function flowIn(text: string): PlanPlace | null {
  const open: { readonly isList: boolean; key: string | null; word: string }[] = [];
  let quote: string | null = null;
  for (const character of text) {
    const top = open.at(-1);
    if (quote !== null) {
      if (character === quote) quote = null;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{' || character === '[')
      open.push({ isList: character === '[', key: null, word: '' });
    else if (character === '}' || character === ']') open.pop();
    else if (top === undefined) continue;
    else if (character === ',') Object.assign(top, { key: null, word: '' });
    else if (character === ':' && !top.isList) Object.assign(top, { key: top.word.trim(), word: '' });
    else top.word += character;
  }
  if (quote !== null) return null;
  const path = open.flatMap(({ isList, key }): PlanPath => (isList ? [0] : key === null ? [] : [key]));
  const top = open.at(-1);
  return {
    path,
    typed: top === undefined || top.isList || top.key !== null ? 'value' : 'key',
    word: wordOf(text),
  };
}

const wordOf = (text: string): string => WORD.exec(text)?.[0] ?? '';
