/** A finished span of a trace, as plain data. */
import { sha256 } from '../../digest.ts';
import { escapeControls } from '../../text.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Names a span, also one of another process. */
export interface SpanReference {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

export interface Span extends SpanReference {
  readonly parentId: string | null;
  readonly name: string;
  /** `client`: a call to the provider. */
  readonly kind: 'internal' | 'client';
  /** Milliseconds since 1970 UTC, by the clock of the run. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanReference[];
  /** Why it failed; null: it did not. */
  readonly error: string | null;
}

export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

/** A span in progress. */
export interface OpenSpan extends Omit<Span, 'end' | 'attributes' | 'events' | 'error'> {
  attributes: Attributes;
  readonly events: SpanEvent[];
  error: string | null;
}

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;

/** Events that are kept of one span. A step that is refused for hours has more. */
const MOST_EVENTS = 64;
/** Characters that are kept of a text. */
const MOST_CHARACTERS = 300;

/**
 * The ids follow from the journal, so that a later process can name the trace of an earlier one.
 * @param hash of the `run-started` entry of the process.
 */
export function traceIdOf(hash: string): string {
  return sha256(`refit trace ${hash}`).slice(0, TRACE_DIGITS);
}

/** @param key unique in the trace. */
export function spanIdOf(key: string): string {
  return sha256(`refit span ${key}`).slice(0, SPAN_DIGITS);
}

/** Text from outside as one bounded line of visible characters. */
export function spanText(text: string): string {
  return escapeControls(text.slice(0, MOST_CHARACTERS));
}

/** Adds an event. Of more than 64, the last ones are left out. */
export function addEvent(span: OpenSpan, event: SpanEvent): void {
  if (span.events.length < MOST_EVENTS) span.events.push(event);
}

/** The finished span. An end before the start becomes the start, because a wall clock can jump back. */
export function finishSpan(span: OpenSpan, end: number): Span {
  return { ...span, end: Math.max(span.start, end) };
}
