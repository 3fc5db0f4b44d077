/**
 * The cause of a YAML error in the words of its author. The parser reports what it met; the cause is often a character or
 * an indentation before it.
 */
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { formatScalar } from './bad-value.ts';
import { asMeant, oddCharacterIn } from './odd-characters.ts';
import type { PlanText, Span } from './plan-text.ts';

export interface Cause {
  readonly message: Message;
  readonly span: Span;
}

/** An error of the parser, with the line on which it is. */
interface At {
  /** The parser's name of the error. */
  readonly code: string;
  readonly offset: number;
  readonly text: string;
  /** The line without its end, from `start` on. */
  readonly line: string;
  readonly start: number;
}

/** The cause that the text around an error shows; null if the error says enough. */
export function causeInText(code: string, offset: number, { text }: PlanText): Cause | null {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = /^[^\r\n]*/.exec(text.slice(start))![0];
  const at = { code, offset, text, line, start };
  for (const causeOf of [oddCharacter, wrongLine, hiddenBracket, openBracket, afterQuote, indentation]) {
    const cause = causeOf(at);
    if (cause !== null) return cause;
  }
  return null;
}

/** A line without its quoted parts and its comment; they become blanks of the same length. */
function bare(line: string): string {
  return line
    .replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, (quoted) => '_'.repeat(quoted.length))
    .replace(/(^|[ \t])#.*$/, (comment) => ' '.repeat(comment.length));
}

function oddCharacter({ line, start, text, offset }: At): Cause | null {
  // A bracket that looks like one leaves the error to a later line.
  const open = lastOpen(text, offset);
  const lines =
    open === null || open.at >= start
      ? [{ line, start }]
      : [...linesFrom(text, open.at, start), { line, start }];
  for (const one of lines) {
    const odd = oddCharacterIn(bare(one.line));
    if (odd === null) continue;
    const { at, code, name } = odd;
    const meant = asMeant(one.line.replaceAll(/([：，])(?=\S)/g, '$1 ')).trim();
    const fixed = meant.length > 80 ? null : meant;
    const named = message('typed.odd-character', { odd: { code, name }, line: fixed });
    return { message: named, span: { offset: one.start + at, length: 1 } };
  }
  return null;
}

function* linesFrom(text: string, from: number, to: number): Generator<{ line: string; start: number }> {
  for (let start = text.lastIndexOf('\n', from) + 1; start < to; ) {
    const end = text.indexOf('\n', start);
    yield { line: text.slice(start, end < 0 ? to : end), start };
    if (end < 0) return;
    start = end + 1;
  }
}

/** Lines that are written in the manner of another language, and what they are in YAML. */
const OTHER_MANNERS: readonly (readonly [pattern: RegExp, cause: (...groups: string[]) => Message])[] = [
  [/^()```.*$/, () => message('typed.code-fence')],
  [/^( *)\/\/ ?(.*)$/, (_, rest) => message('typed.slashes', { line: `# ${rest}` })],
  [
    /^( *)([*•]) +(\S.*)$/,
    (_, bullet, rest) => message('typed.bullet', { bullet: bullet!, line: `- ${rest}` }),
  ],
  [/^( *)-([A-Za-z{].*)$/, (_, rest) => message('typed.no-space-after-dash', { line: `- ${rest}` })],
  [
    /^( *(?:- +)?)([A-Za-z][\w.-]*):(?!\/\/)([^\s:].*)$/,
    (_, key, value) => message('typed.no-space-after-colon', { line: `${key}: ${value}` }),
  ],
  [
    /^( *(?:- +)?)([A-Za-z][\w.-]*) *= *(\S.*)$/,
    (_, key, value) => message('typed.equals-sign', { line: `${key}: ${value}` }),
  ],
];

function wrongLine({ line, start, code }: At): Cause | null {
  if (code === 'BLOCK_IN_FLOW') return null;
  for (const [pattern, cause] of OTHER_MANNERS) {
    const [whole, before, ...groups] = pattern.exec(line) ?? [];
    if (whole === undefined) continue;
    const from = before!.length;
    return {
      message: cause('', ...groups),
      span: { offset: start + from, length: line.trimEnd().length - from },
    };
  }
  return null;
}

/** A comment that swallows a closing bracket: `{ name: cart-* #2 }`. */
function hiddenBracket({ text, offset, code }: At): Cause | null {
  if (
    code !== 'BAD_INDENT' &&
    code !== 'MISSING_CHAR' &&
    code !== 'UNEXPECTED_TOKEN' &&
    code !== 'BLOCK_IN_FLOW'
  )
    return null;
  const open = lastOpen(text, offset);
  if (open === null) return null;
  const [whole, before, hash, value, bracket] =
    /^([^\r\n]*?)[ \t](#)([^\r\n\]},]*)[^\r\n]*?([\]}])/.exec(text.slice(open.at)) ?? [];
  if (whole === undefined || bare(`${before} ${hash}`).includes('#')) return null;
  const kept = /[^\s:,[{]*$/.exec(before!)![0];
  const quoted = JSON.stringify(`${kept} ${hash}${value!.trimEnd()}`);
  return {
    message: message('typed.comment-hides-bracket', { bracket: bracket!, value: quoted }),
    span: { offset: open.at + before!.length + 1, length: 1 },
  };
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

function openBracket({ text, offset, code, line, start }: At): Cause | null {
  if (code === 'BLOCK_IN_FLOW') {
    const [, first, second] = /^(\S*[^\s,]) +([A-Za-z][\w.-]*:)/.exec(line.slice(offset - start)) ?? [];
    if (first === undefined) return null;
    return {
      message: message('typed.missing-comma', { between: `${first}, ${second}` }),
      span: { offset, length: first.length },
    };
  }
  if (code !== 'BAD_INDENT' && code !== 'MISSING_CHAR') return null;
  const open = lastOpen(text, offset);
  if (open === null) return null;
  const { bracket } = open;
  const closing = CLOSING[bracket]!;
  return {
    message: message('typed.never-closed', { bracket, closing }),
    span: { offset: open.at, length: 1 },
  };
}

/** The innermost bracket that is open before an offset. Brackets in quotes and comments do not count. */
function lastOpen(text: string, before: number): { readonly at: number; readonly bracket: string } | null {
  const open: { at: number; bracket: string }[] = [];
  for (const { line, start } of linesFrom(text, 0, before)) {
    const plain = bare(line);
    for (let at = 0; at < plain.length && start + at < before; at++) {
      const character = plain[at]!;
      const begins = open.length > 0 || /(^|[\s:,-])$/.test(plain.slice(0, at));
      if (CLOSING[character] !== undefined && begins) open.push({ at: start + at, bracket: character });
      else if (character === '}' || character === ']') open.pop();
    }
  }
  return open.at(-1) ?? null;
}

/** `"a" b` and `'it's'`: the quotes end before the value does. */
function afterQuote({ code, offset, start, line }: At): Cause | null {
  if (code !== 'UNEXPECTED_TOKEN') return null;
  const before = /(["'])(?:(?!\1).)*\1\s*$/.exec(line.slice(0, offset - start));
  if (before === null) return null;
  const from = before.index;
  const rest = line.slice(offset - start);
  if (/^(["'])[^"']*\1 *:/.test(rest)) {
    const between = `${before[0].trimEnd()}, ${/^(["'])[^"']*\1 *:/.exec(rest)![0]}`;
    return {
      message: message('typed.missing-comma', { between }),
      span: { offset: start + from, length: before[0].length },
    };
  }
  const whole = line
    .slice(from)
    .replace(/\s#.*$/, '')
    .trimEnd();
  const inner = whole.length > 1 && whole.endsWith(before[1]!) ? whole.slice(1, -1) : whole;
  const value = inner.includes('"') ? `'${inner.replaceAll("'", "''")}'` : JSON.stringify(inner);
  return {
    message: message('typed.text-after-quote', { value }),
    span: { offset: start + from, length: whole.length },
  };
}

const INDENTED: readonly string[] = [
  'BAD_INDENT',
  'MISSING_CHAR',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
];

/** A line that starts beside the column where it belongs. */
function indentation({ code, text, offset, line }: At): Cause | null {
  // Two keys on one line are another mistake.
  if (!INDENTED.includes(code) || /: .*: /.test(`${bare(line)} `)) return null;
  const lines = contentLines(text);
  const [root] = lines;
  const atLeft = lines.find(({ columns }) => columns[0] === 1);
  // The first line is wrong if it alone starts in another column.
  if (root !== undefined && root.columns[0]! > 1 && atLeft !== undefined)
    return misplaced(root, { column: 1, line: atLeft });
  const index = lines.findLastIndex((one) => one.start <= offset);
  const here = misplacedAt(lines, index);
  if (here !== null) return here;
  // A line that is too far right continues the value above it, so the parser reports the line above.
  const [above, below] = [lines[index], lines[index + 1]];
  const continues = above !== undefined && below !== undefined && below.columns[0]! > above.columns[0]!;
  return continues && /: +\S/.test(bare(line)) ? misplacedAt(lines, index + 1) : null;
}

function misplacedAt(lines: readonly ContentLine[], index: number): Cause | null {
  const found = lines[index];
  const above = lines[index - 1];
  if (found === undefined) return null;
  // The first line below a key may start in any column to the right of it.
  if (above !== undefined && /:(\s+#.*)?$/.test(above.text) && found.columns[0]! > above.columns.at(-1)!)
    return null;
  const near = neighbours(lines, index);
  const far = ({ column }: Neighbour) => Math.abs(column - found.columns[0]!);
  const [best] = near.toSorted((a, b) => far(a) - far(b));
  return best === undefined || far(best) === 0 ? null : misplaced(found, best);
}

interface ContentLine {
  readonly start: number;
  readonly number: number;
  readonly text: string;
  /** The columns of its dashes, then of its key. */
  readonly columns: readonly number[];
}

interface Neighbour {
  readonly column: number;
  readonly line: ContentLine;
}

function contentLines(text: string): ContentLine[] {
  const lines: ContentLine[] = [];
  let number = 0;
  for (const { line, start } of linesFrom(text, 0, text.length)) {
    number += 1;
    if (!/^\s*[^\s#]/.test(line) || /^(---|\.\.\.|%)/.test(line)) continue;
    const columns: number[] = [];
    const indent = /^ */.exec(line)![0].length;
    columns.push(indent + 1);
    const dashes = /^ *((?:- +)+)\S/.exec(line)?.[1];
    if (dashes !== undefined) columns.push(indent + dashes.length + 1);
    lines.push({ start, number, text: line.trim(), columns });
  }
  return lines;
}

/** The columns in which the line may start, with a line that starts there. */
function neighbours(lines: readonly ContentLine[], index: number): Neighbour[] {
  const isEntry = lines[index]!.columns.length > 1;
  const found: Neighbour[] = [];
  let limit = Number.POSITIVE_INFINITY;
  for (const line of lines.slice(0, index).toReversed()) {
    for (const [at, column] of line.columns.toReversed().entries()) {
      if (column >= limit) continue;
      const isDash = line.columns.length > 1 && at === 1;
      if (isDash === isEntry) found.push({ column, line });
      limit = column;
    }
    if (limit === 1) break;
  }
  return found;
}

function misplaced(wrong: ContentLine, { column, line }: Neighbour): Cause {
  const [first] = wrong.columns;
  const like = formatScalar(/^(?:- +)*[^\s:{[]*/.exec(line.text)![0]).slice(0, 40);
  const wanted = { column: first!, wanted: column, like, line: line.number };
  const length = Math.max(1, wrong.text.length);
  return {
    message: message('typed.indentation', wanted),
    span: { offset: wrong.start + first! - 1, length },
  };
}
