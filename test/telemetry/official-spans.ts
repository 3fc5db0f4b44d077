/**
 * Spans, and the same spans as the official exporter of OpenTelemetry writes them: `JsonTraceSerializer` of
 * `@opentelemetry/otlp-transformer` 0.223.1 made the file `official-otlp.json`, once.
 */
import type { Resource } from '../../src/telemetry/traces/otlp-json.ts';
import type { Span } from '../../src/telemetry/traces/span.ts';

export const RESOURCE: Resource = {
  attributes: { 'service.name': 'refit', 'process.pid': 42 },
  version: '0.1.0',
};

const TRACE = '0af7651916cd43dd8448eb211c80319c';

export const SPANS: readonly Span[] = [
  {
    traceId: TRACE,
    spanId: 'b7ad6b7169203331',
    parentId: '00f067aa0ba902b7',
    name: 'UpgradeInstance',
    kind: 'client',
    start: 1_796_031_363_807,
    end: 1_796_031_363_931,
    attributes: { 'refit.code': 'ResourceInsufficient', 'refit.attempt': 2, 'refit.resumed': false },
    events: [],
    links: [],
    error: 'a "quoted" line \\n with 中文 and \u{1f600}',
  },
  {
    traceId: TRACE,
    spanId: '00f067aa0ba902b7',
    parentId: null,
    name: 'run',
    kind: 'internal',
    start: 1_796_031_363_000,
    end: 1_796_031_364_000,
    attributes: { 'refit.share': 0.25 },
    events: [{ name: 'stopping', at: 1_796_031_363_950, attributes: { 'refit.because': 'halted' } }],
    links: [{ traceId: '1af7651916cd43dd8448eb211c80319c', spanId: 'c7ad6b7169203331' }],
    error: null,
  },
];
