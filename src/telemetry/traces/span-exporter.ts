/**
 * Sends spans in the background. Nothing waits for it: the queue is bounded, one request is on its way at a time, and the
 * first failure is one notice. What a receiver does can only lose spans.
 */
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import { SECOND } from '../../units.ts';
import { encodeSpans } from './otlp-json.ts';
import { type Attributes, type Span, spanText } from './span.ts';
import type { TraceSettings } from './trace-settings.ts';

/** Sends one request. @returns the status of the answer. @throws Error if there is none. */
export type PostSpans = (request: {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}) => Promise<number>;

/** The longest pause after failures, in milliseconds. */
const LONGEST_PAUSE = 60 * SECOND;

/** Characters of one request. Receivers refuse more than a few megabytes. */
const MOST_CHARACTERS = 2 ** 21;

/** Answers after which the same spans may be sent again. Source: the OTLP specification, "Retryable response codes". */
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface SpanExporter {
  /** Queues a span. If the queue is full, the span is dropped. */
  add(span: Span): void;
  /** Sends what is queued, for at most `within` milliseconds, and stops. Default: as the settings say. */
  close(within?: number): Promise<void>;
}

export interface SpanExporterInput {
  readonly settings: TraceSettings;
  /** Attributes of this process, which those of the environment replace. */
  readonly resource: Attributes;
  readonly version: string;
  readonly clock: Clock;
  readonly post: PostSpans;
  /** Counts spans by result. */
  readonly onResult: (result: 'exported' | 'failed' | 'dropped', count: number) => void;
  /** Receives the first failure as one sentence. */
  readonly onNotice: (notice: string) => void;
}

/** Why spans were not taken, and whether they may be sent again. */
interface Failure {
  readonly reason: string;
  readonly tryAgain: boolean;
}

/** The failure of a span that cannot be encoded. */
function failureOf(error: Error): Failure {
  return { reason: spanText(error.message), tryAgain: false };
}

export function createSpanExporter(input: SpanExporterInput): SpanExporter {
  return new Exporter(input);
}

class Exporter implements SpanExporter {
  readonly #input: SpanExporterInput;
  readonly #resource: Parameters<typeof encodeSpans>[0];
  #queue: Span[] = [];
  readonly #stopped = new AbortController();
  /** Aborted when the process no longer waits for answers. */
  readonly #givenUp = new AbortController();
  #wake = new AbortController();
  #hasFailed = false;
  readonly #loop: Promise<void>;

  constructor(input: SpanExporterInput) {
    this.#input = input;
    const { settings, resource, version } = input;
    this.#resource = { attributes: { ...resource, ...settings.resource }, version };
    // A fault of this code must not end the process.
    this.#loop = this.#run().catch((error) => this.#notify(spanText(messageOf(error))));
  }

  add(span: Span): void {
    const { settings, onResult } = this.#input;
    if (this.#stopped.signal.aborted || this.#queue.length >= settings.queue) return onResult('dropped', 1);
    this.#queue.push(span);
    if (this.#queue.length >= settings.batch) this.#wake.abort();
  }

  async close(within = this.#input.settings.closeWithin): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    const ended = new AbortController();
    const tooLate = this.#input.clock.sleep(within, ended.signal).then(() => this.#givenUp.abort());
    await Promise.race([this.#loop, tooLate]);
    ended.abort();
    this.#input.onResult('dropped', this.#queue.splice(0).length);
  }

  async #run(): Promise<void> {
    const { clock, settings } = this.#input;
    const { signal: stopped } = this.#stopped;
    let pause = settings.delay;
    while (!stopped.aborted) {
      // A full batch ends the pause, but not while the receiver fails.
      await clock.sleep(pause, pause > settings.delay ? stopped : this.#wake.signal);
      if (!stopped.aborted) this.#wake = new AbortController();
      const isTaken = await this.#sendAll();
      pause = isTaken ? settings.delay : Math.max(settings.delay, Math.min(LONGEST_PAUSE, pause * 2));
    }
    // Spans that came while the last request was on its way.
    await this.#sendAll();
  }

  /** @returns false if the receiver cannot take spans now. The batch stays queued if it may be sent again. */
  async #sendAll(): Promise<boolean> {
    const { onResult } = this.#input;
    while (this.#queue.length > 0 && !this.#givenUp.signal.aborted) {
      const { spans, body } = this.#take();
      const failure = body instanceof Error ? failureOf(body) : await this.#send(body);
      if (failure === null) {
        onResult('exported', spans.length);
        continue;
      }
      this.#notify(failure.reason);
      if (failure.tryAgain) this.#putBack(spans);
      else onResult('failed', spans.length);
      return false;
    }
    return true;
  }

  /** Takes the next batch from the queue: fewer spans if they are large. */
  #take(): { readonly spans: readonly Span[]; readonly body: string | Error } {
    for (let count = this.#input.settings.batch; ; count = Math.ceil(count / 2)) {
      const spans = this.#queue.slice(0, count);
      const body = this.#encode(spans);
      if (spans.length > 1 && (body instanceof Error || body.length > MOST_CHARACTERS)) continue;
      this.#queue.splice(0, spans.length);
      return { spans, body };
    }
  }

  #encode(spans: readonly Span[]): string | Error {
    try {
      return encodeSpans(this.#resource, spans);
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  #putBack(spans: readonly Span[]): void {
    const { settings, onResult } = this.#input;
    this.#queue = [...spans, ...this.#queue];
    onResult('dropped', this.#queue.splice(settings.queue).length);
  }

  async #send(body: string): Promise<Failure | null> {
    const { settings, post } = this.#input;
    const { url, timeout } = settings;
    const headers = { ...settings.headers(), 'content-type': 'application/json', 'user-agent': 'refit' };
    const signal = this.#givenUp.signal;
    const givenUp = new Promise<null>((resolve) =>
      signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
    try {
      const answer = post({ url, headers, body, timeout, signal });
      answer.catch(() => undefined);
      const status = await Promise.race([answer, givenUp]);
      if (status === null) return { reason: 'no answer before the end of the process', tryAgain: false };
      return status >= 200 && status < 300
        ? null
        : { reason: `HTTP ${status}`, tryAgain: TRY_AGAIN.has(status) };
    } catch (error) {
      return { reason: spanText(messageOf(error)), tryAgain: true };
    }
  }

  #notify(reason: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { url } = this.#input.settings;
    this.#input.onNotice(
      `traces: ${url.origin} did not take spans (${reason}); the run does not depend on it, and Refit does not repeat this notice`,
    );
  }
}
