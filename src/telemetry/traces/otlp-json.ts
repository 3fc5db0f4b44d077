/** Spans as OTLP over HTTP wants them, in its JSON form. Source: opentelemetry.io/docs/specs/otlp, read 2026-11. Pure. */
import type { Attributes, Span } from './span.ts';

const KINDS = { internal: 1, client: 3 } as const;
const STATUS_ERROR = 2;
/** The trace is recorded, and it is known whether the context is remote: it is not. */
const FLAGS = 0x101;

/** What sends spans: `service.name` and so on. */
export interface Resource {
  readonly attributes: Attributes;
  /** The version of Refit. */
  readonly version: string;
}

/** The body of one request. */
export function encodeSpans(resource: Resource, spans: readonly Span[]): string {
  const scope = { name: 'refit', version: resource.version };
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: encodeAttributes(resource.attributes) },
        scopeSpans: [{ scope, spans: spans.map(encodeSpan) }],
      },
    ],
  });
}

function encodeSpan(span: Span) {
  const { traceId, spanId, parentId, name, kind, start, end, attributes, events, links, error } = span;
  return {
    traceId,
    spanId,
    ...(parentId === null ? {} : { parentSpanId: parentId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: encodeAttributes(attributes),
    events: events.map((event) => ({
      timeUnixNano: nanoseconds(event.at),
      name: event.name,
      attributes: encodeAttributes(event.attributes),
    })),
    links: links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: [],
      flags: FLAGS,
    })),
    flags: FLAGS,
    status: error === null ? { code: 0 } : { code: STATUS_ERROR, message: error },
  };
}

function encodeAttributes(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: encodeValue(value) }));
}

function encodeValue(value: string | number | boolean) {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
}

/** Nanoseconds as a text, because a number has too few digits. @param ms milliseconds since 1970 UTC */
function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`;
}
