/** Reads the provider for commands, with a client that cannot order and with a progress bar. */
import { type CloudReader, connectReader } from '../operations/connect.ts';
import { connectionOf, type Options } from './options.ts';
import { progressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

/** Connects, reads, and always releases the network. */
export async function readProvider<T>(
  options: Options,
  terminal: Terminal,
  read: (
    reader: CloudReader,
    listeners: { onProgress: ReturnType<typeof progressBar>['show']; onNotice: (text: string) => void },
  ) => Promise<T>,
): Promise<T> {
  const bar = progressBar(terminal);
  const reader = connectReader(connectionOf(options, terminal));
  const onNotice = (text: string) => {
    bar.clear();
    terminal.hint(text);
  };
  try {
    return await read(reader, { onProgress: bar.show, onNotice });
  } finally {
    bar.clear();
    await reader.close();
  }
}
