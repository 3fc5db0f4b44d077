/** Turns the errors of the YAML parser into findings, which name the cause and a fix. */
import { type Document, type ErrorCode, isScalar, type Scalar, visit, type YAMLError } from 'yaml';
import { message } from '../../messages/messages.ts';
import type { Finding, Message } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import type { PlanText, Span } from './plan-text.ts';
import { causeInText } from './syntax-cause.ts';

/** More findings than this repeat the same mistake. */
const MOST_FINDINGS = 20;

/** Finding the cause of an error reads the text around it. A text of nothing but errors would take minutes. */
const MOST_ERRORS = 200;

/**
 * Findings about the YAML syntax, at most one for each line.
 * @returns `brokenFrom` is the first line from which the structure is a guess; null when all of it is right.
 */
export function syntaxFindings(
  document: Document.Parsed,
  source: PlanText,
): { findings: Finding[]; brokenFrom: number | null } {
  const findings: Finding[] = [];
  const lines = new Set<number>();
  let brokenFrom = Number.POSITIVE_INFINITY;
  const add = ({ message, span, isRecovered }: SyntaxFault, metAt = span.offset): void => {
    const { line } = source.locationAt(span.offset);
    // The parser may have met the cause before or after its line.
    if (!isRecovered) brokenFrom = Math.min(brokenFrom, line, source.locationAt(metAt).line);
    if (lines.has(line) || lines.size >= MOST_FINDINGS) return;
    lines.add(line);
    findings.push(source.finding({ code: 'Refit.Yaml', message }, span));
  };
  const version = otherVersion(document, source);
  if (version) add(version);
  const tab = document.errors.find(({ code }) => code === 'TAB_AS_INDENT');
  if (tab) add(tabIndent(source));
  // `readYaml` refuses the tags that the parser's warnings are about. Errors after a tab only follow from the tab.
  for (const error of document.errors.slice(0, MOST_ERRORS)) {
    if (tab && error.pos[0] >= tab.pos[0]) continue;
    const fault = faultOf(error, document, source);
    // After the first error the parser only guesses: it knows no further error, but a line may still show its cause.
    if (fault.isNamed || source.locationAt(fault.span.offset).line <= brokenFrom) add(fault, error.pos[0]);
  }
  findings.sort((a, b) => a.location!.line - b.location!.line);
  return { findings, brokenFrom: Number.isFinite(brokenFrom) ? brokenFrom : null };
}

interface SyntaxFault {
  readonly message: Message;
  readonly span: Span;
  /** Whether the parser recovered what the author meant, so that the structure after it is right. */
  readonly isRecovered: boolean;
}

type Advice = 'indent' | 'quote' | 'entries';

/** Errors with the same message wherever they occur. */
const BY_CODE: Partial<Record<ErrorCode, Pick<SyntaxFault, 'message'> & Partial<SyntaxFault>>> = {
  MULTIPLE_DOCS: { message: message('plan-text.second-document'), isRecovered: true },
  RESOURCE_EXHAUSTION: { message: message('plan-text.too-tangled') },
  BLOCK_AS_IMPLICIT_KEY: { message: message('plan-text.second-key-on-line') },
};

/** Errors of indentation, which have the parser's own text. */
const INDENTATION: readonly ErrorCode[] = ['BAD_INDENT', 'MULTILINE_IMPLICIT_KEY'];

/** @param isNamed whether the message names the cause, and not only what the parser met. */
function faultOf(
  error: YAMLError,
  document: Document.Parsed,
  source: PlanText,
): SyntaxFault & { readonly isNamed: boolean } {
  const [from, to] = error.pos;
  const known = causeOf(error, document, source);
  // A cause that the parser recovered from is certain.
  const seen = known?.isRecovered ? null : causeInText(error.code, from, source);
  return {
    isNamed: seen !== null || known?.isRecovered === true || BY_CODE[error.code] !== undefined,
    message: parserMessage(error, INDENTATION.includes(error.code) ? 'indent' : 'quote'),
    span: { offset: from, length: Math.max(1, to - from) },
    isRecovered: false,
    ...BY_CODE[error.code],
    ...known,
    ...seen,
  };
}

/** The cause of an error as the text shows it; null when the error code says enough. */
function causeOf(error: YAMLError, document: Document.Parsed, source: PlanText): Partial<SyntaxFault> | null {
  const [from] = error.pos;
  switch (error.code) {
    case 'BAD_ALIAS':
      return { ...needsQuotes(from, source), isRecovered: false };
    case 'BAD_SCALAR_START':
      if (source.text.startsWith('```', from)) return null;
      return needsQuotes(from, source);
    case 'UNEXPECTED_TOKEN':
      return needsQuotes(operatorAt(source, from) ?? dashAt(source, from), source);
    case 'MISSING_CHAR':
      return missingCharacter(error, document);
    case 'BAD_DQ_ESCAPE':
      return backslash(error, document, source);
    case 'TAG_RESOLVE_FAILED': {
      const tag = /^\S{0,40}/.exec(source.text.slice(from))![0];
      return { message: message('plan-text.tag', { tag }), isRecovered: true };
    }
    default:
      return null;
  }
}

/** A value that starts with a YAML indicator: `*`, `@`, or the `>` of `failed: > 2`. */
function needsQuotes(start: number | null, source: PlanText): Partial<SyntaxFault> | null {
  if (start === null) return null;
  const text = /^[^,}\]#\r\n]*/.exec(source.text.slice(start, start + 200))![0].trimEnd();
  if (text === '')
    return { message: message('plan-text.cannot-start-with', { character: source.text[start] ?? '' }) };
  return {
    message: message('plan-text.needs-quotes', { value: text }),
    span: { offset: start, length: text.length },
    isRecovered: true,
  };
}

/** The offset of the `>` in `failed: > 2`, which YAML reads as a block header; null without one. */
function operatorAt({ text }: PlanText, from: number): number | null {
  const header = />=?[ \t]*$|\|[ \t]*$/.exec(text.slice(text.lastIndexOf('\n', from - 1) + 1, from));
  if (header) return from - header[0].length;
  return text[from] === '>' ? from : null;
}

/** The offset of the dash in `owner: - x`; null without one. */
function dashAt({ text }: PlanText, from: number): number | null {
  return /^- \S/.test(text.slice(from, from + 3)) && /:[ \t]+$/.test(text.slice(Math.max(0, from - 9), from))
    ? from
    : null;
}

function missingCharacter(error: YAMLError, document: Document.Parsed): Partial<SyntaxFault> {
  const quoted = quotedAround(document, error.pos[0]);
  if (quoted) {
    const quote = quoted.type === 'QUOTE_SINGLE' ? "'" : '"';
    return {
      message: message('plan-text.quotes-not-closed', { quote }),
      span: { offset: quoted.range![0], length: 1 },
    };
  }
  const advice = /indicator|implicit/i.test(error.message) ? 'indent' : 'entries';
  return { message: parserMessage(error, advice) };
}

/** `"a\\d"`, where the backslash of a pattern needs a second one. */
function backslash(
  error: YAMLError,
  document: Document.Parsed,
  { text }: PlanText,
): Partial<SyntaxFault> | null {
  const quoted = quotedAround(document, error.pos[0]);
  const pair = /^\\.?/.exec(text.slice(error.pos[0]))?.[0];
  if (!quoted || pair === undefined) return null;
  const written = text.slice(quoted.range![0], quoted.range![1]);
  const value = written.replaceAll(/\\(?![abefnrtv0 "/\\N_LPxuU\r\n])/g, '\\\\');
  return { message: message('typed.backslash', { pair, value }), isRecovered: true };
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

/** One finding for all lines that are indented with tabs, at the first of them. */
function tabIndent({ text, file }: PlanText): SyntaxFault {
  const lines = [...text.matchAll(/^[ ]*\t[\t ]*(?=\S)/gm)];
  const { 0: indent, index } = lines[0] ?? { 0: '\t', index: Math.max(0, text.indexOf('\t')) };
  const command = `expand -i -t 2 ${shellQuote(file)} > ${shellQuote(`${file}.spaces`)}`;
  return {
    message: message('plan-text.tab', { more: Math.max(0, lines.length - 1), command }),
    span: { offset: index, length: indent.length },
    isRecovered: false,
  };
}

function otherVersion({ directives }: Document.Parsed, { text }: PlanText): SyntaxFault | null {
  const { yaml } = directives ?? {};
  if (!yaml?.explicit || yaml.version === '1.2') return null;
  return {
    message: message('plan-text.yaml-version'),
    span: { offset: Math.max(0, text.search(/^%YAML/m)), length: 9 },
    isRecovered: false,
  };
}

/** The first line of the parser's own text. */
function parserMessage(error: YAMLError, advice: Advice): Message {
  const line = error.message
    .split('\n', 1)[0]!
    .slice(0, 160)
    .replace(/"quote/, 'quote');
  return message('plan-text.yaml', { text: line.charAt(0).toLowerCase() + line.slice(1), advice });
}

/** The first control character that YAML forbids; null if there is none. */
export function controlCharacter(source: PlanText): Finding | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what YAML forbids
  const offset = source.text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (offset < 0) return null;
  const code = source.text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  const refusal = message('plan-text.control-character', { character: `U+${code}` });
  return source.finding({ code: 'Refit.Yaml', message: refusal }, { offset, length: 1 });
}

/** The first line that a merge with conflicts left behind; null if there is none. */
export function conflictMarkers(source: PlanText): Finding | null {
  const markers = [...source.text.matchAll(/^(?:(?:<{7}|\|{7}|>{7})(?= |\r?$)|={7}(?=\r?$)).*/gm)];
  const [first] = markers;
  if (first === undefined) return null;
  const marker = first[0].slice(0, 7);
  const named = message('typed.conflict-marker', { marker, more: markers.length - 1 });
  return source.finding({ code: 'Refit.Yaml', message: named }, { offset: first.index, length: 7 });
}
