/**
 * The standard environment of OpenTelemetry: whether to send traces, where, and as whom. A variable that Refit does not
 * understand never stops a run; it becomes a notice. Source: opentelemetry.io/docs/specs/otel/configuration/
 * sdk-environment-variables and opentelemetry.io/docs/specs/otel/protocol/exporter, read 2026-11. Pure.
 */
import { SECOND } from '../../units.ts';
import { type Attributes, type SpanReference, spanText } from './span.ts';

/** Where and how to send traces. */
export interface TraceSettings {
  readonly url: URL;
  /** Headers for the receiver. They can hold a secret, so nothing shows them. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Milliseconds for everything that is still queued when the process ends. */
  readonly closeWithin: number;
  /** Milliseconds between two requests, the most spans of one, and the most spans that wait. */
  readonly delay: number;
  readonly batch: number;
  readonly queue: number;
  readonly isSampled: (traceId: string) => boolean;
  readonly resource: Attributes;
  /** The span that started this process; null: none is known. */
  readonly startedBy: SpanReference | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const TRACES_PATH = 'v1/traces';

/** @returns `settings` null: nobody asked for traces. `notices`: what Refit does not understand, and does instead. */
export function traceSettingsFrom(env: Environment): {
  readonly settings: TraceSettings | null;
  readonly notices: readonly string[];
} {
  const notices: string[] = [];
  const read = createReader(env, notices);
  const none = { settings: null, notices };
  const exporters = (env.OTEL_TRACES_EXPORTER ?? '').split(',').map((one) => one.trim());
  const hasEndpoint = Boolean(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return none;
  if (!exporters.includes('otlp') && (!hasEndpoint || exporters.some((one) => one !== ''))) {
    if (exporters.some((one) => one !== '' && one !== 'none'))
      notices.push('OTEL_TRACES_EXPORTER: Refit knows only otlp and none, so it sends no traces');
    return none;
  }
  const url = endpointFrom(env, notices);
  if (url === null || !speaksHttp(env, notices)) return none;
  const headers = {
    ...pairsFrom('OTEL_EXPORTER_OTLP_HEADERS', env, notices),
    ...pairsFrom('OTEL_EXPORTER_OTLP_TRACES_HEADERS', env, notices),
  };
  const timeoutName = env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT
    ? 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'
    : 'OTEL_EXPORTER_OTLP_TIMEOUT';
  const queue = read.number('OTEL_BSP_MAX_QUEUE_SIZE', 2048, 1, 1_000_000);
  return {
    settings: {
      url,
      headers: () => headers,
      timeout: read.number(timeoutName, 10 * SECOND, 1),
      closeWithin: read.number('OTEL_BSP_EXPORT_TIMEOUT', 2 * SECOND, 1),
      delay: read.number('OTEL_BSP_SCHEDULE_DELAY', 5 * SECOND, 1),
      queue,
      batch: Math.min(queue, read.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, 1, 4096)),
      isSampled: samplerFrom(env, notices),
      resource: resourceFrom(env, notices),
      startedBy: parentFrom(env.TRACEPARENT),
    },
    notices,
  };
}

function createReader(env: Environment, notices: string[]) {
  return {
    /** A whole number; the default if it is missing or not between the bounds. */
    number(name: string, usual: number, least: number, most = 2 ** 31 - 1): number {
      const text = env[name]?.trim();
      if (!text) return usual;
      const value = Number(text);
      if (/^\d+$/.test(text) && value >= least && value <= most) return value;
      notices.push(`${name} is not a number from ${least} to ${most}, so Refit uses ${usual}`);
      return usual;
    },
  };
}

/** The endpoint of traces as it is, or the general one with `/v1/traces`. Null with a notice if it is no http URL. */
function endpointFrom(env: Environment, notices: string[]): URL | null {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  const name = own ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const text = own || env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || DEFAULT_ENDPOINT;
  const url = URL.parse(text);
  // The text is not shown: it can hold a password.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    notices.push(`${name} is not an http or https URL without a password, so Refit sends no traces`);
    return null;
  }
  if (!own) url.pathname = `${url.pathname.replace(/\/*$/, '')}/${TRACES_PATH}`;
  url.hash = '';
  return url;
}

/** False with a notice for gRPC, which needs another port. */
function speaksHttp(env: Environment, notices: string[]): boolean {
  const name = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = env[name]?.trim() || 'http/json';
  if (protocol === 'http/json') return true;
  if (protocol === 'http/protobuf') {
    notices.push(`${name}: Refit sends http/json, which receivers accept at the same address`);
    return true;
  }
  notices.push(`${name}: Refit speaks only http/json (port 4318), so it sends no traces`);
  return false;
}

/** Pairs such as `a=1,b=2` with percent-encoded values. A pair without a name is left out, with a notice. */
function pairsFrom(name: string, env: Environment, notices: string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const pair of (env[name] ?? '').split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = decoded(pair.slice(0, Math.max(0, at)).trim());
    const value = decoded(pair.slice(at + 1).trim());
    const isHeader = name.endsWith('HEADERS');
    // A header with other characters would make the request invalid.
    const fits = isHeader ? /^[\w!#$%&'*+.^`|~-]+$/ : /^[!-~]{1,255}$/;
    if (at > 0 && key !== null && value !== null && fits.test(key) && !(isHeader && /[^\t -~]/.test(value)))
      found[isHeader ? key.toLowerCase() : key] = value;
    else notices.push(`${name}: Refit leaves out a pair that is not KEY=VALUE`);
  }
  return found;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The attributes of this process; `OTEL_SERVICE_NAME` wins over `OTEL_RESOURCE_ATTRIBUTES`. */
function resourceFrom(env: Environment, notices: string[]): Attributes {
  const pairs = Object.entries(pairsFrom('OTEL_RESOURCE_ATTRIBUTES', env, notices));
  const given = Object.fromEntries(pairs.slice(0, 64).map(([key, value]) => [key, spanText(value)]));
  const name = env.OTEL_SERVICE_NAME?.trim();
  return { 'service.name': 'refit', ...given, ...(name ? { 'service.name': spanText(name) } : {}) };
}

/** Whether a trace is recorded. A run has no parent, so the `parentbased_` samplers are those without the prefix. */
function samplerFrom(env: Environment, notices: string[]): (traceId: string) => boolean {
  const name = env.OTEL_TRACES_SAMPLER?.trim() || 'parentbased_always_on';
  switch (name.replace(/^parentbased_/, '')) {
    case 'always_on':
      return () => true;
    case 'always_off':
      return () => false;
    case 'traceidratio':
      return ratioSampler(env, notices);
    default:
      notices.push('OTEL_TRACES_SAMPLER: Refit does not know this sampler, so it records every trace');
      return () => true;
  }
}

/** Records the traces whose last 56 bits are among the highest, as W3C Trace Context level 2 defines it. */
function ratioSampler(env: Environment, notices: string[]): (traceId: string) => boolean {
  const text = env.OTEL_TRACES_SAMPLER_ARG?.trim() || '1';
  const ratio = Number(text);
  if (!(ratio >= 0 && ratio <= 1)) {
    notices.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1, so Refit records every trace');
    return () => true;
  }
  const digits = 14;
  const least = (1 - ratio) * 16 ** digits;
  return (traceId) => Number.parseInt(traceId.slice(-digits), 16) >= least;
}

/** The caller's span from `TRACEPARENT`, in the form of W3C Trace Context; null if it is missing or not valid. */
function parentFrom(text: string | undefined): SpanReference | null {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-|$)/.exec(text?.trim() ?? '');
  const [, traceId = '', spanId = ''] = match ?? [];
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(spanId) ? { traceId, spanId } : null;
}
