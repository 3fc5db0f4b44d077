/** Sends a file instead of JSON: a report, or an archive of any length. */
import type { EventStream } from './event-stream.ts';

/** The answer of a server, before its first byte. */
interface RawAnswer extends Omit<EventStream, 'on'> {
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): void;
  writeHead(status: number): unknown;
  write(piece: string | Uint8Array): boolean;
  on(event: 'drain' | 'close', call: () => void): unknown;
  off(event: 'drain' | 'close', call: () => void): unknown;
}

/** A file as a route answers it. */
export interface SentFile {
  /** With its character set. */
  readonly type: string;
  /** The name under which browsers save it; null: they show it. */
  readonly saveAs: string | null;
  /** What the file may load and run, if browsers show it; absent: nothing. */
  readonly policy?: string;
  readonly body: string | AsyncIterable<Uint8Array>;
}

/** Browsers show a file without the rights of the console: no script of it reaches a cookie or the API. */
const ALONE = "sandbox allow-scripts; frame-ancestors 'none'";

/** Sends a file. It waits for a slow reader, and ends the connection if the file fails on the way. */
export async function sendFile(
  raw: RawAnswer,
  { type, saveAs, policy = "default-src 'none'", body }: SentFile,
): Promise<void> {
  raw.setHeader('content-type', type);
  raw.setHeader('content-security-policy', `${policy}; ${ALONE}`);
  // A page without an origin of its own has no place in a group of pages of one origin.
  raw.removeHeader('cross-origin-opener-policy');
  if (saveAs !== null) raw.setHeader('content-disposition', `attachment; filename="${fileName(saveAs)}"`);
  raw.writeHead(200);
  try {
    for await (const piece of typeof body === 'string' ? [body] : body) {
      if (raw.destroyed) return;
      if (!raw.write(piece)) await drained(raw);
    }
    raw.end();
  } catch {
    // The browser says that the download failed, because the answer has no end.
    raw.destroy();
  }
}

/** A name without characters that mean something in a header. */
const fileName = (name: string): string => name.replace(/[^\w.-]+/g, '-').slice(0, 150);

function drained(raw: RawAnswer): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      raw.off('drain', go);
      raw.off('close', go);
      resolve();
    };
    raw.on('drain', go);
    raw.on('close', go);
  });
}
