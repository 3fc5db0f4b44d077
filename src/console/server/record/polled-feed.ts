/** Reads something again and again while somebody watches it, once for all of them, and sends it when it changed. */
import type { Clock } from '../../../clock.ts';
import { message } from '../../../messages/messages.ts';
import { faultOf, refitError } from '../../../messages/refit-error.ts';
import { SECOND } from '../../../units.ts';
import type { EventStream } from '../event-stream.ts';

const READ_EVERY = 2 * SECOND;
/** Without a change, so that a page knows that what it shows is fresh. */
const BEAT_EVERY = 6 * SECOND;
/** Answers of this age are good enough for a page that opens. */
const FRESH = SECOND;
const MOST_WATCHERS = 1_200;
/** A browser with so many bytes that it has not read is cut off. */
const MOST_UNREAD = 2 * 1_024 * 1_024;

export interface PolledFeed<Value> {
  /** The value, at most a second old. @throws what reading throws. */
  latest(): Promise<Value>;
  /** Sends `value` events, `beat` events without a change, and `fault` events. @throws RefitError if too many watch. */
  watch(open: () => EventStream): Promise<void>;
  close(): void;
}

/** @param read reads the value. @param keyOf a text that changes when the value is worth sending. */
export function createPolledFeed<Value>(
  clock: Clock,
  read: () => Promise<Value>,
  keyOf: (value: Value) => string,
): PolledFeed<Value> {
  const over = new AbortController();
  const watchers = new Set<EventStream>();
  let latest: { readonly value: Value; readonly at: number } | null = null;
  let reading: Promise<Value> | null = null;
  let isPolling = false;
  let sent = { key: '', at: Number.NEGATIVE_INFINITY };

  const readNow = (): Promise<Value> => {
    reading ??= read()
      .then((value) => {
        latest = { value, at: clock.monotonic() };
        return value;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const isFresh = () => latest !== null && clock.monotonic() - latest.at < FRESH;
  const broadcast = (text: string): void => {
    for (const stream of watchers) {
      if (stream.writableLength > MOST_UNREAD) stream.destroy();
      else stream.write(text);
    }
  };
  const send = async (): Promise<void> => {
    try {
      const value = await readNow();
      const key = keyOf(value);
      const now = clock.monotonic();
      if (key !== sent.key) broadcast(encode('value', value));
      else if (now - sent.at >= BEAT_EVERY) broadcast(encode('beat', null));
      else return;
      sent = { key, at: now };
    } catch (error) {
      broadcast(encode('fault', faultOf(error)));
      sent = { key: '', at: clock.monotonic() };
    }
  };
  const poll = async (): Promise<void> => {
    if (isPolling) return;
    isPolling = true;
    while (!over.signal.aborted && watchers.size > 0) {
      await clock.sleep(READ_EVERY, over.signal);
      if (!over.signal.aborted && watchers.size > 0) await send();
    }
    isPolling = false;
  };
  return {
    latest: async () => (isFresh() ? latest!.value : await readNow()),
    async watch(open) {
      if (watchers.size >= MOST_WATCHERS)
        throw refitError('usage', message('error.many-watchers', { most: MOST_WATCHERS }));
      const value = isFresh() ? latest!.value : await readNow();
      const stream = open();
      if (stream.destroyed) return;
      stream.on('close', () => void watchers.delete(stream));
      stream.write(encode('value', value));
      watchers.add(stream);
      void poll();
    },
    close() {
      over.abort();
      for (const stream of watchers) stream.end();
    },
  };
}

function encode(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
