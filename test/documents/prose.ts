/** Sentences of everything that a person reads: documents, comments, and the texts in the code. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

const ROOT = join(import.meta.dirname, '../..');

/** A piece of prose, and where it is. */
export interface Passage {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The sentences of a passage. An empty line ends one too. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|(?<=[。！？])|\n\s*\n/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

/** Markdown without code, addresses and the titles of tests. Headings, items and cells end a sentence. */
export function documents(): Passage[] {
  return (
    globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT })
      // Recorded from a terminal, and a history.
      .filter((file) => file !== 'docs/session.md' && file !== 'CHANGELOG.md')
      .sort()
      .map((file) => ({ file, line: 1, text: markdownProse(readFileSync(join(ROOT, file), 'utf8')) }))
  );
}

function markdownProse(text: string): string {
  return text
    .replace(/^```.*?^```$/gms, '\n\n')
    .replace(/`[^`]*`: "[^"]*"/g, 'test')
    .replace(/`[^`\n]*`/g, 'code')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/^\s*(#+|[-*]|\d+\.) /gm, '\n\n')
    .replaceAll('**', '')
    .replaceAll('|', '\n\n');
}

/** The comments and the texts of one file of code. */
export interface CodeProse {
  readonly file: string;
  readonly comments: readonly Passage[];
  /** Strings and templates of three words or more. What a template inserts reads as one word. */
  readonly texts: readonly Passage[];
}

/** All code that people read. @param patterns such as `src/model/*.ts`, from the root of the project. */
export function codeProse(patterns: readonly string[]): CodeProse[] {
  return globSync([...patterns], { cwd: ROOT })
    .filter((file) => !file.includes('generated/'))
    .sort()
    .map(proseOf);
}

function proseOf(file: string): CodeProse {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const { program, comments } = parseSync(file, source);
  const starts = [...source.matchAll(/^/gm)].map(({ index }) => index);
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  const texts: Passage[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const text = textOf(node as Node);
    if (text !== null && text.trim().split(/\s+/).length >= 3)
      texts.push({ file, line: lineAt((node as Node).start), text });
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  const passages: Passage[] = [];
  let lastEnd = Number.NaN;
  for (const { type, value, start, end } of comments) {
    const passage = { file, line: lineAt(start), text: commentProse(value) };
    const before = passages.at(-1);
    // Line comments below each other are one passage.
    const goesOn = type === 'Line' && before !== undefined && /^\n[ \t]*$/.test(source.slice(lastEnd, start));
    if (goesOn) passages[passages.length - 1] = { ...before, text: `${before.text}\n${passage.text}` };
    else passages.push(passage);
    lastEnd = type === 'Line' ? end : Number.NaN;
  }
  return { file, comments: passages, texts };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
}

function textOf({ type, value, quasis }: Node): string | null {
  if (type === 'TemplateLiteral') return quasis!.map((part) => part.value.cooked).join('X');
  return type === 'Literal' && typeof value === 'string' ? value : null;
}

/** Without the marks of the comment, drawings, examples (indented) and code. Items, tags and cells end a sentence. */
function commentProse(comment: string): string {
  const lines = comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .map((line) => (/^\s{2,}\S.*\S\s{2,}\S/.test(line) ? `\n\n${line}\n\n` : line))
    .map((line) => (/^\s{3,}|[│├└─┬┼]|^\s*biome-ignore|^\s*@vitest/.test(line) ? '' : line));
  return lines
    .join('\n')
    .replace(/`[^`]*`/g, 'code')
    .replace(/@(param|returns|throws)\b/g, '\n\n')
    .replace(/^\s*([-*]|\d+\.) /gm, '\n\n')
    .replaceAll('|', '\n\n');
}
