/** What the YAML reader says of a text, as findings: the cause where it can be named, and what to type instead. */
import { type Document, type ErrorCode, isScalar, type Scalar, visit, type YAMLError } from 'yaml';
import type { Finding } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import type { PlanText, Remark, Span } from './plan-text.ts';

/** More than this are the same mistake over and over. */
const MOST_FINDINGS = 20;

/**
 * Findings of the YAML syntax, one a line. @returns in `brokenFrom` the first line from which the structure is a guess; null
 * where all of it is sure.
 */
export function syntaxFindings(
  document: Document.Parsed,
  source: PlanText,
): { findings: Finding[]; brokenFrom: number | null } {
  const findings: Finding[] = [];
  const lines = new Set<number>();
  let brokenFrom = Number.POSITIVE_INFINITY;
  const add = ({ message, fix, span, sure }: Said): void => {
    const { line } = source.locationAt(span.offset);
    if (!sure) brokenFrom = Math.min(brokenFrom, line);
    if (lines.has(line) || lines.size >= MOST_FINDINGS) return;
    lines.add(line);
    findings.push(source.finding({ code: 'Refit.Yaml', message, fix }, span));
  };
  const version = otherVersion(document, source);
  if (version) add(version);
  const tab = document.errors.find(({ code }) => code === 'TAB_AS_INDENT');
  if (tab) add(tabIndent(source));
  // Warnings are about tags, which are refused where the values are read, and directives that change nothing.
  // What follows a tab is not indented as its author sees it.
  for (const error of document.errors)
    if (!tab || error.pos[0] < tab.pos[0]) add(say(error, document, source));
  return { findings, brokenFrom: Number.isFinite(brokenFrom) ? brokenFrom : null };
}

/** `sure`: the reader recovered what the author meant, so the structure after it can be trusted. */
interface Said extends Pick<Remark, 'message'> {
  readonly fix: string;
  readonly span: Span;
  readonly sure: boolean;
}

const IN_ITS_COLUMN = 'begin the line in the column of the keys it belongs to, with spaces';
const QUOTE_IT = 'quote the value, or remove what does not belong there';

/** Errors that are said alike wherever they stand; without `what` in the words of the reader. */
const BY_CODE: Partial<Record<ErrorCode, Pick<Said, 'fix'> & Partial<Said>>> = {
  MULTIPLE_DOCS: {
    message: 'the file holds a second YAML document; a plan is one',
    fix: 'split the file at the line ---',
    sure: true,
  },
  TAG_RESOLVE_FAILED: { fix: 'remove the tag; quote a value that is to be text', sure: true },
  RESOURCE_EXHAUSTION: {
    message: 'the plan is nested too deep to be read',
    fix: 'a plan needs no more than eight levels',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second key stands on the same line',
    fix: 'put it on a line of its own, or quote the value',
  },
  BAD_INDENT: { fix: IN_ITS_COLUMN },
  MULTILINE_IMPLICIT_KEY: { fix: IN_ITS_COLUMN },
};

function say(error: YAMLError, document: Document.Parsed, source: PlanText): Said {
  const [from, to] = error.pos;
  return {
    message: sentence(error.message),
    fix: QUOTE_IT,
    span: { offset: from, length: Math.max(1, to - from) },
    sure: false,
    ...BY_CODE[error.code],
    ...causeOf(error, document, source),
  };
}

/** What is to be read from the text itself; null: the code says all. */
function causeOf(error: YAMLError, document: Document.Parsed, source: PlanText): Partial<Said> | null {
  const [from] = error.pos;
  switch (error.code) {
    case 'BAD_SCALAR_START':
      return needsQuotes(from, source);
    case 'UNEXPECTED_TOKEN':
      return needsQuotes(operatorAt(source, from), source);
    case 'MISSING_CHAR':
      return missingCharacter(error, document);
    case 'TAG_RESOLVE_FAILED': {
      const tag = /^\S{0,40}/.exec(source.text.slice(from))![0];
      return { message: `the tag ${tag} is not read: a plan is plain data` };
    }
    default:
      return null;
  }
}

/** A value that begins with a sign of YAML: `*`, `@`, or the `>` of `failed: > 2`. */
function needsQuotes(start: number | null, source: PlanText): Partial<Said> | null {
  if (start === null) return null;
  const text = /^[^,}\]#\r\n]*/.exec(source.text.slice(start, start + 200))![0].trimEnd();
  if (text === '')
    return {
      message: `a value cannot begin with ${source.text[start]}`,
      fix: 'remove it, or quote the value',
    };
  return {
    message: `a value that begins with ${text[0]} needs quotes`,
    fix: JSON.stringify(text),
    span: { offset: start, length: text.length },
    sure: true,
  };
}

/** `failed: > 2` reads as the header of a block of text: where its sign stands; null where there is none. */
function operatorAt({ text }: PlanText, from: number): number | null {
  const header = />=?[ \t]*$|\|[ \t]*$/.exec(text.slice(text.lastIndexOf('\n', from - 1) + 1, from));
  if (header) return from - header[0].length;
  return text[from] === '>' ? from : null;
}

function missingCharacter({ message, pos: [from] }: YAMLError, document: Document.Parsed): Partial<Said> {
  const quoted = quotedAround(document, from);
  if (quoted)
    return {
      message: `the ${quoted.type === 'QUOTE_SINGLE' ? "'" : '"'} that opens here is never closed`,
      fix: 'close the quotes on the same line',
      span: { offset: quoted.range![0], length: 1 },
    };
  if (/indicator|implicit/i.test(message)) return { fix: IN_ITS_COLUMN };
  return { fix: 'separate the entries with commas, and close every bracket' };
}

function quotedAround(document: Document.Parsed, offset: number): Scalar | null {
  let found: Scalar | null = null;
  visit(document, {
    Scalar: (_, node) => {
      const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
      if (quoted && node.range && node.range[0] <= offset && node.range[1] >= offset) found = node;
    },
  });
  return isScalar(found) ? found : null;
}

/** One finding for all the lines of a file that are indented with tabs, at the first of them. */
function tabIndent({ text, file }: PlanText): Said {
  const lines = [...text.matchAll(/^[ ]*\t[\t ]*(?=\S)/gm)];
  const { 0: indent, index } = lines[0] ?? { 0: '\t', index: Math.max(0, text.indexOf('\t')) };
  const more = lines.length > 1 ? `, and ${lines.length - 1} more after it` : '';
  return {
    message: `the line is indented with a tab${more}; YAML indents with spaces`,
    fix: `expand -i -t 2 ${shellQuote(file)} > ${shellQuote(`${file}.spaces`)}`,
    span: { offset: index, length: indent.length },
    sure: false,
  };
}

function otherVersion({ directives }: Document.Parsed, { text }: PlanText): Said | null {
  const { yaml } = directives ?? {};
  if (!yaml?.explicit || yaml.version === '1.2') return null;
  return {
    message: 'plans are YAML 1.2; other versions read the same text differently',
    fix: '%YAML 1.2',
    span: { offset: Math.max(0, text.search(/^%YAML/m)), length: 9 },
    sure: false,
  };
}

function sentence(message: string): string {
  const line = message
    .split('\n', 1)[0]!
    .slice(0, 160)
    .replace(/"quote/, 'quote');
  return line.charAt(0).toLowerCase() + line.slice(1);
}
