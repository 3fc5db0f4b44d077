import { expect, it } from 'vitest';
import { encodeSpans } from '../../src/telemetry/traces/otlp-json.ts';
import official from './official-otlp.json' with { type: 'json' };
import { RESOURCE, SPANS } from './official-spans.ts';

/** Without the counts of dropped things, which Refit leaves out because they are 0, and with keys in order. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, count]) => !(key.startsWith('dropped') && count === 0));
  return Object.fromEntries(kept.map(([key, member]) => [key, comparable(member)]));
}

it("spans are encoded as OpenTelemetry's own exporter encodes them", () => {
  expect(JSON.parse(encodeSpans(RESOURCE, SPANS))).toEqual(comparable(official));
});

it('keeps milliseconds exact in nanoseconds, and rounds parts of one', () => {
  const span = { ...SPANS[0]!, start: 1_796_031_363_807.4, end: Date.UTC(2286, 0, 1) };
  const [encoded] = JSON.parse(encodeSpans(RESOURCE, [span])).resourceSpans[0].scopeSpans[0].spans;
  expect([encoded.startTimeUnixNano, encoded.endTimeUnixNano]).toEqual([
    '1796031363807000000',
    '9972028800000000000',
  ]);
});
