/** How commands read the provider: by a client that cannot order, with what is read on a progress line. */
import { type CloudReader, connectReader } from '../operations/connect.ts';
import { connectionOf, type Options } from './options.ts';
import { progressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** Connects, reads, and releases the network whatever comes. */
export async function readProvider<T>(
  options: Options,
  terminal: Terminal,
  read: (
    reader: CloudReader,
    hears: { onProgress: ReturnType<typeof progressBar>['show']; onNotice: (what: string) => void },
  ) => Promise<T>,
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
