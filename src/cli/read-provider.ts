/** How commands read the provider: by a client that cannot order, with what is read on a progress line. */
import { type CloudReader, connectReader } from '../operations/connect.ts';
import { connectionOf, type Options } from './options.ts';
import { progressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** Who hears of what is read. */
export interface ReadingListeners {
  readonly onProgress: (what: string, done: number, of: number) => void;
  readonly onNotice: (what: string) => void;
}

/** Connects, reads, and releases the network whatever comes. */
export async function readProvider<T>(
  options: Options,
  terminal: Terminal,
  read: (reader: CloudReader, listeners: ReadingListeners) => Promise<T>,
): Promise<T> {
  const bar = progressBar(terminal);
  const reader = connectReader(connectionOf(options, terminal));
  const onNotice = (what: string) => {
    bar.clear();
    terminal.hint(what);
  };
  try {
    return await read(reader, { onProgress: bar.show, onNotice });
  } finally {
    bar.clear();
    await reader.close();
  }
}
