/** The environment of OpenTelemetry, as a table. */
import { describe, expect, it } from 'vitest';
import { traceSettingsFrom } from '../../src/telemetry/traces/trace-settings.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('traces are off', () => {
  it.each<[string, Record<string, string>]>([
    ['without any variable', {}],
    ['with an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['with only a name and a sampler', { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }],
    ['with the SDK disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
    ['with the exporter none', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('%s, without a notice', (_, env) => {
    expect(traceSettingsFrom(env)).toEqual({ settings: null, notices: [] });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['another exporter', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'zipkin' }, /OTEL_TRACES_EXPORTER/],
    ['gRPC', { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /_PROTOCOL.*http\/json/],
    ['no URL', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, /OTEL_EXPORTER_OTLP_ENDPOINT is not/],
    ['another scheme', { OTEL_EXPORTER_OTLP_ENDPOINT: 'file:///etc/passwd' }, /is not an http/],
    [
      'a password in the URL',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://me:hunter2@collector/x' },
      /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http or https URL without a password/,
    ],
  ])('with %s, and a notice without the value', (_, env, notice) => {
    const { settings, notices } = traceSettingsFrom(env);
    expect(settings).toBeNull();
    expect(notices).toEqual([expect.stringMatching(notice)]);
    expect(notices.join()).not.toMatch(/hunter2/);
  });
});

describe('the address', () => {
  it.each<[string, Record<string, string>, string]>([
    ['the endpoint with the path of traces', ENDPOINT, 'http://collector:4318/v1/traces'],
    ['a base path stays', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }, 'https://c/otlp/v1/traces'],
    [
      'the endpoint of traces as it is',
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/in?tenant=1' },
      'https://c/in?tenant=1',
    ],
    ['the default of the standard', { OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
  ])('%s', (_, env, url) => {
    expect(traceSettingsFrom(env).settings?.url.href).toBe(url);
  });
});

describe('headers and resource', () => {
  it('headers are decoded, and those of traces win', () => {
    const { settings, notices } = traceSettingsFrom({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: ' api-key = a%2Cb ,x=1,',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'X=2,Authorization=Basic%20abc==',
    });
    expect(settings?.headers()).toEqual({ 'api-key': 'a,b', x: '2', authorization: 'Basic abc==' });
    expect(notices).toEqual([]);
  });

  it.each(['nothing', '=x', 'a b=1', 'a=%zz', 'a=%0d%0aHost: evil', 'a=%00'])(
    'the pair %j is left out with a notice that does not show it',
    (pair) => {
      const { settings, notices } = traceSettingsFrom({
        ...ENDPOINT,
        OTEL_EXPORTER_OTLP_HEADERS: `${pair},ok=1`,
      });
      expect(settings?.headers()).toEqual({ ok: '1' });
      expect(notices).toEqual(['OTEL_EXPORTER_OTLP_HEADERS: Refit leaves out a pair that is not KEY=VALUE']);
    },
  );

  it('the settings do not show headers when somebody prints them', () => {
    const { settings } = traceSettingsFrom({ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hunter2' });
    expect(JSON.stringify(settings)).not.toMatch(/hunter2/);
  });

  it('the name of the service wins over the attributes, and texts are visible', () => {
    const { settings } = traceSettingsFrom({
      ...ENDPOINT,
      OTEL_SERVICE_NAME: 'resizer\u202e',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,team=dba%20one',
    });
    expect(settings?.resource).toEqual({ 'service.name': 'resizer\\u{202e}', team: 'dba one' });
    expect(traceSettingsFrom(ENDPOINT).settings?.resource).toEqual({ 'service.name': 'refit' });
  });
});

describe('numbers', () => {
  it.each<[string, Record<string, string>, object]>([
    ['defaults', {}, { timeout: 10_000, closeWithin: 2000, delay: 5000, queue: 2048, batch: 512 }],
    [
      'given',
      {
        OTEL_EXPORTER_OTLP_TIMEOUT: '1',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2',
        OTEL_BSP_EXPORT_TIMEOUT: '4',
        OTEL_BSP_SCHEDULE_DELAY: '3',
        OTEL_BSP_MAX_QUEUE_SIZE: '10',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20',
      },
      { timeout: 2, closeWithin: 4, delay: 3, queue: 10, batch: 10 },
    ],
  ])('%s', (_, env, expected) => {
    expect(traceSettingsFrom({ ...ENDPOINT, ...env }).settings).toMatchObject(expected);
  });

  it.each(['-1', '0', '1e3', 'NaN', '99999999999', '5s'])('%j is the default, with a notice', (text) => {
    const { settings, notices } = traceSettingsFrom({ ...ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: text });
    expect(settings?.delay).toBe(5000);
    expect(notices).toEqual([expect.stringMatching(/^OTEL_BSP_SCHEDULE_DELAY is not a number/)]);
  });
});

describe('samplers', () => {
  /** 1,000 trace ids that are spread evenly. */
  const ids = Array.from({ length: 1000 }, (_, n) => {
    const low = Math.floor((n / 1000) * 16 ** 14).toString(16);
    return `${'0'.repeat(32 - 14)}${low.padStart(14, '0')}`;
  });
  it.each<[string, Record<string, string>, number]>([
    ['all by default', {}, 1000],
    ['always_on', { OTEL_TRACES_SAMPLER: 'always_on' }, 1000],
    ['parentbased_always_off', { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 0],
    ['a quarter', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 250],
    ['none', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, 0],
    ['all without a ratio', { OTEL_TRACES_SAMPLER: 'traceidratio' }, 1000],
    ['all with a wrong ratio', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }, 1000],
    ['all with a sampler that Refit does not know', { OTEL_TRACES_SAMPLER: 'jaeger_remote' }, 1000],
  ])('%s', (_, env, count) => {
    const { settings } = traceSettingsFrom({ ...ENDPOINT, ...env });
    expect(ids.filter((id) => settings!.isSampled(id))).toHaveLength(count);
  });
});

describe('TRACEPARENT', () => {
  const [TRACE, SPAN] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  it('names the span that started the process', () => {
    const { settings } = traceSettingsFrom({ ...ENDPOINT, TRACEPARENT: `00-${TRACE}-${SPAN}-01` });
    expect(settings?.startedBy).toEqual({ traceId: TRACE, spanId: SPAN });
  });

  it.each([
    '',
    'x',
    `00-${TRACE}-${SPAN}`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  ])('%j is no span', (text) => {
    expect(traceSettingsFrom({ ...ENDPOINT, TRACEPARENT: text }).settings?.startedBy).toBeNull();
  });
});
