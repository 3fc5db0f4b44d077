/**
 * The text of a plan with its lines. Turns offsets into locations, and draws a line with a mark under the faulty part.
 * Every finding about the text is made here, so all findings look alike.
 */
import type { Finding, Message, SourceLocation } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';
import { isUnseen } from '../../text.ts';

/** A part of the text, in UTF-16 code units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A finding before it has a location. */
export interface Remark {
  readonly code: string;
  readonly message: Message;
  readonly instance?: string | null;
}

export interface PlanText {
  readonly file: string;
  readonly text: string;
  /** Lines count from 1, columns from 1 in UTF-16 code units, as editors count them. */
  locationAt(offset: number): SourceLocation;
  /** A finding at `span`. `also` is a second part of the text, which is drawn first. */
  finding(remark: Remark, span: Span, also?: Span): Finding;
}

/** @param text without a byte-order mark, so that offsets match. */
export function createPlanText(text: string, file: string): PlanText {
  const starts = lineStarts(text);
  const locationAt = (offset: number): SourceLocation => {
    const index = lineIndex(starts, offset);
    return { file, line: index + 1, column: offset - starts[index]! + 1 };
  };
  const excerptOf = (span: Span): string => {
    const { line, column } = locationAt(span.offset);
    const source = text.slice(starts[line - 1]!, starts[line] ?? text.length).replace(/\r?\n$/, '');
    return drawExcerpt(source, line, column, span.length);
  };
  return {
    file,
    text,
    locationAt,
    finding: ({ code, message, instance = null }, span, also) => ({
      ...createFinding(code, message, instance, locationAt(span.offset)),
      excerpt: also ? `${excerptOf(also)}\n${excerptOf(span)}` : excerptOf(span),
    }),
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineIndex(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Lines up to this length are drawn whole. */
const MAX_WHOLE = 104;
/** Code units of a longer line on either side of the mark; the rest becomes `…`. */
const REACH = 48;
const TAB = '  ';

/**
 * One source line with its number, and carets under `length` code units from `column` (from 1).
 * Tabs become two spaces and control characters `?`. Wide characters count two columns, so the carets are at the
 * right columns.
 */
export function drawExcerpt(source: string, line: number, column: number, length: number): string {
  const from = Math.min(column - 1, source.length);
  const to = Math.max(Math.min(from + length, source.length), from);
  const whole = source.length <= MAX_WHOLE;
  const cutBefore = !whole && from > REACH ? from - REACH : 0;
  const cutAfter = whole
    ? source.length
    : Math.min(source.length, Math.max(from + 1, Math.min(to, from + REACH)) + REACH);
  const before = (cutBefore > 0 ? '…' : '') + visible(source.slice(cutBefore, from));
  const marked = visible(source.slice(from, Math.min(to, cutAfter)));
  const after =
    visible(source.slice(Math.min(to, cutAfter), cutAfter)) + (cutAfter < source.length ? '…' : '');
  const number = String(line).padStart(4);
  const carets = '^'.repeat(Math.max(1, columns(marked)));
  return `${number} | ${before}${marked}${after}\n${' '.repeat(number.length)} | ${' '.repeat(columns(before))}${carets}`;
}

/** One column for each character that nobody can see, so that the marks below stay where they belong. */
function visible(text: string): string {
  return Array.from(text.replaceAll('\t', TAB), (character) => (isUnseen(character) ? '?' : character)).join(
    '',
  );
}

/** Characters that take two columns of a terminal. */
const WIDE_CHARACTERS =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

function columns(text: string): number {
  return [...text].length + (text.match(WIDE_CHARACTERS)?.length ?? 0);
}
